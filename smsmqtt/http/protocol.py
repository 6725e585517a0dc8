"""The server's end of a connection, with limits that the server does not have: how many there are, and how long one
may take to say what it wants. What is refused here is told as a problem like any other.

Between two requests the server's own keep-alive time counts; from the first octet of a request its head has to be here
in ``HEAD_S``. Its body is ``threshold``'s, and who does not read the answer is ``desk``'s.
"""

from __future__ import annotations

import asyncio
import sys

from uvicorn.protocols.http.h11_impl import H11Protocol

from smsmqtt.http import problems
from smsmqtt.http.problems import Problem
from smsmqtt.http.threshold import HANG_UP, head_too_long

MOST_CONNECTIONS = 400
"""Event streams stay open: an idle one costs 36 KB and a file descriptor, of which there are 1024."""
HEAD_S = 10.0
TOO_LONG = 431


class Connection(H11Protocol):
    """One client."""

    _giving_up: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            self._refuse(_full())
        self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._wait()

    def eof_received(self) -> bool:  # type: ignore[override]
        """Who says no more may still listen: the answer to what was said is awaited, and then it is over.

        False hangs up at once. Whether somebody listens only a try to answer tells.
        """
        awaited = self._under_way and not (self.cycle.more_body or self.cycle.response_started)
        if awaited:
            self.cycle.keep_alive = False
        return awaited

    def send_400_response(self, msg: str) -> None:
        """The server calls it while it has in hand why it can't read the request."""
        if getattr(sys.exception(), "error_status_hint", None) == TOO_LONG:
            self._refuse(head_too_long())
        else:
            self._refuse(Problem(400, "this is not HTTP as it should be", code="bad_request", headers=HANG_UP))

    def shutdown(self) -> None:
        """The end: who did not say all of it is not waited for."""
        if self._under_way and self.cycle.more_body:
            self.transport.close()
        else:
            super().shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    @property
    def _under_way(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _refuse(self, problem: Problem) -> None:
        """Hang up, and say why unless another answer has begun."""
        if not (self._under_way and self.cycle.response_started):
            self.transport.write(_octets(problem))
        self.transport.close()

    def _wait(self) -> None:
        """For a head, from now on; not while a request is under way."""
        if self._under_way:
            self._stop_waiting()
        elif self._giving_up is None:
            self._giving_up = self.loop.call_later(HEAD_S, self._give_up)

    def _give_up(self) -> None:
        self._giving_up = None
        if not self._under_way:
            self.transport.close()

    def _stop_waiting(self) -> None:
        if self._giving_up is not None:
            self._giving_up.cancel()
            self._giving_up = None


def _full() -> Problem:
    text = f"there are {MOST_CONNECTIONS} connections already"
    return Problem(503, text, code="too_many_connections", headers={**HANG_UP, "Retry-After": "5"})


def _octets(problem: Problem) -> bytes:
    """The whole answer, for where there is no application yet."""
    answer = problems.response(problem)
    first = f"HTTP/1.1 {problem.status} {problem.body['title']}".encode()
    lines = (first, *(name + b": " + value for name, value in answer.raw_headers))
    return b"\r\n".join(lines) + b"\r\n\r\n" + bytes(answer.body)
