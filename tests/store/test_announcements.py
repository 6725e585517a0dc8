"""News: owed until the broker has them, kept for a day for whoever comes back."""

from __future__ import annotations

from support.fake_clock import FakeClock

from smsmqtt.model import ReplyTo
from smsmqtt.store import Store, announcements

DAY_S = 86400.0


def add(store: Store, kind: str, payload: str = "{}", reply_to: ReplyTo | None = None, *, owed: bool = True) -> None:
    store.write(lambda tx: announcements.add(tx, kind, payload, reply_to=reply_to, owed=owed))


def owed(store: Store) -> list[str]:
    return [it.kind for it in store.read(lambda tx: announcements.pending(tx, 0, 100))]


def logged(store: Store, after_id: int = 0) -> list[str]:
    return [it.kind for it in store.read(lambda tx: announcements.log(tx, after_id, 100))]


def publish_all(store: Store) -> None:
    ids = [it.id for it in store.read(lambda tx: announcements.pending(tx, 0, 100))]
    store.write(lambda tx: announcements.published(tx, ids))


def test_what_was_published_is_not_owed_and_stays_in_the_log(store: Store) -> None:
    add(store, "status")
    add(store, "call")
    publish_all(store)
    assert owed(store) == []
    assert store.read(announcements.pending_count) == 0
    assert logged(store) == ["status", "call"]


def test_what_was_for_one_caller_is_never_in_the_log_and_forgotten_once_published(store: Store) -> None:
    add(store, "status", reply_to=ReplyTo(topic="answers"))
    add(store, "response/poll")
    assert logged(store) == []
    publish_all(store)
    assert store.read(lambda tx: tx.execute("select count(*) from announcements")[0][0]) == 0


def test_what_is_not_owed_to_the_broker_is_in_the_log_alone(store: Store) -> None:
    add(store, "balance", owed=False)
    assert owed(store) == []
    assert logged(store) == ["balance"]


def test_the_log_goes_on_behind_an_id(store: Store) -> None:
    add(store, "status")
    seen = store.read(announcements.newest_id)
    add(store, "inbox", '{"id": "a"}')
    assert logged(store, seen) == ["inbox"]


def test_news_are_forgotten_a_day_after_and_what_is_owed_is_not(store: Store, clock: FakeClock) -> None:
    add(store, "status")
    publish_all(store)
    add(store, "call")
    clock.advance(DAY_S + 60.0)
    before = store.commits
    store.write(announcements.prune)
    assert store.commits == before, "not for a minute's worth"
    clock.advance(3600.0)
    store.write(announcements.prune)
    assert logged(store) == ["call"]


def test_it_is_known_how_far_the_log_was_forgotten(store: Store, clock: FakeClock) -> None:
    assert store.read(announcements.forgotten_id) == 0
    add(store, "status")
    add(store, "status")
    publish_all(store)
    add(store, "status")
    clock.advance(1.1 * DAY_S)
    store.write(announcements.prune)
    assert store.read(announcements.forgotten_id) == 2
    assert logged(store) == ["status"]


def test_the_newest_id_outlives_the_news(store: Store, clock: FakeClock) -> None:
    assert store.read(announcements.newest_id) == 0
    add(store, "status")
    publish_all(store)
    clock.advance(1.1 * DAY_S)
    store.write(announcements.prune)
    assert logged(store) == []
    assert store.read(announcements.newest_id) == store.read(announcements.forgotten_id) == 1


def test_forgetting_nothing_is_no_commit(store: Store, clock: FakeClock) -> None:
    add(store, "status")
    clock.advance(2 * DAY_S)
    before = store.commits
    store.write(announcements.prune)
    assert store.commits == before
