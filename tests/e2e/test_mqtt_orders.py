"""Orders through a real broker, into a real ledger, and what is said of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.broker import Broker, require_mosquitto
from support.mqtt_caller import Caller
from support.mqtt_house import House
from support.waiting import eventually

HELLO = {"to": "+59899123451", "body": "Hello"}


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    require_mosquitto()
    broker = Broker(folder=tmp_path / "broker").start()
    yield broker
    broker.kill()


@pytest.fixture
def caller(broker: Broker) -> Iterator[Caller]:
    with Caller(broker) as caller:
        yield caller


@pytest.mark.parametrize("version", ["5", "3.1.1"])
def test_an_order_is_queued_and_said_to_be(broker: Broker, caller: Caller, tmp_path: Path, version: str) -> None:
    with House(broker, tmp_path / "house", {"version": version}):
        caller.wait_for("sms/bridge/state", state="online")
        caller.publish("sms/outbox", {**HELLO, "id": "one"})
        told = caller.wait_for("sms/status", id="one")
    assert told["state"] == "queued"
    assert told["to"] == "+59899123451"
    assert told["line"] == "mine"
    assert caller.wait_for("sms/bridge/state", state="offline")
    assert eventually(lambda: "sms/bridge/info" in {it.topic for it in caller.heard})
