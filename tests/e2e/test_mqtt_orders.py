"""Orders through a real broker, into a real ledger, and what is said of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.broker import Broker
from support.mqtt_caller import Caller
from support.mqtt_house import House
from support.waiting import eventually

from smsmqtt.model import Alphabet, Reason, TextPart
from smsmqtt.store import announcements, inbox, outbox

VERSIONS = pytest.mark.parametrize("version", ["5", "3.1.1"])
HELLO = {"to": "+59899123451", "body": "Hello"}


@VERSIONS
def test_an_order_is_queued_and_said_to_be(broker: Broker, caller: Caller, tmp_path: Path, version: str) -> None:
    with House(broker, tmp_path / "house", {"version": version}):
        caller.wait_for("sms/bridge/state", state="online")
        caller.publish("sms/outbox", {**HELLO, "id": "one"})
        told = caller.wait_for("sms/status", id="one")
    assert told["state"] == "queued"
    assert told["to"] == "+59899123451"
    assert told["line"] == "mine"
    assert caller.wait_for("sms/bridge/state", state="offline")


def test_a_refusal_names_the_order_the_field_and_the_reason(house: House, caller: Caller) -> None:
    caller.publish("sms/outbox", {**HELLO, "send_att": "2026-11-22T19:35:00Z", "id": "typo"})
    told = caller.wait_for("sms/status", state="rejected", id="typo")
    assert told["reason"]["field"] == "send_att"
    assert "send_at" in told["reason"]["text"]
    assert house.store.read(outbox.queue) == []


def test_plain_text_goes_to_whom_the_topic_names(house: House, caller: Caller) -> None:
    caller.publish("sms/outbox/family", "Dinner\n")
    caller.publish("sms/outbox/59899123453", "0")
    eventually(lambda: len(caller.fields_on("sms/status", state="queued")) == 3)
    assert [(it.recipient, it.body) for it in house.store.read(outbox.queue)] == [
        ("+59899123451", "Dinner"),
        ("+59899123452", "Dinner"),
        ("+59899123453", "0"),
    ]


@VERSIONS
def test_a_retained_order_is_refused_once_for_each_start(
    broker: Broker, caller: Caller, tmp_path: Path, version: str
) -> None:
    caller.publish("sms/outbox", {**HELLO, "id": "stale"}, retain=True)
    with House(broker, tmp_path / "house", {"version": version}) as house:
        told = caller.wait_for("sms/status", state="rejected")
        assert "mosquitto_pub -r -n -t sms/outbox" in told["reason"]["text"]
        connects = house.desk.counters()["connects"]
        house.desk._uplink.current.cut()  # type: ignore[union-attr]
        eventually(lambda: house.desk.counters()["connects"] > connects)
        caller.publish("sms/outbox", {**HELLO, "id": "fresh"})
        caller.wait_for("sms/status", id="fresh")
        refused = {it["at"] for it in caller.fields_on("sms/status", state="rejected")}
        assert len(refused) == 1, "one refusal, though the cut may have had it published twice"
        assert [it.id for it in house.store.read(outbox.queue)] == ["fresh"]


def test_clearing_a_retained_order_does_nothing(house: House, caller: Caller) -> None:
    caller.publish("sms/outbox", b"", retain=True)
    caller.publish("sms/outbox/ana", b"", retain=True)
    caller.publish("sms/outbox", {**HELLO, "id": "after"})
    caller.wait_for("sms/status")
    assert [told["id"] for told in caller.fields_on("sms/status")] == ["after"]


def test_answers_go_to_the_response_topic_too_with_its_correlation(house: House, caller: Caller) -> None:
    caller.publish("sms/outbox", {**HELLO, "id": "asked"}, reply_to="answers/me", correlation=b"\x00\x01")
    caller.publish("sms/outbox", {"to": "nobody", "body": "Hello"}, reply_to="answers/me", correlation=b"no")
    answers = eventually(lambda: caller.on("answers/me") if len(caller.on("answers/me")) == 2 else [])
    assert [(it.fields["state"], it.correlation) for it in answers] == [("queued", b"\x00\x01"), ("rejected", b"no")]
    assert len(caller.fields_on("sms/status")) == 2


@pytest.mark.parametrize(
    "topic", ["sms/outbox", "sms/outbox/59899123451", "sms/bridge/request/poll", "homeassistant/x"]
)
def test_a_response_topic_where_no_answer_may_go_is_refused(house: House, caller: Caller, topic: str) -> None:
    caller.publish("sms/outbox", {**HELLO, "id": "loop"}, reply_to=topic)
    told = caller.wait_for("sms/status", state="rejected", id="loop")
    assert told["reason"]["field"] == "response_topic"
    assert house.store.read(outbox.queue) == []


def test_message_expiry_ends_an_order_as_valid_for_does(house: House, caller: Caller) -> None:
    caller.publish("sms/outbox", {**HELLO, "id": "short"}, expiry_s=60)
    caller.wait_for("sms/status", id="short")
    [message] = house.store.read(outbox.queue)
    assert message.valid_until is not None
    assert timedelta(seconds=50) < message.valid_until - datetime.now(UTC) <= timedelta(seconds=60)


@VERSIONS
def test_a_burst_of_a_thousand_orders_is_taken_in_order_with_few_commits(
    broker: Broker, caller: Caller, tmp_path: Path, version: str
) -> None:
    with House(broker, tmp_path / "house", {"version": version}) as house:
        caller.wait_for("sms/bridge/health")
        for number in range(1000):
            caller.publish("sms/outbox", {**HELLO, "id": f"burst-{number}"}, wait=False)
        eventually(lambda: len(caller.on("sms/status")) >= 1000, within_s=30)
        expected = [f"burst-{number}" for number in range(1000)]
        assert [told["id"] for told in caller.fields_on("sms/status")] == expected
        assert [it.id for it in house.store.read(outbox.queue)] == expected
        assert house.store.commits < 500


def test_a_text_received_is_published_with_its_contact(house: House, caller: Caller) -> None:
    def receive(tx):  # type: ignore[no-untyped-def]
        [raw] = inbox.put_raw(tx, "mine", [(1, "pdu", "00", False)])
        inbox.add_part(
            tx,
            TextPart(
                raw_id=raw.id,
                line="mine",
                sender="+59899123451",
                sender_type="number",
                encoding=Alphabet.GSM7,
                text="ñandú €",
                sent_at=tx.now,
                received_at=tx.now,
            ),
            3600,
        )

    house.store.write(receive)
    told = caller.wait_for("sms/inbox")
    assert told["body"] == "ñandú €"
    assert (told["contact"], told["to"], told["gateway"]) == ("ana", "+59899000001", "hall")
    assert told["event_type"] == "received"


def test_a_text_that_cannot_be_worded_keeps_no_other_news_back(house: House, caller: Caller) -> None:
    def receive_poison(tx):  # type: ignore[no-untyped-def]
        [raw] = inbox.put_raw(tx, "mine", [(1, "pdu", "00", False)])
        inbox.unreadable(tx, raw.id, Reason(code="bad_pdu", text="too short"))
        tx.execute("update texts set data_hex = 'no hex'")

    house.store.write(receive_poison)
    caller.publish("sms/outbox", {**HELLO, "id": "healthy"})
    caller.wait_for("sms/status", id="healthy")
    eventually(lambda: house.store.read(announcements.pending_count) == 1)


def test_states_of_gateways_and_lines_are_retained_and_published_when_they_change(house: House, caller: Caller) -> None:
    house.store.board.post("gateway", "hall", {"state": "idle"})
    house.store.board.post("line", "mine", {"state": "ready"})
    caller.wait_for("sms/gateway/hall", state="idle")
    caller.wait_for("sms/line/mine", state="ready")
    house.store.board.post("gateway", "hall", {"state": "idle"})
    house.store.board.post("gateway", "hall", {"state": "paused"})
    caller.wait_for("sms/gateway/hall", state="paused")
    assert [told["state"] for told in caller.fields_on("sms/gateway/hall")] == ["idle", "paused"]


def test_a_fault_of_ours_refuses_the_order_and_the_next_goes_on(
    house: House, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    from smsmqtt.mqtt import deliveries

    accept = deliveries.accept_order

    def stumble(tx, request, *rest):  # type: ignore[no-untyped-def]
        if request.id == "poison":
            raise ZeroDivisionError
        return accept(tx, request, *rest)

    monkeypatch.setattr(deliveries, "accept_order", stumble)
    caller.publish("sms/outbox", {**HELLO, "id": "poison"})
    caller.publish("sms/outbox", {**HELLO, "id": "healthy"})
    caller.wait_for("sms/status", id="healthy", state="queued")
    assert caller.wait_for("sms/status", id="poison")["reason"]["code"] == "internal"


@pytest.mark.parametrize("topic", ["sms/outbox", "sms/outbox/ana"])
def test_an_order_with_the_retain_flag_is_refused_while_we_listen(house: House, caller: Caller, topic: str) -> None:
    caller.publish(topic, HELLO, retain=True)

    refused = caller.wait_for("sms/status")

    assert (refused["state"], refused["reason"]["code"]) == ("rejected", "retained")
    assert house.store.read(outbox.queue) == []
