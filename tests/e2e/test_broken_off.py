"""What a module handed over, or took, before something broke off."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from support.house import House
from support.waiting import eventually

from smsmqtt.carriers import sms_query
from smsmqtt.model import Reason
from smsmqtt.simulator import Simulator, SimulatorConfig, writing
from smsmqtt.store import balances

STRANGER = "+59895555555"
CARRIER = """\
name: Own
country: UY
ask: {ussd: {code: "*100#"}}
currency: UYU
patterns: ['(?P<credit>[0-9.,]+)']
"""
KEYWORD = CARRIER.replace('{ussd: {code: "*100#"}}', '{sms: {to: "123", text: "%s"}}')


def handed_through(text: str) -> str:
    """As a module says it by itself (3GPP TS 27.005 §3.4.1)."""
    at = datetime(2026, 11, 22, 12, tzinfo=UTC)
    tpdu = writing.write_deliver(sender=STRANGER, text=text, at=at, zone_quarters=0)
    return f"+CMT: ,{len(tpdu)}\r\n00{tpdu.hex().upper()}"


def own_carrier(folder: Path, profile: str = CARRIER) -> None:
    (folder / "carriers").mkdir()
    (folder / "carriers" / "own.yaml").write_text(profile)


@pytest.mark.parametrize("then", ["drop", "snatch", "silence"])
def test_a_text_that_was_handed_through_is_kept_though_the_look_breaks_off(then: str, tmp_path: Path) -> None:
    with Simulator() as unit, House(unit=unit, folder=tmp_path, hurry=5.0) as house:
        eventually(lambda: house.line_state().get("state") == "ready")
        unit.arm(do="line", at="command", module=1, match="CSQ", text=handed_through("before the end"))
        unit.arm(do=then, at="answer", module=1, match="CSQ")

        assert [text.body for text in house.receives(1)] == ["before the end"]


def test_a_text_that_is_handed_through_while_credit_is_asked_is_kept(tmp_path: Path) -> None:
    own_carrier(tmp_path)
    config = SimulatorConfig().turn("network.ussd", {"*100#": {"text": "12.50"}})
    with Simulator(config) as unit, House(unit=unit, folder=tmp_path, carriers={"mine": "own"}) as house:
        unit.arm(do="line", at="ussd", text=handed_through("meanwhile"))
        house.ask_credit()

        assert [text.body for text in house.receives(1)] == ["meanwhile"]
        eventually(lambda: house.credit_of().get("credit") == 12.5)


@pytest.mark.parametrize(("at", "asked"), [("command", 0), ("ussd", 1)])
def test_a_question_whose_time_runs_out_in_the_session_breaks_nothing(at: str, asked: int, tmp_path: Path) -> None:
    own_carrier(tmp_path)
    with (
        Simulator() as unit,
        House(unit=unit, folder=tmp_path, carriers={"mine": "own"}, session={"every": "1h"}) as house,
    ):
        eventually(lambda: house.gateway_state().get("state") == "idle" and house.gateway_state()["last_session"])
        unit.arm(do="slow", at=at, module=1, seconds=1.0)
        house.ask_credit("mine")
        eventually(lambda: unit.world.faults.happened)
        house.store.write(lambda tx: balances.failed(tx, "mine", Reason(code="timeout", text="too late")))

        house.poll_until(house.send("goes on"), "delivered")
        assert len(unit.network.asked) == asked


def test_a_ring_that_tells_no_number_ends_no_session(tmp_path: Path) -> None:
    with Simulator() as unit, House(unit=unit, folder=tmp_path) as house:
        unit.arm(do="line", at="answer", module=1, match="CSQ", text="RING\r\n\r\n+CLIP:")
        eventually(lambda: house.line_state().get("state") == "in_call")
        house.poll_until(house.send("later"), "delivered")


def test_a_pin_whose_answer_was_lost_is_given_again_after_the_next_power_cut(tmp_path: Path) -> None:
    config = SimulatorConfig().turn("modules.1.sim.state", "pin")
    with Simulator(config) as unit:
        unit.arm(do="drop", at="answer", module=1, match='CPIN="1234"')
        with House(unit=unit, folder=tmp_path, pins={"mine": "1234"}, hurry=5.0) as house:
            eventually(lambda: house.line_state().get("state") == "ready")

            unit.reboot()
            house.poll_until(house.send("unlocked again"), "delivered", within_s=20.0)
            given = [turn for visit in unit.measures.visits for turn in visit.turns if "CPIN=" in turn]
            assert given == ['AT+CPIN="1234"'] * 2


def test_a_keyword_that_this_module_can_not_send_is_a_failed_question(tmp_path: Path) -> None:
    own_carrier(tmp_path, KEYWORD % ("баланс " * 15))
    with Simulator() as unit, House(unit=unit, folder=tmp_path, carriers={"mine": "own"}) as house:
        house.ask_credit()
        eventually(lambda: house.credit_of().get("state") == "failed")
        assert house.credit_of()["reason"]["code"] == "bad_keyword"
        assert unit.network.sent == []


def test_what_breaks_the_program_on_one_line_keeps_no_other_from_its_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(sms_query.SmsKeyword, "ask", broken)
    own_carrier(tmp_path, KEYWORD % "saldo")
    with Simulator() as unit, House(unit=unit, folder=tmp_path, carriers={"mine": "own"}, hurry=5.0) as house:
        eventually(lambda: house.line_state("yours").get("state") == "ready")
        unit.deliver(2, STRANGER, "is anybody there")
        house.ask_credit()

        assert [text.body for text in house.receives(1)] == ["is anybody there"]
        assert {type(crash) for crash in house.crashes} <= {ZeroDivisionError}
        house.crashes.clear()
