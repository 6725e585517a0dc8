"""Home Assistant's comings and goings on a real broker: what it is told, and what it missed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from support import sms
from support.broker import Broker
from support.home_assistant import faults
from support.mqtt_caller import Caller
from support.mqtt_house import House
from support.waiting import eventually

from smsmqtt.mqtt import audience
from smsmqtt.mqtt.announcing import announced
from smsmqtt.store import announcements, inbox, outbox

VERSIONS = pytest.mark.parametrize("version", ["5", "3.1.1"])
DEVICES = [
    f"homeassistant/device/smsmqtt_sms_{it}/config" for it in ("bridge", "gateway_hall", "line_mine", "line_yours")
]
BIRTH = "homeassistant/status"

RENAMED = {"gateways": {"hall": {"host": "127.0.0.1", "lines": {"mine": {"module": 1}, "hers": {"module": 2}}}}}
MOVED_ON = {"contacts": {"ana": "+59899123451", "carlos": "+59899123453"}, "groups": {"family": ["ana", "carlos"]}}


@dataclass(frozen=True)
class Told:
    """A message as it came."""

    topic: str
    payload: bytes
    retain: bool


class Listener:
    """A client with filters of its own, so that the broker knows of subscribers to nothing else."""

    def __init__(self, broker: Broker, *filters: str) -> None:
        self.heard: list[Told] = []
        self._ready: list[bool] = []
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
        self._client.on_connect = lambda client, *_: client.subscribe([(it, 1) for it in filters])
        self._client.on_subscribe = lambda *_: self._ready.append(True)
        self._client.on_message = self._on_message
        self._client.connect(broker.host, broker.port)

    def __enter__(self) -> Listener:
        self._client.loop_start()
        eventually(lambda: self._ready)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def say(self, payload: str, *, topic: str = BIRTH, retain: bool = False, qos: int = 0) -> None:
        """What Home Assistant says of itself, or something else."""
        self._client.publish(topic, payload, qos=qos, retain=retain).wait_for_publish(10)

    def on(self, topic: str) -> list[Told]:
        return [it for it in self.heard if it.topic == topic]

    def texts(self) -> list[dict[str, Any]]:
        return [json.loads(it.payload) for it in self.on("sms/inbox")]

    def _on_message(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        self.heard.append(Told(topic=message.topic, payload=bytes(message.payload), retain=message.retain))


def home_assistant(broker: Broker) -> Listener:
    return Listener(broker, "homeassistant/device/+/config", "sms/inbox", "sms/bridge/state", "sms/line/+")


def retained(broker: Broker) -> dict[str, dict[str, Any]]:
    """What of the discovery the broker would tell a Home Assistant that starts now."""
    with Listener(broker, "homeassistant/#", "marker") as listener:
        listener.say("1", topic="marker")
        eventually(lambda: listener.on("marker"))
        return {it.topic: json.loads(it.payload) for it in listener.heard if it.retain}


def receive(house: House, body: str = "open") -> str:
    """A text comes in, as a session keeps it; its id."""
    return sms.receive(house.store, body, sender="+59899123451").id


def published(house: House) -> bool:
    return house.store.read(announcements.pending_count) == 0


def missed(house: House) -> list[str]:
    return [row["text_id"] for row in house.store.read(lambda tx: tx.execute("select text_id from missed_texts"))]


def on_duty(house: House) -> House:
    eventually(lambda: house.desk.counters()["connects"] and house.store.board.decided.is_set())
    return house


# Discovery


@VERSIONS
def test_every_device_is_announced_retained_and_the_bridge_first(broker: Broker, tmp_path: Path, version: str) -> None:
    with home_assistant(broker) as ha, House(broker, tmp_path / "house", {"version": version}):
        eventually(lambda: len({it.topic for it in ha.heard} & set(DEVICES)) == 4)
        assert [it.topic for it in ha.heard if it.topic in DEVICES][:4] == DEVICES
        assert retained(broker).keys() == set(DEVICES)
        assert not [fault for it in ha.heard if it.topic in DEVICES for fault in faults(it.topic, it.payload)]


@VERSIONS
@pytest.mark.parametrize("retain", [False, True])
def test_everything_is_shown_again_when_home_assistant_comes(
    broker: Broker, tmp_path: Path, version: str, retain: bool
) -> None:
    with home_assistant(broker) as ha, House(broker, tmp_path / "house", {"version": version}) as house:
        house.store.board.post("line", "mine", {"state": "ready"})
        eventually(lambda: ha.on(DEVICES[-1]) and ha.on("sms/line/mine"))
        ha.heard.clear()
        ha.say("online", retain=retain)
        eventually(lambda: ha.on("sms/line/mine"))
        assert [it.topic for it in ha.heard] == [*DEVICES, "sms/bridge/state", "sms/line/mine"]
        ha.heard.clear()
        ha.say("something else")
        house.store.board.post("line", "mine", {"state": "in_call"})
        eventually(lambda: ha.on("sms/line/mine"))
        assert not ha.on(DEVICES[0])
        ha.say("", retain=True)


def test_a_renamed_line_leaves_no_topic_behind(broker: Broker, tmp_path: Path) -> None:
    with home_assistant(broker) as ha:
        with House(broker, tmp_path / "house"):
            eventually(lambda: ha.on(DEVICES[-1]))
        with House(broker, tmp_path / "house", sections=RENAMED):
            eventually(lambda: any(not it.payload for it in ha.on(DEVICES[-1])))
            eventually(lambda: ha.on("homeassistant/device/smsmqtt_sms_line_hers/config"))
            eventually(lambda: any(not it.payload for it in ha.on("sms/line/yours")))
            gone = [it.topic for it in ha.heard if not it.payload]
            assert gone == [DEVICES[-1], "sms/line/yours"], "states that are cleared too soon are errors in its log"
            assert retained(broker).keys() == {*DEVICES[:3], "homeassistant/device/smsmqtt_sms_line_hers/config"}


def test_home_assistant_that_was_away_while_a_line_was_renamed_is_reminded_of_it(
    broker: Broker, tmp_path: Path
) -> None:
    with House(broker, tmp_path / "house") as house, home_assistant(broker) as ha:
        eventually(lambda: ha.on(DEVICES[-1]))
        ha.say("offline", qos=1)
        eventually(lambda: house.store.read(audience.is_away))
    with House(broker, tmp_path / "house", sections=RENAMED) as house:
        eventually(lambda: DEVICES[-1] not in retained(broker))
        with home_assistant(broker) as ha:
            ha.say("online")
            eventually(lambda: len(ha.on(DEVICES[-1])) == 2)
            reminder, parting = ha.on(DEVICES[-1])
            assert "smsmqtt_sms_line_yours_text" in reminder.payload.decode()
            assert parting.payload == b""
            eventually(lambda: DEVICES[-1] not in house.store.read(announced))
        assert DEVICES[-1] not in retained(broker)


def test_a_contact_that_is_gone_is_first_told_to_go_and_then_left_out(broker: Broker, tmp_path: Path) -> None:
    with home_assistant(broker) as ha:
        with House(broker, tmp_path / "house"):
            eventually(lambda: ha.on(DEVICES[-1]))
        ha.heard.clear()
        with House(broker, tmp_path / "house", sections=MOVED_ON) as house:
            eventually(lambda: len(ha.on(DEVICES[0])) == 2)
            parting, final = (json.loads(it.payload)["cmps"] for it in ha.on(DEVICES[0]))
            assert parting["notify_bruno"] == {"p": "notify"}
            assert "notify_carlos" in parting
            assert final.keys() == parting.keys() - {"notify_bruno"}
            eventually(lambda: "notify_bruno" not in house.store.read(announced)[DEVICES[0]])


def test_what_could_not_be_taken_away_is_taken_away_after_a_restart(broker: Broker, tmp_path: Path) -> None:
    with home_assistant(broker) as ha, House(broker, tmp_path / "house"):
        eventually(lambda: ha.on(DEVICES[-1]))
    broker.kill()
    with House(broker, tmp_path / "house", sections=RENAMED) as house:
        eventually(house.trouble_codes)
    broker.start()
    with home_assistant(broker) as ha, House(broker, tmp_path / "house", sections=RENAMED):
        eventually(lambda: ha.on(DEVICES[-1]))
        assert [it.payload for it in ha.on(DEVICES[-1])] == [b""]


def test_switching_discovery_off_takes_away_what_was_announced(broker: Broker, tmp_path: Path) -> None:
    with House(broker, tmp_path / "house"):
        eventually(lambda: retained(broker).keys() == set(DEVICES))
    with House(broker, tmp_path / "house", sections={"homeassistant": {"discovery": False}}) as house:
        eventually(lambda: retained(broker) == {})
        on_duty(house)
    with (
        home_assistant(broker) as ha,
        House(broker, tmp_path / "house", sections={"homeassistant": {"discovery": False}}),
    ):
        eventually(lambda: ha.on("sms/bridge/state"))
        eventually(lambda: json.loads(ha.on("sms/bridge/state")[-1].payload)["state"] == "online")
        assert not [it for it in ha.heard if it.topic.startswith("homeassistant/")], "forgotten, once it was taken away"


@pytest.mark.parametrize(
    ("mqtt", "homeassistant", "bridge"),
    [
        ({}, {"prefix": "ha/found"}, "ha/found/device/smsmqtt_sms_bridge/config"),
        ({"prefix": "texts"}, {}, "homeassistant/device/smsmqtt_texts_bridge/config"),
    ],
)
def test_another_prefix_takes_the_old_announcements_away(
    broker: Broker, caller: Caller, tmp_path: Path, mqtt: Any, homeassistant: Any, bridge: str
) -> None:
    with House(broker, tmp_path / "house"):
        caller.wait_for(DEVICES[-1])
    with House(broker, tmp_path / "house", mqtt, sections={"homeassistant": homeassistant}):
        caller.wait_for(bridge)
        eventually(lambda: {it.topic for it in caller.heard if not it.payload} >= set(DEVICES))


def test_an_idle_house_commits_nothing_for_home_assistant(broker: Broker, tmp_path: Path) -> None:
    with home_assistant(broker) as ha:
        with House(broker, tmp_path / "house"):
            eventually(lambda: ha.on(DEVICES[-1]))
        with House(broker, tmp_path / "house") as house:
            eventually(lambda: len(ha.on(DEVICES[-1])) == 2)
            ha.say("online")
            eventually(lambda: len(ha.on(DEVICES[-1])) == 3)
            before = house.store.commits
            ha.say("online")
            eventually(lambda: len(ha.on(DEVICES[-1])) == 4)
            assert house.store.commits == before


@VERSIONS
def test_an_access_list_without_home_assistant_is_named_and_the_rest_goes_on(tmp_path: Path, version: str) -> None:
    acl = "user smsmqtt\ntopic readwrite sms/#\nuser caller\ntopic readwrite #\ntopic readwrite sms/#\n"
    broker = Broker(tmp_path / "broker", users={"smsmqtt": "pw", "caller": "pw"}, acl=acl).start()
    login = {"username": "smsmqtt", "password": "pw", "version": version}
    with House(broker, tmp_path / "house", login) as house, Caller(broker, username="caller", password="pw") as caller:
        eventually(lambda: house.trouble_codes() == {"broker_denied"})
        assert "publish to homeassistant/device/+/config" in house.desk.troubles()[0].text
        caller.publish("sms/outbox", {"to": "ana", "body": "Hello", "id": "goes-on"})
        assert caller.wait_for("sms/status", id="goes-on")["state"] == "queued"
        assert len(house.store.read(outbox.queue)) == 1
    broker.kill()


# Nothing lost


def test_a_text_that_nobody_heard_comes_again_once_when_home_assistant_comes(broker: Broker, tmp_path: Path) -> None:
    with House(broker, tmp_path / "house") as house:
        text_id = receive(house)
        eventually(lambda: missed(house) == [text_id])
        with home_assistant(broker) as ha:
            ha.say("online")
            [told] = eventually(ha.texts)
            assert (told["id"], told["event_type"], told["again"]) == (text_id, "late", 1)
            eventually(lambda: missed(house) == [])
            ha.say("online")
            assert receive(house, "more") in [it["id"] for it in eventually(lambda: ha.texts()[1:])]
            assert [(it["id"] == text_id, it["event_type"]) for it in ha.texts()] == [
                (True, "late"),
                (False, "received"),
            ]


@VERSIONS
def test_a_text_that_came_while_home_assistant_was_away_comes_again_though_another_heard_it(
    broker: Broker, tmp_path: Path, version: str
) -> None:
    with (
        Listener(broker, "sms/inbox") as other,
        House(broker, tmp_path / "house", {"version": version}) as house,
    ):
        on_duty(house)
        with home_assistant(broker) as ha:
            early = receive(house, "early")
            eventually(lambda: ha.texts() and published(house))
            ha.say("offline", qos=1)
        eventually(lambda: house.store.read(audience.is_away))
        between = receive(house, "between")
        eventually(lambda: missed(house) == [between])
        with home_assistant(broker) as ha:
            ha.say("online")
            [told] = eventually(ha.texts)
            assert (told["id"], told["again"]) == (between, 1)
            eventually(lambda: published(house) and missed(house) == [])
        expected = [(early, 0), (between, 0), (between, 1)]
        eventually(lambda: [(it["id"], it["again"]) for it in other.texts()] == expected)


def test_what_was_missed_and_that_home_assistant_is_away_outlive_a_restart(broker: Broker, tmp_path: Path) -> None:
    with Listener(broker, "sms/inbox"):
        with House(broker, tmp_path / "house") as house, home_assistant(broker) as ha:
            on_duty(house)
            ha.say("offline", qos=1)
            eventually(lambda: house.store.read(audience.is_away))
            first = receive(house, "before")
            eventually(lambda: missed(house))
        with House(broker, tmp_path / "house") as house:
            second = receive(house, "after")
            eventually(lambda: missed(house) == [first, second])
            with home_assistant(broker) as ha:
                ha.say("online")
                eventually(lambda: len(ha.texts()) == 2)
                assert [(it["id"], it["event_type"]) for it in ha.texts()] == [(first, "late"), (second, "late")]


def test_a_text_that_is_missed_again_waits_for_the_next_time(broker: Broker, tmp_path: Path) -> None:
    with House(broker, tmp_path / "house") as house:
        text_id = receive(house)
        eventually(lambda: missed(house) == [text_id])
        with Listener(broker, "homeassistant/device/+/config") as deaf:
            deaf.say("online", qos=1)
            eventually(lambda: house.store.read(lambda tx: inbox.texts(tx, None, 1))[0].again == 1)
            eventually(lambda: published(house))
        assert missed(house) == [text_id]
        with home_assistant(broker) as ha:
            ha.say("online")
            assert eventually(ha.texts)[0]["again"] == 2


def test_a_text_that_was_heard_is_not_told_again(broker: Broker, tmp_path: Path) -> None:
    with House(broker, tmp_path / "house") as house, home_assistant(broker) as ha:
        receive(house)
        eventually(lambda: ha.texts() and published(house))
        ha.say("offline")
        ha.heard.clear()
        ha.say("online")
        eventually(lambda: ha.on("sms/bridge/state"))
        eventually(lambda: published(house))
        assert ha.texts() == []
