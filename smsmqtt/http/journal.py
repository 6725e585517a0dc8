"""The journal of requests: one line for each, and how many there were; nothing personal in either.

A path is told by the template of its route, since tokens, numbers and ids stand in paths. An address is told only of
who is refused for a token that nobody has.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from threading import Lock

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from smsmqtt.clock import Clock
from smsmqtt.logs import get_logger

log = get_logger("http")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
UNAUTHORIZED = 401
NOWHERE = "none"
"""Stands for the route where no route was found: what was asked for may be anything."""
WORD = re.compile(r"[a-z][a-z.-]{0,30}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Request:
    """What requests are counted by. ``route`` is a template."""

    method: str
    route: str
    status: int


class Counts:
    """Since the start; from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: Counter[Request] = Counter()

    def add(self, request: Request) -> None:
        with self._lock:
            self._counts[request] += 1

    def snapshot(self) -> dict[Request, int]:
        with self._lock:
            return dict(self._counts)


class Journal:
    """Around the whole application."""

    def __init__(self, app: ASGIApp, counts: Counts, clock: Clock) -> None:
        self._app = app
        self._counts = counts
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began_s, status = self._clock.monotonic(), 500

        async def heard(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, heard)
        finally:
            self._note(scope, status, self._clock.monotonic() - began_s)

    def _note(self, scope: Scope, status: int, took_s: float) -> None:
        method = scope["method"] if scope["method"] in METHODS else "other"
        route = getattr(scope.get("route"), "path_format", None)
        self._counts.add(Request(method=method, route=route or NOWHERE, status=status))
        tell = log.info if status >= 400 else log.debug
        told = {"who": scope.get("state", {}).get("who")}
        if status == UNAUTHORIZED:  # who guesses tokens can be found
            told["client"] = scope["client"] and scope["client"][0]
        path = route or masked(scope["path"])
        tell("request", method=method, path=path, status=status, took_ms=round(took_s * 1000, 1), **told)


def masked(path: str) -> str:
    """Of a path without a route the first word alone: behind it there may be a token."""
    first, _, rest = path.lstrip("/").partition("/")
    return ("/" + (first if WORD.fullmatch(first) else "…" if first else "")) + ("/…" if rest else "")
