"""How long lines were held, as the page will show it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from support.house import House
from support.waiting import eventually

from smsmqtt.simulator import Simulator


def held_s(house: House, line: str) -> float:
    """Of the last day."""
    return sum(quarter.held_s for quarter in house.store.board.holds.last_day(line, house.clock.now()) if quarter)


def test_a_line_is_held_from_its_taking_to_its_giving_back(tmp_path: Path) -> None:
    with Simulator() as unit, House(unit=unit, folder=tmp_path) as house:
        house.poll_until(house.send("hello"), "delivered")
        is_held_once_more(house)  # takes up what the session before left on the SIM

        commits = house.store.commits
        is_held_once_more(house)
        assert house.store.commits == commits


def is_held_once_more(house: House) -> None:
    before_s = held_s(house, "mine")
    house.store.board.request_poll(None)
    eventually(lambda: held_s(house, "mine") > before_s)


def test_a_line_that_is_in_a_call_is_not_held(tmp_path: Path) -> None:
    with Simulator() as unit:
        unit.call(2, "+59895555555")
        with House(unit=unit, folder=tmp_path) as house:
            eventually(lambda: house.line_state("yours").get("state") == "in_call")
            assert (held_s(house, "mine") > 0, held_s(house, "yours")) == (True, 0.0)


def test_a_hold_that_breaks_off_counts_too(tmp_path: Path) -> None:
    with Simulator() as unit:
        unit.arm(do="drop", at="command", module=1)
        with House(unit=unit, folder=tmp_path) as house:
            eventually(lambda: house.gateway_state().get("error"))
            assert held_s(house, "mine") > 0


def session_after(house: House, last: dict[str, Any] | None) -> dict[str, Any]:
    """The gateway's state, as soon as it tells of another session than the last one."""
    found = eventually(lambda: house.gateway_state().get("last_session") not in (None, last) and house.gateway_state())
    return dict(found)


def test_what_was_held_within_the_last_hour_counts_over_a_restart(tmp_path: Path) -> None:
    with Simulator() as unit, House(unit=unit, folder=tmp_path, session={"every": "1h"}) as house:
        before = session_after(house, None)
        house.restart()
        after = session_after(house, before["last_session"])
        assert after["held_s_hour"] >= before["held_s_hour"] + after["last_session"]["held_s"] - 0.1
