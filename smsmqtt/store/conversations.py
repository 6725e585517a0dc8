"""Conversations: what went to a number and what came from it, told together.

Networks spell one sender in several ways; ``written`` makes one of them. Who sends under a name is somebody else
than the number that the name may look like: names can be chosen freely.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from heapq import merge

from smsmqtt.model import InboundText, Message
from smsmqtt.store.outbox import rows
from smsmqtt.store.stamps import from_ms
from smsmqtt.store.text_rows import text_of
from smsmqtt.store.transaction import Transaction

Written = Callable[[str], str]
Turn = Message | InboundText

MOST_TURNS = 500
_TOLD = "announced > 0"


@dataclass(frozen=True, kw_only=True)
class Peer:
    """Whom one writes with: a number, or a name that a sender chose (empty for what nobody could read)."""

    text: str
    is_name: bool = False


@dataclass(frozen=True, kw_only=True)
class Place:
    """A place in a conversation: before these messages and texts, by their numbers in the ledger."""

    message_nr: int
    text_nr: int


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """Somebody, and the last thing that was said."""

    peer: Peer
    last: Turn


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A piece of a conversation, oldest first. ``begin``: its place; ``earlier``: whether there is more before it."""

    turns: tuple[Turn, ...]
    begin: Place
    earlier: bool


BEGINNING, END = Place(message_nr=0, text_nr=0), Place(message_nr=2**62, text_nr=2**62)


def said_at(turn: Turn) -> datetime:
    """When it was ordered or received here."""
    return turn.created_at if isinstance(turn, Message) else turn.received_at


def latest(tx: Transaction, written: Written, *, skip: int = 0, limit: int) -> list[Conversation]:
    """The conversations with the newest ones first, after ``skip`` of them."""
    newest: dict[Peer, tuple[datetime, str, int]] = {}
    for at, table, nr, peer in [*_last_messages(tx), *_last_texts(tx, written)]:
        if peer not in newest or at > newest[peer][0]:
            newest[peer] = (at, table, nr)
    ordered = sorted(newest.items(), key=lambda found: found[1], reverse=True)[skip : skip + limit]
    return [Conversation(peer=peer, last=_turn(tx, table, nr)) for peer, (_, table, nr) in ordered]


def stretch(
    tx: Transaction, peer: Peer, written: Written, *, before: Place = END, start: Place | None = None, limit: int
) -> Stretch:
    """The last ``limit`` turns before a place; with ``start`` all from there on, but for what is too much."""
    begin, limit = (start, MOST_TURNS) if start else (BEGINNING, limit)
    messages = _messages(tx, peer, begin.message_nr, before.message_nr, limit + 1)
    texts = _texts(tx, peer, written, begin.text_nr, before.text_nr, limit + 1)
    found: list[tuple[int, Turn]] = list(merge(messages, texts, key=lambda it: said_at(it[1]), reverse=True))
    rest = found[limit:]
    place = Place(
        message_nr=max((nr + 1 for nr, turn in rest if isinstance(turn, Message)), default=begin.message_nr),
        text_nr=max((nr + 1 for nr, turn in rest if not isinstance(turn, Message)), default=begin.text_nr),
    )
    earlier = bool(_messages(tx, peer, 0, place.message_nr, 1) or _texts(tx, peer, written, 0, place.text_nr, 1))
    return Stretch(turns=tuple(turn for _, turn in reversed(found[:limit])), begin=place, earlier=earlier)


def _messages(tx: Transaction, peer: Peer, start: int, before: int, limit: int) -> list[tuple[int, Turn]]:
    """With their numbers, newest first."""
    if peer.is_name:
        return []
    clauses = "where m.recipient = ? and m.nr >= ? and m.nr < ? order by m.nr desc limit ?"
    params = (peer.text, start, before, limit)
    numbers = [int(row["nr"]) for row in tx.execute(f"select m.nr from messages m {clauses}", params)]
    return list(zip(numbers, rows.load(tx, clauses, params), strict=True))


def _texts(
    tx: Transaction, peer: Peer, written: Written, start: int, before: int, limit: int
) -> list[tuple[int, Turn]]:
    senders = tx.execute(f"select distinct sender, sender_type from texts where {_TOLD}")
    spellings = [row["sender"] for row in senders if _peer(row["sender"], row["sender_type"], written) == peer]
    kind = "=" if peer.is_name else "<>"
    marks = ", ".join("?" * len(spellings))
    found = tx.execute(
        f"select * from texts where sender in ({marks}) and sender_type {kind} 'name' and {_TOLD}"
        " and nr >= ? and nr < ? order by nr desc limit ?",
        (*spellings, start, before, limit),
    )
    return [(int(row["nr"]), text_of(row)) for row in found]


def _last_messages(tx: Transaction) -> list[tuple[datetime, str, int, Peer]]:
    newest = tx.execute(
        "select m.nr, m.recipient, m.created_at from messages m"
        " join (select max(nr) as nr from messages group by recipient) newest on newest.nr = m.nr"
    )
    return [(from_ms(row["created_at"]), "messages", row["nr"], Peer(text=row["recipient"])) for row in newest]


def _last_texts(tx: Transaction, written: Written) -> list[tuple[datetime, str, int, Peer]]:
    newest = tx.execute(
        "select t.nr, t.sender, t.sender_type, t.received_at from texts t"
        f" join (select max(nr) as nr from texts where {_TOLD} group by sender, sender_type) newest on newest.nr = t.nr"
    )
    return [
        (from_ms(row["received_at"]), "texts", row["nr"], _peer(row["sender"], row["sender_type"], written))
        for row in newest
    ]


def _peer(sender: str, sender_type: str, written: Written) -> Peer:
    if sender_type == "name":
        return Peer(text=sender, is_name=True)
    return Peer(text=written(sender) if sender_type == "number" else sender)


def _turn(tx: Transaction, table: str, nr: int) -> Turn:
    if table == "messages":
        return rows.load(tx, "where m.nr = ?", (nr,))[0]
    return text_of(tx.execute("select * from texts where nr = ?", (nr,))[0])
