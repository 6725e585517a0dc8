"""A process that works on a store, says how far it came, and waits to be killed.

``python -m support.doomed PATH POINT``: each line on standard output is something that happened.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path

from support.fake_clock import FakeClock
from support.letters import place, send

from smsmqtt.store import Store, Transaction, inbox, outbox, receipts


def say(what: str) -> None:
    print(what, flush=True)


def say_and_wait(what: str) -> None:
    say(what)
    sys.stdin.read()


def before_the_commit(store: Store) -> None:
    def unit(tx: Transaction) -> None:
        place(tx)
        say_and_wait("here")

    store.write(unit)


def committed_and_not_acknowledged(store: Store) -> None:
    def unit(tx: Transaction) -> None:
        connection = receipts.open_connection(tx, session_present=False)
        place(tx)
        receipts.add(tx, connection, packet_id=1, digest="order a")

    store.write(unit)


def claimed(store: Store) -> None:
    store.write(lambda tx: place(tx, parts=2))
    store.write(lambda tx: outbox.claim(tx, "a"))


def submitting(store: Store) -> None:
    claimed(store)
    store.write(lambda tx: outbox.submitting(tx, "a", 1))


def sent_and_not_published(store: Store) -> None:
    store.write(place)
    store.write(send)


def kept_and_not_deleted(store: Store) -> None:
    store.write(lambda tx: inbox.put_raw(tx, "mine", [(1, "pdu", "AAAA", False)]))


def busy(store: Store) -> None:
    """Never waits: the kill comes whenever it comes."""
    for n in count():
        future = store.submit(lambda tx, n=n: place(tx, str(n)))
        future.add_done_callback(lambda _, n=n: say(str(n)))
        if n % 50 == 0:
            future.result()


POINTS: dict[str, Callable[[Store], None]] = {
    point.__name__: point
    for point in (
        before_the_commit,
        committed_and_not_acknowledged,
        claimed,
        submitting,
        sent_and_not_published,
        kept_and_not_deleted,
        busy,
    )
}

if __name__ == "__main__":
    POINTS[sys.argv[2]](Store.open(Path(sys.argv[1]), FakeClock()))
    say_and_wait("here")
