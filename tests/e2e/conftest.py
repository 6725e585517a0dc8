"""Fixtures of the end-to-end tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.broker import Broker, require_mosquitto
from support.mqtt_caller import Caller
from support.mqtt_house import House
from support.scene import scene
from support.units import unit

__all__ = ["scene", "unit"]


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


@pytest.fixture
def house(broker: Broker, caller: Caller, tmp_path: Path) -> Iterator[House]:
    with House(broker, tmp_path / "house") as house:
        caller.wait_for("sms/bridge/health")
        yield house
