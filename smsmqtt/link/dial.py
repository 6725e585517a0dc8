"""From a gateway's settings to an open connection."""

from __future__ import annotations

from pathlib import Path

from smsmqtt.config import GatewaySettings
from smsmqtt.link.base import Link
from smsmqtt.link.exclusive import ExclusiveLink
from smsmqtt.link.serial import SerialLink
from smsmqtt.link.tcp import TcpLink


def dial(gateway: GatewaySettings, store_path: Path) -> Link:
    """Raises Unreachable, or Occupied when another process of ours is connected. The lock lies beside the store."""
    lock_path = store_path.with_name(f"{store_path.name}.{gateway.name}.lock")
    return ExclusiveLink(lock_path, lambda: _connect(gateway))


def _connect(gateway: GatewaySettings) -> Link:
    if gateway.device:
        return SerialLink(gateway.device, gateway.baud)
    assert gateway.host is not None  # the configuration sees to it
    return TcpLink(gateway.host, gateway.port)
