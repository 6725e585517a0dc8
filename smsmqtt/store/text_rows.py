"""Records and texts received, from the columns that hold them."""

from __future__ import annotations

from smsmqtt.model import Alphabet, InboundText, RawText, Reason
from smsmqtt.store.database import Row
from smsmqtt.store.stamps import from_ms


def raw_of(row: Row) -> RawText:
    return RawText(
        id=row["id"],
        line=row["line"],
        index=row["sim_index"],
        digest=row["digest"],
        form=row["form"],
        content=row["content"],
        received_at=from_ms(row["received_at"]),
        found_at_first_start=bool(row["found_at_first_start"]),
    )


def text_of(row: Row, *, again: int | None = None) -> InboundText:
    """``again`` is the announcement's own count; None: that of the last one."""
    unreadable = row["unreadable_code"] and Reason(code=row["unreadable_code"], text=row["unreadable_text"])
    return InboundText(
        id=row["id"],
        line=row["line"],
        sender=row["sender"],
        sender_type=row["sender_type"],
        encoding=Alphabet(row["encoding"]),
        body=row["body"],
        data_hex=row["data_hex"],
        sent_at=from_ms(row["sent_at"]),
        received_at=from_ms(row["received_at"]),
        flash=bool(row["flash"]),
        parts=row["parts"],
        complete=bool(row["complete"]),
        unreadable=unreadable,
        again=max(row["announced"] - 1, 0) if again is None else again,
        found_at_first_start=bool(row["found_at_first_start"]),
    )
