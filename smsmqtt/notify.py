"""What systemd is told: one datagram for each state, in the form of sd_notify(3)."""

from __future__ import annotations

import os
import socket


def ready() -> bool:
    """Everything is started; orders are taken."""
    return tell("READY=1")


def stopping() -> bool:
    """The end has begun; a part in the air is still awaited."""
    return tell("STOPPING=1")


def alive() -> bool:
    """Feeds the watchdog."""
    return tell("WATCHDOG=1")


def tell(state: str) -> bool:
    """Sends one state. False when nobody asked for it or it could not be delivered."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
        try:
            out.sendto(state.encode(), address.replace("@", "\0", 1) if address[0] == "@" else address)
        except OSError:
            return False
    return True


def watchdog_s() -> float | None:
    """How often at least systemd wants to be fed; None when no watchdog is set for this process."""
    limit, pid = os.environ.get("WATCHDOG_USEC", ""), os.environ.get("WATCHDOG_PID", "")
    if not limit.isdecimal() or not int(limit) or pid not in ("", str(os.getpid())):
        return None
    return int(limit) / 1_000_000
