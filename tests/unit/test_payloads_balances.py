"""How credit is asked for, and how it is told."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsmqtt.errors import PayloadError
from smsmqtt.model import BalanceReply, BalanceRequest, BalanceState, Reason
from smsmqtt.payloads.balances import BalanceAsk, balance, parse_request

NOW = datetime(2026, 11, 22, 19, 35, 3, tzinfo=UTC)
ASKED = BalanceRequest(id="q1", line="mine", state=BalanceState.OK, created_at=NOW, deadline_at=NOW)
REPLY = BalanceReply(
    line="mine",
    credit=Decimal("123.45"),
    currency="UYU",
    expires=date(2026, 12, 31),
    raw="su saldo es $123.45, vence el 31/12/2026",
    at=NOW,
)


@pytest.mark.parametrize(
    ("payload", "ask"),
    [
        (b"all", BalanceAsk(line=None)),
        (b"all\n", BalanceAsk(line=None)),
        (b"{}", BalanceAsk(line=None)),
        (b'\xef\xbb\xbf {"line": "all"} ', BalanceAsk(line=None)),
        (b'{"id": "q1"}', BalanceAsk(line=None, id="q1")),
        (b"mine", BalanceAsk(line="mine")),
        (b" mine\r\n", BalanceAsk(line="mine")),
        (b"+598 99 000 001", BalanceAsk(line="+598 99 000 001")),
        (b'{"line": "mine", "id": "q1"}', BalanceAsk(line="mine", id="q1")),
        (b'{"line": 59899000001}', BalanceAsk(line="+59899000001")),
    ],
)
def test_a_request_names_a_line_or_means_every_one(payload: bytes, ask: BalanceAsk) -> None:
    assert parse_request(payload) == ask


@pytest.mark.parametrize(
    ("payload", "field", "code"),
    [
        (b" \n", "line", "bad_payload"),
        (b"mi\x00ne", "line", "bad_payload"),
        (b"\xff", None, "bad_payload"),
        (b"x" * 70_000, None, "too_large"),
        (b'{"line"', None, "bad_payload"),
        (b'{"line": ""}', "line", "bad_payload"),
        (b'{"line": null}', "line", "bad_payload"),
        (b'{"line": ["mine"]}', "line", "bad_payload"),
        (b'{"line": -5}', "line", "bad_payload"),
        (b'{"line": true}', "line", "bad_payload"),
        (b'{"id": "a b"}', "id", "bad_payload"),
        (b'{"id": 7}', "id", "bad_payload"),
        (b'{"lin": "mine"}', "lin", "unknown_field"),
        (b'{"line": "mine", "line": "yours"}', "line", "bad_payload"),
    ],
)
def test_anything_else_is_refused_by_its_field(payload: bytes, field: str | None, code: str) -> None:
    with pytest.raises(PayloadError) as refused:
        parse_request(payload)
    assert (refused.value.field, refused.value.code) == (field, code)


@given(st.binary(max_size=40) | st.text(alphabet='{}":,linead \n\\u0', max_size=40).map(str.encode))
def test_any_octets_are_a_request_or_a_refusal(payload: bytes) -> None:
    with suppress(PayloadError):
        assert parse_request(payload).line != "all"


def told(**facts: Any) -> dict[str, Any]:
    given_facts = {"request": ASKED, "reply": REPLY, "low": False, "expiring": False, **facts}
    payload: dict[str, Any] = json.loads(json.dumps(balance(line="mine", number="+59899000001", **given_facts)))
    return payload


def test_a_good_reply_is_told_with_amount_currency_and_date() -> None:
    assert told() == {
        "line": "mine",
        "number": "+59899000001",
        "state": "ok",
        "credit": 123.45,
        "currency": "UYU",
        "expires": "2026-12-31",
        "low": False,
        "expiring": False,
        "raw": REPLY.raw,
        "at": "2026-11-22T19:35:03Z",
        "request_id": "q1",
        "reason": None,
    }


def test_a_failure_leaves_the_last_good_reply_standing_and_shows_what_was_said() -> None:
    reason = Reason(code="not_understood", text="no pattern reads the answer")
    failed = replace(ASKED, id="q2", state=BalanceState.FAILED, raw="Marque *888#", reason=reason)
    assert told(request=failed) == told() | {
        "state": "failed",
        "request_id": "q2",
        "raw": "Marque *888#",
        "reason": {"code": "not_understood", "text": "no pattern reads the answer"},
    }


def test_a_time_out_has_no_words_of_its_own() -> None:
    late = replace(ASKED, state=BalanceState.TIMEOUT, reason=Reason(code="timeout", text="no answer came in time"))
    assert (told(request=late)["state"], told(request=late)["raw"]) == ("timeout", REPLY.raw)


def test_before_the_first_good_reply_there_is_no_credit() -> None:
    failed = told(request=replace(ASKED, state=BalanceState.FAILED), reply=None)
    assert failed["state"] == "failed"
    assert [failed[name] for name in ("credit", "currency", "expires", "raw", "at")] == [None] * 5


def test_a_reply_that_nobody_asked_for_is_told_too() -> None:
    assert (told(request=None)["state"], told(request=None)["request_id"]) == ("ok", None)


def test_before_anything_was_asked_there_is_no_state() -> None:
    assert told(request=None, reply=None)["state"] is None


@pytest.mark.parametrize(
    ("credit", "written"),
    [("50", "50"), ("10.00", "10"), ("-45.36", "-45.36"), ("0", "0"), ("-0.00", "0"), ("999999999999.99", None)],
)
def test_credit_is_a_plain_number(credit: str, written: str | None) -> None:
    payload = balance(
        line="mine", number=None, request=None, reply=replace(REPLY, credit=Decimal(credit)), low=True, expiring=True
    )
    assert json.dumps(payload["credit"]) == (written or credit)
    assert (payload["low"], payload["expiring"]) == (True, True)
