"""The control connection: one JSON object a line each way, for scripts and for tests of a simulator in a process of
its own.

``{"do": "deliver", "module": 1, "from": "+59899123456", "text": "hola"}`` → ``{"ok": true, "pdus": 1}``; a mistake
gives ``{"ok": false, "error": "…"}`` and the connection stays. Nothing waits: what takes time shows in ``sent`` or
``stats`` later.
"""

from __future__ import annotations

import json
import socketserver
import threading

from pydantic import ValidationError

from smsmqtt.simulator.deeds import DEEDS, Order
from smsmqtt.simulator.unit import Simulator

PLAINLY = {
    "missing_keyword_only_argument": "is missing",
    "missing": "is missing",
    "unexpected_keyword_argument": "unknown",
    "extra_forbidden": "unknown",
}
"""For what pydantic says in words of programmers."""


def obey(unit: Simulator, line: str | bytes) -> Order:
    """One order, one answer; what is wrong with the order is in the answer."""
    try:
        order = json.loads(line)
        deed = DEEDS[order.pop("do")]
    except (ValueError, AttributeError, LookupError, TypeError, RecursionError):
        return _mistake(f'expected a JSON object with "do", one of: {", ".join(DEEDS)}')
    modules = list(unit.modems)
    if order.get("module", modules[0]) not in modules:
        return _mistake(f"module: expected {' or '.join(map(str, modules))}")
    try:
        return {"ok": True} | deed(unit, **order)
    except ValidationError as error:
        return _mistake(_sentence(error))
    except ValueError as error:
        return _mistake(str(error))


def _mistake(text: str) -> Order:
    return {"ok": False, "error": text}


def _sentence(error: ValidationError) -> str:
    """The first mistake and where it is."""
    first = error.errors(include_url=False)[0]
    text = first["ctx"]["error"] if first["type"] == "value_error" else PLAINLY.get(first["type"], first["msg"])
    return f"{'.'.join(map(str, first['loc']))}: {text}"


class Control:
    """Listens for control connections, any number of them."""

    def __init__(self, unit: Simulator, host: str = "127.0.0.1", port: int = 0) -> None:
        class Connection(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                for line in self.rfile:
                    self.wfile.write(json.dumps(obey(unit, line), ensure_ascii=False).encode(errors="replace") + b"\n")

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self._server = Server((host, port), Connection)
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="simulator-control", daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
