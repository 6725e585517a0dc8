"""Somebody who used sms2mqtt, and changed one line of a configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.bridge import ANA, NOBODY, Bridge
from support.broker import Broker
from support.mqtt_caller import Caller
from support.mqtt_house import House
from support.waiting import eventually

from smsmqtt.store import announcements, outbox

COMPAT = {"compat": {"sms2mqtt": "sms2mqtt"}}
LOCAL = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
HELLO = {"number": ANA, "text": "Hello"}


@pytest.fixture
def served(broker: Broker, caller: Caller, tmp_path: Path) -> Iterator[House]:
    with House(broker, tmp_path / "house", COMPAT) as house:
        caller.wait_for("sms/bridge/health")
        yield house


@pytest.mark.parametrize("version", ["5", "3.1.1"])
def test_a_text_goes_out_and_an_answer_comes_in_by_that_bridges_topics(tmp_path: Path, version: str) -> None:
    with Bridge(tmp_path, mqtt={**COMPAT, "version": version}) as bridge, Caller(bridge.broker) as caller:
        bridge.start()
        caller.publish("sms2mqtt/send", {"number": f"{ANA};{NOBODY}", "text": "Hello"})

        sent = caller.wait_for("sms2mqtt/sent", number=ANA)
        assert sent == {"result": "success", "datetime": sent["datetime"], "number": ANA, "text": "Hello"}
        assert LOCAL.fullmatch(sent["datetime"])
        refused = caller.wait_for("sms2mqtt/sent", number=NOBODY)
        assert refused["result"].startswith("error : ")
        assert refused.keys() == sent.keys()
        answer = caller.wait_for("sms2mqtt/received", number=ANA)
        assert answer == {"datetime": answer["datetime"], "number": ANA, "text": "you wrote Hello"}
        assert LOCAL.fullmatch(answer["datetime"])
        caller.wait_for("sms/status", state="delivered")
        assert len(caller.on("sms2mqtt/sent")) == 2
        assert not any(it.retain for it in caller.heard if it.topic.startswith("sms2mqtt/se"))


def test_connected_is_one_while_we_are_there_and_retained(broker: Broker, caller: Caller, tmp_path: Path) -> None:
    with House(broker, tmp_path / "house", COMPAT):
        eventually(lambda: [it.payload for it in caller.on("sms2mqtt/connected")] == [b"1"])
    eventually(lambda: [it.payload for it in caller.on("sms2mqtt/connected")] == [b"1", b"0"])
    with Caller(broker) as newcomer:
        eventually(lambda: [(it.payload, it.retain) for it in newcomer.on("sms2mqtt/connected")] == [(b"0", True)])


def test_who_serves_it_no_more_leaves_nothing_of_it_behind(broker: Broker, caller: Caller, tmp_path: Path) -> None:
    with House(broker, tmp_path / "house", COMPAT) as house:
        eventually(lambda: caller.on("sms2mqtt/connected"))
        broker.kill()
        house.store.write(lambda tx: announcements.add(tx, "compat/sent", "{}"))
    broker.start()
    with House(broker, tmp_path / "house") as house:
        eventually(lambda: house.store.read(announcements.pending_count) == 0)
    with Caller(broker) as newcomer:
        newcomer.wait_for("sms/bridge/info")
        assert newcomer.on("sms2mqtt/connected") == []
        assert newcomer.on("sms2mqtt/sent") == []


def test_an_order_that_cannot_be_read_is_answered_with_its_payload(served: House, caller: Caller) -> None:
    caller.publish("sms2mqtt/send", '{"number": "+59899123451"')
    told = caller.wait_for("sms2mqtt/sent")
    assert told == {"result": told["result"], "payload": '{"number": "+59899123451"'}
    assert told["result"].startswith("error : ")
    assert caller.wait_for("sms/status")["state"] == "rejected"


def test_a_recipient_that_is_refused_is_answered_and_the_others_are_texted(served: House, caller: Caller) -> None:
    caller.publish("sms2mqtt/send", {"number": "who;ana", "text": "Hello"})
    told = caller.wait_for("sms2mqtt/sent", number="who")
    assert (told["text"], told["result"][:8]) == ("Hello", "error : ")
    assert [it.recipient for it in served.store.read(outbox.queue)] == [ANA]


def test_a_retained_order_is_never_acted_on(broker: Broker, caller: Caller, tmp_path: Path) -> None:
    caller.publish("sms2mqtt/send", HELLO, retain=True)
    with House(broker, tmp_path / "house", COMPAT) as house:
        told = caller.wait_for("sms/status", state="rejected")
        assert "mosquitto_pub -r -n -t sms2mqtt/send" in told["reason"]["text"]
        assert house.store.read(outbox.queue) == []


def test_one_id_is_one_order_whatever_topic_it_came_by(served: House, caller: Caller) -> None:
    caller.publish("sms2mqtt/send", {**HELLO, "id": "one"})
    caller.publish("sms/outbox", {"to": ANA, "body": "Hello", "id": "one"})
    assert caller.wait_for("sms/status", id="one", repeat=True)["state"] == "queued"
    assert len(served.store.read(outbox.queue)) == 1


def test_a_response_topic_gets_our_own_statuses_here_too(served: House, caller: Caller) -> None:
    caller.publish("sms2mqtt/send", HELLO, reply_to="answers/me", correlation=b"7")
    assert caller.wait_for("answers/me")["state"] == "queued"
    caller.publish("sms/outbox", {"to": ANA, "body": "Hi"}, reply_to="sms2mqtt/send")
    assert caller.wait_for("sms/status", state="rejected")["reason"]["code"] == "bad_response_topic"


def test_news_that_could_not_be_published_come_after_a_restart(broker: Broker, tmp_path: Path) -> None:
    with Caller(broker) as caller, House(broker, tmp_path / "house", COMPAT) as house:
        caller.wait_for("sms/bridge/health")
        caller.publish("sms2mqtt/send", {**HELLO, "id": "late"})
        caller.wait_for("sms/status", id="late")
        broker.kill()
        house.store.write(lambda tx: outbox.cancel(tx, "late"))
    broker.start()
    with Caller(broker) as caller, House(broker, tmp_path / "house", COMPAT):
        assert caller.wait_for("sms2mqtt/sent", number=ANA)["result"] == "error : cancelled on request"
