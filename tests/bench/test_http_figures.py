"""What HTTP costs and bears: figures to read, with limits that only a real change for the worse passes."""

from __future__ import annotations

import selectors
import socket
import time

import pytest
from support.broker import free_port
from support.scene import FRIEND, Scene
from support.waiting import eventually

ORDERS = 1000
CONNECTIONS = 16
PROMISED_S = 500
"""Orders a second, on a quiet machine with two processors that has the broker, the gateway and the clients, too."""
TOKEN = "a-long-random-text-for-tests"
QUIET = {"every": "1h", "batch_window": "1h"}


def _tell(what: str, figure: object) -> None:
    print(f"\n  {what:<58} {figure}")


def _request(number: int) -> bytes:
    order = f'{{"to": "{FRIEND}", "body": "order {number}"}}'.encode()
    head = (
        "POST /messages HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {TOKEN}\r\nContent-Length: {len(order)}\r\n\r\n"
    )
    return head.encode() + order


def _answers(heard: bytes) -> bool:
    """Whether an answer is here, whole; it has to be 202."""
    head, _, body = heard.partition(b"\r\n\r\n")
    length = next((int(it[15:]) for it in head.split(b"\r\n") if it.startswith(b"content-length:")), None)
    if length is None or len(body) < length:
        return False
    assert head.startswith(b"HTTP/1.1 202 "), heard
    return True


def _place(port: int) -> float:
    """Seconds for all orders, over connections that are kept. Little is done here: both ends share the processor."""
    with selectors.DefaultSelector() as ready:
        heard: dict[socket.socket, bytes] = {}
        asked = answered = 0
        for _ in range(CONNECTIONS):
            client = socket.create_connection(("127.0.0.1", port))
            ready.register(client, selectors.EVENT_READ)
            heard[client] = b""
        began_s = time.monotonic()
        for client in heard:
            client.sendall(_request(asked))
            asked += 1
        while answered < ORDERS:
            for key, _ in ready.select():
                client = key.fileobj
                assert isinstance(client, socket.socket)
                heard[client] += client.recv(65536)
                if _answers(heard[client]):
                    heard[client], answered = b"", answered + 1
                    if asked < ORDERS:
                        client.sendall(_request(asked))
                        asked += 1
        taken_s = time.monotonic() - began_s
        for client in heard:
            client.close()
    return taken_s


@pytest.mark.timeout(180)
def test_orders_taken_over_http_per_second(scene: Scene) -> None:
    port = free_port()
    http = {"listen": f"127.0.0.1:{port}", "tokens": {"tests": TOKEN}}
    with scene.running(http=http, session=QUIET):
        eventually(lambda: scene.last("sms/line/yours").get("state") == "ready")
        taken_s = [_place(port) for _ in range(3)]

    assert len(scene.ledger()) == 3 * ORDERS
    rates = ", ".join(f"{ORDERS / it:.0f}" for it in taken_s)
    _tell(f"orders answered 202 over HTTP per second, {CONNECTIONS} connections", rates)
    assert ORDERS / min(taken_s) > PROMISED_S / 2
