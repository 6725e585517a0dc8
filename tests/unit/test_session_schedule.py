"""When the next session begins: situations at second 1000, and what the rules make of them."""

from __future__ import annotations

from typing import Any

import pytest

from smsmqtt.config import SessionSettings
from smsmqtt.session.schedule import Hold, NextSession, Situation, backoff_s, held_s, interval_s, next_session

NOW = 1000.0


def settings(**fields: Any) -> SessionSettings:
    return SessionSettings.model_validate(
        {"every": "60s", "min_gap": "5s", "batch_window": "2s", "every_min": "20s", "every_max": "5m"} | fields
    )


def situation(**fields: Any) -> Situation:
    return Situation(now_s=NOW, **fields)


def hold(began_s: float, ended_s: float) -> Hold:
    return Hold(began_s=began_s, ended_s=ended_s)


RECENT = {"last": hold(996.0, 998.0), "looked_s": 996.0}


@pytest.mark.parametrize(
    ("fields", "at_s", "look"),
    [
        ({}, NOW, True),  # the first one
        (RECENT, 1056.0, True),
        (RECENT | {"work_since_s": 999.0}, 1003.0, False),  # gap of 5 s behind the last one
        (RECENT | {"last": hold(968.0, 998.0), "work_since_s": 999.0}, 1028.0, False),  # as long as the last one lasted
        (RECENT | {"last": hold(900.0, 901.0), "work_since_s": 999.0}, 1001.0, False),  # batch window
        (RECENT | {"last": hold(900.0, 901.0), "work_in_s": 10.0}, 1012.0, False),
        (RECENT | {"work_in_s": 100.0}, 1056.0, True),  # the look comes first
        ({"last": hold(900.0, 998.0), "looked_s": 900.0, "work_since_s": 990.0}, 1096.0, True),
        (RECENT | {"urgent": True, "work_since_s": 999.9}, NOW, False),
        ({"looked_s": 900.0, "last": hold(900.0, 901.0), "urgent": True}, NOW, True),
        (RECENT | {"budget_spent": True, "work_since_s": 999.0}, 1056.0, True),
        (RECENT | {"budget_spent": True, "urgent": True}, NOW, False),
        (RECENT | {"polled": True}, NOW, True),
        (RECENT | {"polled": True, "failures": 3}, NOW, True),
        (RECENT | {"failures": 1}, 1003.0, True),
        (RECENT | {"failures": 3, "urgent": True, "work_since_s": 900.0}, 1018.0, True),
        (RECENT | {"failures": 1, "bad_login": True}, 1898.0, True),
    ],
)
def test_the_next_session_is_at_the_earliest_time_that_the_rules_allow(
    fields: dict[str, Any], at_s: float, look: bool
) -> None:
    assert next_session(situation(**fields), settings()) == NextSession(at_s=at_s, look=look)


def test_without_early_work_waits_for_the_next_look() -> None:
    assert next_session(situation(**RECENT, work_since_s=900.0), settings(early=False)).at_s == 1056.0


@pytest.mark.parametrize(("active_s", "interval"), [(None, 300.0), (999.0, 20.0), (800.0, 40.0), (-9000.0, 300.0)])
def test_an_adaptive_house_looks_seldom_when_it_is_quiet(active_s: float | None, interval: float) -> None:
    assert interval_s(situation(active_s=active_s), settings(adaptive=True)) == interval


@pytest.mark.parametrize(("failures", "pause"), [(1, 5), (2, 10), (3, 20), (7, 300), (5000, 300)])
def test_a_failing_gateway_is_tried_with_growing_pauses(failures: int, pause: float) -> None:
    assert backoff_s(situation(failures=failures)) == pause


@pytest.mark.parametrize(
    ("holds", "seconds"),
    [
        ([], 0.0),
        ([hold(990.0, 1000.0)], 10.0),
        ([hold(0.0, 10.0), hold(990.0, 1000.0)], 20.0),
        ([hold(-2700.0, -2500.0)], 100.0),  # half of it within the hour
        ([hold(-2800.0, -2700.0)], 0.0),
    ],
)
def test_what_was_held_counts_for_an_hour(holds: list[Hold], seconds: float) -> None:
    assert held_s(holds, NOW) == seconds
