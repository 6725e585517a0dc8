"""How long each line was held within the last day, in memory only: a session that has nothing to do commits nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Lock

QUARTER_S = 900
QUARTERS = 96
"""Of an hour, in a day: what is kept for each line is no more than that."""


class Holds:
    """Seconds by line and quarter hour."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._held_s: dict[str, dict[int, float]] = {}
        self.since: datetime | None = None
        """When the first one began; before that nobody watched."""

    def note(self, line: str, ended_at: datetime, held_s: float) -> None:
        """A line was given back."""
        end_s = ended_at.timestamp()
        begin_s = end_s - held_s
        first, last = _quarter(begin_s), _quarter(end_s)
        with self._lock:
            if self.since is None:
                self.since = ended_at - timedelta(seconds=held_s)
            kept = {nr: held for nr, held in self._held_s.get(line, {}).items() if nr > last - QUARTERS}
            for nr in range(max(first, last - QUARTERS + 1), last + 1):
                share_s = min(end_s, (nr + 1) * QUARTER_S) - max(begin_s, nr * QUARTER_S)
                kept[nr] = kept.get(nr, 0.0) + share_s
            self._held_s[line] = kept

    def last_day(self, line: str, now: datetime) -> list[float | None]:
        """Seconds held in each quarter hour up to the running one; None before ``since``."""
        last = _quarter(now.timestamp())
        with self._lock:
            held, since = self._held_s.get(line, {}), self.since
        first = last + 1 if since is None else _quarter(since.timestamp())
        return [None if nr < first else held.get(nr, 0.0) for nr in range(last - QUARTERS + 1, last + 1)]


def _quarter(at_s: float) -> int:
    return int(at_s // QUARTER_S)
