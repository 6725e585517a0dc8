"""The broker's settings of ``examples/mosquitto``, in a real mosquitto."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from paho.mqtt.client import topic_matches_sub
from support.broker import Broker, require_mosquitto
from support.mqtt_caller import Caller
from support.mqtt_house import House
from support.pages import ROOT
from support.waiting import eventually

from smsmqtt.mqtt.topics import Topics

EXAMPLE = ROOT / "examples" / "mosquitto"
SMS = Topics("sms")
ANSWERS = "node-red/sms"
NEWS = ("sms/inbox", "sms/status", "sms/call", SMS.balance("mine"), SMS.gateway("hall"), SMS.line("mine"))
BRIDGE = (SMS.bridge_state, SMS.bridge_info, SMS.bridge_health)
BUTTONS = tuple(f"{SMS.requests}/{verb}" for verb in ("poll", "pause", "resume", "sending", "guard"))
ASKED = f"{SMS.requests}/inbox"
COMMANDS = (SMS.outbox, f"{SMS.outbox}/ana", SMS.credit_requests, ASKED, *BUTTONS, SMS.home_assistant)
DISCOVERY = (SMS.discovery("x"), SMS.home_assistant)
RESPONSE = SMS.of_announcement("response/inbox")
EVERY = {*NEWS, *BRIDGE, *COMMANDS, *DISCOVERY, RESPONSE, ANSWERS}

MAY_READ = {
    "smsmqtt": EVERY - {ANSWERS},
    "homeassistant": {*NEWS, *BRIDGE, *DISCOVERY, SMS.credit_requests},
    "alarm": {"sms/status"},
    "operator": {RESPONSE},
    "dashboard": {SMS.gateway("hall"), *BRIDGE},
    "node-red": {ANSWERS, "sms/inbox", SMS.balance("mine"), SMS.credit_requests},
}
MAY_WRITE = {
    "smsmqtt": EVERY,
    "homeassistant": {SMS.outbox, f"{SMS.outbox}/ana", SMS.credit_requests, *BUTTONS, *DISCOVERY},
    "alarm": {SMS.outbox},
    "operator": {ASKED, *BUTTONS},
    "dashboard": set[str](),
    "node-red": {SMS.outbox, SMS.credit_requests},
}


@pytest.fixture
def guarded(tmp_path: Path) -> Broker:
    """With the example's access list, and a judge who may do anything."""
    require_mosquitto()
    acl = (EXAMPLE / "acl").read_text() + "\nuser judge\ntopic readwrite #\n"
    return Broker(tmp_path / "broker", users=dict.fromkeys([*MAY_READ, "judge"], "pw"), acl=acl)


def test_the_access_list_names_the_users_that_are_judged_here() -> None:
    assert re.findall(r"^user (.+)$", (EXAMPLE / "acl").read_text(), re.MULTILINE) == list(MAY_READ)


@pytest.mark.parametrize("user", MAY_READ)
def test_a_user_reads_what_is_meant_for_it_and_nothing_else(guarded: Broker, user: str) -> None:
    last = sorted(MAY_READ[user])[-1]
    with guarded.start(), Caller(guarded, username="judge", password="pw") as judge:
        with Caller(guarded, username=user, password="pw") as reader:
            for topic in [*sorted(EVERY), last]:
                judge.publish(topic, "x")
            eventually(lambda: len(reader.on(last)) == 2)
        assert {it.topic for it in reader.heard} == MAY_READ[user]


@pytest.mark.parametrize("user", MAY_WRITE)
def test_a_user_writes_what_it_has_to_and_nothing_else(guarded: Broker, user: str) -> None:
    with guarded.start(), Caller(guarded, username="judge", password="pw") as judge:
        with Caller(guarded, username=user, password="pw") as writer:
            for topic in MAY_WRITE[user]:
                writer.publish(topic, "x")
        for topic in EVERY - MAY_WRITE[user]:
            with Caller(guarded, username=user, password="pw") as intruder:  # mosquitto 2.0 hangs up on it
                intruder.publish(topic, "x", wait=False)
        judge.publish("the/end", "x")
        eventually(lambda: judge.on("the/end"))
        assert {it.topic for it in judge.heard} - {"the/end"} == MAY_WRITE[user]


def test_a_daemon_that_announces_itself_is_denied_nothing_and_home_assistant_may_press_every_button(
    guarded: Broker, tmp_path: Path
) -> None:
    with guarded.start(), Caller(guarded, username="homeassistant", password="pw") as ha:
        login = {"username": "smsmqtt", "password": "pw"}
        with House(guarded, tmp_path / "house", login) as house:
            ha.wait_for(SMS.discovery("smsmqtt_sms_line_yours"))
            ha.publish(SMS.outbox, {"to": "ana", "body": "Hello"})
            ha.wait_for("sms/status", state="queued")
            ha.wait_for(SMS.bridge_health, healthy=True)
            assert house.trouble_codes() == set()
        told = [it.fields for it in ha.heard if it.topic.startswith("homeassistant/device/")]
        entities = [entity for fields in told for entity in fields["cmps"].values()]
        commands = {it["command_topic"] for it in entities if "command_topic" in it}
        states = {it["state_topic"] for it in entities if "state_topic" in it}
        assert commands == {SMS.outbox, SMS.credit_requests, *BUTTONS}
        with Caller(guarded, username="judge", password="pw") as judge:
            for topic in commands:
                ha.publish(topic, "by the button")
            for topic in states:
                judge.publish(topic, "by the bridge")
            eventually(lambda: {it.topic for it in judge.heard if it.payload == b"by the button"} == commands)
            eventually(lambda: {it.topic for it in ha.heard if it.payload == b"by the bridge"} == states)


def test_every_command_and_every_piece_of_news_is_judged() -> None:
    assert all(any(topic_matches_sub(it, topic) for topic in COMMANDS) for it in SMS.filters)
    assert {SMS.of_announcement(kind) for kind in ("status", "inbox", "call")} <= set(NEWS)


def test_with_the_examples_settings_a_killed_broker_keeps_what_waited(tmp_path: Path) -> None:
    require_mosquitto()
    broker = Broker(tmp_path / "broker", persistent=True, extra=(EXAMPLE / "smsmqtt.conf").read_text()).start()
    saved = tmp_path / "broker" / "mosquitto.db"
    with Caller(broker, kept_as="reader"):
        pass
    with Caller(broker) as writer:
        for number in range(1, 6):
            writer.publish("sms/outbox", f"order {number}")
        eventually(lambda: saved.exists() and b"order 5" in saved.read_bytes())
    broker.kill()
    broker.start()
    try:
        with Caller(broker, kept_as="reader") as reader:
            eventually(lambda: [it.payload[-1:] for it in reader.on("sms/outbox")] == [b"1", b"2", b"3", b"4", b"5"])
    finally:
        broker.kill()
