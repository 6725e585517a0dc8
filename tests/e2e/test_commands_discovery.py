"""``discovery remove`` as a process: beside a running daemon, after it, and where there is nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.bridge import Bridge
from support.broker import require_mosquitto
from support.mqtt_caller import Caller
from support.waiting import eventually

OWN = {f"homeassistant/device/smsmqtt_sms_{it}/config" for it in ("bridge", "gateway_hall", "line_mine", "line_yours")}
OTHERS = {
    "homeassistant/device/smsmqtt_texts_bridge/config",
    "homeassistant/device/zigbee/config",
    "homeassistant/sensor/smsmqtt_sms_bridge/config",
}


@pytest.fixture
def bridge(tmp_path: Path) -> Iterator[Bridge]:
    require_mosquitto()
    with Bridge(tmp_path) as running:
        yield running


def retained(bridge: Bridge) -> set[str]:
    with Caller(bridge.broker) as caller:
        caller.publish("marker", b"1")
        eventually(lambda: caller.on("marker"))
        return {it.topic for it in caller.heard if it.topic.startswith("homeassistant/")}


def test_only_our_own_devices_are_taken_away_also_without_a_daemon(bridge: Bridge) -> None:
    with Caller(bridge.broker) as caller:
        for topic in OTHERS:
            caller.publish(topic, json.dumps({"dev": {}}), retain=True)
    bridge.start()
    eventually(lambda: retained(bridge) == OWN | OTHERS)
    bridge.stop()
    with Caller(bridge.broker) as caller:
        ended = bridge.command("discovery", "remove")
        assert (ended.code, ended.out) == (0, "devices taken away: 4\n"), ended.err
        eventually(lambda: sum(not it.payload for it in caller.heard) == 4)
        gone = [it.topic.split("_")[2] for it in caller.heard if not it.payload]
        assert gone == ["line", "line", "gateway", "bridge/config"]
    assert retained(bridge) == OTHERS
    assert bridge.command("discovery", "remove").out == "devices taken away: 0\n"


def test_a_daemon_that_runs_is_told_of(bridge: Bridge) -> None:
    bridge.start()
    eventually(lambda: retained(bridge) == OWN)
    ended = bridge.command("discovery", "remove")
    assert ended.code == 0, ended.err
    assert "will announce them again" in ended.out
    assert retained(bridge) == set()


def test_a_broker_that_is_away_is_one_sentence(bridge: Bridge) -> None:
    bridge.broker.kill()
    ended = bridge.command("discovery", "remove")
    assert ended.code == 1
    assert len(ended.err.splitlines()) == 1
