"""A TCP connection with telnet's bytes taken out."""

from __future__ import annotations

import socket

from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_fixed

from smsmqtt.at.telnet import IAC, TelnetFilter
from smsmqtt.errors import LinkLost, Unreachable

CONNECT_TIMEOUT_S = 10.0


class TcpLink:
    """Open on construction; raises Unreachable."""

    def __init__(self, host: str, port: int) -> None:
        self._filter = TelnetFilter()
        try:
            self._socket = _connect(host, port)
        except OSError as error:
            raise Unreachable(f"{host}:{port}: {error.strerror or error}") from error
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def write(self, octets: bytes) -> None:
        self._send(octets.replace(bytes((IAC,)), bytes((IAC, IAC))))

    def read(self, timeout_s: float) -> bytes:
        try:
            self._socket.settimeout(max(timeout_s, 0.001))
            chunk = self._socket.recv(4096)
        except TimeoutError:
            return b""
        except OSError as error:
            raise LinkLost(str(error)) from error
        if not chunk:
            raise LinkLost("the gateway closed the connection")
        data, answer = self._filter.feed(chunk)
        if answer:
            self._send(answer)
        return data

    def _send(self, octets: bytes) -> None:
        try:
            self._socket.settimeout(CONNECT_TIMEOUT_S)
            self._socket.sendall(octets)
        except OSError as error:
            raise LinkLost(str(error)) from error

    def close(self) -> None:
        self._socket.close()


@retry(
    retry=retry_if_exception_type(ConnectionRefusedError), stop=stop_after_attempt(3), wait=wait_fixed(1), reraise=True
)
def _connect(host: str, port: int) -> socket.socket:
    """A box that is just starting refuses for a moment."""
    return socket.create_connection((host, port), timeout=CONNECT_TIMEOUT_S)
