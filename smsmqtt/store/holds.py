"""How long each line was held within the last day, in memory only: a session that has nothing to do commits nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

QUARTER_S = 900
QUARTERS = 96
"""Of an hour, in a day: what is kept for each line is no more than that."""


@dataclass(frozen=True, kw_only=True)
class Quarter:
    """A quarter hour; ``seen_s``: how much of it was watched, which is less for the first and the running one."""

    held_s: float
    seen_s: float

    @property
    def share(self) -> float:
        return self.held_s / self.seen_s


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

    def last_day(self, line: str, now: datetime) -> list[Quarter | None]:
        """Each quarter hour up to the running one; None for those of which nothing was seen."""
        now_s = now.timestamp()
        last = _quarter(now_s)
        with self._lock:
            held, since = self._held_s.get(line, {}), self.since
        since_s = now_s if since is None else since.timestamp()
        return [_seen(nr, held.get(nr, 0.0), since_s, now_s) for nr in range(last - QUARTERS + 1, last + 1)]


def _seen(nr: int, held_s: float, since_s: float, now_s: float) -> Quarter | None:
    seen_s = min(now_s, (nr + 1) * QUARTER_S) - max(since_s, nr * QUARTER_S)
    return Quarter(held_s=min(held_s, seen_s), seen_s=seen_s) if seen_s > 0 else None


def _quarter(at_s: float) -> int:
    return int(at_s // QUARTER_S)
