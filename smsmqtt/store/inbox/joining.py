"""Parts become texts.

Parts belong together when line, sender, reference and total agree and their time stamps are near: every
part has its own stamp, and references come round. Of several texts that a part may belong to, the nearest
in time takes it. A sequence number that a text has already is a duplicate when the content is the same,
and the beginning of a new text when it is not.
"""

from __future__ import annotations

from smsmqtt.clock import is_set
from smsmqtt.codec import segments
from smsmqtt.codec.segments import TextSegment
from smsmqtt.model import Alphabet, InboundText, TextPart
from smsmqtt.store.database import Row
from smsmqtt.store.inbox.raw import understood_as
from smsmqtt.store.inbox.texts import announce, text_id_of
from smsmqtt.store.stamps import seconds_before, to_ms
from smsmqtt.store.transaction import Transaction

WIDEST_FIRST = (Alphabet.DATA, Alphabet.UCS2, Alphabet.GSM7)
"""What a text in several encodings is called."""


def add_part(tx: Transaction, part: TextPart, window_s: float) -> InboundText | None:
    """Join a part to its text. The text when it is whole now, and announced; None while parts are missing.

    ``window_s``: a part whose stamp is further than this from all of a text's parts is not of that text.
    A part in UCS-2 may bring its octets as ``data_hex``: some senders cut a surrogate pair in two.
    """
    understood_as(tx, part.raw_id, "text")
    single = part.total == 1 or part.concat_reference is None
    for candidate in [] if single else _candidates(tx, part, window_s):
        standing = tx.one("select * from text_parts where text_id = ? and seq = ?", (candidate, part.seq))
        if standing is None:
            return _add(tx, part, candidate)
        if (standing["text"], standing["data_hex"]) == (part.text, part.data_hex):
            return None
    return _add(tx, part, _begin(tx, part, total=1 if single else part.total))


def close_incomplete(tx: Transaction, incomplete_after_s: float) -> list[InboundText]:
    """Announce, with gaps, what has waited too long for its other parts. Nothing while the clock is not set."""
    if not is_set(tx.clock):
        return []
    late = tx.execute(
        "select id from texts where announced = 0 and received_at <= ? order by nr",
        (seconds_before(tx.now, incomplete_after_s),),
    )
    return [_assemble(tx, row["id"]) for row in late]


def _candidates(tx: Transaction, part: TextPart, window_s: float) -> list[str]:
    """The texts it may belong to: nearest in time first, at equal distance those that lack it."""
    rows = tx.execute(
        "select t.id, min(abs(coalesce(p.sent_at, p.received_at) - ?)) as distance,"
        " max(case when p.seq = ? then 1 else 0 end) as has_it"
        " from texts t join text_parts p on p.text_id = t.id"
        " where t.line = ? and t.sender = ? and t.concat_reference = ? and t.parts = ?"
        " group by t.id order by distance, has_it, t.nr desc",
        (to_ms(part.sent_at or part.received_at), part.seq, part.line, part.sender, part.concat_reference, part.total),
    )
    return [row["id"] for row in rows if row["distance"] <= window_s * 1000]


def _begin(tx: Transaction, part: TextPart, *, total: int) -> str:
    """A text that awaits its parts, named after the first record of it."""
    text_id = text_id_of(tx, part.raw_id)
    tx.execute(
        "insert into texts (id, line, sender, sender_type, encoding, body, data_hex, sent_at, received_at,"
        " received_boot, flash, concat_reference, parts, complete, announced, found_at_first_start)"
        " values (?, ?, ?, ?, ?, '', '', ?, ?, (select received_boot from raw_texts where id = ?), ?, ?, ?, 0, 0, ?)",
        (
            text_id,
            part.line,
            part.sender,
            part.sender_type,
            part.encoding,
            to_ms(part.sent_at),
            to_ms(part.received_at),
            part.raw_id,
            part.flash,
            None if total == 1 else part.concat_reference,
            total,
            part.found_at_first_start,
        ),
    )
    return text_id


def _add(tx: Transaction, part: TextPart, text_id: str) -> InboundText | None:
    tx.execute(
        "insert into text_parts"
        " (raw_id, text_id, seq, encoding, text, data_hex, sent_at, received_at, flash, found_at_first_start)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            part.raw_id,
            text_id,
            part.seq,
            part.encoding,
            part.text,
            part.data_hex,
            to_ms(part.sent_at),
            to_ms(part.received_at),
            part.flash,
            part.found_at_first_start,
        ),
    )
    row = tx.execute(
        "select parts, (select count(*) from text_parts where text_id = id) as here from texts where id = ?", (text_id,)
    )[0]
    return _assemble(tx, text_id) if row["here"] == row["parts"] else None


def _assemble(tx: Transaction, text_id: str) -> InboundText:
    """Write the text from the parts that are there, and announce it."""
    parts = tx.execute("select * from text_parts where text_id = ? order by seq", (text_id,))
    total = int(tx.execute("select parts from texts where id = ?", (text_id,))[0]["parts"])
    stamps = [part["sent_at"] for part in parts if part["sent_at"] is not None]
    encodings = {part["encoding"] for part in parts}
    tx.execute(
        "update texts set body = ?, data_hex = ?, encoding = ?, sent_at = ?, flash = ?,"
        " found_at_first_start = ?, complete = ? where id = ?",
        (
            segments.join([_segment(part) for part in parts], total) if encodings != {Alphabet.DATA} else "",
            "".join(part["data_hex"] for part in parts if part["encoding"] == Alphabet.DATA),
            next(encoding for encoding in WIDEST_FIRST if encoding in encodings),
            min(stamps, default=None),
            max(part["flash"] for part in parts),
            max(part["found_at_first_start"] for part in parts),
            len(parts) == total,
            text_id,
        ),
    )
    return announce(tx, text_id)


def _segment(part: Row) -> TextSegment:
    octets = bytes.fromhex(part["data_hex"]) if part["encoding"] == Alphabet.UCS2 else b""
    return TextSegment(seq=part["seq"], text=part["text"], ucs2=octets)
