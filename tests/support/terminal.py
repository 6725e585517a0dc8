"""A client of a few lines that types at a gateway and reads until it has seen what it waits for."""

from __future__ import annotations

import select
import socket
import time
from types import TracebackType
from typing import Self

from smsmqtt.simulator import Simulator


class Terminal:
    """Characters are bytes (Latin-1). Every wait has a deadline, and a wait that fails shows what came instead."""

    def __init__(self, unit: Simulator, *, timeout_s: float = 5.0) -> None:
        self._socket = socket.create_connection((unit.host, unit.port), timeout=timeout_s)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._timeout_s = timeout_s
        self._read = ""
        self.chunks: list[bytes] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._socket.close()

    def type(self, text: str | bytes) -> None:
        self._socket.sendall(text if isinstance(text, bytes) else text.encode("latin-1"))

    def expect(self, end: str) -> str:
        """All up to and with ``end``; what follows it stays for the next call."""
        deadline = time.monotonic() + self._timeout_s
        while end not in self._read:
            left_s = deadline - time.monotonic()
            if left_s <= 0 or not select.select([self._socket], [], [], left_s)[0]:
                raise AssertionError(f"waited for {end!r}, got {self._read!r}")
            if not self._more():
                raise AssertionError(f"waited for {end!r}, got {self._read!r} and the end")
        place = self._read.index(end) + len(end)
        found, self._read = self._read[:place], self._read[place:]
        return found

    def to_the_end(self) -> str:
        """All until the other side closes."""
        self._socket.settimeout(self._timeout_s)
        while self._more():
            continue
        found, self._read = self._read, ""
        return found

    def nothing_comes(self, for_s: float = 0.05) -> bool:
        return not self._read and not select.select([self._socket], [], [], for_s)[0]

    def _more(self) -> bool:
        data = self._socket.recv(4096)
        self.chunks.append(data)
        self._read += data.decode("latin-1")
        return bool(data)

    # The usual steps

    def ask(self, text: str, end: str) -> str:
        self.type(text)
        return self.expect(end)

    def log_in(self) -> Self:
        self.expect("username: ")
        self.ask("voip\r", "password: ")
        self.ask("1234\r", "\r\n]")
        return self

    def hold(self, module: int = 1) -> Self:
        """Logged in, and with the module in PDU mode and verbose results."""
        self.log_in()
        self.ask(f"module{module}\r", f"release module {module}.\r\n")
        self.ask("ATE0V1+CMEE=1;+CMGF=0\r", "\r\nOK\r\n")
        return self

    def at(self, line: str) -> str:
        """A command that ends with OK, with V1: the answer without its OK."""
        return self.ask(line + "\r", "\r\nOK\r\n").removesuffix("\r\nOK\r\n")

    def submit(self, hex_with_smsc: str, end: str = "\r\nOK\r\n") -> str:
        """A PDU for +CMGS; the answer up to ``end``."""
        self.ask(f"AT+CMGS={len(hex_with_smsc) // 2 - 1}\r", "\r\n> ")
        return self.ask(hex_with_smsc + "\x1a", end)
