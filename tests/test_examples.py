"""The examples hold together: what they send would be taken, what they name is there. The programs that they are for
run them in ``tests/integrations``; mosquitto loads its part in ``tests/e2e``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jinja2 import Environment
from support.pages import ROOT, blocks, page, section

from smsmqtt.mqtt.topics import Topics
from smsmqtt.payloads.balances import parse_request
from smsmqtt.payloads.orders import parse_order

EXAMPLES = ROOT / "examples"
HOME_ASSISTANT = EXAMPLES / "home-assistant"
BLUEPRINTS = HOME_ASSISTANT / "blueprints" / "automation"
PACKAGES = sorted((HOME_ASSISTANT / "packages").glob("*.yaml"))
IN_YAML = sorted(HOME_ASSISTANT.rglob("*.yaml"))
FLOWS = json.loads((EXAMPLES / "node-red" / "flows.json").read_text())
SMS = Topics("sms")
WATCHED = {"sms/inbox", "sms/status", SMS.bridge_state, SMS.gateway("hall"), SMS.line("mine"), SMS.balance("mine")}


class Input(str):
    """A blueprint's ``!input NAME``."""


class Loader(yaml.SafeLoader):
    """YAML with Home Assistant's tag for blueprints."""


Loader.add_constructor("!input", lambda loader, node: Input(loader.construct_scalar(node)))  # type: ignore[arg-type]


def read(file: Path) -> Any:
    return yaml.load(file.read_text(), Loader)


def within(value: Any) -> Iterator[Any]:
    """The value and everything in it."""
    yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for it in inner:
        yield from within(it)


def of_kind(value: Any, key: str, *kinds: str) -> list[dict[str, Any]]:
    return [it for it in within(value) if isinstance(it, dict) and it.get(key) in kinds]


# Home Assistant

TEXT = {"id": "a-1", "contact": "ana", "from": "+59899000011", "body": "ok", "again": 0, "event_type": "received"}
CONTEXT: dict[str, Any] = {
    "prefix": "sms",
    "line": "mine",
    "message": "Water in the cellar!",
    "word": "open",
    "minutes": 5,
    "code": 123456,
    "right": True,
    "order_id": "alarm-1-1",
    "alarm_id": "alarm-1",
    "others": ["ana", "bruno"],
    "asked_by": "ana",
    "asked_id": "a-1",
    "repeat": {"item": "ana", "index": 1},
    "trigger": {"payload_json": TEXT},
    "wait": {"trigger": {"id": "text", "payload_json": TEXT}},
    "states": lambda entity_id: {"input_select.sms_to": "ana"}.get(entity_id, "Hello"),
}


def rendered(template: str) -> str:
    environment = Environment()
    environment.filters["to_json"] = json.dumps
    return environment.from_string(template).render(CONTEXT)


@pytest.mark.parametrize("file", IN_YAML, ids=lambda file: file.name)
def test_every_order_that_home_assistant_places_would_be_taken(file: Path) -> None:
    for publish in of_kind(read(file), "action", "mqtt.publish"):
        data = publish["data"]
        assert rendered(data["topic"]) == SMS.outbox
        assert data["qos"] == 1
        assert "retain" not in data
        order = parse_order(rendered(data["payload"]).encode())
        assert order.valid_for_s, "yesterday's alarm is not to be sent today"


@pytest.mark.parametrize("file", IN_YAML, ids=lambda file: file.name)
def test_every_topic_that_home_assistant_listens_to_is_one_of_ours(file: Path) -> None:
    content = read(file)
    for trigger in of_kind(content, "trigger", "mqtt"):
        assert rendered(trigger["topic"]) in WATCHED
        assert trigger["qos"] == 1
    for sensor in (content.get("mqtt") or {}).get("sensor", []):
        assert {sensor["state_topic"], sensor.get("json_attributes_topic", sensor["state_topic"])} <= WATCHED


def test_what_acts_on_a_text_ignores_what_is_late_or_told_again() -> None:
    for file in BLUEPRINTS.rglob("*.yaml"):
        for trigger in of_kind(read(file), "trigger", "mqtt"):
            if rendered(trigger["topic"]) == "sms/inbox":
                assert trigger["value_template"].startswith("{{ value_json.event_type }} {{ value_json.again }}")
                assert trigger["payload"].startswith("received 0")


@pytest.mark.parametrize("file", sorted(BLUEPRINTS.rglob("*.yaml")), ids=lambda file: file.name)
def test_a_blueprint_declares_the_inputs_that_it_uses(file: Path) -> None:
    blueprint = read(file)
    used = {str(it) for it in within(blueprint) if isinstance(it, Input)}
    assert used == blueprint["blueprint"]["input"].keys()
    assert all(it.get("selector") for it in blueprint["blueprint"]["input"].values())


def instances() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each use of a blueprint, and the blueprint."""
    for package in PACKAGES:
        for automation in read(package).get("automation", []):
            use = automation["use_blueprint"]
            yield use, read(BLUEPRINTS / use["path"])["blueprint"]


def test_every_blueprint_has_a_package_that_gives_it_what_it_needs() -> None:
    used = list(instances())
    assert {use["path"] for use, _ in used} == {f"smsmqtt/{file.name}" for file in BLUEPRINTS.rglob("*.yaml")}
    for use, blueprint in used:
        needed = {name for name, it in blueprint["input"].items() if "default" not in it}
        assert needed <= use["input"].keys() <= blueprint["input"].keys()


def test_the_card_shows_what_its_package_makes() -> None:
    package = read(HOME_ASSISTANT / "packages" / "sms_card.yaml")
    made = {f"{kind}.{name}" for kind in ("input_select", "input_text", "script") for name in package[kind]}
    made |= {f"sensor.{it['name'].lower().replace(' ', '_')}" for it in package["mqtt"]["sensor"]}
    card = (HOME_ASSISTANT / "dashboard.yaml").read_text()
    assert set(re.findall(r"\b(?:input_select|input_text|script|sensor)\.\w+", card)) == made


# Node-RED


def nodes(kind: str) -> list[dict[str, Any]]:
    return [node for node in FLOWS if node["type"] == kind]


def test_the_flow_is_wired_to_nodes_that_are_there() -> None:
    ids = [node["id"] for node in FLOWS]
    assert len(ids) == len(set(ids))
    for node in FLOWS:
        assert {target for output in node.get("wires", []) for target in output} <= set(ids)
        assert {node.get("z", ids[0]), node.get("broker", ids[0])} - {"localhost"} <= set(ids)


def test_the_flow_speaks_with_qos_1_and_retains_nothing() -> None:
    assert {(node["topic"], node["qos"], node["retain"]) for node in nodes("mqtt out")} == {
        (SMS.outbox, "1", "false"),
        (SMS.credit_requests, "1", "false"),
    }
    answers = "node-red/sms"
    assert SMS.refuses_reply_to(answers) is None
    assert {(node["topic"], node["qos"]) for node in nodes("mqtt in")} == {
        (topic, "1") for topic in (answers, "sms/inbox", SMS.balance("+"))
    }


def test_what_the_flows_buttons_send_would_be_taken() -> None:
    order, question = (node["payload"].encode() for node in nodes("inject"))
    assert parse_order(order).valid_for_s
    assert parse_request(question).line is None


# mosquitto and systemd


def test_the_brokers_settings_are_those_of_the_documents() -> None:
    assert blocks("docs/MQTT.md", "text") == [(EXAMPLES / "mosquitto" / "smsmqtt.conf").read_text()]


@pytest.mark.parametrize("document", ["docs/MQTT.md", "docs/HOME-ASSISTANT.md"])
def test_the_access_list_stands_in_one_place_which_the_documents_name(document: str) -> None:
    assert "(../examples/mosquitto/acl)" in section(document, "Access")
    assert "user homeassistant" not in page(document)


def test_the_drop_in_for_serial_ports_is_what_the_unit_recommends() -> None:
    unit = (ROOT / "systemd" / "smsmqtt.service").read_text()
    recommended = re.findall(r"^#   (.*)$", unit, re.MULTILINE)
    drop_in = (EXAMPLES / "systemd" / "smsmqtt.service.d" / "serial.conf").read_text().splitlines()
    assert [line for line in drop_in if not line.startswith("#")] == recommended
