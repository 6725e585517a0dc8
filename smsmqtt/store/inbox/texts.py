"""Texts received, as the desks tell them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from smsmqtt.clock import is_set
from smsmqtt.model import Alphabet, InboundText, Reason
from smsmqtt.store import announcements, counters
from smsmqtt.store.inbox.raw import understood_as
from smsmqtt.store.stamps import seconds_before, to_ms
from smsmqtt.store.text_rows import text_of
from smsmqtt.store.transaction import Transaction


def texts(tx: Transaction, since: datetime | None, limit: int) -> list[InboundText]:
    """The newest texts, at most ``limit``, oldest of them first; ``since`` is about their arrival here."""
    rows = tx.execute(
        "select * from texts where announced > 0 and received_at >= ? order by nr desc limit ?",
        (to_ms(since) if since else 0, limit),
    )
    return [text_of(row) for row in reversed(rows)]


def text(tx: Transaction, text_id: str) -> InboundText | None:
    """None when there is none, or its parts are still awaited."""
    row = tx.one("select * from texts where id = ? and announced > 0", (text_id,))
    return text_of(row) if row else None


def republish(tx: Transaction, ids: Iterable[str]) -> int:
    """Announce texts once more under their ids; how many of them there are. What was withdrawn stays so."""
    ask = "select 1 from texts where id = ? and announced > 0 and withdrawn = 0"
    known = [text_id for text_id in ids if tx.one(ask, (text_id,))]
    return len([announce(tx, text_id) for text_id in known])


def withdraw(tx: Transaction, text_id: str) -> None:
    """It is no news after all, as a credit reply that is told as such; it stays in the history."""
    tx.execute("update texts set withdrawn = 1 where id = ?", (text_id,))
    announcements.withdraw(tx, text_id)


def unreadable(tx: Transaction, raw_id: int, reason: Reason) -> InboundText:
    """Announce a record that nobody understands: as octets where it is hex, else as the text it is."""
    raw = understood_as(tx, raw_id, "unreadable")
    text_id = text_id_of(tx, raw_id)
    is_octets = raw.form != "text" and _is_hex(raw.content)
    tx.execute(
        "insert into texts (id, line, sender, sender_type, encoding, body, data_hex, received_at, received_boot,"
        " flash, parts, complete, unreadable_code, unreadable_text, announced, found_at_first_start)"
        " values (?, ?, '', 'name', ?, ?, ?, ?, (select received_boot from raw_texts where id = ?),"
        " 0, 1, 1, ?, ?, 0, ?)",
        (
            text_id,
            raw.line,
            Alphabet.DATA if is_octets else Alphabet.UCS2,
            "" if is_octets else raw.content,
            raw.content if is_octets else "",
            to_ms(raw.received_at),
            raw.id,
            reason.code,
            reason.text,
            raw.found_at_first_start,
        ),
    )
    return announce(tx, text_id)


def announce(tx: Transaction, text_id: str) -> InboundText:
    """Owe the outside this text as it stands; the first time counts it as received."""
    row = tx.execute("update texts set announced = announced + 1 where id = ? returning *", (text_id,))[0]
    text = text_of(row)
    if text.again == 0 and text.unreadable is None:
        counters.count(tx, text.line, "received")
    announcements.add(tx, "inbox", None, text_id=text_id, again=text.again)
    return text


def text_id_of(tx: Transaction, raw_id: int) -> str:
    """Unique over all stores, and the same for the same record."""
    store_id = tx.execute("select value from meta where key = 'id'")[0]["value"]
    return f"{store_id}-{raw_id}"


def prune(tx: Transaction, keep_s: float) -> int:
    """Forget texts received long ago, with their records; how many texts.

    What has news pending stays, and so do records that the SIM still holds: they would seem new.
    """
    if not is_set(tx.clock):
        return 0
    before = seconds_before(tx.now, keep_s)
    old = (
        "announced > 0 and received_at <= ?"
        " and not exists (select 1 from announcements a where a.text_id = texts.id and a.owed = 1)"
    )
    tx.execute(f"delete from announcements where text_id in (select id from texts where {old})", (before,))
    forgotten = tx.execute(f"delete from texts where {old} returning id", (before,))
    tx.execute(
        "delete from raw_texts where received_at <= ? and on_sim = 0 and state <> 'new'"
        " and not exists (select 1 from text_parts p where p.raw_id = raw_texts.id)",
        (before,),
    )
    return len(forgotten)


def _is_hex(content: str) -> bool:
    try:
        return bool(bytes.fromhex(content))
    except ValueError:
        return False
