"""What Home Assistant is told: by its rules, under ids that stay, and with templates that read our payloads."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.home_assistant import composed, faults, rendered

from smsmqtt import config
from smsmqtt.intake.directory import Directory
from smsmqtt.model import MessageState
from smsmqtt.mqtt.discovery import Device, device_id, devices, is_under, payload
from smsmqtt.mqtt.discovery.line import TROUBLES
from smsmqtt.mqtt.topics import Topics
from smsmqtt.payloads import balances, news, orders, requests, state

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUSE = {
    "gateways": {
        "hall": {"host": "10.0.0.1", "lines": {"mine": {"module": 1, "number": "+59899000001", "carrier": "antel-uy"}}},
        "attic": {"host": "10.0.0.2", "lines": {"yours": {"module": 1, "number": "+59899000002"}}},
    },
    "contacts": {"ana": "+59899000011", "bruno-2": "+59899000012"},
    "groups": {"family": ["ana", "bruno-2"]},
}

IDS = {
    "smsmqtt_sms_bridge": "notify_ana notify_bruno-2 notify_family message reset_guard",
    "smsmqtt_sms_gateway_hall": "connection problem paused last_session held poll free resume",
    "smsmqtt_sms_gateway_attic": "connection problem paused last_session held poll free resume",
    "smsmqtt_sms_line_mine": (
        "text call problem signal operator queue sent received failed sending reset_guard"
        " credit credit_expires low_credit check_credit"
    ),
    "smsmqtt_sms_line_yours": "text call problem signal operator queue sent received failed sending reset_guard",
}
"""Never to be changed: Home Assistant knows devices and entities by them, and so do its users' dashboards."""


def told(folder: Path, **sections: Any) -> list[Device]:
    file = folder / "config.yaml"
    file.write_text(yaml.safe_dump(HOUSE | sections, sort_keys=False))
    settings = config.load(file)
    return devices(settings, Directory.from_settings(settings), {"mine": "UYU"})


def fields_of(device: Device, **leaving: str) -> dict[str, Any]:
    fields = json.loads(payload(device, version="1.2.3", leaving=leaving))
    assert isinstance(fields, dict)
    return fields


@pytest.fixture
def house(tmp_path: Path) -> dict[str, Device]:
    return {device.id: device for device in told(tmp_path)}


@pytest.fixture
def bridge(house: dict[str, Device]) -> Device:
    return house["smsmqtt_sms_bridge"]


@pytest.fixture
def gateway(house: dict[str, Device]) -> Device:
    return house["smsmqtt_sms_gateway_hall"]


@pytest.fixture
def line(house: dict[str, Device]) -> Device:
    return house["smsmqtt_sms_line_mine"]


# The rules


@pytest.mark.parametrize("prefix", ["sms", "home/sms", "Größe 1"])
def test_home_assistant_takes_every_announcement_as_it_is(tmp_path: Path, prefix: str) -> None:
    for device in told(tmp_path, mqtt={"prefix": prefix}):
        topic = Topics(prefix).discovery(device.id)
        assert list(faults(topic, payload(device, version="1.2.3", leaving={}))) == []


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"cdevs": []}, "root key cdevs"),
        ({"cmps": {"x": {"platform": "button"}}}, "x: button lacks command_topic"),
        ({"cmps": {"x": {"platform": "button", "retain": True}}}, "x: button knows no retain"),
        ({"cmps": {"x": {"platform": "event", "availability": []}}}, "x: an event that comes back"),
        ({"cmps": {"x": {"platform": "sensor", "device_class": "monetary"}}}, "x: monetary without a currency"),
        ({"cmps": {"x": {"platform": "fan"}}}, "x: platform fan"),
    ],
)
def test_a_fault_would_be_found(fields: dict[str, Any], fault: str) -> None:
    announced = {"dev": {"identifiers": ["x"]}, "o": {"name": "x"}, "cmps": {}} | fields
    assert any(
        found.startswith(fault) for found in faults("homeassistant/device/x/config", json.dumps(announced).encode())
    )


def test_nothing_that_asks_for_an_action_is_retained(house: dict[str, Device]) -> None:
    assert not any("retain" in component for device in house.values() for component in device.components.values())


def test_every_id_is_its_own(house: dict[str, Device]) -> None:
    ids = [it["unique_id"] for device in house.values() for it in fields_of(device)["cmps"].values()]
    assert len(ids) == len(set(ids)) == sum(len(keys.split()) for keys in IDS.values())


def test_the_ids_are_the_ones_that_they_always_were(house: dict[str, Device]) -> None:
    assert {name: " ".join(device.components) for name, device in house.items()} == IDS
    for name, device in house.items():
        fields = fields_of(device)
        assert fields["dev"]["identifiers"] == [name]
        assert [it["unique_id"] for it in fields["cmps"].values()] == [f"{name}_{key}" for key in IDS[name].split()]
    assert device_id("home/sms", "line", "mine") == "smsmqtt_homesms1813b2d7_line_mine"


def test_what_leads_to_a_device_is_announced_before_it(house: dict[str, Device]) -> None:
    assert [device.via for device in house.values()] == [
        None,
        *["smsmqtt_sms_bridge"] * 2,
        *("smsmqtt_sms_gateway_hall", "smsmqtt_sms_gateway_attic"),
    ]
    seen: set[str | None] = {None}
    for device in house.values():
        assert fields_of(device)["dev"].get("via_device") in seen
        seen.add(device.id)


@pytest.mark.parametrize(
    ("one", "other"), [("sms", "s_ms"), ("home/sms", "home_sms"), ("sms", "sms/"), ("sms", "sms_line_mine"), ("a", "A")]
)
def test_two_prefixes_share_no_id(one: str, other: str) -> None:
    assert device_id(one, "bridge") != device_id(other, "bridge")
    assert is_under(device_id(one, "line", "mine"), one)
    assert not is_under(device_id(other, "line", "mine"), one)


def test_what_leaves_is_told_by_its_platform_alone(bridge: Device) -> None:
    assert fields_of(bridge, notify_carla="notify")["cmps"]["notify_carla"] == {"p": "notify"}


def test_discovery_that_is_off_announces_nothing(tmp_path: Path) -> None:
    assert told(tmp_path, homeassistant={"discovery": False}) == []


def test_no_number_and_no_address_is_announced(house: dict[str, Device]) -> None:
    everything = b"".join(payload(device, version="1", leaving={}) for device in house.values())
    assert b"5989900" not in everything
    assert b"10.0.0" not in everything


# What users do with it


@pytest.mark.parametrize("message", ["Hello", 'She said "no"\nand left \\ for {{ good }}', "ñandú 🎉 <&'>", ""])
def test_a_notification_is_an_order_for_an_hour(bridge: Device, message: str) -> None:
    component = bridge.components["notify_family"]
    order = composed(component["command_template"], message)
    assert json.loads(order) == {"to": "family", "body": message, "valid_for": "1h"}
    if message:
        assert orders.parse_order(order.encode()).valid_for_s == 3600
    assert component["command_topic"] == "sms/outbox"
    assert component["availability"] == [
        {"topic": "sms/bridge/state", "value_template": "{{ value_json.state }}"},
    ]


def test_every_button_and_switch_asks_for_what_the_bridge_understands(house: dict[str, Device]) -> None:
    asked = {}
    for device in house.values():
        for key, it in device.components.items():
            for name in ("payload_press", "payload_on", "payload_off"):
                if name in it:
                    asked[f"{device.id.removeprefix('smsmqtt_sms_')} {key} {name}"] = (it["command_topic"], it[name])
    guard = "sms/bridge/request/guard"
    assert json.loads(asked["bridge reset_guard payload_press"][1]) == {"reset": True}
    assert asked["line_mine reset_guard payload_press"] == (guard, '{"reset": true, "line": "mine"}')
    for topic, text in asked.values():
        verb = topic.rpartition("/")[2]
        if topic == "sms/balance/request":
            assert balances.parse_request(text.encode()).line == "mine"
        elif topic != guard:
            requests.read_request(verb, json.loads(text))
    assert requests.read_request("pause", json.loads(asked["gateway_hall free payload_press"][1])) == requests.Pause(
        gateway="hall", for_s=600
    )
    resume = json.loads(asked["gateway_hall resume payload_press"][1])
    assert requests.read_request("resume", resume) == requests.Resume(gateway="hall")


# What the templates read


def test_an_event_of_another_line_renders_to_nothing(line: Device) -> None:
    text = {"event_type": "received", "line": "mine", "body": "{{ 1 }}\n"}
    template = line.components["text"]["value_template"]
    assert json.loads(rendered(template, text)) == text
    assert rendered(template, text | {"line": "yours"}) == ""
    call = news.call(event_type="ring", line="yours", caller=None, at=NOW)
    assert rendered(line.components["call"]["value_template"], call) == ""


def test_a_status_is_an_event_of_the_type_of_its_state(bridge: Device) -> None:
    component = bridge.components["message"]
    status = news.rejected(code="bad_payload", text="is <not> 'good'", field="to", at=NOW)
    event = json.loads(rendered(component["value_template"], status))
    assert event == status | {"event_type": "rejected"}
    assert component["event_types"] == [it.value for it in MessageState]


def gateway_payload(error: state.Trouble | None = None, **changes: Any) -> dict[str, Any]:
    last = state.LastSession(at=NOW, held_s=2, sent=1, received=0, turns=9)
    facts: dict[str, Any] = {"state": "idle", "last_session": last, "held_s_hour": 12.5, "next_session_at": None}
    return state.gateway(**(facts | changes), error=error)


def test_a_gateways_trouble_is_shown_with_what_can_be_done(gateway: Device) -> None:
    trouble = state.Trouble(code="bad_login", text="refused", hint="Correct it.", since=NOW)
    problem = gateway.components["problem"]
    ill, well = gateway_payload(trouble, state="bad_login"), gateway_payload()
    assert [rendered(problem["value_template"], it) for it in (ill, well)] == ["ON", "OFF"]
    attributes = [json.loads(rendered(problem["json_attributes_template"], it)) for it in (ill, well)]
    assert attributes[0] == ill["error"]
    assert attributes[1] == dict.fromkeys(("code", "text", "hint", "since"))
    connection = gateway.components["connection"]["value_template"]
    states = ("idle", "connected", "paused", "unreachable", "bad_login", "occupied")
    told = [rendered(connection, gateway_payload(state=it)) for it in states]
    assert told == ["ON", "ON", "ON", "OFF", "OFF", "OFF"]
    paused = gateway.components["paused"]
    assert [it for it in states if rendered(paused["value_template"], gateway_payload(state=it)) == "ON"] == ["paused"]
    assert "json_attributes_topic" not in paused, "a session would be a new record of the same state"


def test_a_session_that_never_was_is_unknown(gateway: Device) -> None:
    template = gateway.components["last_session"]["value_template"]
    assert rendered(template, gateway_payload()) == "2026-11-22T12:00:00Z"
    assert rendered(template, gateway_payload(last_session=None)) == "None"
    assert rendered(gateway.components["held"]["value_template"], gateway_payload()) == "12.5"


def line_payload(name: str = "ready", *, enabled: bool = True, reason: str | None = None) -> dict[str, Any]:
    return state.line(
        state=name,
        sending=enabled,
        sending_reason=reason,
        number=None,
        gateway="hall",
        sim=state.Sim(signal_dbm=-71, operator="Antel"),
        totals=state.Totals(queue=3, sent=5, received=7, failed=1),
        at=NOW,
    )


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (line_payload(), None),
        (line_payload("in_call"), None),
        (line_payload(enabled=False, reason="switched_off"), None),
        (line_payload(reason="per_day"), "per_day"),
        (line_payload("no_sim", reason="per_day"), "no_sim"),
        *((line_payload(it), it) for it in ("sim_locked", "not_registered", "not_answering")),
    ],
)
def test_a_line_has_a_problem_when_it_is_unwell_or_may_not_send_today(
    line: Device, told: dict[str, Any], code: str | None
) -> None:
    problem = line.components["problem"]
    assert rendered(problem["value_template"], told) == ("ON" if code else "OFF")
    text, hint = TROUBLES[code] if code else (None, None)
    assert json.loads(rendered(problem["json_attributes_template"], told)) == {"code": code, "text": text, "hint": hint}


def test_every_state_of_a_line_is_well_or_explained() -> None:
    assert TROUBLES.keys() == {*state.LineState.__args__, "per_day"} - {"ready", "in_call"}


def test_the_states_of_a_line_are_read(line: Device) -> None:
    keys = ("signal", "operator", "queue", "sent", "received", "failed", "sending")
    shown = {key: rendered(line.components[key]["value_template"], line_payload()) for key in keys}
    assert list(shown.values()) == ["-71", "Antel", "3", "5", "7", "1", "ON"]
    off = line_payload(enabled=False, reason="switched_off")
    assert rendered(line.components["sending"]["value_template"], off) == "OFF"
    assert rendered(line.components["signal"]["value_template"], line_payload("not_answering")) == "None"


@pytest.mark.parametrize(
    ("session", "stale_s"), [({}, 225), ({"every": "5s"}, 60), ({"adaptive": True, "every_max": "5m"}, 945)]
)
def test_a_signal_is_believed_for_more_than_two_sessions(tmp_path: Path, session: Any, stale_s: int) -> None:
    lines = [device for device in told(tmp_path, session=session) if "signal" in device.components]
    assert {device.components["signal"]["expire_after"] for device in lines} == {stale_s}


def test_credit_is_a_number_in_the_carriers_currency_and_only_where_there_is_a_carrier(line: Device) -> None:
    answer = {"credit": 23.45, "currency": "UYU", "expires": "2026-12-31", "low": True}
    nothing = balances.balance(line="mine", number=None, request=None, reply=None, low=False, expiring=False)
    shown = [line.components[key]["value_template"] for key in ("credit", "credit_expires", "low_credit")]
    assert [rendered(template, answer) for template in shown] == ["23.45", "2026-12-31", "ON"]
    assert date.fromisoformat(rendered(shown[1], answer))
    assert [rendered(template, nothing) for template in shown] == ["None", "None", "OFF"]
    assert rendered(shown[0], answer | {"currency": "USD"}) == "None"


def test_no_text_is_ever_a_state(house: dict[str, Device]) -> None:
    for device in house.values():
        for component in device.components.values():
            if component["platform"] != "event":
                assert component.get("state_topic") not in ("sms/inbox", "sms/status", "sms/call")
