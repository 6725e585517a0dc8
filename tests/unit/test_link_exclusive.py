"""One connection to a gateway at a time, also across processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support.units import Unit

from smsmqtt import config
from smsmqtt.errors import LinkLost, NoLock, Occupied, Unreachable
from smsmqtt.link.dial import dial
from smsmqtt.link.exclusive import ExclusiveLink
from smsmqtt.link.serial import SerialLink
from smsmqtt.link.tcp import TcpLink

HOLDER = """
import sys
from pathlib import Path
from types import SimpleNamespace
from smsmqtt.link.exclusive import ExclusiveLink
link = ExclusiveLink(Path(sys.argv[1]), lambda: SimpleNamespace(close=lambda: None))
print("held", flush=True)
sys.stdin.read()
"""


class Line:
    """A link that remembers what was done with it."""

    def __init__(self, *, closes: bool = True) -> None:
        self.done: list[Any] = []
        self._closes = closes

    def write(self, octets: bytes) -> None:
        self.done.append(octets)

    def read(self, timeout_s: float) -> bytes:
        return b"x" * int(timeout_s)

    def close(self) -> None:
        self.done.append("closed")
        if not self._closes:
            raise LinkLost


def test_another_process_that_holds_the_gateway_keeps_us_out_until_it_ends(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(Occupied, match="another smsmqtt"):
            ExclusiveLink(lock, Line)

        other.kill()
        other.wait()
        ExclusiveLink(lock, Line).close()


def test_what_is_said_passes_and_the_hang_up_is_done_once(tmp_path: Path) -> None:
    line = Line()
    link = ExclusiveLink(tmp_path / "lock", lambda: line)
    link.write(b"AT")
    assert link.read(3.0) == b"xxx"
    link.close()
    link.close()

    assert line.done == [b"AT", "closed"]


def test_a_connection_that_failed_leaves_the_lock_free(tmp_path: Path) -> None:
    def fail() -> Line:
        raise Unreachable

    with pytest.raises(Unreachable):
        ExclusiveLink(tmp_path / "lock", fail)
    ExclusiveLink(tmp_path / "lock", Line).close()


def test_a_hang_up_that_failed_leaves_the_lock_free(tmp_path: Path) -> None:
    link = ExclusiveLink(tmp_path / "lock", lambda: Line(closes=False))
    with pytest.raises(LinkLost):
        link.close()
    ExclusiveLink(tmp_path / "lock", Line).close()


def test_a_lock_that_cannot_be_is_said(tmp_path: Path) -> None:
    with pytest.raises(NoLock, match="no/such/folder/lock"):
        ExclusiveLink(tmp_path / "no/such/folder/lock", Line)


def gateway(tmp_path: Path, text: str) -> config.GatewaySettings:
    path = tmp_path / "config.yaml"
    path.write_text(f"gateways:\n  hall: {{{text}}}\n")
    return config.load(path).gateways["hall"]


def test_a_gateway_with_a_host_is_dialled_by_tcp(tmp_path: Path, unit: Unit) -> None:
    started = unit()
    settings = gateway(tmp_path, f"host: 127.0.0.1, port: {started.port}, lines: {{mine: {{module: 1}}}}")
    link = dial(settings, tmp_path / "store.db")

    assert isinstance(link, ExclusiveLink)
    assert isinstance(link._link, TcpLink)
    assert (tmp_path / "store.db.hall.lock").exists()
    link.close()


def test_a_gateway_with_a_device_is_opened(tmp_path: Path) -> None:
    settings = gateway(tmp_path, 'driver: at, device: "loop://", lines: {mine: {}}')
    link = dial(settings, tmp_path / "store.db")

    assert isinstance(link, ExclusiveLink)
    assert isinstance(link._link, SerialLink)
    link.close()
