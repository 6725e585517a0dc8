"""What is answered to a request: one form for "done" and one for "can't"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from smsmqtt.model import Message, TimelineEntry
from smsmqtt.payloads import news
from smsmqtt.payloads.times import iso


@dataclass(frozen=True, kw_only=True)
class Told:
    """A message with the story of its states."""

    message: Message
    timeline: tuple[TimelineEntry, ...]


def ok(data: dict[str, Any], transaction: object = None) -> dict[str, Any]:
    """``transaction`` is whatever the caller put there; it is left out when None."""
    return _with({"status": "ok", "data": data}, transaction)


def error(text: str, transaction: object = None) -> dict[str, Any]:
    """A sentence that says what is wrong."""
    return _with({"status": "error", "error": text}, transaction)


def message(told: Told, *, at: datetime) -> dict[str, Any]:
    """A message as it stands: its status, its body and its timeline."""
    standing = news.status(told.message, at=at)
    del standing["event_type"], standing["repeat"]
    return {**standing, "body": told.message.body, "timeline": [_entry(entry) for entry in told.timeline]}


def messages(asked_id: str, found: Sequence[Told], *, at: datetime) -> dict[str, Any]:
    """One message flat; an order for several recipients as a list under its id."""
    if len(found) == 1:
        return message(found[0], at=at)
    return {"id": asked_id, "order_id": asked_id, "messages": [message(told, at=at) for told in found]}


def _entry(entry: TimelineEntry) -> dict[str, Any]:
    return {
        "at": iso(entry.at),
        "state": entry.state,
        "part": entry.part,
        "reason": entry.reason and {"code": entry.reason.code, "text": entry.reason.text},
    }


def _with(answer: dict[str, Any], transaction: object) -> dict[str, Any]:
    return answer if transaction is None else {**answer, "transaction": transaction}
