"""The verbs, asked and answered through a real broker."""

from __future__ import annotations

from typing import Any

import pytest
from support.mqtt_caller import Caller
from support.mqtt_house import House
from support.waiting import eventually

from smsmqtt.model import Alphabet, Reason, TextPart
from smsmqtt.store import controls, inbox, outbox


def ask(caller: Caller, verb: str, asked: dict[str, Any] | str) -> dict[str, Any]:
    before = len(caller.on(f"sms/bridge/response/{verb}"))
    caller.publish(f"sms/bridge/request/{verb}", asked)
    return eventually(lambda: caller.on(f"sms/bridge/response/{verb}")[before:])[0].fields


def test_poll_asks_every_gateway_for_a_session(house: House, caller: Caller) -> None:
    assert ask(caller, "poll", {"transaction": 7}) == {"status": "ok", "data": {"gateway": None}, "transaction": 7}
    assert house.store.board.take_poll("hall")


def test_pause_and_resume_are_kept_in_the_ledger(house: House, caller: Caller) -> None:
    answer = ask(caller, "pause", {"gateway": "hall", "for": "10m"})
    assert answer["data"]["until"].endswith("Z")
    assert "hall" in house.store.read(lambda tx: controls.paused(tx, ["hall"]))
    assert ask(caller, "resume", {})["status"] == "ok"
    assert house.store.read(lambda tx: controls.paused(tx, ["hall"])) == {}


def test_sending_is_switched_for_a_line_by_name_or_number(house: House, caller: Caller) -> None:
    assert ask(caller, "sending", {"line": "+59899000001", "enabled": False})["data"] == {
        "line": "mine",
        "enabled": False,
    }
    assert house.store.read(lambda tx: controls.sending(tx, ["mine", "yours"])) == {"mine": False, "yours": True}


def test_cancel_takes_back_one_order_or_everything(house: House, caller: Caller) -> None:
    for order_id in ("a", "b", "c"):
        caller.publish("sms/outbox", {"to": "ana", "body": "Hello", "id": order_id})
    caller.wait_for("sms/status", id="c")
    assert ask(caller, "cancel", {"id": "a"})["data"] == {"cancelled": 1}
    assert ask(caller, "cancel", {"id": "a"})["status"] == "error"
    assert ask(caller, "cancel", {"all": True})["data"] == {"cancelled": 2}
    assert caller.wait_for("sms/status", id="a", state="cancelled")["final"]
    assert house.store.read(outbox.queue) == []


def test_resend_queues_what_failed_again_and_nothing_else(house: House, caller: Caller) -> None:
    caller.publish("sms/outbox", {"to": "family", "body": "Hello", "id": "both"})
    caller.wait_for("sms/status", id="both.2")
    assert "both.1: it is queued" in ask(caller, "resend", {"id": "both"})["error"]
    house.store.write(lambda tx: outbox.claim(tx, "both.2"))
    house.store.write(lambda tx: outbox.never(tx, "both.2", 1, Reason(code="cms_1", text="")))

    assert ask(caller, "resend", {"id": "both"})["data"] == {"resent": 1, "refused": []}

    told = caller.wait_for("sms/status", id="both.2", state="queued", seq=4)
    assert (told["reason"]["code"], told["final"], told["attempt"]) == ("resend", False, 0)


def test_a_reset_of_the_guard_names_its_line(house: House, caller: Caller) -> None:
    assert ask(caller, "guard", {"reset": True})["data"] == {"line": None, "reset": True}
    assert ask(caller, "guard", {"reset": True, "line": "+59899000002"})["data"] == {"line": "yours", "reset": True}


def test_message_tells_state_and_timeline(house: House, caller: Caller) -> None:
    caller.publish("sms/outbox", {"to": "ana", "body": "Hello", "id": "told"})
    told = ask(caller, "message", {"id": "told"})["data"]
    assert (told["state"], told["body"], told["to"]) == ("queued", "Hello", "+59899123451")
    assert [entry["state"] for entry in told["timeline"]] == ["queued"]


def test_message_of_an_order_for_several_tells_each(house: House, caller: Caller) -> None:
    caller.publish("sms/outbox", {"to": "family", "body": "Hello", "id": "both"})
    told = ask(caller, "message", {"id": "both"})["data"]
    assert [message["id"] for message in told["messages"]] == ["both.1", "both.2"]


def test_inbox_answers_with_texts_and_publishes_them_again_only_when_asked(house: House, caller: Caller) -> None:
    def receive(tx):  # type: ignore[no-untyped-def]
        [raw] = inbox.put_raw(tx, "mine", [(1, "pdu", "00", False)])
        part = TextPart(
            raw_id=raw.id,
            line="mine",
            sender="Antel",
            sender_type="name",
            encoding=Alphabet.GSM7,
            text="Hello",
            received_at=tx.now,
        )
        inbox.add_part(tx, part, 3600)

    house.store.write(receive)
    first = caller.wait_for("sms/inbox")
    texts = ask(caller, "inbox", {"limit": 5})["data"]["texts"]
    assert [(it["id"], it["from"], it["contact"]) for it in texts] == [(first["id"], "Antel", None)]
    assert len(caller.on("sms/inbox")) == 1
    ask(caller, "inbox", {"republish": True})
    again = caller.wait_for("sms/inbox", again=1)
    assert (again["id"], again["event_type"]) == (first["id"], "late")


@pytest.mark.parametrize(
    ("verb", "asked", "expected"),
    [
        ("dance", {}, "unknown verb"),
        ("poll", {"gatway": "hall"}, "gateway"),
        ("poll", {"gateway": "cellar"}, "hall"),
        ("pause", {"for": "soon"}, "duration"),
        ("sending", {}, "enabled"),
        ("cancel", {}, "all"),
        ("cancel", {"id": "nobody"}, "no message"),
        ("resend", {"id": "nobody"}, "no message"),
        ("guard", {}, "reset"),
        ("guard", {"reset": True, "line": "theirs"}, "known are mine, yours"),
        ("message", {"id": "nobody"}, "no message"),
        ("inbox", {"limit": 0}, "1 to"),
        ("poll", "now", "JSON"),
    ],
)
def test_a_request_that_makes_no_sense_is_answered_with_the_reason(
    house: House, caller: Caller, verb: str, asked: dict[str, Any] | str, expected: str
) -> None:
    answer = ask(caller, verb, {**asked, "transaction": "t"} if isinstance(asked, dict) else asked)
    assert answer["status"] == "error"
    assert expected in answer["error"]
    assert answer.get("transaction") == ("t" if isinstance(asked, dict) else None)


def test_an_answer_goes_to_the_response_topic_too(house: House, caller: Caller) -> None:
    caller.publish("sms/bridge/request/poll", {}, reply_to="answers/me", correlation=b"1")
    answer = eventually(lambda: caller.on("answers/me"))[0]
    assert (answer.fields["status"], answer.correlation) == ("ok", b"1")
