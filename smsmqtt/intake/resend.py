"""Sending again what failed, or of which nobody can tell: only the parts that the network never took."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from smsmqtt.errors import WrongState
from smsmqtt.intake.door import Door
from smsmqtt.intake.guard import Sendable
from smsmqtt.intake.permits import Objection
from smsmqtt.model import Message
from smsmqtt.payloads.times import iso
from smsmqtt.store import outbox
from smsmqtt.store.transaction import Transaction


def resend(tx: Transaction, asked: Sequence[Message], door: Door) -> dict[str, Any]:
    """How many messages go again, and which the guard refuses; an error when none is in a state to go.

    Asked for by name, it is no duplicate; it counts like a new message.
    """
    why_not = {message.id: _why_not(message, door) for message in asked}
    again = [message for message in asked if not why_not[message.id]]
    if not again:
        raise WrongState("; ".join(f"message {message_id}: {why}" for message_id, why in why_not.items()))
    refused = [(message, objection) for message in again if (objection := _resend(tx, message, door))]
    return {"resent": len(again) - len(refused), "refused": [_told(*each) for each in refused]}


def _why_not(message: Message, door: Door) -> str | None:
    if not outbox.can_resend(message):
        return f"it is {message.state}; only what failed or is uncertain is sent again"
    if message.line not in door.directory.lines:
        return f"its line {message.line} is not in the configuration any more"
    return None


def _resend(tx: Transaction, message: Message, door: Door) -> Objection | None:
    """What the guard says to it; None when it is queued again."""
    assert message.line is not None
    text = Sendable(
        line=message.line,
        recipient=message.recipient,
        body=message.body,
        parts=sum(part.state in outbox.RESENDABLE for part in message.parts),
        named=True,
    )
    objection = door.guard.admit(tx, text)
    if objection is None:
        outbox.resend(tx, message.id, tx.now + timedelta(seconds=door.messages.valid_for_s))
    return objection


def _told(message: Message, objection: Objection) -> dict[str, Any]:
    return {"id": message.id, "code": objection.code, "text": objection.text, "retry_at": iso(objection.retry_at)}
