"""The TCP link against real sockets."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator

import pytest
from support.broker import free_port
from tenacity import wait_none

from smsmqtt.errors import LinkLost, Unreachable
from smsmqtt.link import tcp
from smsmqtt.link.tcp import TcpLink

Pair = tuple[TcpLink, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    """A link, and the gateway's end of it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        link = TcpLink("127.0.0.1", listener.getsockname()[1])
        gateway, _ = listener.accept()
        gateway.settimeout(5.0)
    yield link, gateway
    link.close()
    gateway.close()


def until(link: TcpLink, size: int) -> bytes:
    data = b""
    while len(data) < size:
        data += link.read(5.0)
    return data


def test_octets_pass_both_ways(pair: Pair) -> None:
    link, gateway = pair
    link.write(b"AT\r")
    gateway.sendall(b"\r\nOK\r\n")

    assert gateway.recv(99) == b"AT\r"
    assert until(link, 6) == b"\r\nOK\r\n"


def test_silence_is_empty(pair: Pair) -> None:
    assert pair[0].read(0.01) == b""
    assert pair[0].read(-1.0) == b""


def test_255_is_doubled_on_the_way_out_and_single_on_the_way_in(pair: Pair) -> None:
    link, gateway = pair
    link.write(b"a\xffb")
    gateway.sendall(b"c\xff\xffd")

    assert gateway.recv(99) == b"a\xff\xffb"
    assert until(link, 3) == b"c\xffd"


def test_options_are_refused_at_once(pair: Pair) -> None:
    link, gateway = pair
    gateway.sendall(b"\xff\xfb\x01\xff\xfd\x18x")

    assert until(link, 1) == b"x"
    assert gateway.recv(99) == b"\xff\xfe\x01\xff\xfc\x18"


def test_a_gateway_that_hangs_up_is_a_lost_link(pair: Pair) -> None:
    link, gateway = pair
    gateway.sendall(b"last words")
    gateway.close()

    assert until(link, 10) == b"last words"
    with pytest.raises(LinkLost, match="closed the connection"):
        link.read(5.0)


def test_a_reset_is_a_lost_link_for_reading_and_writing(pair: Pair) -> None:
    link, gateway = pair
    gateway.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    gateway.close()

    with pytest.raises(LinkLost):
        link.read(5.0)
    with pytest.raises(LinkLost):
        link.write(b"AT\r")


def test_a_closed_link_is_lost_and_may_be_closed_again(pair: Pair) -> None:
    link, _ = pair
    link.close()
    link.close()

    with pytest.raises(LinkLost):
        link.read(0.01)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tcp._connect.retry, "wait", wait_none())  # type: ignore[attr-defined]


@pytest.mark.usefixtures("impatient")
def test_a_closed_port_is_unreachable() -> None:
    port = free_port()
    with pytest.raises(Unreachable, match=f":{port}: "):
        TcpLink("127.0.0.1", port)


def test_a_name_that_does_not_exist_is_unreachable() -> None:
    with pytest.raises(Unreachable, match="no-such-host"):
        TcpLink("no-such-host.invalid", 23)


def test_a_box_that_is_just_starting_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    port, opened = free_port(), threading.Event()
    listeners: list[socket.socket] = []

    def start(_: object) -> None:
        listeners.append(socket.create_server(("127.0.0.1", port)))
        opened.set()

    monkeypatch.setattr(tcp._connect.retry, "wait", wait_none())  # type: ignore[attr-defined]
    hook: Callable[[object], None] = start
    monkeypatch.setattr(tcp._connect.retry, "before_sleep", hook)  # type: ignore[attr-defined]
    link = TcpLink("127.0.0.1", port)

    assert opened.is_set()
    link.close()
    listeners[0].close()
