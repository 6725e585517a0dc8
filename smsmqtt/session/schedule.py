"""When the next session begins. Pure: times are monotonic seconds, given by the caller."""

from __future__ import annotations

from dataclasses import dataclass

from smsmqtt.config import SessionSettings

FIRST_BACKOFF_S = 5.0
LONGEST_BACKOFF_S = 300.0
LOGIN_BACKOFF_S = 900.0
"""A wrong password doesn't mend itself, and a box may lock out who tries too often."""
BUDGET_WINDOW_S = 3600.0


@dataclass(frozen=True, kw_only=True)
class Hold:
    """A session that was: from connect to hang-up."""

    began_s: float
    ended_s: float

    @property
    def held_s(self) -> float:
        return self.ended_s - self.began_s


@dataclass(frozen=True, kw_only=True)
class Situation:
    """All that the time of the next session depends on.

    ``looked_s``: when all lines were last looked at. ``work_since_s``: since when there is work that is due;
    ``work_in_s``: how long until there is some. ``urgent``: some of it is urgent; ``urgent_news``: and has not been
    tried yet. ``polled``: somebody asked for a session. ``failures``: sessions in a row that could not be held;
    ``bad_login``: by a refused login. ``active_s``: when a text last went or came.
    """

    now_s: float
    last: Hold | None = None
    looked_s: float | None = None
    work_since_s: float | None = None
    work_in_s: float | None = None
    urgent: bool = False
    urgent_news: bool = False
    polled: bool = False
    failures: int = 0
    bad_login: bool = False
    budget_spent: bool = False
    active_s: float | None = None


@dataclass(frozen=True, kw_only=True)
class NextSession:
    """When, and whether it looks at every line or goes only where there is work."""

    at_s: float
    look: bool


def next_session(situation: Situation, settings: SessionSettings) -> NextSession:
    """The earliest time that the rules allow. A poll waits for nothing, urgent work for a failing gateway: then each
    urgent message has one try of its own.
    """
    now_s, last = situation.now_s, situation.last
    look_s = now_s if situation.looked_s is None else situation.looked_s + interval_s(situation, settings)
    if situation.polled:
        return NextSession(at_s=now_s, look=True)
    if situation.failures and last and not situation.urgent_news:
        return NextSession(at_s=last.ended_s + backoff_s(situation), look=True)
    if situation.urgent or situation.urgent_news:
        return NextSession(at_s=now_s, look=look_s <= now_s)
    gap_over_s = last.ended_s + max(settings.min_gap_s, last.held_s) if last else now_s
    work_s = _work_at_s(situation, settings)
    if work_s is not None and max(work_s, gap_over_s) < look_s:
        return NextSession(at_s=max(work_s, gap_over_s), look=False)
    return NextSession(at_s=max(look_s, gap_over_s), look=True)


def _work_at_s(situation: Situation, settings: SessionSettings) -> float | None:
    if not settings.early or situation.budget_spent:
        return None
    if situation.work_since_s is not None:
        return situation.work_since_s + settings.batch_window_s
    if situation.work_in_s is not None:
        return situation.now_s + situation.work_in_s + settings.batch_window_s
    return None


def interval_s(situation: Situation, settings: SessionSettings) -> float:
    """Between looks. Adaptive: a fifth of the time that the house has been quiet, within the bounds."""
    if not settings.adaptive:
        return settings.every_s
    if situation.active_s is None:
        return settings.every_max_s
    return min(max((situation.now_s - situation.active_s) / 5, settings.every_min_s), settings.every_max_s)


def backoff_s(situation: Situation) -> float:
    """Growing pauses while a gateway can't be used."""
    if situation.bad_login:
        return LOGIN_BACKOFF_S
    return min(FIRST_BACKOFF_S * 2.0 ** min(situation.failures - 1, 16), LONGEST_BACKOFF_S)


def held_s(holds: list[Hold], now_s: float) -> float:
    """Seconds held within the last hour."""
    since_s = now_s - BUDGET_WINDOW_S
    return sum(max(0.0, hold.ended_s - max(hold.began_s, since_s)) for hold in holds)
