"""Questions for credit through a real broker, and what is told of the answers."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from support.broker import Broker
from support.mqtt_caller import Caller
from support.mqtt_house import House
from support.waiting import eventually

from smsmqtt.model import BalanceReply, BalanceRequest, Reason
from smsmqtt.store import Transaction, balances

VERSIONS = pytest.mark.parametrize("version", ["5", "3.1.1"])
RAW = "su saldo es $23.45, vence el 31/12/2026"


def ask(house: House, caller: Caller, payload: str) -> BalanceRequest:
    caller.publish("sms/balance/request", payload)
    eventually(lambda: house.store.read(lambda tx: balances.open_request(tx, "mine")))
    found = house.store.read(lambda tx: balances.latest(tx, "mine"))
    assert found is not None
    return found


def answer(house: House) -> None:
    """As a session does."""

    def take(tx: Transaction) -> None:
        reply = BalanceReply(
            line="mine",
            credit=Decimal("23.45"),
            currency="UYU",
            expires=(tx.now + timedelta(days=3)).date(),
            raw=RAW,
            at=tx.now,
        )
        balances.answered(tx, reply)
        house.credit.conclude(tx, "mine")

    house.store.write(take)


def fail(house: House) -> None:
    def take(tx: Transaction) -> None:
        balances.failed(tx, "mine", Reason(code="no_answer_now", text="the carrier can't tell now"), "Marque *888#")
        house.credit.conclude(tx, "mine")

    house.store.write(take)


@VERSIONS
def test_an_answer_is_retained_and_a_failure_leaves_it_standing(
    broker: Broker, caller: Caller, tmp_path: Path, version: str
) -> None:
    with House(broker, tmp_path / "house", {"version": version}) as house:
        caller.wait_for("sms/bridge/state", state="online")
        assert ask(house, caller, '{"line": "mine", "id": "q1"}').id == "q1"
        answer(house)
        told = caller.wait_for("sms/balance/mine", request_id="q1")
        assert (told["state"], told["credit"], told["currency"], told["raw"]) == ("ok", 23.45, "UYU", RAW)
        assert (told["number"], told["low"], told["expiring"], told["reason"]) == ("+59899000001", True, True, None)
        assert date.fromisoformat(told["expires"])
    with Caller(broker) as later:
        assert later.wait_for("sms/balance/mine") == told


def test_too_soon_after_an_answer_it_serves_again(broker: Broker, caller: Caller, tmp_path: Path) -> None:
    with House(broker, tmp_path / "house") as house:
        caller.wait_for("sms/bridge/state", state="online")
        ask(house, caller, "all")
        answer(house)
        caller.publish("sms/balance/request", '{"line": "+59899000001", "id": "again"}')
        told = caller.wait_for("sms/balance/mine", request_id="again")
        assert (told["state"], told["credit"]) == ("ok", 23.45)
        assert house.store.read(lambda tx: balances.open_request(tx, "mine")) is None


def test_a_failure_shows_what_was_said(broker: Broker, caller: Caller, tmp_path: Path) -> None:
    with House(broker, tmp_path / "house") as house:
        caller.wait_for("sms/bridge/state", state="online")
        ask(house, caller, "mine")
        fail(house)
        told = caller.wait_for("sms/balance/mine", state="failed")
        assert (told["credit"], told["raw"], told["reason"]["code"]) == (None, "Marque *888#", "no_answer_now")


def test_a_line_that_cannot_be_asked_is_rejected_by_its_field(broker: Broker, caller: Caller, tmp_path: Path) -> None:
    with House(broker, tmp_path / "house"):
        caller.wait_for("sms/bridge/state", state="online")
        caller.publish("sms/balance/request", '{"line": "yours", "id": "q1"}', reply_to="my/answers")
        told = caller.wait_for("sms/status", state="rejected", id="q1")
        assert (told["reason"]["field"], told["reason"]["code"]) == ("line", "no_carrier")
        assert caller.wait_for("my/answers") == told


def test_the_bridge_tells_which_lines_can_be_asked(broker: Broker, caller: Caller, tmp_path: Path) -> None:
    with House(broker, tmp_path / "house"):
        assert caller.wait_for("sms/bridge/info")["balance"] == {"lines": ["mine"]}


def test_what_is_retained_goes_with_the_carrier(broker: Broker, caller: Caller, tmp_path: Path) -> None:
    with House(broker, tmp_path / "house") as house:
        caller.wait_for("sms/bridge/state", state="online")
        ask(house, caller, "mine")
        answer(house)
        caller.wait_for("sms/balance/mine")
    with House(broker, tmp_path / "house", carrier=None):
        eventually(lambda: [it for it in caller.heard if it.topic == "sms/balance/mine" and not it.payload])
