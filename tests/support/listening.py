"""A real HTTP server that keeps what is posted to it and answers as it is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self

from support.waiting import eventually


@dataclass(frozen=True, kw_only=True)
class Posted:
    """One request; the names of its headers in small letters."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def fields(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass(frozen=True, kw_only=True)
class Answer:
    """``status`` 0: hang up without one."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Listening:
    """``with Listening() as it: it.url``; ``it.answer`` decides over each request, ``it.hold`` keeps it waiting."""

    def __init__(self, port: int = 0) -> None:
        self.heard: list[Posted] = []
        self.answer: Callable[[Posted], Answer] = lambda _posted: Answer()
        self.let_go = Event()
        self.let_go.set()
        listening = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                listening._serve(self)

            def log_message(self, *_: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False
            allow_reuse_address = True

            def handle_error(self, *_: Any) -> None:
                pass

        self._server = Server(("127.0.0.1", port), Handler)
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}/hook"

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.let_go.set()
        self._server.shutdown()
        self._server.server_close()

    def _serve(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        posted = Posted(
            path=request.path, headers={name.lower(): it for name, it in request.headers.items()}, body=body
        )
        answer = self.answer(posted)
        self.heard.append(posted)
        self.let_go.wait(30)
        if not answer.status:
            request.close_connection = True
            return
        request.send_response(answer.status)
        for name, value in answer.headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(answer.body)))
        request.end_headers()
        request.wfile.write(answer.body)

    def hears(self, count: int, within_s: float = 10.0) -> list[Posted]:
        """What was posted, as soon as it is so many."""
        return eventually(
            lambda: list(self.heard) if len(self.heard) >= count else [],
            within_s=within_s,
            what=lambda: f"{count} posted, not {self.heard}",
        )
