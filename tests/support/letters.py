"""Orders, parts and reports for tests of the ledger, with everything that doesn't matter filled in."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from smsmqtt.model import DeliveryReport, Message, Order, Part
from smsmqtt.store import Transaction, outbox

RECIPIENT = "+59899000001"


def order(order_id: str, at: datetime, *, recipients: tuple[str, ...] = (RECIPIENT,), **fields: Any) -> Order:
    """An order as intake makes it: one message for each recipient, ``parts`` of them each."""
    count = fields.pop("parts", 1)
    ids = [order_id] if len(recipients) == 1 else [f"{order_id}.{n}" for n in range(1, len(recipients) + 1)]
    first = Message(
        id=order_id,
        order_id=order_id,
        recipient=RECIPIENT,
        body="hola",
        line="mine",
        created_at=at,
        parts=tuple(Part(seq=seq, text=f"hola {seq}") for seq in range(1, count + 1)),
    )
    messages = tuple(
        replace(first, id=message_id, recipient=recipient, **fields)
        for message_id, recipient in zip(ids, recipients, strict=True)
    )
    return Order(id=order_id, digest="digest", accepted_at=at, messages=messages)


def place(tx: Transaction, order_id: str = "a", **fields: Any) -> None:
    outbox.put(tx, order(order_id, tx.now, **fields))


def send(tx: Transaction, message_id: str = "a", *, seq: int = 1, reference: int = 7) -> None:
    """Hand over one part, from the queue to the network."""
    outbox.claim(tx, message_id)
    outbox.submitting(tx, message_id, seq)
    outbox.sent(tx, message_id, seq, reference)


def report(at: datetime | None, **fields: Any) -> DeliveryReport:
    """A report that the text was delivered."""
    standard = DeliveryReport(line="mine", reference=7, recipient=RECIPIENT, status=0, sent_at=at)
    return replace(standard, **fields)
