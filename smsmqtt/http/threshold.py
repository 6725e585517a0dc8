"""What every request passes on its way in: its size, its patience, and what is answered when smsmqtt itself fails.

A request is let in when all of it is here, so that no route waits for a slow client, or keeps what is too long.
"""

from __future__ import annotations

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from smsmqtt.errors import StoreError
from smsmqtt.http import problems
from smsmqtt.http.problems import Problem
from smsmqtt.logs import get_logger
from smsmqtt.payloads.strict_json import LIMIT_OCTETS

log = get_logger("http")
HEAD_OCTETS = 16 * 1024
READ_ON_OCTETS = 1024 * 1024
"""What is too long is read to its end and thrown away up to here: a client that only writes would not hear why."""
BODY_S = 10.0
HANG_UP = {"Connection": "close"}


class Gone(Exception):
    """The client hung up before its request was here."""


class Threshold:
    """Around the application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        try:
            _measure_head(scope)
            body = await self._body(Headers(scope=scope), receive)
        except Gone:
            return
        except Problem as problem:
            await problems.response(problem)(scope, receive, send)
            return
        await self._enter(scope, Replay(body, receive), Answer(send))

    async def _body(self, headers: Headers, receive: Receive) -> bytes:
        """All of it; Problem when it is too long or takes too long."""
        announced = headers.get("content-length", "0")
        if len(announced) > len(str(READ_ON_OCTETS)) or int(announced) > READ_ON_OCTETS:
            raise _too_long(hang_up=True)
        try:
            async with asyncio.timeout(BODY_S):
                return await _read(receive)
        except TimeoutError as error:
            text = f"the body was not here within {BODY_S:g} s"
            raise Problem(408, text, code="too_slow", headers=HANG_UP) from error

    async def _enter(self, scope: Scope, receive: Receive, answer: Answer) -> None:
        try:
            await self._app(scope, receive, answer)
        except Exception as error:
            if not isinstance(error, StoreError):
                log.exception("an error of smsmqtt itself; the request fails, the daemon goes on")
            if not answer.begun:  # else the server sees that it is not whole, and hangs up
                await problems.response(_of_ours(error))(scope, receive, answer)


class Replay:
    """The body once more, and after it what the server says."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


class Answer:
    """The way out, and whether anything went there."""

    def __init__(self, send: Send) -> None:
        self.begun = False
        self._send = send

    async def __call__(self, message: Message) -> None:
        self.begun = True
        await self._send(message)


def head_too_long() -> Problem:
    return Problem(431, f"the head has more than {HEAD_OCTETS} octets", code="too_large", headers=HANG_UP)


def _measure_head(scope: Scope) -> None:
    """The server itself has a limit only for a head that is not here as a whole yet."""
    fields = sum(len(name) + len(value) + len(": \r\n") for name, value in scope["headers"])
    if fields + len(scope["raw_path"]) + len(scope["query_string"]) > HEAD_OCTETS:
        raise head_too_long()


async def _read(receive: Receive) -> bytes:
    body, octets, more = bytearray(), 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        octets, more = octets + len(message["body"]), message.get("more_body", False)
        if octets <= LIMIT_OCTETS:
            body += message["body"]
        elif octets > READ_ON_OCTETS:
            raise _too_long(hang_up=True)
    if octets > LIMIT_OCTETS:
        raise _too_long(hang_up=False)
    return bytes(body)


def _too_long(*, hang_up: bool) -> Problem:
    text = f"the body has more than {LIMIT_OCTETS} octets"
    return Problem(413, text, code="too_large", headers=HANG_UP if hang_up else None)


def _of_ours(error: Exception) -> Problem:
    if isinstance(error, StoreError):
        return Problem(503, "the ledger can't be used; the log says more", code=error.code)
    return Problem(500, "smsmqtt made a mistake; its log says more", code="internal")
