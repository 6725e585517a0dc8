from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from support.fake_clock import FakeClock
from support.letters import RECIPIENT, place, report, send

from smsmqtt.model import Reason
from smsmqtt.store import Store, announcements, outbox

DAY = 86400
UNSET = datetime(1970, 1, 1, 0, 5, tzinfo=UTC)


def publish_all(store: Store) -> None:
    ids = [each.id for each in store.read(lambda tx: announcements.pending(tx, 0, 1000))]
    store.write(lambda tx: announcements.published(tx, ids))


def known(store: Store) -> list[str]:
    return [row["id"] for row in store.read(lambda tx: tx.execute("select id from messages order by nr"))]


def test_what_was_not_begun_in_time_expires_and_says_what_it_waited_for(store: Store, clock: FakeClock) -> None:
    store.write(lambda tx: place(tx, valid_until=tx.now + timedelta(minutes=1)))
    down = Reason(code="unreachable", text="the gateway does not answer")
    store.write(lambda tx: outbox.wait_because(tx, "a", down, None))
    assert store.write(outbox.expire) == 0
    clock.advance(60)
    assert store.write(outbox.expire) == 1
    (standing,) = store.read(lambda tx: outbox.resolve(tx, "a"))
    assert (standing.state, standing.final) == ("expired", True)
    assert standing.reason is not None
    assert "the gateway does not answer" in standing.reason.text


@pytest.mark.parametrize("begun", [True, False])
def test_what_is_in_hand_or_begun_does_not_expire(store: Store, clock: FakeClock, begun: bool) -> None:
    store.write(lambda tx: place(tx, parts=2, valid_until=tx.now + timedelta(minutes=1)))
    if begun:
        store.write(send)
        store.write(lambda tx: outbox.unclaim(tx, ["mine"]))
    else:
        store.write(lambda tx: outbox.claim(tx, "a"))
    clock.advance(60)
    assert store.write(outbox.expire) == 0


def test_nothing_ends_while_the_clock_is_not_set(store: Store, clock: FakeClock) -> None:
    clock.set(UNSET)
    store.write(lambda tx: place(tx, "a", valid_until=tx.now))
    store.write(lambda tx: place(tx, "b"))
    store.write(lambda tx: send(tx, "b"))
    clock.advance(10 * DAY)
    assert store.write(outbox.expire) == 0
    assert store.write(lambda tx: outbox.close_unreported(tx, 60)) == 0
    assert store.write(lambda tx: outbox.prune(tx, 60, 60)) == 0
    assert store.write(lambda tx: outbox.claim(tx, "a"))


def test_what_ended_long_ago_is_forgotten_with_all_its_rows(store: Store, clock: FakeClock) -> None:
    store.write(lambda tx: place(tx, recipients=(RECIPIENT, "+59899000002")))
    store.write(lambda tx: outbox.cancel(tx, "a"))
    publish_all(store)
    clock.advance(10 * DAY - 1)
    assert store.write(lambda tx: outbox.prune(tx, 10 * DAY, DAY)) == 0
    clock.advance(1)
    assert store.write(lambda tx: outbox.prune(tx, 10 * DAY, DAY)) == 2
    for table in ("messages", "parts", "timeline", "orders"):
        assert store.read(lambda tx, table=table: tx.execute(f"select * from {table}")) == []


def test_what_is_not_final_is_never_forgotten(store: Store, clock: FakeClock) -> None:
    for name in "ab":
        store.write(lambda tx, name=name: place(tx, name))
    store.write(lambda tx: send(tx, "b"))
    publish_all(store)
    clock.advance(1000 * DAY)
    assert store.write(lambda tx: outbox.prune(tx, DAY, DAY)) == 0
    assert known(store) == ["a", "b"]


def test_news_that_nobody_has_yet_is_not_forgotten(store: Store, clock: FakeClock) -> None:
    store.write(place)
    store.write(lambda tx: outbox.cancel(tx, "a"))
    clock.advance(100 * DAY)
    assert store.write(lambda tx: outbox.prune(tx, DAY, DAY)) == 0
    assert store.read(announcements.pending_count) == 2
    publish_all(store)
    assert store.write(lambda tx: outbox.prune(tx, DAY, DAY)) == 1


def test_an_id_is_remembered_as_long_as_it_must_be(store: Store, clock: FakeClock) -> None:
    store.write(place)
    store.write(lambda tx: outbox.cancel(tx, "a"))
    publish_all(store)
    clock.advance(DAY)
    assert store.write(lambda tx: outbox.prune(tx, 60, 2 * DAY)) == 0
    assert store.read(lambda tx: outbox.find_order(tx, "a"))
    clock.advance(DAY)
    assert store.write(lambda tx: outbox.prune(tx, 60, 2 * DAY)) == 1
    assert store.read(lambda tx: outbox.find_order(tx, "a")) is None


def test_totals_outlive_what_they_counted(store: Store, clock: FakeClock) -> None:
    store.write(place)
    store.write(send)
    store.write(lambda tx: outbox.report(tx, report(tx.now)))
    publish_all(store)
    clock.advance(DAY)
    assert store.write(lambda tx: outbox.prune(tx, 60, 60)) == 1
    assert store.read(outbox.totals) == {"mine": {"queue": 0, "sent": 1, "received": 0, "failed": 0}}


def test_what_did_not_go_through_is_told_for_a_while(store: Store, clock: FakeClock) -> None:
    for message_id in ("late", "later", "taken back"):
        store.write(lambda tx, own=message_id: place(tx, own, valid_until=tx.now + timedelta(minutes=1)))
    store.write(lambda tx: outbox.cancel(tx, "taken back"))
    clock.advance(60)
    store.write(outbox.expire)
    since = clock.now()
    assert [it.id for it in store.read(lambda tx: outbox.ended_badly(tx, since, 10))] == ["later", "late"]
    assert [it.id for it in store.read(lambda tx: outbox.ended_badly(tx, since, 1))] == ["later"]
    assert store.read(lambda tx: outbox.ended_badly(tx, since + timedelta(seconds=1), 10)) == []
