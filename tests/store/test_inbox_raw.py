from __future__ import annotations

from support.fake_clock import FakeClock

from smsmqtt.model import Reason
from smsmqtt.store import Store, announcements, inbox
from smsmqtt.store.inbox import Record

FIRST: Record = (1, "pdu", "AAAA", False)
SECOND: Record = (2, "pdu", "AAAA", False)
CAME: Record = (None, "tpdu", "AAAA", False)


def put(store: Store, *records: Record, line: str = "mine") -> list[int]:
    return [raw.id for raw in store.write(lambda tx: inbox.put_raw(tx, line, records))]


def listed(store: Store, *records: Record) -> None:
    present = {(record[0], inbox.digest(record[2])) for record in records if record[0] is not None}
    store.write(lambda tx: inbox.listed(tx, "mine", present))


def test_a_record_is_kept_as_it_came(store: Store, clock: FakeClock) -> None:
    (raw,) = store.write(lambda tx: inbox.put_raw(tx, "mine", [(7, "text", '{"a": 1}', True)]))
    assert (raw.line, raw.index, raw.form, raw.content, raw.found_at_first_start) == (
        "mine",
        7,
        "text",
        '{"a": 1}',
        True,
    )
    assert raw.received_at == clock.now()
    assert store.read(inbox.not_understood) == [raw]


def test_while_the_sim_holds_it_a_record_is_one(store: Store) -> None:
    ids = put(store, FIRST)
    assert put(store, FIRST) == []
    assert store.read(lambda tx: inbox.on_sim(tx, "mine")) == {(1, inbox.digest("AAAA")): ids[0]}


def test_the_same_content_elsewhere_is_another_record(store: Store) -> None:
    assert len(put(store, FIRST, SECOND)) == 2
    assert len(put(store, FIRST, line="other")) == 1


def test_once_a_listing_lacks_it_the_same_content_is_new(store: Store) -> None:
    put(store, FIRST, SECOND)
    listed(store, SECOND)
    assert len(put(store, FIRST, SECOND)) == 1


def test_other_content_at_an_index_frees_what_was_there(store: Store) -> None:
    put(store, FIRST)
    other: Record = (1, "pdu", "BBBB", False)
    listed(store, other)
    assert len(put(store, other)) == 1
    listed(store, FIRST)
    assert len(put(store, FIRST)) == 1


def test_what_came_unsolicited_is_new_each_time(store: Store) -> None:
    assert len(put(store, CAME, CAME)) == 2
    assert store.read(lambda tx: inbox.on_sim(tx, "mine")) == {}


def test_a_listing_that_changes_nothing_commits_nothing(store: Store) -> None:
    put(store, FIRST)
    before = store.commits
    listed(store, FIRST)
    put(store, FIRST)
    assert store.commits == before


def test_a_record_the_sim_still_holds_is_not_forgotten(store: Store, clock: FakeClock) -> None:
    ids = put(store, FIRST)
    why = Reason(code="bad_pdu", text="too short")
    store.write(lambda tx: inbox.unreadable(tx, ids[0], why))
    store.write(lambda tx: announcements.published(tx, [1]))
    clock.advance(1000)
    assert store.write(lambda tx: inbox.prune(tx, 60)) == 1
    assert put(store, FIRST) == []
    listed(store)
    store.write(lambda tx: inbox.prune(tx, 60))
    assert len(put(store, FIRST)) == 1


def test_a_record_nobody_took_up_is_not_forgotten(store: Store, clock: FakeClock) -> None:
    ids = put(store, CAME)
    clock.advance(1000)
    store.write(lambda tx: inbox.prune(tx, 60))
    assert [raw.id for raw in store.read(inbox.not_understood)] == ids
