"""What is said about messages and texts: the payloads of ``sms/status`` and ``sms/inbox``."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from smsmqtt.model import Alphabet, InboundText, Message, PartState
from smsmqtt.payloads.times import iso

LATE = timedelta(hours=1)
"""A text older than this opens nobody's door."""

OUT = (PartState.SENT, PartState.DELIVERED, PartState.UNDELIVERED)
"""The states of a part that the network took."""


def status(message: Message, *, at: datetime, repeat: bool = False) -> dict[str, Any]:
    """One change of a message's state, as ``sms/status`` and ``GET /messages`` tell it."""
    states = [part.state for part in message.parts]
    return {
        "event_type": "state",
        "id": message.id,
        "order_id": message.order_id,
        "state": message.state.value,
        "to": message.recipient,
        "line": message.line,
        "at": iso(at),
        "parts": {
            "total": len(states),
            "sent": sum(state in OUT for state in states),
            "delivered": states.count(PartState.DELIVERED),
        },
        "alphabet": message.alphabet.value,
        "attempt": message.attempt,
        "reason": message.reason and {"code": message.reason.code, "text": message.reason.text},
        "next_attempt_at": iso(message.next_attempt_at),
        "seq": message.seq,
        "final": message.final,
        "repeat": repeat,
    }


def rejected(
    *,
    code: str,
    text: str,
    field: str | None,
    at: datetime,
    order_id: str | None = None,
    message_id: str | None = None,
    to: str | None = None,
    retry_at: datetime | None = None,
    repeat: bool = False,
) -> dict[str, Any]:
    """A refusal, in the form of a status. The ids are None when the caller gave none that could be read.

    ``retry_at``: when the guard would let it pass. ``repeat``: it is of an order that was accepted in part before.
    """
    return {
        "event_type": "state",
        "id": message_id or order_id,
        "order_id": order_id,
        "state": "rejected",
        "to": to,
        "line": None,
        "at": iso(at),
        "parts": {"total": 0, "sent": 0, "delivered": 0},
        "alphabet": None,
        "attempt": 0,
        "reason": {
            "code": code,
            "text": f"{field}: {text}" if field else text,
            "field": field,
            "retry_at": iso(retry_at),
        },
        "next_attempt_at": None,
        "seq": 1,
        "final": True,
        "repeat": repeat,
    }


def call(*, event_type: Literal["ring", "in_call"], line: str, caller: str | None, at: datetime) -> dict[str, Any]:
    """A call that a session came upon; ``caller`` is None when the module did not show the number."""
    return {"event_type": event_type, "line": line, "from": caller, "at": iso(at)}


class LineFacts(Protocol):
    """What is told of the line that a text came in on."""

    @property
    def number(self) -> str | None: ...
    @property
    def gateway(self) -> str: ...


class AddressBook(Protocol):
    """Who is who: the part of the directory that news need."""

    def contact_of(self, sender: str) -> str | None: ...
    def written(self, sender: str) -> str: ...
    def line(self, name: str) -> LineFacts | None: ...


def inbox(text: InboundText, *, directory: AddressBook, now: datetime) -> dict[str, Any]:
    """A text received, as it is told at ``now``: age and ``event_type`` depend on it.

    A text that could not be read has ``unreadable`` (code and text) and, in ``data``, the record as the module gave
    it; its ``event_type`` is ``data``, so that nothing acts on it as on words.
    """
    line = directory.line(text.line)
    payload = {
        "id": text.id,
        "event_type": _event_type(text, now),
        "again": text.again,
        "age_s": max(0, int((now - (text.sent_at or text.received_at)).total_seconds())),
        "from": directory.written(text.sender) if text.sender and text.sender_type == "number" else text.sender or None,
        "from_type": text.sender_type if text.sender else None,
        "contact": directory.contact_of(text.sender) if text.sender_type == "number" else None,
        "to": line.number if line else None,
        "line": text.line,
        "gateway": line.gateway if line else None,
        "body": text.body,
        "sent_at": iso(text.sent_at),
        "received_at": iso(text.received_at),
        "parts": text.parts,
        "complete": text.complete,
        "encoding": text.encoding.value,
        "flash": text.flash,
    }
    if text.data_hex:
        payload["data"] = base64.b64encode(bytes.fromhex(text.data_hex)).decode("ascii")
    if text.unreadable:
        payload["unreadable"] = {"code": text.unreadable.code, "text": text.unreadable.text}
    return payload


def _event_type(text: InboundText, now: datetime) -> str:
    if text.unreadable or text.encoding is Alphabet.DATA:
        return "data"
    old = text.sent_at is not None and now - text.sent_at > LATE
    return "late" if text.again or text.found_at_first_start or old else "received"
