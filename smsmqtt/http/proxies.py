"""Behind a reverse proxy: who really asks, and how clients see us. Believed of trusted proxies alone.

``X-Forwarded-For``, ``-Proto``, ``-Host``, ``-Prefix`` and Home Assistant's ``X-Ingress-Path`` set the scope's client,
scheme, host and ``root_path``, and nothing behind this file reads them. A proxy that serves us under a prefix takes it
off the path and says so: that is what both headers mean. Where nobody who is believed says so, the path of
``public_url`` stands in, since the owner wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from smsmqtt.http.ground import Ground

HOST = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?", re.ASCII)
ABSOLUTE = re.compile(r"https?://([^/]+)", re.ASCII | re.IGNORECASE)
PREFIX = re.compile(r"(?:/[A-Za-z0-9._~!$&'()*+,;=:@-]+)+", re.ASCII)


class BehindProxy:
    """Around the application. ``trusted``: addresses and networks of proxies; empty believes nobody.

    ``public_url``: as clients see us; None where that is as they ask.
    """

    def __init__(self, app: ASGIApp, trusted: Iterable[str], public_url: str | None = None) -> None:
        self._app = app
        self._own_prefix = urlsplit(public_url or "").path.rstrip("/")
        self._trusted = [ip_network(network, strict=False) for network in trusted]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        _set_origin(scope)
        if self._trusted and scope["client"] and self._trusts(scope["client"][0]):
            self._believe(scope, Headers(scope=scope))
        if not scope.get("root_path"):
            self._set_own_prefix(scope)
        await self._app(scope, receive, send)

    def _trusts(self, address: str) -> bool:
        found = _address(address)
        return found is not None and any(found in network for network in self._trusted)

    def _believe(self, scope: Scope, headers: Headers) -> None:
        client = self._client(_listed(headers, "x-forwarded-for"))
        if client:
            scope["client"] = (client, 0)
        scheme = _last(headers, "x-forwarded-proto").lower()
        if scheme in ("http", "https"):
            scope["scheme"] = scheme
        host = _last(headers, "x-forwarded-host")
        if HOST.fullmatch(host):
            _set_host(scope, host)
        prefix = headers.get("x-ingress-path", "") or headers.get("x-forwarded-prefix", "")
        _set_prefix(scope, prefix.strip().rstrip("/"))

    def _set_own_prefix(self, scope: Scope) -> None:
        """Who asks here without the proxy is sent to paths that have the prefix, and so finds them too."""
        if scope["path"] == self._own_prefix:
            scope["path"] += "/"
        if scope["path"].startswith(f"{self._own_prefix}/") and PREFIX.fullmatch(self._own_prefix):
            scope["root_path"] = self._own_prefix
        else:
            _set_prefix(scope, self._own_prefix)

    def _client(self, hops: list[str]) -> str | None:
        """The nearest hop that is no proxy of ours; what stands before it anybody could have written."""
        for hop in reversed(hops):
            found = _address(hop)
            if found is None:
                return None
            if not self._trusts(hop):
                return str(found)
        return hops[0] if hops else None


def public_base(connection: HTTPConnection) -> str:
    """How clients reach us, without a slash at the end: ``public_url`` when it is set, else as this one did."""
    ground: Ground = connection.app.state.ground
    return (ground.http.public_url or str(connection.base_url)).rstrip("/")


def public_url(connection: HTTPConnection) -> str:
    """The whole address of this request as its client wrote it, query and all: what Twilio signs."""
    scope = connection.scope
    path: str = scope["raw_path"].decode("latin-1").removeprefix(scope["root_path"])
    query = scope["query_string"].decode("latin-1")
    return public_base(connection) + path + (f"?{query}" if query else "")


def _set_origin(scope: Scope) -> None:
    """A target may have scheme and host in front, and then counts more than the header (RFC 9112 §3.2.2)."""
    origin = ABSOLUTE.match(scope["raw_path"].decode("latin-1"))
    if origin and HOST.fullmatch(origin[1]):
        scope["path"] = scope["path"][origin.end() :] or "/"
        scope["raw_path"] = scope["raw_path"][origin.end() :] or b"/"
        _set_host(scope, origin[1])


def _set_host(scope: Scope, host: str) -> None:
    others = [(name, value) for name, value in scope["headers"] if name != b"host"]
    scope["headers"] = [(b"host", host.encode()), *others]


def _set_prefix(scope: Scope, prefix: str) -> None:
    """By the rules of ASGI the path has the prefix in front, as if the proxy had left it there."""
    if PREFIX.fullmatch(prefix):
        scope["root_path"] = prefix
        scope["path"] = prefix + scope["path"]
        scope["raw_path"] = prefix.encode() + scope["raw_path"]


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """None when it is none; an IPv4 address in IPv6 clothes counts as what it is."""
    try:
        found = ip_address(text.strip().strip("[]"))
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found


def _listed(headers: Headers, name: str) -> list[str]:
    """Each proxy on the way adds to the end, be it a word or a header of its own."""
    return [word.strip() for word in ",".join(headers.getlist(name)).split(",") if word.strip()]


def _last(headers: Headers, name: str) -> str:
    return (_listed(headers, name) or [""])[-1]
