"""What callers write, and what is made of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsmqtt.errors import PayloadError
from smsmqtt.model import RecipientText
from smsmqtt.payloads import orders
from smsmqtt.payloads.orders import parse_order, parse_text_order

HELLO = {"to": "+59899000001", "body": "Hello"}


def parsed(**fields: Any) -> Any:
    return parse_order(json.dumps({**HELLO, **fields}).encode())


def refusal(payload: bytes | dict[str, Any]) -> PayloadError:
    with pytest.raises(PayloadError) as refused:
        parse_order(payload if isinstance(payload, bytes) else json.dumps(payload).encode())
    return refused.value


def test_the_least_order_has_quiet_defaults() -> None:
    order = parsed()
    assert order.recipients == (RecipientText(text="+59899000001"),)
    assert order.body == "Hello"
    assert (order.line, order.id, order.urgent, order.flash, order.report) == (None, None, False, False, None)
    assert (order.send_at, order.valid_for_s, order.valid_until, order.on_uncertain) == (None, None, None, None)


def test_every_option_is_read() -> None:
    order = parsed(
        **{"from": "mine", "id": "a.B_1:2-3", "urgent": True, "flash": True, "report": False},
        send_at="2026-11-22T16:35:00-03:00",
        valid_for="2h",
        on_uncertain="resend",
    )
    assert (order.line, order.id, order.urgent, order.flash, order.report) == ("mine", "a.B_1:2-3", True, True, False)
    assert order.send_at == datetime(2026, 11, 22, 19, 35, tzinfo=UTC)
    assert (order.valid_for_s, order.on_uncertain) == (7200.0, "resend")


@pytest.mark.parametrize("to", orders.TO)
@pytest.mark.parametrize("body", orders.BODY)
def test_aliases_mean_the_same(to: str, body: str) -> None:
    order = parse_order(json.dumps({to: "+59899000001", body: "Hello"}).encode())
    assert (order.recipients[0].text, order.body) == ("+59899000001", "Hello")


@pytest.mark.parametrize(
    ("fields", "named"),
    [({"number": "+59899000002"}, "number"), ({"text": "Bye"}, "text"), ({"message": "Bye"}, "message")],
)
def test_two_aliases_of_one_field_are_refused(fields: dict[str, str], named: str) -> None:
    assert refusal({**HELLO, **fields}).field == named


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("099000001; ana,family", [("099000001", False), ("ana", False), ("family", False)]),
        ("ana;", [("ana", False)]),
        (59899000001, [("59899000001", True)]),
        ([59899000001, "bruno;ana"], [("59899000001", True), ("bruno", False), ("ana", False)]),
    ],
)
def test_recipients_are_text_whole_numbers_and_lists(to: object, expected: list[tuple[str, bool]]) -> None:
    assert [(it.text, it.bare_is_international) for it in parsed(to=to).recipients] == expected


@pytest.mark.parametrize("to", ["", " ", ";", [], [""], [[]], {}, None, True, 1.5, -1, 0, ["ana", None]])
def test_recipients_of_any_other_form_are_refused(to: object) -> None:
    assert refusal({**HELLO, "to": to}).field == "to"


def test_too_many_recipients_are_refused() -> None:
    assert refusal({**HELLO, "to": ["ana"] * 251}).code == "too_many"


@pytest.mark.parametrize(
    ("written", "body"),
    [("0", "0"), ("1.50", "1.50"), ("1e22", "1e22"), ("-7", "-7"), ('"\\ud83d\\ude00"', "😀"), ('" "', " ")],
)
def test_a_number_as_body_is_text_as_written(written: str, body: str) -> None:
    assert parse_order(b'{"to": "ana", "body": %s}' % written.encode()).body == body


@pytest.mark.parametrize(
    "body", ["", None, True, [], {}, "a\x00b", "a\x1ab", "a\x1bb", "a\x7fb", "a\x85b", "\ud83d", "x" * 65537]
)
def test_an_impossible_body_is_refused(body: object) -> None:
    payload = json.dumps({"to": "ana", "body": body}).encode()
    assert refusal(payload).field in ("body", None)


def test_lines_and_tabs_may_stand_in_a_body() -> None:
    assert parsed(body="a\r\nb\tc\f").body == "a\r\nb\tc\f"


def test_an_unknown_field_is_refused_with_the_nearest_known_name() -> None:
    error = refusal({**HELLO, "sendat": "2026-11-22T19:35:00Z"})
    assert (error.field, error.code) == ("sendat", "unknown_field")
    assert "send_at" in error.text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[(name, value) for name in ("urgent", "flash", "report") for value in ("true", 1, 0, None)],
        *[("id", value) for value in ("", "a b", "ñ", "x" * 65, 7, None)],
        *[("from", value) for value in ("", None, [], 1.5, True, "a\nb")],
        *[
            ("send_at", value)
            for value in ("2026-11-22T19:35:00", "tomorrow", "", 1795378931, None, "9999-12-31T00:00Z")
        ],
        *[("valid_for", value) for value in ("", "soon", 0, -5, True, None, "99999d", "1 fortnight", 1e308)],
        *[("valid_until", value) for value in ("19:35", "0001-01-01T00:00:00+14:00", None)],
        *[("on_uncertain", value) for value in ("again", "", None, True)],
    ],
)
def test_a_field_of_the_wrong_form_is_refused_by_its_name(name: str, value: object) -> None:
    assert refusal({**HELLO, name: value}).field == name


def test_a_number_may_name_the_line() -> None:
    assert parsed(**{"from": 59899000001}).line == "+59899000001"


def test_two_ends_of_validity_or_an_end_before_the_start_are_refused() -> None:
    end = "2026-11-22T19:35:00Z"
    assert refusal({**HELLO, "valid_for": "1h", "valid_until": end}).field == "valid_until"
    assert refusal({**HELLO, "send_at": end, "valid_until": end}).field == "valid_until"


@pytest.mark.parametrize("missing", ["to", "body"])
def test_a_missing_field_is_named(missing: str) -> None:
    assert refusal({name: value for name, value in HELLO.items() if name != missing}).field == missing


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b'{"to": "ana", "to": "bruno", "body": "x"}', "twice"),
        (b'{"to": "ana", "body": "x", "valid_for": NaN}', "NaN"),
        (b'{"to": "ana", "body": "x", "valid_for": 1e99999999999999999999}', "number"),
        (b'{"to": "ana", "body": 1e400}', "number"),
        (b'{"to": ' + b"9" * 5000 + b', "body": "x"}', "number"),
        (b"\xff\xfe", "UTF-8"),
        (b'"\xed\xa0\xbd"', "UTF-8"),
        (b"[" * 20000, "nested"),
        (b"Hello", "not JSON"),
        (b"[]", "a list"),
        (b"null", "null"),
        (b" " * 65537, "at most 65536"),
    ],
)
def test_what_is_no_json_object_is_refused_with_the_reason(payload: bytes, expected: str) -> None:
    assert expected in str(refusal(payload))


def test_a_byte_order_mark_is_overlooked() -> None:
    assert parse_order(b"\xef\xbb\xbf" + json.dumps(HELLO).encode()).body == "Hello"
    assert parse_text_order("ana", b"\xef\xbb\xbfHello").body == "Hello"


def test_a_name_from_a_payload_is_repeated_short_and_printable() -> None:
    error = refusal({**HELLO, "x\x00" * 100: 1})
    assert error.field is not None
    assert error.field.isprintable()
    assert len(error.field) <= 40


@pytest.mark.parametrize(
    ("payload", "body"), [(b"Hi", "Hi"), (b"Hi\n", "Hi"), (b"Hi\r\n", "Hi"), (b"Hi\n\n", "Hi\n"), (b" 0", " 0")]
)
def test_plain_text_loses_one_final_newline(payload: bytes, body: str) -> None:
    order = parse_text_order("59899000001", payload)
    assert order.body == body
    assert order.recipients == (RecipientText(text="59899000001", bare_is_international=True),)


@pytest.mark.parametrize(
    ("level", "payload"), [("ana", b"\n"), ("ana", b""), ("", b"Hi"), ("ana", b"\xff"), ("ana", b"\x00")]
)
def test_plain_text_without_words_or_recipient_is_refused(level: str, payload: bytes) -> None:
    with pytest.raises(PayloadError):
        parse_text_order(level, payload)


@pytest.mark.parametrize(
    ("payload", "found"), [(b'{"id": "mine", "bdy": 1}', "mine"), (b'{"id": 1}', None), (b"{", None), (b"{}", None)]
)
def test_the_id_of_a_refused_order_is_found_where_there_is_one(payload: bytes, found: str | None) -> None:
    assert orders.id_of(payload) == found


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from((*orders.TO, *orders.BODY, *orders.OPTIONS, "other"))


@given(st.binary() | st.dictionaries(NAMES, JSON).map(lambda fields: json.dumps(fields).encode()))
def test_any_octets_are_an_order_or_a_payload_error(payload: bytes) -> None:
    for parse in (parse_order, lambda octets: parse_text_order("ana", octets)):
        try:
            order = parse(payload)
        except PayloadError:
            continue
        order.body.encode()
