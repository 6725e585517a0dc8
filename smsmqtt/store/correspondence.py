"""Texts out and in as one list, newest first, taken page by page.

A place in the list is a time, a direction and a number, which never change, so that a walk through the pages meets no
item twice and misses none, whatever comes in meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from smsmqtt.model import InboundText, Message
from smsmqtt.store.outbox import rows
from smsmqtt.store.stamps import from_ms, to_ms
from smsmqtt.store.text_rows import text_of
from smsmqtt.store.transaction import Transaction

Direction = Literal["in", "out"]
RECEIVED = "received"
"""The state of every text that came in."""


@dataclass(frozen=True, kw_only=True, order=True)
class Place:
    """Where an item stands. ``at_ms``: when it was accepted, or came in."""

    at_ms: int
    direction: Direction
    nr: int


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is looked for; None is any. ``numbers``: the spellings of one number, or a name that a sender shows.

    ``named``: such names alone, or none of them, whatever they look like. ``since`` is about the acceptance or
    arrival here.
    """

    direction: Direction | None = None
    state: str | None = None
    line: str | None = None
    numbers: Sequence[str] | None = None
    named: bool | None = None
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Item:
    """A message or a text. ``changed_at``: when it last became something else; None for a text."""

    place: Place
    letter: Message | InboundText
    changed_at: datetime | None = None


def spellings(tx: Transaction, number: str, written: Callable[[str], str]) -> list[str]:
    """How networks spelled the sender that is ``written`` so; a name that looks like the number is none of it."""
    senders = tx.execute("select distinct sender from texts where sender_type = 'number'")
    return [number, *(row["sender"] for row in senders if row["sender"] != number == written(row["sender"]))]


def page(tx: Transaction, wanted: Wanted, *, before: Place | None, limit: int) -> list[Item]:
    """The newest items that stand before the place (None: the newest of all), newest first."""
    places = [*_sent(tx, wanted, before, limit), *_received(tx, wanted, before, limit)]
    return items(tx, sorted(places, reverse=True)[:limit])


def items(tx: Transaction, places: Sequence[Place]) -> list[Item]:
    """What stands at these places."""
    messages = _messages(tx, [it.nr for it in places if it.direction == "out"])
    texts = _texts(tx, [it.nr for it in places if it.direction == "in"])
    return [messages[it.nr] if it.direction == "out" else texts[it.nr] for it in places]


def _sent(tx: Transaction, wanted: Wanted, before: Place | None, limit: int) -> list[Place]:
    if wanted.direction == "in" or wanted.state == RECEIVED or wanted.named:
        return []
    conditions = [*_common(wanted, "recipient", "created_at"), *_before(before, "out", "created_at")]
    if wanted.state:
        conditions.append(("state = ?", (wanted.state,)))
    return _places(tx, "messages", "out", "created_at", conditions, limit)


def _received(tx: Transaction, wanted: Wanted, before: Place | None, limit: int) -> list[Place]:
    if wanted.direction == "out" or wanted.state not in (None, RECEIVED):
        return []
    conditions = [*_common(wanted, "sender", "received_at"), *_before(before, "in", "received_at")]
    if wanted.named is not None:
        conditions.append((f"sender_type {'=' if wanted.named else '<>'} 'name'", ()))
    return _places(tx, "texts", "in", "received_at", [("announced > 0", ()), *conditions], limit)


Condition = tuple[str, Sequence[Any]]


def _common(wanted: Wanted, number: str, at: str) -> list[Condition]:
    found: list[Condition] = []
    if wanted.line is not None:
        found.append(("line = ?", (wanted.line,)))
    if wanted.numbers is not None:
        found.append((f"{number} in ({', '.join('?' * len(wanted.numbers))})", wanted.numbers))
    if wanted.since is not None:
        found.append((f"{at} >= ?", (to_ms(wanted.since),)))
    return found


def _before(place: Place | None, direction: Direction, at: str) -> list[Condition]:
    if place is None:
        return []
    return [(f"({at}, '{direction}', nr) < (?, ?, ?)", (place.at_ms, place.direction, place.nr))]


def _places(
    tx: Transaction, table: str, direction: Direction, at: str, conditions: Sequence[Condition], limit: int
) -> list[Place]:
    where = " and ".join(sql for sql, _ in conditions) or "true"
    found = tx.execute(
        f"select {at} as at, nr from {table} where {where} order by {at} desc, nr desc limit ?",
        (*(it for _, params in conditions for it in params), limit),
    )
    return [Place(at_ms=row["at"], direction=direction, nr=row["nr"]) for row in found]


def _messages(tx: Transaction, numbers: Sequence[int]) -> dict[int, Item]:
    marks = ", ".join("?" * len(numbers))
    stamps = {
        row["id"]: row
        for row in tx.execute(
            "select m.id, m.nr, m.created_at,"
            " (select t.at from timeline t where t.message_id = m.id order by t.nr desc limit 1) as changed_at"
            f" from messages m where m.nr in ({marks})",
            numbers,
        )
    }
    found = {}
    for message in rows.load(tx, f"where m.nr in ({marks})", numbers):
        stamp = stamps[message.id]
        place = Place(at_ms=stamp["created_at"], direction="out", nr=stamp["nr"])
        found[place.nr] = Item(place=place, letter=message, changed_at=from_ms(stamp["changed_at"]))
    return found


def _texts(tx: Transaction, numbers: Sequence[int]) -> dict[int, Item]:
    found = tx.execute(f"select * from texts where nr in ({', '.join('?' * len(numbers))})", numbers)
    return {
        row["nr"]: Item(place=Place(at_ms=row["received_at"], direction="in", nr=row["nr"]), letter=text_of(row))
        for row in found
    }
