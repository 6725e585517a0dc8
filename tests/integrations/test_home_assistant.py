"""The packages and blueprints of ``examples/home-assistant`` in a real Home Assistant, with the simulated gateway."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import yaml
from support.bridge import ANA, BRUNO, NOBODY, Bridge
from support.hass import EXAMPLES, HomeAssistant, hass
from support.mqtt_caller import Caller
from support.waiting import eventually

pytestmark = [
    pytest.mark.skipif(not hass(), reason="Home Assistant is not here: make test-integrations"),
    pytest.mark.timeout(400),
]

CREDIT = """\
name: Test
country: UY
currency: UYU
low: 20
ask: {ussd: {code: "*100#"}}
patterns: ["saldo [$](?P<credit>[0-9.]+)"]
"""
NETWORK = {
    "numbers": {"*": {}, BRUNO: {"reports": [65]}, NOBODY: {}},
    "ussd": {"*100#": {"text": "Su saldo $12.50"}},
}
PATIENCE_S = 8
THE_TESTS_OWN = """
automation:
  - alias: Nobody there
    use_blueprint:
      path: smsmqtt/escalation.yaml
      input:
        alarm: binary_sensor.attic_smoke
        message: Smoke!
        contacts: ["+59899123458"]
        patience: 0.01
        nobody:
          - action: mqtt.publish
            data: {topic: house/unanswered, payload: "nobody"}
  - alias: Credit on MQTT
    use_blueprint:
      path: smsmqtt/low_credit.yaml
      input:
        line: mine
        remind:
          - action: mqtt.publish
            data: {topic: house/reminder, payload: "{{ line }} {{ credit }} {{ currency }}"}
  - alias: Compose
    triggers: [{trigger: mqtt, topic: house/compose}]
    actions:
      - {action: input_select.select_option, target: {entity_id: input_select.sms_to}, data: {option: bruno}}
      - action: input_text.set_value
        target: {entity_id: input_text.sms_body}
        data: {value: "{{ trigger.payload }}"}
      - action: script.sms_send
mqtt:
  binary_sensor:
    - {name: Cellar leak, state_topic: house/leak}
    - {name: Attic smoke, state_topic: house/smoke}
  switch:
    - {name: Gate, command_topic: house/gate}
"""


def as_in_the_house(package: str) -> str:
    """The third contact has another name here, and nobody has five minutes."""
    return package.replace("carla", "nobody").replace("patience: 5", f"patience: {PATIENCE_S / 60}")


@dataclass
class House:
    """All of it, and somebody who listens."""

    bridge: Bridge
    caller: Caller
    assistant: HomeAssistant

    def texts_to(self, number: str) -> list[str]:
        return [it.text or "" for it in self.bridge.unit.network.texts() if it.recipient == number]

    def wait_for_text(self, number: str, words: str, within_s: float = 15.0) -> str:
        """The first one to this number with these words in it."""
        return eventually(
            lambda: [text for text in self.texts_to(number) if words in text],
            within_s=within_s,
            what=lambda: f"{words} in {self.texts_to(number)}: {self.assistant.log()[-3000:]}",
        )[0]

    def heard(self, topic: str) -> list[str]:
        return [it.payload.decode() for it in self.caller.on(topic)]

    def texts_in(self, sender: str, body: str) -> dict[str, Any]:
        """A text comes in; as it was told."""
        before = len(self.caller.on("sms/inbox"))
        self.bridge.unit.deliver(1, sender, body)
        eventually(lambda: self.caller.on("sms/inbox")[before:], what=self.bridge.log)
        return self.caller.on("sms/inbox")[before].fields

    def raise_the_alarm(self) -> None:
        """Whether it was raised before or not."""
        self.caller.publish("house/leak", "OFF")
        eventually(lambda: self.told("binary_sensor.cellar_leak") == "off")
        self.caller.publish("house/leak", "ON")

    def ask_for_credit(self) -> None:
        """Returns when the answer was told."""
        before = len(self.caller.on("sms/balance/mine"))
        self.caller.publish("sms/balance/request", "all")
        eventually(lambda: self.caller.on("sms/balance/mine")[before:], what=self.bridge.log)

    def told(self, entity_id: str, what: str = "state") -> str | None:
        """The state of an entity, or another attribute, as last told; None before that."""
        topic = f"ha/{entity_id.replace('.', '/')}/{what}"
        told = [it.payload.decode() for it in self.caller.heard if it.topic == topic]
        return told[-1] if told else None


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    (folder / "carriers").mkdir()
    (folder / "carriers" / "test.yaml").write_text(CREDIT)
    carriers = {"mine": "test"}
    with Bridge(folder, knobs={"network": NETWORK}, carriers=carriers, balance={"min_interval": "0"}) as bridge:
        assistant = HomeAssistant(bridge.broker, folder / "hass", change=as_in_the_house, more=THE_TESTS_OWN)
        with Caller(bridge.broker) as caller, assistant:
            house = House(bridge.start(), caller, assistant)
            caller.publish("house/leak", "OFF", retain=True)
            caller.publish("house/smoke", "OFF", retain=True)
            assistant.wait_until(lambda: house.heard("homeassistant/status"))
            eventually(lambda: house.told("binary_sensor.attic_smoke") == "off", what=assistant.log)
            yield house
            assert not assistant.complaints()


def test_an_alarm_goes_from_one_to_the_next_until_somebody_answers(house: House) -> None:
    house.raise_the_alarm()
    house.wait_for_text(ANA, "Water in the cellar! Answer ok if you see to it.")
    assert not [text for text in house.texts_to(BRUNO) if "cellar" in text]
    house.texts_in(ANA, "who is this?")  # no answer, and it does not begin the wait again

    house.wait_for_text(BRUNO, "Water in the cellar!", within_s=PATIENCE_S + 20)
    house.caller.wait_for("sms/status", to=BRUNO, state="undelivered")
    house.wait_for_text(NOBODY, "Water in the cellar!", within_s=PATIENCE_S - 1)

    house.texts_in(NOBODY, "OK ")
    house.wait_for_text(ANA, "nobody sees to it: Water in the cellar!")
    house.wait_for_text(BRUNO, "nobody sees to it: Water in the cellar!")
    assert len([text for text in house.texts_to(NOBODY) if "cellar" in text]) == 1


def test_an_answer_ends_the_alarm_and_the_next_one_begins_anew(house: House) -> None:
    sent = len(house.bridge.unit.network.texts())
    for count in (1, 2):
        house.raise_the_alarm()
        eventually(lambda count=count: len(house.bridge.unit.network.texts()) == sent + count)  # type: ignore[misc]
        house.texts_in(ANA, "ok")
        eventually(lambda: house.told("automation.cellar_alarm_by_sms", "current") == "0")


def test_when_nobody_answers_that_is_told(house: House) -> None:
    house.caller.publish("house/smoke", "ON")
    eventually(lambda: house.heard("house/unanswered") == ["nobody"], what=house.assistant.log)


def code_for(house: House, number: str, nth: int) -> str:
    """The one in the nth text with a code."""
    texts = eventually(
        lambda: found if len(found := [it for it in house.texts_to(number) if "Code for open" in it]) >= nth else [],
        what=lambda: f"{house.texts_to(number)} {house.assistant.log()[-2000:]}",
    )
    return re.findall(r"\d{6}", texts[nth - 1])[0]


def test_the_gate_opens_to_the_right_code_once_and_to_nothing_that_is_told_again(house: House) -> None:
    asked = house.texts_in(ANA, "Open")
    code = code_for(house, ANA, 1)
    house.texts_in(ANA, "111111" if code != "111111" else "222222")
    house.wait_for_text(ANA, "that was not the code")
    house.texts_in(ANA, code)  # too late: it was good for one guess
    asked_again = house.texts_in(ANA, "open")
    second = code_for(house, ANA, 2)
    assert house.heard("house/gate") == []

    answered = house.texts_in(ANA, second)
    eventually(lambda: house.heard("house/gate") == ["ON"], what=house.assistant.log)
    house.wait_for_text(ANA, "open: done")

    for text in (asked, asked_again, answered):  # QoS 1, a restart of Home Assistant, a text of last year
        house.caller.publish("sms/inbox", text)
        house.caller.publish("sms/inbox", text | {"event_type": "late", "again": 1})
        house.caller.publish("sms/inbox", text | {"event_type": "late", "id": "old-1"})
    stranger = asked | {"id": "stranger-1", "contact": None, "from": "+59899123457"}
    house.caller.publish("sms/inbox", stranger)
    house.texts_in(BRUNO, "open")
    assert code_for(house, BRUNO, 1)
    assert len([it for it in house.texts_to(ANA) if "Code for open" in it]) == 2
    assert house.heard("house/gate") == ["ON"]


def test_low_credit_is_reminded_of_once_a_day(house: House) -> None:
    house.ask_for_credit()
    house.ask_for_credit()
    eventually(lambda: house.heard("house/reminder") == ["mine 12.5 UYU"], what=house.assistant.log)


def test_the_cards_entities_are_there_and_a_text_is_composed(house: House) -> None:
    house.caller.publish("house/compose", "Dinner is ready")
    house.wait_for_text(BRUNO, "Dinner is ready")
    house.texts_in(ANA, "Coming")
    house.ask_for_credit()
    card = yaml.safe_load((EXAMPLES / "dashboard.yaml").read_text())
    entities = [it["entity"] for it in card["cards"][0]["entities"] if "entity" in it] + ["sensor.sms_last_text"]
    for entity_id in entities:
        eventually(lambda it=entity_id: house.told(it) is not None, what=entity_id)  # type: ignore[misc]
    eventually(lambda: house.told("sensor.sms_card_gateway") in ("idle", "connected"))
    eventually(lambda: house.told("sensor.sms_card_credit") == "12.5 UYU")
    eventually(lambda: house.told("input_text.sms_body") == "")
    eventually(lambda: house.told("sensor.sms_last_text", "body") == '"Coming"')


def test_home_assistants_own_check_finds_nothing(house: House) -> None:
    checked = house.assistant.check()
    assert checked.returncode == 0, checked.stdout
    assert "Invalid config" not in checked.stdout + checked.stderr
