"""What ``GET /messages`` may be asked."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from smsmqtt.errors import PayloadError
from smsmqtt.payloads.queries import MOST, USUAL_LIMIT, MessagesAsked, read_messages_asked


def test_nothing_asked_is_the_newest_of_everything() -> None:
    assert read_messages_asked({}) == MessagesAsked(
        direction=None, state=None, line=None, number=None, since=None, limit=USUAL_LIMIT, cursor=None
    )


def test_everything_can_be_asked_at_once() -> None:
    asked = read_messages_asked(
        {
            "direction": "in",
            "state": "received",
            "line": "mine",
            "number": "ana",
            "since": "2026-11-22T16:35:00-03:00",
            "limit": str(MOST),
            "cursor": "abc",
        }
    )
    assert asked == MessagesAsked(
        direction="in",
        state="received",
        line="mine",
        number="ana",
        since=datetime(2026, 11, 22, 19, 35, tzinfo=UTC),
        limit=MOST,
        cursor="abc",
    )


@pytest.mark.parametrize(
    ("query", "field", "says"),
    [
        ({"limt": "3"}, "limt", "did you mean limit?"),
        ({"limit": "0"}, "limit", f"1 to {MOST}"),
        ({"limit": "-1"}, "limit", f"1 to {MOST}"),
        ({"limit": "1.5"}, "limit", f"1 to {MOST}"),
        ({"limit": "9" * 5000}, "limit", f"1 to {MOST}"),
        ({"limit": str(MOST + 1)}, "limit", f"1 to {MOST}"),
        ({"direction": "IN"}, "direction", "in or out"),
        ({"state": "rejected"}, "state", "queued"),
        ({"since": "2026-11-22T19:35:00"}, "since", "offset"),
        ({"line": ""}, "line", "is empty"),
    ],
)
def test_what_makes_no_sense_is_refused(query: dict[str, str], field: str, says: str) -> None:
    with pytest.raises(PayloadError) as refused:
        read_messages_asked(query)
    assert refused.value.field == field
    assert says in refused.value.text
