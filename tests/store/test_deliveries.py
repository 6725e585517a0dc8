"""The ledger of who is told by HTTP: what waits, what is tried next, and what time does to it."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from support.fake_clock import FakeClock

from smsmqtt.model import BalanceReply
from smsmqtt.store import Store, announcements, balances, webhooks
from smsmqtt.store.webhooks import Address

ONE = Address(name="one", label="webhooks.0 (example.org)", kinds=frozenset({"inbox", "status"}))
OTHER = Address(name="other", label="webhooks.1 (example.net)", kinds=frozenset({"inbox"}))


@pytest.fixture
def told(store: Store) -> Store:
    """With two receivers."""
    store.write(lambda tx: webhooks.enlist(tx, [ONE, OTHER]))
    return store


def put(store: Store, *event_ids: str, receiver: str = "one") -> None:
    for event_id in event_ids:
        store.write(lambda tx, it=event_id: webhooks.put(tx, receiver, it, "{}"))


def next_one(store: Store) -> str | None:
    found = store.read(lambda tx: webhooks.next_one(tx, "one"))
    return found and found.event_id


def fail(store: Store, nr: int, *, pause_s: float, aside: bool) -> None:
    store.write(lambda tx: webhooks.failed(tx, nr, "no", next_at=tx.now + timedelta(seconds=pause_s), aside=aside))


def test_the_oldest_is_first_and_stays_so_while_the_receiver_is_away(told: Store) -> None:
    put(told, "a", "b")
    put(told, "x", receiver="other")
    fail(told, 1, pause_s=60, aside=False)
    assert next_one(told) == "a"
    told.write(lambda tx: webhooks.taken(tx, 1))
    assert next_one(told) == "b"


def test_what_is_aside_lets_others_pass_and_has_its_turn_when_it_is_due(told: Store, clock: FakeClock) -> None:
    put(told, "a", "b")
    fail(told, 1, pause_s=60, aside=True)
    assert next_one(told) == "b"
    fail(told, 2, pause_s=90, aside=False)
    clock.advance(61)
    assert next_one(told) == "a"
    told.write(lambda tx: webhooks.taken(tx, 2, was_away=True))
    (standing, _) = told.read(webhooks.standings)
    assert (standing.waiting, standing.next_at) == (1, None)


def test_a_receiver_keeps_its_deliveries_however_its_kinds_and_its_label_change(told: Store) -> None:
    put(told, "a")
    changed = Address(name="one", label="webhooks.7 (example.org)", kinds=frozenset({"balance"}))
    assert told.write(lambda tx: webhooks.enlist(tx, [changed, OTHER])) == {}
    assert next_one(told) == "a"
    assert told.read(webhooks.readers)["one"].kinds == {"balance"}


def test_who_is_no_receiver_any_more_loses_what_waited(told: Store) -> None:
    put(told, "a", "b")
    assert told.write(lambda tx: webhooks.enlist(tx, [OTHER])) == {ONE.label: 2}
    assert next_one(told) is None


def test_the_day_of_a_delivery_moves_with_the_clock(told: Store, clock: FakeClock) -> None:
    put(told, "a")
    fail(told, 1, pause_s=60, aside=False)
    clock.set(clock.now() + timedelta(days=3))
    assert told.write(lambda tx: webhooks.expire(tx, "one")) == (0, None)
    (standing, _) = told.read(webhooks.standings)
    assert standing.next_at == clock.now() + timedelta(seconds=60)
    clock.advance(86400)
    assert told.write(lambda tx: webhooks.expire(tx, "one")) == (1, "no")


def test_a_callback_is_for_the_news_after_its_question(told: Store) -> None:
    told.write(lambda tx: announcements.add(tx, "balance", "{}", owed=False))
    old = told.read(announcements.newest_id)
    number = told.write(lambda tx: webhooks.await_credit(tx, "one", "mine", "http://here/"))
    assert told.write(lambda tx: webhooks.take_callbacks(tx, "one", "mine", old)) == {}
    assert told.write(lambda tx: webhooks.take_callbacks(tx, "one", "yours", old + 1)) == {}
    assert told.write(lambda tx: webhooks.take_callbacks(tx, "other", "mine", old + 1)) == {}
    assert told.write(lambda tx: webhooks.take_callbacks(tx, "one", "mine", old + 1)) == {number: "http://here/"}
    assert told.write(lambda tx: webhooks.take_callbacks(tx, "one", "mine", old + 1)) == {}


def test_a_callback_whose_question_is_no_more_is_forgotten_at_the_next_start(told: Store) -> None:
    for line in ("mine", "yours"):
        told.write(lambda tx, it=line: balances.put(tx, it, it, 600))
        told.write(lambda tx, it=line: webhooks.await_credit(tx, "one", it, "http://here/"))
    told.write(lambda tx: balances.answered(tx, reply(tx.now)))
    told.write(lambda tx: webhooks.enlist(tx, [ONE, OTHER]))
    assert told.write(lambda tx: webhooks.take_callbacks(tx, "one", "mine", 99)) == {}
    assert len(told.write(lambda tx: webhooks.take_callbacks(tx, "one", "yours", 99))) == 1


def reply(at: datetime) -> BalanceReply:
    return BalanceReply(line="mine", credit=Decimal(1), currency="UYU", expires=None, raw="1", at=at)
