"""The forms of news: refusals, texts received, answers and states."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from smsmqtt.model import Alphabet, InboundText, Message, Part, Reason, TimelineEntry
from smsmqtt.payloads import answers, news, state

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Line:
    number: str | None = "+59899000001"
    gateway: str = "hall"


class Book:
    def contact_of(self, sender: str) -> str | None:
        return "ana"

    def written(self, sender: str) -> str:
        return f"+598{sender.removeprefix('0')}" if sender.startswith("0") else sender

    def line(self, name: str) -> Line | None:
        return Line() if name == "mine" else None


TEXT = InboundText(
    id="t-1",
    line="mine",
    sender="+59899123451",
    sender_type="number",
    encoding=Alphabet.GSM7,
    body="Hello",
    sent_at=NOON - timedelta(seconds=5),
    received_at=NOON,
)


def test_a_text_received_has_every_field() -> None:
    assert news.inbox(TEXT, directory=Book(), now=NOON) == {
        "id": "t-1",
        "event_type": "received",
        "again": 0,
        "age_s": 5,
        "from": "+59899123451",
        "from_type": "number",
        "contact": "ana",
        "to": "+59899000001",
        "line": "mine",
        "gateway": "hall",
        "body": "Hello",
        "sent_at": "2026-11-22T11:59:55Z",
        "received_at": "2026-11-22T12:00:00Z",
        "parts": 1,
        "complete": True,
        "encoding": "gsm7",
        "flash": False,
    }


@pytest.mark.parametrize(
    ("changes", "event_type"),
    [
        ({}, "received"),
        ({"again": 1}, "late"),
        ({"found_at_first_start": True}, "late"),
        ({"sent_at": NOON - timedelta(minutes=59)}, "received"),
        ({"sent_at": NOON - timedelta(minutes=61)}, "late"),
        ({"sent_at": None}, "received"),
        ({"encoding": Alphabet.DATA}, "data"),
        ({"encoding": Alphabet.DATA, "again": 1}, "data"),
        ({"unreadable": Reason(code="bad_pdu", text="too short")}, "data"),
    ],
)
def test_only_a_fresh_text_is_received(changes: dict, event_type: str) -> None:  # type: ignore[type-arg]
    assert news.inbox(replace(TEXT, **changes), directory=Book(), now=NOON)["event_type"] == event_type


@pytest.mark.parametrize("sender_type", ["name", "short"])
def test_only_a_number_is_taken_for_a_contact(sender_type: str) -> None:
    text = replace(TEXT, sender="ana", sender_type=sender_type)  # type: ignore[arg-type]
    assert news.inbox(text, directory=Book(), now=NOON)["contact"] is None


def test_a_clock_behind_the_service_centres_makes_no_negative_age() -> None:
    assert news.inbox(TEXT, directory=Book(), now=NOON - timedelta(days=20000))["age_s"] == 0


def test_binary_comes_in_base64() -> None:
    told = news.inbox(replace(TEXT, encoding=Alphabet.DATA, body="", data_hex="00FF"), directory=Book(), now=NOON)
    assert base64.b64decode(told["data"]) == b"\x00\xff"
    assert told["encoding"] == "8bit"


def test_what_could_not_be_read_is_told_with_the_record_and_the_reason() -> None:
    text = replace(TEXT, sender="", body="", data_hex="0791", unreadable=Reason(code="bad_pdu", text="too short"))
    told = news.inbox(text, directory=Book(), now=NOON)
    assert told["unreadable"] == {"code": "bad_pdu", "text": "too short"}
    assert (told["from"], told["from_type"]) == (None, None)
    assert base64.b64decode(told["data"]) == b"\x07\x91"
    assert told["from"] is None


def test_a_line_that_left_the_configuration_is_still_named() -> None:
    told = news.inbox(replace(TEXT, line="sold"), directory=Book(), now=NOON)
    assert (told["line"], told["to"], told["gateway"]) == ("sold", None, None)


MESSAGE = Message(
    id="m",
    order_id="m",
    recipient="+59899123451",
    body="Hello",
    line="mine",
    created_at=NOON,
    parts=(Part(seq=1, text="Hello"),),
)


def test_a_refusal_has_the_fields_of_a_status() -> None:
    refused = news.rejected(code="bad_number", text="not a number", field="to", at=NOON, order_id="m", to="x")
    assert refused.keys() == news.status(MESSAGE, at=NOON).keys()
    assert refused["reason"] == {"code": "bad_number", "text": "to: not a number", "field": "to", "retry_at": None}
    assert (refused["state"], refused["final"], refused["alphabet"]) == ("rejected", True, None)


def test_a_refusal_tells_when_the_same_would_be_taken() -> None:
    refused = news.rejected(code="guard_per_hour", text="full", field=None, at=NOON, retry_at=NOON)
    assert refused["reason"]["retry_at"] == "2026-11-22T12:00:00Z"


@pytest.mark.parametrize("alphabet", ["gsm7", "ucs2"])
def test_a_status_tells_what_it_costs(alphabet: str) -> None:
    parts = tuple(Part(seq=seq, text="") for seq in (1, 2, 3))
    told = news.status(replace(MESSAGE, alphabet=Alphabet(alphabet), parts=parts), at=NOON)
    assert (told["parts"]["total"], told["alphabet"]) == (3, alphabet)


def test_a_sender_in_national_form_is_told_in_international_form() -> None:
    told = news.inbox(replace(TEXT, sender="099123456", sender_type="number"), directory=Book(), now=NOON)

    assert told["from"] == "+59899123456"


def test_a_call_is_told() -> None:
    assert news.call(event_type="ring", line="mine", caller=None, at=NOON) == {
        "event_type": "ring",
        "line": "mine",
        "from": None,
        "at": "2026-11-22T12:00:00Z",
    }


def test_an_answer_echoes_the_transaction_only_when_there_is_one() -> None:
    assert answers.ok({}) == {"status": "ok", "data": {}}
    assert answers.ok({}, 0) == {"status": "ok", "data": {}, "transaction": 0}
    assert answers.error("no", "t") == {"status": "error", "error": "no", "transaction": "t"}


def test_a_message_is_told_with_its_story() -> None:
    told = answers.Told(message=MESSAGE, timeline=(TimelineEntry(at=NOON, state="queued", part=None),))
    one = answers.messages("m", [told], at=NOON)
    assert one["timeline"] == [{"at": "2026-11-22T12:00:00Z", "state": "queued", "part": None, "reason": None}]
    assert "event_type" not in one
    assert len(answers.messages("m", [told, told], at=NOON)["messages"]) == 2


def test_states_have_the_fields_users_read() -> None:
    trouble = state.Trouble(code="unreachable", text="no route", hint="check the cable", since=NOON)
    session = state.LastSession(at=NOON, held_s=3.14159, sent=1, received=2, turns=11)
    gateway = state.gateway(
        state="unreachable", last_session=session, held_s_hour=3.14159, next_session_at=NOON, error=trouble
    )
    assert gateway == {
        "state": "unreachable",
        "last_session": {"at": "2026-11-22T12:00:00Z", "held_s": 3.1, "sent": 1, "received": 2, "turns": 11},
        "held_s_hour": 3.1,
        "next_session_at": "2026-11-22T12:00:00Z",
        "error": {
            "code": "unreachable",
            "text": "no route",
            "hint": "check the cable",
            "since": "2026-11-22T12:00:00Z",
        },
    }
    line = state.line(
        state="ready",
        sending=True,
        sending_reason=None,
        number="+59899000001",
        gateway="hall",
        sim=state.Sim(signal_dbm=-71),
        totals=state.Totals(sent=3),
        at=NOON,
    )
    assert (line["sending"], line["signal_dbm"], line["sent"]) == ({"enabled": True, "reason": None}, -71, 3)
