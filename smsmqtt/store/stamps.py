"""Times as the store's file holds them: whole milliseconds since 1970 in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import overload

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


@overload
def to_ms(at: datetime) -> int: ...
@overload
def to_ms(at: None) -> None: ...
def to_ms(at: datetime | None) -> int | None:
    return None if at is None else (at - EPOCH) // MILLISECOND


@overload
def from_ms(ms: int) -> datetime: ...
@overload
def from_ms(ms: None) -> None: ...
def from_ms(ms: int | None) -> datetime | None:
    return None if ms is None else EPOCH + ms * MILLISECOND


def seconds_before(at: datetime, seconds: float) -> int:
    """The milliseconds of a moment so many seconds before ``at``."""
    return to_ms(at) - round(seconds * 1000)
