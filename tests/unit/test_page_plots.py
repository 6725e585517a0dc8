from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from support.fake_clock import NOON

from smsmqtt.http.page.plots import HEIGHT, WIDTH, HoldPlot, credit_plot, hold_plot
from smsmqtt.http.page.rendering import percent
from smsmqtt.model import BalanceReply
from smsmqtt.store.holds import QUARTER_S, QUARTERS

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


def held(*last: float, known: int = QUARTERS, since: datetime = DAY_AGO - timedelta(hours=1)) -> HoldPlot | None:
    quarters: list[float | None] = [None] * (QUARTERS - known) + [0.0] * (known - len(last)) + list(last)
    return hold_plot(quarters, since, NOON)


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
    plot = held(36.0, known=1, since=NOON - timedelta(minutes=10))
    assert plot is not None
    assert (plot.share, plot.whole_day) == (pytest.approx(0.06), False)


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
