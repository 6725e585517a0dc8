"""What a gateway's worker remembers of its sessions, as far as the next one depends on it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from smsmqtt.errors import BadLogin, GatewayError
from smsmqtt.session.schedule import BUDGET_WINDOW_S, Hold, Situation, held_s


class Diary:
    """After a restart the gateway is looked at anyway. Times are monotonic seconds; ``holds``: those before it."""

    def __init__(self, holds: Iterable[Hold] = ()) -> None:
        self.visited_s: dict[str, float] = {}
        self.holds = list(holds)
        self._looked_s: float | None = None
        self._active_s: float | None = None
        self._work_since_s: float | None = None
        self._failures = 0
        self._bad_login = False

    def note_visit(self, line: str, now_s: float) -> None:
        """The next session begins with another one, also when something of this one breaks us."""
        self.visited_s[line] = now_s

    def note_session(self, hold: Hold, error: GatewayError | None, *, looked: bool, active: bool) -> None:
        """``looked``: every line was to be visited; ``active``: texts went or came."""
        since_s = hold.ended_s - BUDGET_WINDOW_S
        self.holds = [old for old in self.holds if old.ended_s > since_s] + [hold]
        self._failures = self._failures + 1 if error else 0
        self._bad_login = isinstance(error, BadLogin)
        self._work_since_s = None
        if looked:
            self._looked_s = hold.began_s
        if active:
            self._active_s = hold.ended_s

    def held_s(self, now_s: float) -> float:
        """Within the last hour."""
        return held_s(self.holds, now_s)

    def situation(
        self,
        now_s: float,
        now: datetime,
        *,
        work: bool,
        next_due_at: datetime | None,
        urgent: bool = False,
        urgent_news: bool = False,
        polled: bool,
        budget_s: float,
    ) -> Situation:
        """All that the time of the next session depends on. ``work``: there is some, and it is due."""
        if not work:
            self._work_since_s = None
        elif self._work_since_s is None:
            self._work_since_s = now_s
        return Situation(
            now_s=now_s,
            last=self.holds[-1] if self.holds else None,
            looked_s=self._looked_s,
            work_since_s=self._work_since_s,
            work_in_s=(next_due_at - now).total_seconds() if next_due_at else None,
            urgent=urgent,
            urgent_news=urgent_news,
            polled=polled,
            failures=self._failures,
            bad_login=self._bad_login,
            budget_spent=self.held_s(now_s) >= budget_s,
            active_s=self._active_s,
        )
