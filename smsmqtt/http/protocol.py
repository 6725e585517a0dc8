"""The server's end of a connection, with limits that the server does not have: how many there are, and how long one
may take to say what it wants.

Between two requests the server's own keep-alive time counts; from the first octet of a request its head has to be here
in ``HEAD_S``. Its body is ``threshold``'s, and who does not read the answer is ``desk``'s.
"""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

MOST_CONNECTIONS = 400
"""Event streams stay open: an idle one costs 36 KB and a file descriptor, of which there are 1024."""
HEAD_S = 10.0
HEAD_OCTETS = 16 * 1024
FULL = b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 5\r\nContent-Length: 0\r\n\r\n"


class Connection(H11Protocol):
    """One client."""

    _giving_up: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.write(FULL)
            transport.close()
        self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._wait()

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
