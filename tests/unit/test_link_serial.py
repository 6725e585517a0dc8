"""Serial devices: a pair of pseudo terminals, and pyserial's own RFC 2217 server side."""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import serial
from serial import rfc2217

from smsmqtt.errors import LinkLost, Unreachable
from smsmqtt.link.serial import SerialLink

Pair = tuple[SerialLink, int]


@pytest.fixture
def pair() -> Iterator[Pair]:
    """A link on one end, the file descriptor of the other."""
    ours, theirs = os.openpty()
    link = SerialLink(os.ttyname(theirs), 115200)
    os.close(theirs)
    yield link, ours
    link.close()
    os.close(ours)


def until(link: SerialLink, size: int) -> bytes:
    data = b""
    while len(data) < size:
        data += link.read(5.0)
    return data


def test_octets_pass_both_ways(pair: Pair) -> None:
    link, modem = pair
    link.write(b"AT\r")
    os.write(modem, b"\r\nOK\r\n")

    assert os.read(modem, 99) == b"AT\r"
    assert until(link, 6) == b"\r\nOK\r\n"


def test_silence_is_empty(pair: Pair) -> None:
    assert pair[0].read(0.01) == b""


def test_a_modem_that_was_pulled_is_a_lost_link() -> None:
    ours, theirs = os.openpty()
    link = SerialLink(os.ttyname(theirs), 115200)
    os.close(theirs)
    os.close(ours)

    with pytest.raises(LinkLost):
        link.read(5.0)
    with pytest.raises(LinkLost):
        link.write(b"AT\r")
    link.close()


@pytest.mark.parametrize("device", ["/dev/no-such-device", "nonsense://x", "rfc2217://127.0.0.1:1"])
def test_a_device_that_is_not_there_is_unreachable(device: str) -> None:
    with pytest.raises(Unreachable, match=device):
        SerialLink(device, 115200)


def test_without_pyserial_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "serial", None)

    with pytest.raises(Unreachable, match=r"install '\.\[serial\]'"):
        SerialLink("/dev/ttyUSB0", 115200)


class PortServer:
    """A modem behind RFC 2217: echoes in capitals what it is told."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"rfc2217://127.0.0.1:{self._listener.getsockname()[1]}"
        self.settings = serial.serial_for_url("loop://")
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with self._listener, self._listener.accept()[0] as connection:
            peer = SimpleNamespace(write=connection.sendall)
            manager = rfc2217.PortManager(self.settings, peer)
            while data := connection.recv(4096):
                heard = b"".join(manager.filter(data))
                if heard:
                    connection.sendall(b"".join(manager.escape(heard.upper())))


@pytest.mark.filterwarnings("ignore:set(Daemon|Name):DeprecationWarning")  # pyserial's own
def test_a_port_behind_rfc_2217_gets_its_speed_and_passes_octets() -> None:
    server = PortServer()
    link = SerialLink(server.url, 57600)
    link.write(b"at\r")

    assert until(link, 3) == b"AT\r"
    assert server.settings.baudrate == 57600
    link.close()
