"""The order of visits and messages, and how long a part is expected to take."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from support.fake_clock import NOON
from support.letters import order

from smsmqtt.model import Message
from smsmqtt.session.plan import Pace, plan_session

LINES = ("mine", "yours")


def message(message_id: str, line: str | None = "mine", *, after_s: float = 0, **fields: Any) -> Message:
    (made,) = order(message_id, NOON + timedelta(seconds=after_s)).messages
    return replace(made, line=line, **fields)


def planned(due: list[Message], **fields: Any) -> list[tuple[str, str]]:
    standard: dict[str, Any] = {"look": True, "urgent_only": False, "visited_s": {}}
    return [
        (visit.line, "".join(message.id for message in visit.messages))
        for visit in plan_session(LINES, due, **(standard | fields))
    ]


URGENT = message("u", "yours", after_s=9, urgent=True)


@pytest.mark.parametrize(
    ("due", "fields", "visits"),
    [
        ([], {}, [("mine", ""), ("yours", "")]),
        ([], {"look": False}, []),
        ([message("b", after_s=2), message("a", after_s=1)], {"look": False}, [("mine", "ab")]),
        ([message("a"), message("u", after_s=5, urgent=True)], {}, [("mine", "ua"), ("yours", "")]),
        ([message("a"), URGENT], {}, [("yours", "u"), ("mine", "a")]),
        ([message("a"), URGENT], {"urgent_only": True}, [("yours", "u"), ("mine", "")]),
        ([message("a"), URGENT], {"urgent_only": True, "look": False}, [("yours", "u")]),
        ([message("a"), message("b", "yours")], {"visited_s": {"mine": 9.0}}, [("yours", "b"), ("mine", "a")]),
        ([message("x", "elsewhere"), message("y", None)], {"look": False}, []),
    ],
)
def test_urgent_lines_go_first_and_then_the_one_that_has_waited_longest(
    due: list[Message], fields: dict[str, Any], visits: list[tuple[str, str]]
) -> None:
    assert planned(due, **fields) == visits


@pytest.mark.parametrize(
    ("taken", "expected"), [([], 5.0), ([4.0], 4.0), ([2.0, 4.0], 3.5), ([100.0, 1.0, 1.0, 1.0, 1.0, 1.0], 1.0)]
)
def test_a_part_is_expected_to_take_what_the_last_few_took(taken: list[float], expected: float) -> None:
    pace = Pace()
    for seconds in taken:
        pace.note(seconds)

    assert pace.expected_s == expected
