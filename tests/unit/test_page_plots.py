from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.fake_clock import NOON

from smsmqtt.http.page.plots import HEIGHT, WIDTH, HoldPlot, credit_plot, hold_plot
from smsmqtt.http.page.rendering import percent
from smsmqtt.model import BalanceReply
from smsmqtt.store.holds import QUARTER_S, QUARTERS, Holds, Quarter

DAY_AGO = NOON - timedelta(days=1)


def reply(credit: str, days_ago: float, currency: str = "UYU") -> BalanceReply:
    at = NOON - timedelta(days=days_ago)
    return BalanceReply(line="mine", credit=Decimal(credit), currency=currency, expires=None, raw="", at=at)


def points(line: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in (point.split(",") for point in line.split())]


def test_credit_goes_in_steps_from_the_first_answer_to_now() -> None:
    plot = credit_plot([reply("100", 10), reply("50", 5), reply("75", 0)], NOON)

    assert plot is not None
    assert points(plot.line) == [(0, 0), (240, 0), (240, 32), (480, 32), (480, 16), (480, 16)]
    assert (plot.highest, plot.lowest) == (Decimal(100), Decimal(50))
    assert (plot.first.credit, plot.last.credit) == (Decimal(100), Decimal(75))


@pytest.mark.parametrize("history", [[], [reply("100", 1)], [reply("3", 2, "USD"), reply("100", 1)]])
def test_one_answer_is_no_course(history: list[BalanceReply]) -> None:
    assert credit_plot(history, NOON) is None


def test_debts_and_nothing_stay_inside_the_plot() -> None:
    for history in ([reply("0", 2), reply("0", 1)], [reply("-20", 2), reply("-5", 1)], [reply("1", 0), reply("2", 0)]):
        plot = credit_plot(history, NOON)
        assert plot is not None
        assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points(plot.line))


def held(
    *last: float,
    known: int = QUARTERS,
    since: datetime = DAY_AGO - timedelta(hours=1),
    seen_s: float = QUARTER_S,
) -> HoldPlot | None:
    """``NOON`` is the end of a quarter hour here; ``seen_s``: of the first known one."""
    quarters = [Quarter(held_s=held_s, seen_s=QUARTER_S) for held_s in (*[0.0] * (known - len(last)), *last)]
    return hold_plot([None] * (QUARTERS - known) + [replace(quarters[0], seen_s=seen_s), *quarters[1:]], since, NOON)


def test_the_share_of_the_day_and_its_worst_quarter_are_told() -> None:
    plot = held(432.0, 0.0, 0.0)

    assert plot is not None
    assert plot.share == pytest.approx(432 / 86400)
    assert (plot.peak, plot.scale, plot.whole_day) == (pytest.approx(0.48), 0.5, True)
    assert plot.peak_at == NOON - timedelta(seconds=2 * QUARTER_S)
    (bar,) = plot.bars
    assert bar.height == pytest.approx(HEIGHT * 0.96, abs=0.1)
    assert bar.y + bar.height == pytest.approx(HEIGHT)


def test_of_a_young_daemon_the_share_is_that_of_its_own_time() -> None:
    plot = held(36.0, known=1, since=NOON - timedelta(minutes=10), seen_s=600.0)
    assert plot is not None
    assert (plot.share, plot.peak, plot.whole_day) == (pytest.approx(0.06), pytest.approx(0.06), False)


def test_a_quarter_hour_that_has_just_begun_is_no_peak() -> None:
    quarters = [Quarter(held_s=9.0, seen_s=QUARTER_S), Quarter(held_s=3.0, seen_s=4.0)]
    plot = hold_plot([None] * (QUARTERS - 2) + quarters, NOON - timedelta(seconds=904), NOON)
    assert plot is not None
    assert plot.peak == pytest.approx(0.75), "the mean is above the other one"
    busier = replace(quarters[0], held_s=90.0)
    plot = hold_plot([None] * (QUARTERS - 3) + [busier, *quarters], NOON - timedelta(seconds=1804), NOON)
    assert plot is not None
    assert plot.peak == pytest.approx(0.1)


@given(
    began_ago_s=st.floats(1, 2 * 86400),
    holds=st.lists(st.tuples(st.floats(0, 2 * 86400), st.floats(0, 600)), min_size=1, max_size=20),
)
def test_the_peak_is_never_below_the_mean(began_ago_s: float, holds: list[tuple[float, float]]) -> None:
    kept = Holds()
    kept.note("mine", NOON - timedelta(seconds=began_ago_s), 1.0)
    for ago_s, held_s in holds:
        ended_ago_s = min(ago_s, began_ago_s)
        kept.note("mine", NOON - timedelta(seconds=ended_ago_s), min(held_s, began_ago_s - ended_ago_s))

    plot = hold_plot(kept.last_day("mine", NOON), kept.since, NOON)

    assert plot is not None
    assert 0 <= plot.share <= plot.peak + 1e-9 <= 1 + 1e-6


def test_a_short_hold_can_still_be_seen() -> None:
    plot = held(0.2)
    assert plot is not None
    assert plot.bars[0].height >= 2


def test_before_the_first_session_there_is_no_plot() -> None:
    assert hold_plot([None] * QUARTERS, None, NOON) is None


@pytest.mark.parametrize(
    ("share", "told"),
    [(0.0, "0%"), (0.0001, "less than 0.1%"), (0.0123, "1.2%"), (0.05, "5%"), (0.25, "25%"), (1.0, "100%")],
)
def test_shares_are_told_as_people_say_them(share: float, told: str) -> None:
    assert percent(share) == told
