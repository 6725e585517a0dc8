"""What is said about messages and texts: the payloads of ``sms/status`` and ``sms/inbox``."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from smsmqtt.model import Message, PartState
from smsmqtt.payloads.times import iso

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
        "attempt": message.attempt,
        "reason": message.reason and {"code": message.reason.code, "text": message.reason.text},
        "next_attempt_at": iso(message.next_attempt_at),
        "seq": message.seq,
        "final": message.final,
        "repeat": repeat,
    }
