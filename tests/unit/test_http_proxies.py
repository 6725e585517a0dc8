"""Forwarded headers: believed of trusted proxies, and of nobody else."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from support.loops import in_a_loop

from smsmqtt.http.proxies import BehindProxy, public_base, public_url

NGINX = "172.30.32.2"
STRANGER = "203.0.113.9"


class Configured:
    """As much of the ground as is stood on here."""

    def __init__(self, configured_url: str | None) -> None:
        self.http = self
        self.public_url = configured_url


def where(request: Request) -> dict[str, Any]:
    assert request.client
    return {
        "client": request.client.host,
        "scheme": request.url.scheme,
        "root_path": request.scope["root_path"],
        "base": public_base(request),
        "url": public_url(request),
    }


def seen(
    headers: list[tuple[str, str]],
    *,
    peer: str = NGINX,
    trusted: tuple[str, ...] = ("172.30.32.0/23",),
    configured_url: str | None = None,
    path: str = "/where",
) -> dict[str, Any]:
    """How a request looks to the routes that ``peer`` sends to http://inside:8080."""
    app = FastAPI()
    app.state.ground = Configured(configured_url)
    app.get("/where")(where)
    app.get("/where/{anything:path}")(where)

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(BehindProxy(app, trusted, configured_url), client=(peer, 4711))
        async with httpx.AsyncClient(transport=transport, base_url="http://inside:8080") as client:
            return await client.get(path, headers=headers)

    answer = in_a_loop(ask)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


FORWARDED = [
    ("X-Forwarded-For", STRANGER),
    ("X-Forwarded-Proto", "https"),
    ("X-Forwarded-Host", "example.org"),
    ("X-Forwarded-Prefix", "/sms"),
]


def test_without_a_proxy_it_is_as_it_came() -> None:
    told = seen([], peer=STRANGER)
    assert told == {
        "client": STRANGER,
        "scheme": "http",
        "root_path": "",
        "base": "http://inside:8080",
        "url": "http://inside:8080/where",
    }


def test_a_trusted_proxy_says_who_asks_and_how() -> None:
    told = seen(FORWARDED, path="/where?a=%2B1&b")
    assert told == {
        "client": STRANGER,
        "scheme": "https",
        "root_path": "/sms",
        "base": "https://example.org/sms",
        "url": "https://example.org/sms/where?a=%2B1&b",
    }


@pytest.mark.parametrize("trusted", [(), ("10.0.0.0/8",), ("172.30.32.3",), ("::1",)])
def test_what_anybody_else_says_is_not_believed(trusted: tuple[str, ...]) -> None:
    assert seen(FORWARDED, trusted=trusted) == seen([], trusted=trusted)


def test_home_assistants_ingress_says_its_prefix_in_a_header_of_its_own() -> None:
    told = seen([("X-Ingress-Path", "/api/hassio_ingress/aB3-_x"), ("X-Forwarded-Proto", "https")])
    assert told["root_path"] == "/api/hassio_ingress/aB3-_x"
    assert told["base"] == "https://inside:8080/api/hassio_ingress/aB3-_x"


@pytest.mark.parametrize("path", ["/where", "/gate/where", "/where/gate/a"])
def test_the_path_of_the_configured_address_is_where_we_are(path: str) -> None:
    told = seen([], configured_url="https://sms.example.net/gate/", path=path)
    assert told["root_path"] == "/gate"
    assert told["url"] == f"https://sms.example.net/gate{path.removeprefix('/gate')}"


@pytest.mark.parametrize(
    "url", ["https://sms.example.net", "https://sms.example.net/", "https://sms.example.net/a%20b"]
)
def test_a_configured_address_without_a_path_that_can_be_changes_no_path(url: str) -> None:
    assert seen([], configured_url=url)["root_path"] == ""


def test_a_trusted_prefix_stands_above_the_configured_path() -> None:
    assert seen(FORWARDED, configured_url="https://sms.example.net/gate")["root_path"] == "/sms"


def test_the_configured_address_stands_above_what_proxies_say() -> None:
    told = seen(FORWARDED, configured_url="https://sms.example.net/gate/")
    assert told["base"] == "https://sms.example.net/gate"
    assert told["url"] == "https://sms.example.net/gate/where"
    assert told["client"] == STRANGER


@pytest.mark.parametrize(
    ("hops", "client"),
    [
        (["6.6.6.6, 203.0.113.9"], STRANGER),  # the client wrote the first one itself
        (["6.6.6.6", "203.0.113.9, 172.30.33.1"], STRANGER),
        (["172.30.32.9"], "172.30.32.9"),
        (["2001:db8::1"], "2001:db8::1"),
        (["[2001:db8::1]"], "2001:db8::1"),
        (["::ffff:203.0.113.9"], STRANGER),
        (["unknown"], NGINX),
        (["6.6.6.6, nonsense"], NGINX),
        ([" , "], NGINX),
    ],
)
def test_the_client_is_the_nearest_hop_that_is_no_proxy_of_ours(hops: list[str], client: str) -> None:
    assert seen([("X-Forwarded-For", hop) for hop in hops])["client"] == client


def test_an_ipv4_proxy_in_ipv6_clothes_is_the_same_proxy() -> None:
    assert seen(FORWARDED, peer=f"::ffff:{NGINX}")["client"] == STRANGER


@pytest.mark.parametrize("host", ["example.org:8443", "[2001:db8::1]:8443", "a, example.org:8443"])
def test_the_host_that_the_last_proxy_names_counts(host: str) -> None:
    assert seen([("X-Forwarded-Host", host)])["base"] == f"http://{host.split(', ')[-1]}"


@pytest.mark.parametrize(
    "header",
    [
        ("X-Forwarded-Host", "evil.org/path"),
        ("X-Forwarded-Host", "user@evil.org"),
        ("X-Forwarded-Host", 'evil.org"><script>'),
        ("X-Forwarded-Proto", "javascript"),
        ("X-Forwarded-Prefix", "//evil.org"),
        ("X-Forwarded-Prefix", "sms"),
        ("X-Forwarded-Prefix", "/a/../b?c"),
        ("X-Forwarded-Prefix", '/"><script>'),
        ("X-Ingress-Path", "https://evil.org"),
        ("X-Forwarded-Prefix", "/"),
        ("X-Forwarded-Prefix", ""),
    ],
)
def test_what_makes_no_sense_is_passed_over(header: tuple[str, str]) -> None:
    assert seen([header]) == seen([])


def test_a_path_below_a_prefix_of_the_same_name_is_found() -> None:
    told = seen([("X-Forwarded-Prefix", "/where")], path="/where/where")
    assert told["url"] == "http://inside:8080/where/where/where"


def test_escapes_in_the_path_stay_as_they_were_written() -> None:
    assert seen(FORWARDED, path="/where/a%2Fb%20c")["url"] == "https://example.org/sms/where/a%2Fb%20c"
