"""News owed to the outside, in the transaction that made them; kept until they were handed over."""

from __future__ import annotations

from collections.abc import Iterable

from smsmqtt.model import Announcement, ReplyTo
from smsmqtt.store.database import Row
from smsmqtt.store.text_rows import text_of
from smsmqtt.store.transaction import Transaction


def add(
    tx: Transaction,
    kind: str,
    payload: str | None,
    text_id: str | None = None,
    reply_to: ReplyTo | None = None,
    *,
    message_id: str | None = None,
    again: int = 0,
) -> None:
    """``payload`` is JSON; None for a text received, which ``text_id`` names and ``again`` counts."""
    tx.execute(
        "insert into announcements (kind, payload, message_id, text_id, again, reply_topic, reply_correlation)"
        " values (?, ?, ?, ?, ?, ?, ?)",
        (
            kind,
            payload,
            message_id,
            text_id,
            again,
            reply_to and reply_to.topic,
            reply_to and reply_to.correlation,
        ),
    )
    tx.signal("announcements")


def pending(tx: Transaction, after_id: int, limit: int) -> list[Announcement]:
    """What was not handed over yet, in the order of its making."""
    rows = tx.execute("select * from announcements where id > ? order by id limit ?", (after_id, limit))
    return [_announcement(tx, row) for row in rows]


def pending_count(tx: Transaction) -> int:
    return int(tx.execute("select count(*) from announcements")[0][0])


def published(tx: Transaction, ids: Iterable[int]) -> None:
    """The outside has them: nothing is owed any more."""
    for announcement_id in ids:
        tx.execute("delete from announcements where id = ?", (announcement_id,))


def withdraw(tx: Transaction, text_id: str) -> None:
    """A text that is no news after all."""
    tx.execute("delete from announcements where text_id = ?", (text_id,))


def reply_to_of(row: Row) -> ReplyTo | None:
    """The caller's response topic, from the columns that hold it."""
    if row["reply_topic"] is None:
        return None
    return ReplyTo(topic=row["reply_topic"], correlation=row["reply_correlation"])


def _announcement(tx: Transaction, row: Row) -> Announcement:
    text = None
    if row["text_id"] is not None:
        text = text_of(tx.execute("select * from texts where id = ?", (row["text_id"],))[0], again=row["again"])
    return Announcement(id=row["id"], kind=row["kind"], payload=row["payload"], text=text, reply_to=reply_to_of(row))
