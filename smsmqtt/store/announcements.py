"""News owed to the outside, in the transaction that made them; kept until they were handed over, and for a day after.

What is owed is owed to the broker. Whoever else tells news (server-sent events, webhooks) reads the same rows by their
ids, owed or not.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from smsmqtt.clock import is_set
from smsmqtt.model import Announcement, ReplyTo
from smsmqtt.store import controls
from smsmqtt.store.database import Row
from smsmqtt.store.stamps import from_ms, seconds_before
from smsmqtt.store.text_rows import text_of
from smsmqtt.store.transaction import Transaction

KEPT = timedelta(days=1)
PRUNED_EVERY = timedelta(hours=1)
_SCOPE, _FORGOTTEN = "announcements", "forgotten"
_FOR_EVERYBODY = "reply_topic is null and kind in ('status', 'inbox', 'call', 'balance')"


def add(
    tx: Transaction,
    kind: str,
    payload: str | None,
    text_id: str | None = None,
    reply_to: ReplyTo | None = None,
    *,
    message_id: str | None = None,
    again: int = 0,
    owed: bool = True,
) -> None:
    """``payload`` is JSON; None for a text received, which ``text_id`` names and ``again`` counts.

    ``owed`` False: the broker learns it in another way (what is retained there).
    """
    tx.execute(
        "insert into announcements"
        " (kind, payload, message_id, text_id, again, reply_topic, reply_correlation, owed, at, at_boot)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            kind,
            payload,
            message_id,
            text_id,
            again,
            reply_to and reply_to.topic,
            reply_to and reply_to.correlation,
            owed,
            tx.now_ms,
            tx.boot,
        ),
    )
    tx.signal("announcements")


def pending(tx: Transaction, after_id: int, limit: int) -> list[Announcement]:
    """What was not handed over yet, in the order of its making."""
    rows = tx.execute("select * from announcements where owed = 1 and id > ? order by id limit ?", (after_id, limit))
    return [_announcement(tx, row) for row in rows]


def those(tx: Transaction, ids: Iterable[int]) -> list[Announcement]:
    """The ones with these ids, as far as they are still there."""
    found = (tx.one("select * from announcements where id = ?", (announcement_id,)) for announcement_id in ids)
    return [_announcement(tx, row) for row in found if row]


def log(tx: Transaction, after_id: int, limit: int) -> list[Announcement]:
    """The news for everybody after this id, owed or not, in the order of their making."""
    rows = tx.execute(
        f"select * from announcements where id > ? and {_FOR_EVERYBODY} order by id limit ?", (after_id, limit)
    )
    return [_announcement(tx, row) for row in rows]


def newest_id(tx: Transaction) -> int:
    """Of all that was ever announced, forgotten or not; 0 when nothing was."""
    row = tx.one("select seq from sqlite_sequence where name = 'announcements'")
    return int(row["seq"]) if row else 0


def forgotten_id(tx: Transaction) -> int:
    """The newest that time took from the log: who saw less has missed something. 0 when nothing was taken yet."""
    return int(controls.recall(tx, _SCOPE).get(_FORGOTTEN, 0))


def pending_count(tx: Transaction) -> int:
    return int(tx.execute("select count(*) from announcements where owed = 1")[0][0])


def published(tx: Transaction, ids: Iterable[int]) -> None:
    """The broker has them: nothing is owed any more. What was for one caller alone is forgotten."""
    for announcement_id in ids:
        tx.execute("update announcements set owed = 0 where id = ?", (announcement_id,))
        tx.execute(f"delete from announcements where id = ? and not ({_FOR_EVERYBODY})", (announcement_id,))


def prune(tx: Transaction) -> None:
    """Forget what was handed over a day ago; seldom, so that not every piece of news is a commit of its own."""
    if not is_set(tx.clock):
        return
    due = (KEPT + PRUNED_EVERY).total_seconds()
    if tx.one("select 1 from announcements where owed = 0 and at <= ?", (seconds_before(tx.now, due),)):
        before = seconds_before(tx.now, KEPT.total_seconds())
        newest = tx.execute("select max(id) from announcements where owed = 0 and at <= ?", (before,))[0][0]
        tx.execute("delete from announcements where owed = 0 and at <= ?", (before,))
        controls.remember(tx, _SCOPE, _FORGOTTEN, str(max(newest or 0, forgotten_id(tx))))


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
    return Announcement(
        id=row["id"],
        kind=row["kind"],
        at=from_ms(row["at"]),
        payload=row["payload"],
        text=text,
        reply_to=reply_to_of(row),
    )
