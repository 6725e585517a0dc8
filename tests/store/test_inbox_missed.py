"""Texts that went by unheard: told again once, and forgotten after a day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support import sms
from support.fake_clock import NOON, FakeClock

from smsmqtt.mqtt import audience
from smsmqtt.store import Store, Transaction, announcements, inbox

DAY_S = 86400.0


def receive(store: Store, body: str) -> str:
    """A text that was announced, and published; its id."""
    text = sms.receive(store, body, sender="+59899000011")
    publish(store)
    return text.id


def publish(store: Store) -> list[tuple[str, int]]:
    """What is owed is handed over; which texts these were, and the how-manieth time."""

    def hand_over(tx: Transaction) -> list[tuple[str, int]]:
        owed = announcements.pending(tx, 0, 100)
        announcements.published(tx, [it.id for it in owed])
        return [(it.text.id, it.text.again) for it in owed if it.text]

    return store.write(hand_over)


def tell(store: Store, text_id: str, *, subscribed: bool) -> None:
    store.write(lambda tx: audience.told(tx, {text_id: subscribed}))


def say(store: Store, payload: bytes) -> None:
    store.write(lambda tx: audience.hear_status(tx, payload))


def missed(store: Store) -> list[str]:
    return [row["text_id"] for row in store.read(lambda tx: tx.execute("select * from missed_texts order by text_id"))]


def test_what_nobody_heard_is_announced_again_in_its_order_until_it_was_heard(store: Store) -> None:
    texts = [receive(store, body) for body in ("one", "two", "three")]
    for text_id in (texts[2], texts[0]):
        tell(store, text_id, subscribed=False)
    tell(store, texts[1], subscribed=True)
    say(store, b"online")
    assert publish(store) == [(texts[0], 1), (texts[2], 1)]
    tell(store, texts[0], subscribed=True)
    tell(store, texts[2], subscribed=False)
    say(store, b"online")
    assert publish(store) == [(texts[2], 2)]


def test_what_is_owed_already_is_not_announced_twice(store: Store) -> None:
    text_id = receive(store, "one")
    tell(store, text_id, subscribed=False)
    say(store, b"online")
    say(store, b"online")
    assert publish(store) == [(text_id, 1)]


def test_while_home_assistant_is_away_others_who_hear_do_not_count(store: Store) -> None:
    say(store, b"offline")
    text_id = receive(store, "one")
    tell(store, text_id, subscribed=True)
    assert missed(store) == [text_id]
    say(store, b"online")
    publish(store)
    tell(store, text_id, subscribed=True)
    assert missed(store) == []


@pytest.mark.parametrize("payload", [b"", b"maybe", b"ONLINE", b"\xff"])
def test_another_word_says_nothing(store: Store, payload: bytes) -> None:
    say(store, b"offline")
    text_id = receive(store, "one")
    tell(store, text_id, subscribed=True)
    say(store, payload)
    assert publish(store) == []
    assert missed(store) == [text_id]


def test_a_day_after_it_was_first_missed_it_is_forgotten(store: Store, clock: FakeClock) -> None:
    text_id = receive(store, "one")
    tell(store, text_id, subscribed=False)
    clock.advance(DAY_S - 60)
    tell(store, text_id, subscribed=False)
    store.write(inbox.forget_missed)
    assert missed(store) == [text_id]
    clock.advance(60)
    say(store, b"online")
    assert publish(store) == []
    store.write(inbox.forget_missed)
    assert missed(store) == []


def test_a_clock_that_is_set_makes_nothing_a_day_old(store: Store, clock: FakeClock) -> None:
    clock.set(NOON - timedelta(days=20000))
    text_id = receive(store, "one")
    tell(store, text_id, subscribed=False)
    store.write(inbox.forget_missed)
    clock.set(NOON)
    store.write(inbox.forget_missed)
    say(store, b"online")
    assert publish(store) == [(text_id, 1)]


def test_a_text_that_is_pruned_is_missed_no_more(store: Store, clock: FakeClock) -> None:
    text_id = receive(store, "one")
    tell(store, text_id, subscribed=False)
    clock.advance(3600)
    store.write(lambda tx: inbox.prune(tx, 60))
    tell(store, text_id, subscribed=False)
    assert missed(store) == []


def test_nothing_is_committed_where_nothing_was_missed(store: Store) -> None:
    before = store.commits
    say(store, b"online")
    store.write(inbox.forget_missed)
    assert store.commits == before
