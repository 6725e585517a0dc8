from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from support.fake_clock import FakeClock
from support.letters import place

from smsmqtt.errors import StoreBroken, StoreError, StoreFull
from smsmqtt.store import Store, Transaction, controls, inbox, outbox


def remember(tx: Transaction, key: str, value: str = "1") -> None:
    controls.remember(tx, "test", key, value)


def recalled(store: Store) -> dict[str, str]:
    return store.read(lambda tx: controls.recall(tx, "test"))


def held_up(store: Store) -> Event:
    """Keep the writer busy until the event is set, so that what is submitted meanwhile waits."""
    begun, go_on = Event(), Event()

    def unit(tx: Transaction) -> None:
        begun.set()
        go_on.wait()

    store.submit(unit)
    begun.wait()
    return go_on


def test_a_thousand_waiting_units_share_a_few_commits(store: Store) -> None:
    before, go_on = store.commits, held_up(store)
    futures = [store.submit(lambda tx, n=n: remember(tx, str(n))) for n in range(1000)]
    go_on.set()
    for future in futures:
        future.result()
    assert len(recalled(store)) == 1000
    assert store.commits - before <= 3


def test_a_result_is_told_only_after_its_commit(store: Store) -> None:
    go_on = held_up(store)
    future = store.submit(lambda tx: remember(tx, "kept"))
    seen: list[dict[str, str]] = []
    future.add_done_callback(lambda _: seen.append(recalled(store)))
    go_on.set()
    future.result()
    store.write(lambda tx: None)
    assert seen == [{"kept": "1"}]


def test_units_are_committed_in_the_order_of_their_submission(store: Store) -> None:
    futures = [store.submit(lambda tx, n=n: remember(tx, "last", str(n))) for n in range(100)]
    futures[-1].result()
    assert recalled(store) == {"last": "99"}


def test_a_unit_that_raises_is_undone_alone_and_its_caller_hears_it(store: Store) -> None:
    def half_done(tx: Transaction) -> None:
        remember(tx, "half")
        raise KeyError("mine")

    go_on = held_up(store)
    first = store.submit(lambda tx: remember(tx, "first"))
    failing = store.submit(half_done)
    last = store.submit(lambda tx: remember(tx, "last"))
    go_on.set()
    assert first.result() is None
    assert last.result() is None
    with pytest.raises(KeyError, match="mine"):
        failing.result()
    assert set(recalled(store)) == {"first", "last"}


def test_bad_sql_is_its_callers_bug_and_the_writer_goes_on(store: Store) -> None:
    with pytest.raises(Exception, match="no such table"):
        store.write(lambda tx: tx.execute("select * from nowhere"))
    store.write(lambda tx: remember(tx, "after"))
    assert store.failure is None


def test_a_unit_sees_what_earlier_units_of_its_group_did(store: Store) -> None:
    go_on = held_up(store)
    store.submit(lambda tx: remember(tx, "first"))
    second = store.submit(lambda tx: controls.recall(tx, "test"))
    go_on.set()
    assert second.result() == {"first": "1"}


def test_many_threads_write_and_read_at_once(store: Store) -> None:
    def work(n: int) -> int:
        store.write(lambda tx: remember(tx, str(n)))
        return len(recalled(store))

    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(work, range(80)))
    assert max(seen) == 80


def test_what_was_handed_over_before_closing_is_committed(path: Path, clock: FakeClock) -> None:
    store = Store.open(path, clock)
    go_on = held_up(store)
    futures = [store.submit(lambda tx, n=n: remember(tx, str(n))) for n in range(50)]
    go_on.set()
    store.close()
    assert all(future.done() for future in futures)
    with pytest.raises(StoreError, match="closed"):
        store.submit(lambda tx: None).result()
    again = Store.open(path, clock)
    assert len(recalled(again)) == 50
    again.close()


def test_looking_for_work_commits_nothing(store: Store, path: Path) -> None:
    store.write(place)
    before, log = store.commits, Path(f"{path}-wal").stat().st_size
    store.write(outbox.recover)
    store.write(outbox.expire)
    store.write(lambda tx: outbox.unclaim(tx, ["mine"]))
    store.write(lambda tx: outbox.close_unreported(tx, 60))
    store.write(lambda tx: outbox.prune(tx, 60, 60))
    store.write(lambda tx: outbox.wait_because(tx, "a", None, None))
    store.write(lambda tx: inbox.prune(tx, 60))
    store.write(lambda tx: inbox.put_raw(tx, "mine", []))
    store.write(lambda tx: inbox.listed(tx, "mine", set()))
    store.write(lambda tx: inbox.close_incomplete(tx, 60))
    assert store.commits == before
    assert Path(f"{path}-wal").stat().st_size == log


def test_a_signal_comes_after_the_commit_and_only_to_who_listens(store: Store) -> None:
    orders, control = store.listen("outbox", "announcements"), store.listen("control")
    assert not orders.wait(0)
    store.write(place)
    assert orders.wait(5)
    assert store.read(lambda tx: outbox.message(tx, "a")).id == "a"
    assert not orders.wait(0)
    assert not control.wait(0)
    orders.close()
    store.write(lambda tx: place(tx, "b"))
    assert not orders.wait(0)


def test_a_unit_that_raises_signals_nothing(store: Store) -> None:
    def undone(tx: Transaction) -> None:
        place(tx)
        raise RuntimeError

    listener = store.listen("outbox")
    with pytest.raises(RuntimeError):
        store.write(undone)
    store.write(lambda tx: None)
    assert not listener.wait(0)


def test_a_listener_can_be_woken_by_hand(store: Store) -> None:
    listener = store.listen("outbox")
    listener.wake()
    assert listener.wait(0)


def fill(store: Store) -> None:
    """Leave the file no room to grow, as a full disk does."""
    pages = store.read(lambda tx: tx.execute("pragma page_count")[0][0])
    store.write(lambda tx: tx.execute(f"pragma max_page_count = {pages}"))


def test_a_full_disk_fails_everybody_who_waits_and_is_told_once(path: Path, clock: FakeClock) -> None:
    store = Store.open(path, clock)
    failures: list[StoreError] = []
    store.on_failure = failures.append
    store.write(lambda tx: remember(tx, "kept"))
    fill(store)
    go_on = held_up(store)
    small = store.submit(lambda tx: remember(tx, "small"))
    big = store.submit(lambda tx: remember(tx, "big", "x" * 1_000_000))
    after = store.submit(lambda tx: remember(tx, "after"))
    go_on.set()
    for waiting in (small, big, after, store.submit(lambda tx: None)):
        with pytest.raises(StoreFull, match="full"):
            waiting.result()
    store.close()
    assert [type(failure) for failure in failures] == [StoreFull]
    again = Store.open(path, clock)
    assert recalled(again) == {"kept": "1"}
    again.close()


def test_who_hears_of_a_failure_finds_the_store_failed(path: Path, clock: FakeClock) -> None:
    store = Store.open(path, clock)
    fill(store)
    go_on = held_up(store)
    big = store.submit(lambda tx: remember(tx, "big", "x" * 1_000_000))
    found: list[StoreError | None] = []
    big.add_done_callback(lambda _: found.append(store.failure))
    go_on.set()
    assert isinstance(big.exception(), StoreFull)
    store.close()
    assert found == [big.exception()]


def test_a_page_that_became_garbage_is_a_broken_store(path: Path, clock: FakeClock) -> None:
    store = Store.open(path, clock)
    for n in range(200):
        store.submit(lambda tx, n=n: remember(tx, str(n), "x" * 500))
    store.close()
    garble(path)
    store = Store.open(path, clock)
    failures: list[StoreError] = []
    store.on_failure = failures.append
    with pytest.raises(StoreBroken):
        store.write(lambda tx: [remember(tx, str(n), "y" * 500) for n in range(200)])
    store.close()
    assert [type(failure) for failure in failures] == [StoreBroken]


def test_a_broken_store_shows_when_reading_too(path: Path, clock: FakeClock) -> None:
    store = Store.open(path, clock)
    for n in range(200):
        store.submit(lambda tx, n=n: remember(tx, str(n), "x" * 500))
    store.close()
    garble(path)
    store = Store.open(path, clock)
    with pytest.raises(StoreBroken):
        recalled(store)
    assert isinstance(store.failure, StoreBroken)
    store.close()


def garble(path: Path) -> None:
    """Overwrite what follows the schema: the file still opens."""
    octets = bytearray(path.read_bytes())
    for place_of in (i for i in range(len(octets)) if octets.startswith(b"x" * 500, i)):
        page = place_of // 4096 * 4096
        octets[page : page + 100] = b"\xff" * 100
    path.write_bytes(octets)


def test_a_read_sees_one_state_throughout(store: Store) -> None:
    def look_twice(tx: Transaction) -> list[dict[str, str]]:
        first = controls.recall(tx, "test")
        store.write(lambda tx: remember(tx, "meanwhile"))
        return [first, controls.recall(tx, "test")]

    assert store.read(look_twice) == [{}, {}]
    assert recalled(store) == {"meanwhile": "1"}
