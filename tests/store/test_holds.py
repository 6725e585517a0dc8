from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from support.fake_clock import NOON

from smsmqtt.store import Store
from smsmqtt.store.holds import QUARTER_S, QUARTERS, Holds, Quarter

QUARTER = timedelta(seconds=QUARTER_S)


def held(holds: Holds, line: str, now: datetime) -> list[float]:
    return [quarter.held_s for quarter in holds.last_day(line, now) if quarter]


def test_a_hold_counts_in_the_quarter_hours_that_it_touches() -> None:
    holds = Holds()
    holds.note("mine", NOON + timedelta(seconds=20), 50.0)

    day = holds.last_day("mine", NOON + timedelta(seconds=30))

    assert len(day) == QUARTERS
    assert day[-2:] == [Quarter(held_s=30.0, seen_s=30.0), Quarter(held_s=20.0, seen_s=30.0)]
    assert set(day[:-2]) == {None}
    assert holds.since == NOON - timedelta(seconds=30)


def test_holds_of_one_quarter_hour_add_up_for_each_line() -> None:
    holds = Holds()
    for seconds in (10, 20, 30):
        holds.note("mine", NOON + timedelta(seconds=seconds), 2.0)
    later = NOON + QUARTER + timedelta(seconds=60)
    assert held(holds, "mine", later)[-2:] == [6.0, 0.0]
    assert held(holds, "yours", later)[-2:] == [0.0, 0.0]


def test_of_a_quarter_hour_only_what_was_seen_counts() -> None:
    holds = Holds()
    holds.note("mine", NOON + timedelta(minutes=6), 60.0)

    (first, running) = filter(None, holds.last_day("mine", NOON + timedelta(minutes=20)))

    assert (first.seen_s, running.seen_s) == (600.0, 300.0)
    assert first.share == pytest.approx(0.1)


def test_what_is_older_than_a_day_is_forgotten() -> None:
    holds = Holds()
    for nr in range(3 * QUARTERS):
        holds.note("mine", NOON + nr * QUARTER + timedelta(seconds=9), 9.0)

    assert held(holds, "mine", NOON + (3 * QUARTERS - 1) * QUARTER + timedelta(seconds=10)) == [9.0] * QUARTERS
    assert len(holds._held_s["mine"]) == QUARTERS


def test_before_the_first_hold_nothing_is_known() -> None:
    assert set(Holds().last_day("mine", NOON)) == {None}


def test_a_clock_that_was_set_does_no_harm() -> None:
    holds = Holds()
    holds.note("mine", NOON - timedelta(days=20000), 5.0)
    holds.note("mine", NOON, 5.0)
    holds.note("mine", NOON - timedelta(days=1), 5.0)
    assert len(holds.last_day("mine", NOON)) == QUARTERS


def test_noting_holds_commits_nothing(store: Store) -> None:
    before = store.commits
    store.board.holds.note("mine", NOON, 1.0)
    assert store.commits == before
