"""Who is told by HTTP what happens, and what each of them has not taken yet.

A receiver's ``after_id`` moves in the transaction that makes deliveries of the news up to it, so that a crash skips
nothing and doubles nothing. A delivery that failed holds up what comes later, or is set *aside*: tried by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from smsmqtt.clock import is_set
from smsmqtt.model import Announcement
from smsmqtt.store import announcements
from smsmqtt.store.database import Row
from smsmqtt.store.stamps import from_ms, to_ms
from smsmqtt.store.transaction import Transaction

KEPT = timedelta(days=1)
"""How long a delivery is tried."""


@dataclass(frozen=True, kw_only=True)
class Address:
    """A receiver as the ledger knows it.

    ``label`` is for people: its place in the configuration and its host, nothing that is secret.
    """

    name: str
    label: str
    kinds: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Reader:
    """What a receiver gets: these kinds of news, after this one."""

    kinds: frozenset[str]
    after_id: int

    def wants(self, announcement: Announcement) -> bool:
        return announcement.kind in self.kinds and announcement.id > self.after_id


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One event for one receiver. ``url`` None: the receiver's own. ``next_at`` None: not tried yet."""

    nr: int
    event_id: str
    url: str | None
    body: str
    attempts: int
    next_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a receiver stands. ``oldest_at`` and what follows are about what waits; ``error``: the last one of it.

    ``gone``: it said that it wants no more. ``dropped``: given up since it is a receiver.
    """

    label: str
    waiting: int
    oldest_at: datetime | None
    next_at: datetime | None
    error: str | None
    gone: bool
    dropped: int

    @property
    def place(self) -> str:
        """In the configuration."""
        return self.label.partition(" ")[0]


def enlist(tx: Transaction, addresses: Iterable[Address]) -> dict[str, int]:
    """These are the receivers from now on; what is dropped of those that no longer are, by label.

    Called when all news were made deliveries: a new receiver, or a kind of news that one did not get before, begins
    with what happens next.
    """
    wanted = {address.name: address for address in addresses}
    lost = {}
    for row in tx.execute("select * from receivers"):
        if row["name"] not in wanted:
            waiting = tx.execute("delete from deliveries where receiver = ? returning nr", (row["name"],))
            lost[row["label"]] = len(waiting)
            tx.execute("delete from receivers where name = ?", (row["name"],))
    newest_id = announcements.newest_id(tx)
    for address in wanted.values():
        tx.execute(
            "insert into receivers (name, label, kinds, after_id, gone, dropped) values (?, ?, ?, ?, 0, 0)"
            " on conflict (name) do update set label = excluded.label, kinds = excluded.kinds, gone = 0,"
            " after_id = excluded.after_id",
            (address.name, address.label, " ".join(sorted(address.kinds)), newest_id),
        )
    tx.execute(
        "delete from credit_callbacks"
        " where line not in (select line from balance_requests where state in ('waiting', 'asked'))"
    )
    return {label: count for label, count in lost.items() if count}


def readers(tx: Transaction) -> dict[str, Reader]:
    """By name, the receivers that want news."""
    rows = tx.execute("select name, kinds, after_id from receivers where gone = 0")
    return {row["name"]: Reader(kinds=frozenset(row["kinds"].split()), after_id=row["after_id"]) for row in rows}


def read_up_to(tx: Transaction, announcement_id: int) -> None:
    """What the receivers get of the news up to this one has been put."""
    tx.execute("update receivers set after_id = ? where gone = 0", (announcement_id,))


def put(tx: Transaction, receiver: str, event_id: str, body: str, url: str | None = None) -> None:
    tx.execute(
        "insert into deliveries (receiver, event_id, url, body, created_at, drop_at, drop_boot, attempts, aside)"
        " values (?, ?, ?, ?, ?, ?, ?, 0, 0)",
        (receiver, event_id, url, body, tx.now_ms, to_ms(tx.now + KEPT), tx.boot),
    )
    tx.signal("webhooks")


def next_one(tx: Transaction, receiver: str) -> Delivery | None:
    """What is tried next, and not before its ``next_at``; None when nothing waits. What was never tried goes first."""
    first = tx.one("select * from deliveries where receiver = ? and aside = 0 order by nr limit 1", (receiver,))
    aside = tx.one(
        "select * from deliveries where receiver = ? and aside = 1 order by next_at, nr limit 1", (receiver,)
    )
    waiting = [_delivery(row) for row in (first, aside) if row]
    return min(waiting, key=lambda it: (to_ms(it.next_at) or 0, it.nr), default=None)


def taken(tx: Transaction, nr: int, *, was_away: bool = False) -> None:
    """The receiver has it. If it ``was_away``, whatever else waits for it is due at once."""
    for row in tx.execute("delete from deliveries where nr = ? returning receiver", (nr,)):
        if was_away:
            tx.execute("update deliveries set next_at = null where receiver = ?", (row["receiver"],))


def failed(tx: Transaction, nr: int, error: str, *, next_at: datetime, aside: bool, away: bool = False) -> None:
    """It is tried again. ``aside``: what comes later need not wait for it any more.

    ``away``: the receiver was not reached, so that nothing else is tried sooner.
    """
    at = (to_ms(next_at), tx.boot)
    (row,) = tx.execute(
        "update deliveries set attempts = attempts + 1, error = ?, next_at = ?, next_boot = ?, aside = max(aside, ?)"
        " where nr = ? returning receiver",
        (error, *at, aside, nr),
    )
    if away:
        tx.execute(
            "update deliveries set next_at = ?, next_boot = ? where receiver = ? and next_at < ?",
            (*at, row["receiver"], to_ms(next_at)),
        )


def give_up(tx: Transaction, nr: int) -> None:
    """It is not tried again."""
    for row in tx.execute("delete from deliveries where nr = ? returning receiver", (nr,)):
        _count_dropped(tx, row["receiver"], 1)


def say_gone(tx: Transaction, receiver: str) -> int:
    """The receiver wants no more, until the next start; how many deliveries that drops."""
    dropped = tx.execute("delete from deliveries where receiver = ? returning nr", (receiver,))
    tx.execute("update receivers set gone = 1 where name = ?", (receiver,))
    _count_dropped(tx, receiver, len(dropped))
    return len(dropped)


def expire(tx: Transaction, receiver: str) -> tuple[int, str | None]:
    """Drop what was tried for a day: how many, and the last error. Nothing while the clock is not set."""
    if not is_set(tx.clock):
        return 0, None
    late = tx.execute(
        "delete from deliveries where receiver = ? and drop_at <= ? returning error", (receiver, tx.now_ms)
    )
    if late:
        _count_dropped(tx, receiver, len(late))
    return len(late), late[-1]["error"] if late else None


def standings(tx: Transaction) -> list[Standing]:
    """How each receiver stands."""
    rows = tx.execute(
        "select r.label, r.gone, r.dropped, count(d.nr) as waiting, min(d.created_at) as oldest_at,"
        " min(d.next_at) as next_at, (select e.error from deliveries e where e.receiver = r.name"
        " and e.error is not null order by e.next_at desc limit 1) as error"
        " from receivers r left join deliveries d on d.receiver = r.name group by r.name order by r.label"
    )
    return [
        Standing(
            label=row["label"],
            waiting=row["waiting"],
            oldest_at=from_ms(row["oldest_at"]),
            next_at=from_ms(row["next_at"]),
            error=row["error"],
            gone=bool(row["gone"]),
            dropped=row["dropped"],
        )
        for row in rows
    ]


def await_credit(tx: Transaction, receiver: str, line: str, url: str) -> int:
    """The receiver wants to be told at ``url`` what the line's credit is, once it is known; the number of this wish."""
    made = tx.execute(
        "insert into credit_callbacks (receiver, line, url, after_id) values (?, ?, ?, ?) returning nr",
        (receiver, line, url, announcements.newest_id(tx)),
    )
    return int(made[0]["nr"])


def take_callbacks(tx: Transaction, receiver: str, line: str, announcement_id: int) -> dict[int, str]:
    """The addresses at which the receiver waited for this news of the line's credit, by their numbers."""
    found = tx.execute(
        "delete from credit_callbacks where receiver = ? and line = ? and after_id < ? returning nr, url",
        (receiver, line, announcement_id),
    )
    return {row["nr"]: row["url"] for row in found}


def _count_dropped(tx: Transaction, receiver: str, count: int) -> None:
    tx.execute("update receivers set dropped = dropped + ? where name = ?", (count, receiver))


def _delivery(row: Row) -> Delivery:
    return Delivery(
        nr=row["nr"],
        event_id=row["event_id"],
        url=row["url"],
        body=row["body"],
        attempts=row["attempts"],
        next_at=from_ms(row["next_at"]),
    )
