"""Times and durations as users write and read them."""

from __future__ import annotations

from datetime import UTC, datetime


def iso(at: datetime | None) -> str | None:
    """ISO 8601 in UTC with milliseconds only where there are any: ``2026-11-22T19:35:03Z``."""
    if at is None:
        return None
    spec = "milliseconds" if at.microsecond else "seconds"
    return at.astimezone(UTC).isoformat(timespec=spec).replace("+00:00", "Z")
