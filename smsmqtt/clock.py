"""The one place that asks what time it is."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

RELEASED_AT = datetime(2026, 1, 1, tzinfo=UTC)
"""A wall clock before this was never set: the program did not exist yet."""


class Clock(Protocol):
    """Wall time for people and deadlines, monotonic time for gaps and time-outs."""

    boot_id: str

    def now(self) -> datetime:
        """Aware UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never jump."""
        ...

    def since_boot_s(self) -> float:
        """Seconds since the machine started, sleep included; the same for every process of one boot."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def __init__(self) -> None:
        try:
            self.boot_id = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        except OSError:
            self.boot_id = "unknown"

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def since_boot_s(self) -> float:
        return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def is_set(clock: Clock) -> bool:
    """False while a board without a clock battery has not heard from NTP: nothing may expire then."""
    return clock.now() >= RELEASED_AT
