"""Conversations: what went to a number and what came from it, told together.

Networks spell one sender in several ways; ``written`` makes one of them. Who sends under a name is somebody else
than the number that the name may look like: names can be chosen freely.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from smsmqtt.model import InboundText, Message
from smsmqtt.store import correspondence
from smsmqtt.store.correspondence import Place, Wanted
from smsmqtt.store.database import Row
from smsmqtt.store.stamps import from_ms
from smsmqtt.store.transaction import Transaction

Written = Callable[[str], str]
Turn = Message | InboundText

MOST_TURNS = 500


@dataclass(frozen=True, kw_only=True)
class Peer:
    """Whom one writes with: a number, or a name that a sender chose (empty for what nobody could read)."""

    text: str
    is_name: bool = False


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """Somebody, and the last thing that was said."""

    peer: Peer
    last: Turn


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A piece of a conversation, oldest first. ``begin``: where it begins, None when it is empty."""

    turns: tuple[Turn, ...]
    begin: Place | None
    earlier: bool
    """Whether there is more before it."""


def said_at(turn: Turn) -> datetime:
    """When it was ordered or received here."""
    return turn.created_at if isinstance(turn, Message) else turn.received_at


def latest(tx: Transaction, written: Written, *, skip: int = 0, limit: int) -> list[Conversation]:
    """The conversations with the newest ones first, after ``skip`` of them."""
    newest: dict[Peer, Place] = {}
    for place, peer in [*_last_messages(tx), *_last_texts(tx, written)]:
        newest[peer] = max(place, newest.get(peer, place))
    chosen = sorted(newest.items(), key=lambda found: found[1], reverse=True)[skip : skip + limit]
    last = correspondence.items(tx, [place for _, place in chosen])
    return [Conversation(peer=peer, last=item.letter) for (peer, _), item in zip(chosen, last, strict=True)]


def stretch(
    tx: Transaction,
    peer: Peer,
    written: Written,
    *,
    before: Place | None = None,
    start: Place | None = None,
    limit: int,
) -> Stretch:
    """The last ``limit`` turns before a place (None: of all); with ``start`` all from there on, within reason."""
    wanted = _wanted(tx, peer, written)
    if start is None:
        found = correspondence.page(tx, wanted, before=before, limit=limit)
    else:
        since = replace(wanted, since=from_ms(start.at_ms))
        found = [it for it in correspondence.page(tx, since, before=before, limit=MOST_TURNS) if it.place >= start]
    begin = found[-1].place if found else None
    return Stretch(
        turns=tuple(item.letter for item in reversed(found)),
        begin=begin,
        earlier=begin is not None and bool(correspondence.page(tx, wanted, before=begin, limit=1)),
    )


def _wanted(tx: Transaction, peer: Peer, written: Written) -> Wanted:
    numbers = [peer.text] if peer.is_name else correspondence.spellings(tx, peer.text, written)
    return Wanted(numbers=numbers, named=peer.is_name)


def _last_messages(tx: Transaction) -> list[tuple[Place, Peer]]:
    newest = tx.execute(
        "select m.nr, m.recipient, m.created_at from messages m"
        " join (select max(nr) as nr from messages group by recipient) newest on newest.nr = m.nr"
    )
    return [
        (Place(at_ms=row["created_at"], direction="out", nr=row["nr"]), Peer(text=row["recipient"])) for row in newest
    ]


def _last_texts(tx: Transaction, written: Written) -> list[tuple[Place, Peer]]:
    newest = tx.execute(
        "select t.nr, t.sender, t.sender_type, t.received_at from texts t join"
        " (select max(nr) as nr from texts where announced > 0 group by sender, sender_type) newest on newest.nr = t.nr"
    )
    return [(Place(at_ms=row["received_at"], direction="in", nr=row["nr"]), _peer(row, written)) for row in newest]


def _peer(row: Row, written: Written) -> Peer:
    sender, sender_type = row["sender"], row["sender_type"]
    if sender_type == "name":
        return Peer(text=sender, is_name=True)
    return Peer(text=written(sender) if sender_type == "number" else sender)
