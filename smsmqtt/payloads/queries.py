"""What ``GET /messages`` is asked by its query string."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from smsmqtt.errors import PayloadError
from smsmqtt.model import MessageState
from smsmqtt.payloads import fields

USUAL_LIMIT = 50
MOST = 500
DIRECTIONS = ("in", "out")
STATES = (*(state.value for state in MessageState if state is not MessageState.REJECTED), "received")
BARE_OFFSET = re.compile(r"(:[0-9]{2}(?:\.[0-9]+)?) ([0-9]{2}:?[0-9]{2})$")
PARAMETERS = ("direction", "state", "line", "number", "since", "limit", "cursor")


@dataclass(frozen=True, kw_only=True)
class MessagesAsked:
    """Which messages and texts are wanted; None is any. ``line``, ``number`` and ``cursor`` are as they came."""

    direction: Literal["in", "out"] | None
    state: str | None
    line: str | None
    number: str | None
    since: datetime | None
    limit: int
    cursor: str | None


def read_messages_asked(query: Mapping[str, str]) -> MessagesAsked:
    """PayloadError names the parameter."""
    fields.refuse_unknown(query, PARAMETERS)
    return MessagesAsked(
        direction=cast(Literal["in", "out"] | None, fields.choice(query, "direction", DIRECTIONS)),
        state=fields.choice(query, "state", STATES),
        line=fields.text(query, "line"),
        number=fields.text(query, "number"),
        since=fields.moment(_with_offset(query), "since"),
        limit=_limit(query),
        cursor=fields.text(query, "cursor"),
    )


def _with_offset(query: Mapping[str, str]) -> dict[str, str]:
    """With the ``+`` of an offset, which nobody escaped and so came as a blank."""
    return {name: BARE_OFFSET.sub(r"\1+\2", value) for name, value in query.items() if name == "since"}


def _limit(query: Mapping[str, str]) -> int:
    if "limit" not in query:
        return USUAL_LIMIT
    written = query["limit"]
    if not (written.isascii() and written.isdigit() and len(written) <= len(str(MOST))):
        raise PayloadError("limit", f"expected 1 to {MOST}")
    asked: Mapping[str, Any] = {"limit": int(written)}
    return fields.whole_number(asked, "limit", at_least=1, at_most=MOST) or USUAL_LIMIT
