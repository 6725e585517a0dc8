"""Messages as rows: how they are written once, and how they are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from smsmqtt.model import Alphabet, Message, MessageState, Order, Part, PartState, Reason, TimelineEntry
from smsmqtt.store.announcements import reply_to_of
from smsmqtt.store.database import Row
from smsmqtt.store.stamps import from_ms, to_ms
from smsmqtt.store.transaction import Transaction

AT_ONCE = 500
"""Parameters in one statement."""


def insert_order(tx: Transaction, order: Order) -> None:
    _insert(
        tx,
        "orders",
        {"id": order.id, "digest": order.digest, "accepted_at": to_ms(order.accepted_at), "accepted_boot": tx.boot},
    )


def insert_message(tx: Transaction, message: Message) -> None:
    """The message and its parts, as they are."""
    reply_to = message.reply_to
    _insert(
        tx,
        "messages",
        {
            "id": message.id,
            "order_id": message.order_id,
            "recipient": message.recipient,
            "body": message.body,
            "line": message.line,
            "line_fixed": message.line_fixed,
            "urgent": message.urgent,
            "flash": message.flash,
            "report": message.report,
            "on_uncertain": message.on_uncertain,
            "resent": message.resent,
            "created_at": to_ms(message.created_at),
            "send_at": to_ms(message.send_at),
            "valid_until": to_ms(message.valid_until),
            "valid_until_boot": tx.boot,
            "alphabet": message.alphabet,
            "locking_shift": message.locking_shift,
            "single_shift": message.single_shift,
            "state": message.state,
            "attempt": message.attempt,
            "seq": message.seq,
            "final": message.final,
            "reply_topic": reply_to and reply_to.topic,
            "reply_correlation": reply_to and reply_to.correlation,
        },
    )
    insert_parts(tx, message.id, message.parts)


def insert_parts(tx: Transaction, message_id: str, parts: Iterable[Part]) -> None:
    for part in parts:
        _insert(
            tx,
            "parts",
            {
                "message_id": message_id,
                "seq": part.seq,
                "text": part.text,
                "header_hex": part.header_hex,
                "state": part.state,
            },
        )


def load(tx: Transaction, clauses: str, params: Sequence[Any] = ()) -> list[Message]:
    """The messages ``m`` that the clauses after ``from messages m`` select, with their parts."""
    rows = tx.execute(f"select m.* from messages m {clauses}", params)
    parts: dict[str, list[Part]] = {row["id"]: [] for row in rows}
    for ids in _slices(list(parts)):
        marks = ", ".join("?" * len(ids))
        for row in tx.execute(f"select * from parts where message_id in ({marks}) order by message_id, seq", ids):
            parts[row["message_id"]].append(_part(row))
    return [_message(row, tuple(parts[row["id"]])) for row in rows]


def timeline_entry(row: Row) -> TimelineEntry:
    return TimelineEntry(at=from_ms(row["at"]), state=row["state"], part=row["part"], reason=reason_of(row))


def reason_of(row: Row) -> Reason | None:
    if row["reason_code"] is None:
        return None
    return Reason(code=row["reason_code"], text=row["reason_text"])


def _message(row: Row, parts: tuple[Part, ...]) -> Message:
    return Message(
        id=row["id"],
        order_id=row["order_id"],
        recipient=row["recipient"],
        body=row["body"],
        line=row["line"],
        line_fixed=bool(row["line_fixed"]),
        urgent=bool(row["urgent"]),
        flash=bool(row["flash"]),
        report=bool(row["report"]),
        on_uncertain=row["on_uncertain"],
        resent=bool(row["resent"]),
        created_at=from_ms(row["created_at"]),
        send_at=from_ms(row["send_at"]),
        valid_until=from_ms(row["valid_until"]),
        alphabet=Alphabet(row["alphabet"]),
        locking_shift=row["locking_shift"],
        single_shift=row["single_shift"],
        state=MessageState(row["state"]),
        reason=reason_of(row),
        attempt=row["attempt"],
        next_attempt_at=from_ms(row["next_attempt_at"]),
        seq=row["seq"],
        final=bool(row["final"]),
        parts=parts,
        reply_to=reply_to_of(row),
    )


def _part(row: Row) -> Part:
    return Part(
        seq=row["seq"],
        text=row["text"],
        header_hex=row["header_hex"],
        state=PartState(row["state"]),
        reference=row["reference"],
    )


def _insert(tx: Transaction, table: str, values: dict[str, Any]) -> None:
    marks = ", ".join("?" * len(values))
    tx.execute(f"insert into {table} ({', '.join(values)}) values ({marks})", list(values.values()))


def _slices(ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]
