"""Records as the module gave them, kept before anything understands them.

While the SIM holds a record it is known by line, index and digest, so that a crash between keeping and
deleting does not make two texts of one. The identity is free again once a listing shows the index without
that digest; the module's OK to a deletion proves nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Literal

from smsmqtt.errors import WrongState
from smsmqtt.model import RawText
from smsmqtt.store.stamps import to_ms
from smsmqtt.store.text_rows import raw_of
from smsmqtt.store.transaction import Transaction

Form = Literal["pdu", "tpdu", "text"]
Record = tuple[int | None, Form, str, bool]
"""Index on the SIM (None: it came unsolicited), form, content, found at the first start."""

Fate = Literal["text", "report", "unreadable"]


def digest(content: str) -> str:
    return hashlib.sha256(content.encode(errors="surrogatepass")).hexdigest()[:32]


def put_raw(tx: Transaction, line: str, records: Sequence[Record]) -> list[RawText]:
    """Keep what is not known yet; the new ones."""
    known = on_sim(tx, line)
    fresh = [record for record in records if record[0] is None or (record[0], digest(record[2])) not in known]
    return [_keep(tx, line, record) for record in fresh]


def on_sim(tx: Transaction, line: str) -> dict[tuple[int, str], int]:
    """The raw ids of what this line's SIM held when it was last listed, by index and digest."""
    rows = tx.execute("select id, sim_index, digest from raw_texts where line = ? and on_sim = 1", (line,))
    return {(row["sim_index"], row["digest"]): row["id"] for row in rows}


def listed(tx: Transaction, line: str, present: set[tuple[int, str]]) -> None:
    """A full listing shows exactly these: every other identity is free again."""
    for identity, raw_id in on_sim(tx, line).items():
        if identity not in present:
            tx.execute("update raw_texts set on_sim = 0 where id = ?", (raw_id,))


def not_understood(tx: Transaction) -> list[RawText]:
    """What was kept and not taken up yet, oldest first."""
    return [raw_of(row) for row in tx.execute("select * from raw_texts where state = 'new' order by id")]


def understood_report(tx: Transaction, raw_id: int) -> None:
    """The record was a delivery report, and is dealt with."""
    understood_as(tx, raw_id, "report")


def understood_as(tx: Transaction, raw_id: int, fate: Fate) -> RawText:
    """Take a record up, once."""
    taken = tx.execute("update raw_texts set state = ? where id = ? and state = 'new' returning *", (fate, raw_id))
    if len(taken) != 1:
        raise WrongState(f"record {raw_id} was understood before, or there is none")
    return raw_of(taken[0])


def _keep(tx: Transaction, line: str, record: Record) -> RawText:
    index, form, content, found_at_first_start = record
    kept = tx.execute(
        "insert into raw_texts"
        " (line, sim_index, on_sim, digest, form, content, received_at, received_boot, found_at_first_start, state)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?, 'new') returning *",
        (
            line,
            index,
            index is not None,
            digest(content),
            form,
            content,
            to_ms(tx.now),
            tx.boot,
            found_at_first_start,
        ),
    )
    return raw_of(kept[0])
