"""Each verb's fields, strictly."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from smsmqtt.errors import PayloadError
from smsmqtt.payloads.orders import parse_order
from smsmqtt.payloads.requests import (
    Cancel,
    GuardReset,
    InboxAsked,
    MessageAsked,
    Pause,
    Poll,
    Resend,
    Resume,
    Sending,
    read_request,
)
from smsmqtt.payloads.strict_json import read_object


@pytest.mark.parametrize(
    ("verb", "asked", "expected"),
    [
        ("poll", {}, Poll(gateway=None)),
        ("poll", {"gateway": "hall", "transaction": [1]}, Poll(gateway="hall")),
        ("pause", {}, Pause(gateway=None, for_s=None)),
        ("pause", {"gateway": "hall", "for": "10m"}, Pause(gateway="hall", for_s=600.0)),
        ("resume", {}, Resume(gateway=None)),
        ("sending", {"enabled": False}, Sending(line=None, enabled=False)),
        ("cancel", {"id": "a"}, Cancel(id="a")),
        ("cancel", {"all": True}, Cancel(id=None)),
        ("resend", {"id": "a"}, Resend(id="a")),
        ("guard", {"reset": True}, GuardReset(line=None)),
        ("guard", {"reset": True, "line": "mine"}, GuardReset(line="mine")),
        ("message", {"id": "a"}, MessageAsked(id="a")),
        ("inbox", {}, InboxAsked(since=None, limit=100, republish=False)),
        (
            "inbox",
            {"since": "2026-11-22T12:00:00Z", "limit": 1, "republish": True},
            InboxAsked(since=datetime(2026, 11, 22, 12, tzinfo=UTC), limit=1, republish=True),
        ),
    ],
)
def test_a_request_is_read(verb: str, asked: dict[str, Any], expected: object) -> None:
    assert read_request(verb, asked) == expected


def test_what_is_no_object_is_refused_with_an_example_of_what_was_meant() -> None:
    with pytest.raises(PayloadError, match=re.escape("expected a JSON object such as {}, got a list")):
        read_object(b"[]")
    with pytest.raises(PayloadError, match=re.escape('such as {"to": "+59899000001", "body": "Hello"}, got a list')):
        parse_order(b"[]")


@pytest.mark.parametrize(
    ("verb", "asked", "field"),
    [
        ("dance", {}, None),
        ("poll", {"line": "mine"}, "line"),
        ("pause", {"for": 0}, "for"),
        ("sending", {}, "enabled"),
        ("sending", {"enabled": "no"}, "enabled"),
        ("cancel", {}, "id"),
        ("cancel", {"id": "a", "all": True}, "id"),
        ("cancel", {"all": False}, "id"),
        ("resend", {}, "id"),
        ("guard", {}, "reset"),
        ("guard", {"reset": False}, "reset"),
        ("guard", {"line": "mine"}, "reset"),
        ("message", {}, "id"),
        ("inbox", {"limit": True}, "limit"),
        ("inbox", {"limit": 1001}, "limit"),
        ("inbox", {"since": "yesterday"}, "since"),
    ],
)
def test_a_request_of_the_wrong_form_is_refused_by_its_field(
    verb: str, asked: dict[str, Any], field: str | None
) -> None:
    with pytest.raises(PayloadError) as refused:
        read_request(verb, asked)
    assert refused.value.field == field
