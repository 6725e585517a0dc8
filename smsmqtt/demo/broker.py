"""A broker of our own on a free loopback port: mosquitto, else the one of the extra ``demo``."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from smsmqtt.demo.process import running
from smsmqtt.errors import DemoFailed

HOST = "127.0.0.1"
WHERE_DEBIAN_HAS_IT = "/usr/sbin/mosquitto"
NONE_THERE = (
    "there is no MQTT broker: apt install mosquitto mosquitto-clients, or in a clone of smsmqtt pip install '.[demo]'"
)


@contextmanager
def broker(folder: Path) -> Iterator[int]:
    """The port of a broker that is there while the context lasts."""
    program = shutil.which("mosquitto") or shutil.which(WHERE_DEBIAN_HAS_IT)
    with _mosquitto(program, folder) if program else _embedded() as port:
        yield port


@contextmanager
def _mosquitto(program: str, folder: Path) -> Iterator[int]:
    port = free_port()
    settings = folder / "mosquitto.conf"
    settings.write_text(f"listener {port} {HOST}\nallow_anonymous true\npersistence false\n")
    with running([program, "-c", str(settings)], folder / "mosquitto.log") as process:
        process.wait_until(lambda: _answers(port))
        yield port


@contextmanager
def _embedded() -> Iterator[int]:
    try:
        from iotcore import Broker
    except ImportError as error:
        raise DemoFailed(NONE_THERE) from error
    with Broker(port=free_port(), listen=HOST) as embedded:
        yield embedded.port


def free_port() -> int:
    """Of the loopback."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True
