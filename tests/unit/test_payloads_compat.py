"""The payloads of sms2mqtt, as that bridge reads and writes them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from smsmqtt.errors import PayloadError
from smsmqtt.model import Alphabet, InboundText, Message, MessageState, Part, Reason
from smsmqtt.payloads import compat, news

AT = datetime(2026, 11, 22, 16, 35, 7, 250000, tzinfo=timezone(timedelta(hours=-3)))
MESSAGE = Message(
    id="a",
    order_id="a",
    recipient="+59899000011",
    body="hello",
    line="mine",
    created_at=AT,
    parts=(Part(seq=1, text="hello"),),
)
TEXT = InboundText(
    id="t",
    line="mine",
    sender="+59899000011",
    sender_type="number",
    encoding=Alphabet.GSM7,
    body="open",
    received_at=AT,
)


@pytest.mark.parametrize(
    ("payload", "numbers", "body"),
    [
        (b'{"number": "+59899000011", "text": "Hi"}', ["+59899000011"], "Hi"),
        (b'{"Number": "+59899000011;+59899000012;", "TEXT": "Hi"}', ["+59899000011", "+59899000012"], "Hi"),
        (b'{"number": "+59899000011", "text": "two\nlines"}', ["+59899000011"], "two\nlines"),
        (b'{"number": "+59899000011", "text": "Hi", "unicode": true, "sender": 4}', ["+59899000011"], "Hi"),
    ],
)
def test_what_that_bridge_takes_is_taken(payload: bytes, numbers: list[str], body: str) -> None:
    request = compat.parse_order(payload)
    assert [it.text for it in request.recipients] == numbers
    assert request.body == body


def test_an_id_of_our_own_makes_an_order_safe_to_repeat_here_too() -> None:
    assert compat.parse_order(b'{"number": "+59899000011", "text": "Hi", "id": "door-1"}').id == "door-1"


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        (b'{"text": "Hi"}', "number"),
        (b'{"number": "+59899000011"}', "text"),
        (b'{"number": "", "text": "Hi"}', "number"),
        (b'{"to": "+59899000011", "body": "Hi"}', "number"),
        (b"Hi", None),
        (b'["+59899000011"]', None),
    ],
)
def test_what_it_refuses_is_refused_with_the_field(payload: bytes, field: str | None) -> None:
    with pytest.raises(PayloadError) as refused:
        compat.parse_order(payload)
    assert refused.value.field == field


def result(state: MessageState, reason: Reason | None = None, *, repeat: bool = False) -> str | None:
    status = news.status(replace(MESSAGE, state=state, reason=reason), at=AT, repeat=repeat)
    told = compat.sent(status, body="hello", at=AT)
    return told and told["result"]


def test_a_message_that_the_network_took_is_a_success_in_that_bridges_form() -> None:
    status = news.status(replace(MESSAGE, state=MessageState.SENT), at=AT)
    assert compat.sent(status, body="hello", at=AT) == {
        "result": "success",
        "datetime": "2026-11-22 16:35:07",
        "number": "+59899000011",
        "text": "hello",
    }


def test_a_message_has_one_result() -> None:
    no_result = set(MessageState) - {MessageState.SENT, *compat.NOT_SENT}
    assert {result(state) for state in no_result} == {None}
    assert result(MessageState.SENT, Reason(code="no_report", text="no report came")) is None


def test_every_other_end_says_why() -> None:
    assert result(MessageState.FAILED, Reason(code="cms_38", text="network out of order")) == (
        "error : network out of order"
    )
    for state in compat.NOT_SENT:
        told = result(state)
        assert told
        assert told.startswith("error : ")


@pytest.mark.parametrize("state", [MessageState.SENT, MessageState.DELIVERED, MessageState.UNDELIVERED])
def test_a_repeat_of_what_was_sent_is_answered_as_the_first_was(state: MessageState) -> None:
    assert result(state, Reason(code="no_report", text=""), repeat=True) == "success"


def test_refusals_tell_the_number_or_the_whole_payload() -> None:
    assert compat.refused("no contact", to="nobody", body="hello", at=AT) == {
        "result": "error : no contact",
        "datetime": "2026-11-22 16:35:07",
        "number": "nobody",
        "text": "hello",
    }
    assert compat.unreadable("not JSON", b"\xffHi") == {"result": "error : not JSON", "payload": "\ufffdHi"}


def test_a_text_received_has_that_bridges_three_fields() -> None:
    assert compat.received(TEXT, sender="+59899000011", at=AT) == {
        "datetime": "2026-11-22 16:35:07",
        "number": "+59899000011",
        "text": "open",
    }


@pytest.mark.parametrize(
    "text",
    [
        replace(TEXT, again=1),
        replace(TEXT, found_at_first_start=True),
        replace(TEXT, unreadable=Reason(code="bad_pdu", text="")),
        replace(TEXT, encoding=Alphabet.DATA, data_hex="00"),
    ],
)
def test_what_the_form_cannot_tell_truly_is_not_told(text: InboundText) -> None:
    assert compat.received(text, sender="+59899000011", at=AT) is None
