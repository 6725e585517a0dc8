"""What a real Home Assistant makes of the discovery, and of a restart in between."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.assisted_house import AssistedHouse
from support.bridge import ANA, Bridge
from support.hass import HomeAssistant, hass
from support.mqtt_caller import Caller
from support.waiting import eventually

pytestmark = [
    pytest.mark.skipif(not hass(), reason="Home Assistant is not here: make test-integrations"),
    pytest.mark.timeout(400),
]

NOTIFY = """
automation:
  - alias: Tell ana
    triggers: [{trigger: mqtt, topic: house/tell}]
    actions:
      - {action: notify.send_message, target: {entity_id: notify.sms_ana}, data: {message: "{{ trigger.payload }}"}}
"""
TEXT = "event.sms_line_mine_text"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[AssistedHouse]:
    """Home Assistant is not started yet."""
    network = {"numbers": {"*": {}}}
    running = Bridge(tmp_path, knobs={"network": network}, carriers={"mine": "antel-uy"})
    with running as bridge, Caller(bridge.broker) as caller:
        assistant = HomeAssistant(bridge.broker, tmp_path / "hass", more=NOTIFY)
        yield AssistedHouse(bridge.start(), caller, assistant)


def wait_until_home(house: AssistedHouse, times: int) -> None:
    """Until Home Assistant has said so this many times."""
    house.assistant.wait_until(lambda: house.heard("homeassistant/status").count("online") == times)


def announced(house: AssistedHouse) -> set[str]:
    """The unique ids of all entities."""
    told = [it.fields for it in house.caller.heard if it.topic.startswith("homeassistant/device/")]
    return {entity["unique_id"] for device in told for entity in device["cmps"].values()}


def registered(house: AssistedHouse) -> set[str]:
    """The same as Home Assistant keeps them, but for those that the examples make."""
    file = house.assistant.folder / ".storage" / "core.entity_registry"
    entities = json.loads(file.read_text())["data"]["entities"]
    ids = {it["unique_id"] for it in entities if it["platform"] == "mqtt"}
    return {it for it in ids if not it.startswith("sms_card_")}


def test_every_entity_is_taken_a_text_goes_out_an_answer_fires_and_a_restart_loses_nothing(
    house: AssistedHouse,
) -> None:
    with house.assistant:
        wait_until_home(house, times=1)
        eventually(lambda: house.told("notify.sms_ana") == "unknown", what=house.assistant.log)
        house.caller.publish("house/tell", "Dinner is ready")
        house.wait_for_text(ANA, "Dinner is ready")
        house.texts_in(ANA, "Coming")
        eventually(lambda: house.told(TEXT, "body") == '"Coming"', what=house.assistant.log)
        assert house.told(TEXT, "event_type") == '"received"'
    assert registered(house) == announced(house)
    assert len(registered(house)) > 20
    assert not house.assistant.complaints()

    missed = house.texts_in(ANA, "Where are you?")
    with house.assistant:
        wait_until_home(house, times=2)
        eventually(lambda: house.told(TEXT, "body") == '"Where are you?"', within_s=30, what=house.assistant.log)
        assert house.told(TEXT, "event_type") == '"late"'
    assert house.caller.fields_on("sms/inbox", id=missed["id"], again=1)
