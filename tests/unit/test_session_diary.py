"""What a worker remembers of its sessions."""

from __future__ import annotations

from datetime import timedelta

from support.fake_clock import NOON

from smsmqtt.errors import BadLogin, GatewayError, LinkLost
from smsmqtt.session.diary import Diary
from smsmqtt.session.schedule import Hold, Situation


def situation(diary: Diary, now_s: float, *, work: bool = False, budget_s: float = 360.0) -> Situation:
    return diary.situation(now_s, NOON, work=work, next_due_at=None, polled=False, budget_s=budget_s)


def note(
    diary: Diary, ended_s: float, error: GatewayError | None = None, *, looked: bool = True, active: bool = False
) -> Hold:
    hold = Hold(began_s=ended_s - 10, ended_s=ended_s)
    diary.note_session(hold, error, looked=looked, active=active)
    return hold


def test_an_empty_diary_knows_nothing() -> None:
    assert situation(Diary(), 5.0) == Situation(now_s=5.0)


def test_work_counts_from_when_it_was_first_seen() -> None:
    diary = Diary()

    assert situation(diary, 1.0, work=True).work_since_s == 1.0
    assert situation(diary, 2.0, work=True).work_since_s == 1.0
    assert situation(diary, 3.0).work_since_s is None
    assert situation(diary, 4.0, work=True).work_since_s == 4.0
    note(diary, 20.0)
    assert situation(diary, 21.0, work=True).work_since_s == 21.0


def test_work_to_come_is_told_in_seconds() -> None:
    found = Diary().situation(
        1.0, NOON, work=False, next_due_at=NOON + timedelta(seconds=90), polled=True, budget_s=1.0
    )

    assert (found.work_in_s, found.polled) == (90.0, True)


def test_failures_count_until_a_session_was_held() -> None:
    diary = Diary()
    note(diary, 20.0, LinkLost())
    note(diary, 40.0, BadLogin())
    assert (situation(diary, 41.0).failures, situation(diary, 41.0).bad_login) == (2, True)

    note(diary, 60.0, LinkLost())
    assert (situation(diary, 61.0).failures, situation(diary, 61.0).bad_login) == (3, False)

    last = note(diary, 80.0)
    assert (situation(diary, 81.0).failures, situation(diary, 81.0).last) == (0, last)


def test_only_a_session_that_looked_at_all_lines_is_a_look() -> None:
    diary = Diary()
    note(diary, 20.0)
    note(diary, 40.0, looked=False, active=True)

    assert (situation(diary, 41.0).looked_s, situation(diary, 41.0).active_s) == (10.0, 40.0)


def test_the_budget_is_spent_and_comes_back_within_the_hour() -> None:
    diary = Diary()
    for end in (20.0, 40.0, 60.0):
        note(diary, end)

    assert diary.held_s(60.0) == 30.0
    assert situation(diary, 60.0, budget_s=30.0).budget_spent
    assert not situation(diary, 60.0, budget_s=31.0).budget_spent
    assert not situation(diary, 3625.0, budget_s=30.0).budget_spent
    note(diary, 4000.0)
    assert diary.held_s(4000.0) == 10.0
