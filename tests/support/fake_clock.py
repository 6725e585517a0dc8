"""A clock that stands until a test turns it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class FakeClock:
    """``advance`` is time passing; ``set`` is somebody, or NTP, setting the wall clock; ``reboot`` a new boot."""

    def __init__(self, at: datetime = NOON) -> None:
        self.boot_id = "boot-1"
        self._at = at
        self._monotonic = 1000.0
        self._since_boot_s = 30.0

    def now(self) -> datetime:
        return self._at

    def monotonic(self) -> float:
        return self._monotonic

    def since_boot_s(self) -> float:
        return self._since_boot_s

    def advance(self, seconds: float) -> None:
        self._at += timedelta(seconds=seconds)
        self._monotonic += seconds
        self._since_boot_s += seconds

    def set(self, at: datetime) -> None:
        self._at = at

    def reboot(self, at: datetime | None = None) -> None:
        """The machine starts anew, with the wall clock at ``at`` (None: where it stood)."""
        self.boot_id = f"boot-{int(self.boot_id.removeprefix('boot-')) + 1}"
        self._at = at or self._at
        self._monotonic = self._since_boot_s = 5.0
