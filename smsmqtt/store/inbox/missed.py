"""Texts that were published and heard by nobody, or not by Home Assistant: remembered for a day, to be told again.

A text is missed until it was heard. It keeps the time at which it was first missed, so that one that nobody ever
listens to is forgotten in the end.
"""

from __future__ import annotations

from smsmqtt.clock import is_set
from smsmqtt.store.inbox.texts import republish
from smsmqtt.store.stamps import seconds_before
from smsmqtt.store.transaction import Transaction

KEPT_S = 86400.0


def miss(tx: Transaction, text_id: str) -> None:
    """Nothing for a text that is forgotten already."""
    tx.execute(
        "insert into missed_texts (text_id, since, since_boot) select id, ?, ? from texts where id = ?"
        " on conflict (text_id) do nothing",
        (tx.now_ms, tx.boot, text_id),
    )


def hear(tx: Transaction, text_id: str) -> None:
    """It is missed no more."""
    tx.execute("delete from missed_texts where text_id = ?", (text_id,))


def republish_missed(tx: Transaction) -> int:
    """Announce again what was missed within the last day, but for what is still owed; how many texts."""
    rows = tx.execute(
        "select text_id from missed_texts join texts on texts.id = text_id where since > ?"
        " and not exists (select 1 from announcements a where a.text_id = missed_texts.text_id and a.owed = 1)"
        " order by texts.nr",
        (seconds_before(tx.now, KEPT_S),),
    )
    return republish(tx, [row["text_id"] for row in rows])


def forget_missed(tx: Transaction) -> None:
    """What nobody came back for within a day. Nothing while the clock is not set."""
    if is_set(tx.clock):
        tx.execute("delete from missed_texts where since <= ?", (seconds_before(tx.now, KEPT_S),))
