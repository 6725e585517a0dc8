"""Asking carriers for credit, over a real connection to the simulated unit with its toolkit, codes and keywords."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.house import House
from support.waiting import eventually

from smsmqtt.simulator import Simulator, SimulatorConfig
from smsmqtt.store import inbox

ANTEL = {"mine": "antel-uy"}
ANSWER = {"state": "ok", "credit": 123.45, "currency": "UYU", "expires": "2030-12-31"}


def _shown(house: House, **wanted: Any) -> Callable[[], dict[str, Any]]:
    def shown() -> dict[str, Any]:
        credit = house.credit_of()
        return credit if all(credit.get(key) == value for key, value in wanted.items()) else {}

    return shown


@pytest.mark.parametrize(
    ("knob", "value"),
    [
        ("toolkit.result", "before"),
        ("toolkit.result", "after"),
        ("toolkit.left_open", (2,)),
        ("toolkit.lengths", "long"),
        ("toolkit.end_delay_s", 0.3),
        ("modem.joining", False),
        ("modem.echo_at_acquire", True),
        ("modem.verbose_at_acquire", True),
        ("wire.segment_bytes", 1),
    ],
    ids=str,
)
def test_the_toolkit_asks_and_a_text_answers(knob: str, value: Any, tmp_path: Path) -> None:
    config = SimulatorConfig().turn(knob, value)
    with Simulator(config) as unit, House(unit=unit, folder=tmp_path, carriers=ANTEL) as house:
        house.ask_credit(request_id="ask-1")

        shown = eventually(_shown(house, state="ok"))

        assert {key: shown[key] for key in ANSWER} == ANSWER
        assert (shown["request_id"], shown["reason"]) == ("ask-1", None)
        assert len(unit.network.asked) == 1
        assert house.texts_announced() == []
        assert house.store.write(lambda tx: inbox.republish(tx, [text.id for text in house.texts()])) == 0


def test_the_answer_is_a_text_too_when_users_want_it(tmp_path: Path) -> None:
    with (
        Simulator() as unit,
        House(unit=unit, folder=tmp_path, carriers=ANTEL, balance={"also_inbox": "true"}) as house,
    ):
        house.ask_credit()
        eventually(_shown(house, state="ok"))

        assert [text.sender for text in house.texts_announced()] == ["+123"]


def test_requests_while_one_is_open_join_it_and_a_fresh_answer_serves_again(tmp_path: Path) -> None:
    with Simulator() as unit, House(unit=unit, folder=tmp_path, carriers=ANTEL) as house:
        house.ask_credit(request_id="first")
        house.ask_credit(request_id="second")
        eventually(_shown(house, state="ok", request_id="first"))

        house.ask_credit(request_id="third")

        assert eventually(_shown(house, state="ok", request_id="third"))
        assert len(unit.network.asked) == 1


def test_an_answer_that_never_comes_times_out_over_a_restart(tmp_path: Path) -> None:
    config = SimulatorConfig().turn("network.numbers", {"123": {}})
    with (
        Simulator(config) as unit,
        House(unit=unit, folder=tmp_path, carriers=ANTEL, balance={"timeout": "2s"}) as house,
    ):
        house.ask_credit()
        eventually(lambda: unit.network.asked)
        house.restart()

        shown = eventually(lambda: house.upkeep() or _shown(house, state="timeout")())

        assert shown["reason"]["code"] == "timeout"
        assert len(unit.network.asked) == 1


def test_a_killed_line_is_not_asked_twice(tmp_path: Path) -> None:
    with Simulator() as unit, House(unit=unit, folder=tmp_path, carriers=ANTEL) as house:
        unit.arm(do="drop", at="toolkit")
        house.ask_credit()

        eventually(_shown(house, state="ok"))

        assert len(unit.network.asked) == 1


@pytest.mark.parametrize("first", ["none", "mediatek"])
def test_the_toolkit_is_learnt_anew_where_it_opened_no_menu(first: str, tmp_path: Path) -> None:
    config = SimulatorConfig().turn("toolkit.dialect", first)
    with (
        Simulator(config) as unit,
        House(unit=unit, folder=tmp_path, carriers=ANTEL, hurry=5.0, balance={"min_interval": "0s"}) as house,
    ):
        house.ask_credit(request_id="first")
        eventually(_shown(house, request_id="first", state="failed" if first == "none" else "ok"))
        unit.turn("toolkit.dialect", "3gpp")
        if first == "mediatek":
            house.ask_credit(request_id="second")
            eventually(_shown(house, request_id="second", state="failed"))
        house.ask_credit(request_id="third")

        eventually(_shown(house, request_id="third", state="ok"))


def test_another_module_is_asked_in_its_own_words(tmp_path: Path) -> None:
    with (
        Simulator(SimulatorConfig().turn("toolkit.dialect", "3gpp")) as unit,
        House(unit=unit, folder=tmp_path, carriers=ANTEL, hurry=5.0, balance={"min_interval": "0s"}) as house,
    ):
        house.ask_credit(request_id="first")
        eventually(_shown(house, request_id="first", state="ok"))
        unit.turn("toolkit.dialect", "mediatek")
        unit.turn("modem.pdu_mode", False)
        house.ask_credit(request_id="second")

        eventually(_shown(house, request_id="second", state="ok"))


OWN = """\
name: Own
country: UY
ask: {ussd: {code: "*100#"}}
currency: UYU
patterns: ['(?P<credit>[0-9.,]+)']
"""


@pytest.mark.parametrize(
    ("knob", "value"),
    [("ussd.result", "before"), ("ussd.result", "after"), ("ussd.dcs", "hidden"), ("modem.joining", False)],
    ids=str,
)
@pytest.mark.parametrize("dcs", [15, 72])
def test_a_code_is_answered_at_once(knob: str, value: Any, dcs: int, tmp_path: Path) -> None:
    answer = {"*100#": {"text": "You have\n12.50 left €", "dcs": dcs}}
    config = SimulatorConfig().turn(knob, value).turn("network.ussd", answer)
    (tmp_path / "carriers").mkdir()
    (tmp_path / "carriers" / "own.yaml").write_text(OWN)
    with Simulator(config) as unit, House(unit=unit, folder=tmp_path, carriers={"mine": "own"}) as house:
        house.ask_credit("mine")

        shown = eventually(_shown(house, state="ok"))

        assert (shown["credit"], shown["raw"]) == (12.5, "You have\n12.50 left €")
        assert len(unit.network.asked) == 1


@pytest.mark.parametrize("result", ["before", "after"])
@pytest.mark.parametrize("text", ["12.50 left\n> more", '> menu "Max"\n12.50 left'])
def test_an_answer_may_look_like_a_prompt_or_be_in_quotes(text: str, result: str, tmp_path: Path) -> None:
    config = SimulatorConfig().turn("ussd.result", result).turn("network.ussd", {"*100#": {"text": text}})
    (tmp_path / "carriers").mkdir()
    (tmp_path / "carriers" / "own.yaml").write_text(OWN)
    with Simulator(config) as unit, House(unit=unit, folder=tmp_path, carriers={"mine": "own"}) as house:
        house.ask_credit("mine")

        shown = eventually(_shown(house, state="ok"))

        assert (shown["credit"], shown["raw"]) == (12.5, text)


@pytest.mark.parametrize("result", ["before", "after"])
def test_an_answer_to_a_code_counts_also_behind_a_broken_connection(result: str, tmp_path: Path) -> None:
    (tmp_path / "carriers").mkdir()
    (tmp_path / "carriers" / "own.yaml").write_text(OWN)
    config = SimulatorConfig().turn("network.ussd", {"*100#": {"text": "12.50"}}).turn("ussd.result", result)
    with Simulator(config) as unit, House(unit=unit, folder=tmp_path, carriers={"mine": "own"}) as house:
        unit.arm(do="drop", at="ussd")
        house.ask_credit()

        shown = eventually(_shown(house, state="ok"))

        assert shown["credit"] == 12.5
        assert len(unit.network.asked) == 1


def test_a_failure_leaves_the_last_good_answer_standing(tmp_path: Path) -> None:
    (tmp_path / "carriers").mkdir()
    (tmp_path / "carriers" / "own.yaml").write_text(OWN)
    config = SimulatorConfig().turn("network.ussd", {"*100#": {"text": "12.50"}})
    with (
        Simulator(config) as unit,
        House(unit=unit, folder=tmp_path, carriers={"mine": "own"}, balance={"min_interval": "0s"}) as house,
    ):
        house.ask_credit()
        eventually(_shown(house, state="ok"))
        unit.turn("network.ussd", {"*100#": {"text": "try later"}})
        house.ask_credit()

        shown = eventually(_shown(house, state="failed"))

        assert (shown["credit"], shown["raw"], shown["reason"]["code"]) == (12.5, "try later", "unreadable")


def test_asking_costs_few_turns(tmp_path: Path) -> None:
    (tmp_path / "carriers").mkdir()
    (tmp_path / "carriers" / "own.yaml").write_text(OWN)
    config = SimulatorConfig().turn("network.ussd", {"*100#": {"text": "12.50"}})
    with (
        Simulator(config) as unit,
        House(unit=unit, folder=tmp_path, carriers={"mine": "own"}, session={"every": "1h"}) as house,
    ):
        idle = eventually(lambda: house.gateway_state().get("last_session"))
        house.ask_credit()
        eventually(_shown(house, state="ok"))
        turns = unit.measures.visits[-1].turns

        assert idle
        assert len([turn for turn in turns if "CUSD" in turn]) <= 6
