from __future__ import annotations

import os
import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from support.fake_clock import FakeClock
from support.letters import place

from smsmqtt.errors import StoreBroken, StoreError, StoreLocked, WrongState
from smsmqtt.store import Store, Transaction, announcements, inbox, opening, outbox
from smsmqtt.store.database import writer


def run_sql(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(sql)


def test_a_store_keeps_its_id_and_two_stores_differ(tmp_path: Path, clock: FakeClock) -> None:
    ids = []
    for name in ("one.db", "one.db", "two.db"):
        store = Store.open(tmp_path / name, clock)
        ids.append(store.id)
        store.close()
    assert ids[0] == ids[1] != ids[2]


def test_it_writes_ahead_and_syncs_fully(store: Store) -> None:
    def pragmas(name: str) -> object:
        return store.write(lambda tx: tx.execute(f"pragma {name}")[0][0])

    assert (pragmas("journal_mode"), pragmas("synchronous"), pragmas("foreign_keys")) == ("wal", 2, 1)


def test_the_file_is_for_its_owner_only(store: Store, path: Path) -> None:
    store.write(place)
    for suffix in ("", "-wal", "-shm", ".lock"):
        assert stat.S_IMODE(Path(f"{path}{suffix}").stat().st_mode) == 0o600


def test_a_second_daemon_is_locked_out_and_told_who_holds_it(store: Store, path: Path, clock: FakeClock) -> None:
    with pytest.raises(StoreLocked, match=f"process {os.getpid()}"):
        Store.open(path, clock)


def test_closing_lets_the_next_one_in(path: Path, clock: FakeClock) -> None:
    store = Store.open(path, clock)
    store.close()
    store.close()
    Store.open(path, clock).close()


def test_a_folder_that_is_not_there_is_said_plainly(tmp_path: Path, clock: FakeClock) -> None:
    with pytest.raises(StoreError, match="No such file or directory"):
        Store.open(tmp_path / "nowhere" / "smsmqtt.db", clock)


def test_a_file_that_is_no_database_is_broken_and_left_alone(path: Path, clock: FakeClock) -> None:
    path.write_bytes(b"this is a letter to my aunt " * 300)
    before = path.read_bytes()
    with pytest.raises(StoreBroken, match="not a database"):
        Store.open(path, clock)
    assert path.read_bytes() == before


def test_another_programs_database_is_refused(path: Path, clock: FakeClock) -> None:
    run_sql(path, "create table theirs (x)")
    with pytest.raises(StoreBroken, match="another program"):
        Store.open(path, clock)


def test_a_newer_version_is_refused_with_the_advice_to_update(path: Path, clock: FakeClock) -> None:
    Store.open(path, clock).close()
    run_sql(path, "pragma user_version = 99")
    for read_only in (False, True):
        with pytest.raises(StoreBroken, match=r"newer smsmqtt \(version 99.*update smsmqtt"):
            Store.open(path, clock, read_only=read_only)


def test_a_refusal_leaves_no_lock_behind(path: Path, clock: FakeClock) -> None:
    path.write_bytes(b"x" * 5000)
    with pytest.raises(StoreBroken):
        Store.open(path, clock)
    path.unlink()
    Store.open(path, clock).close()


def make_schemas(folder: Path, *scripts: str) -> Path:
    for number, script in enumerate(scripts, start=1):
        (folder / f"schema_{number}.sql").write_text(script)
    return folder


def test_migrations_run_in_order_from_the_files_version(path: Path, tmp_path: Path) -> None:
    first = "create table t (a integer); insert into t values (1);"
    with closing(writer(path)) as database:
        opening.migrate(database, make_schemas(tmp_path, first))
        opening.migrate(database, make_schemas(tmp_path, first, "alter table t add b integer default 5;"))
        opening.migrate(database, make_schemas(tmp_path, first, "drop table nothing;"))
        assert database.pragma("user_version") == 2
        assert tuple(database.execute("select a, b from t")[0]) == (1, 5)


def test_ten_versions_are_in_the_order_of_their_numbers(path: Path, tmp_path: Path) -> None:
    steps = ["create table t (n integer);", *(f"insert into t values ({n});" for n in range(2, 11))]
    with closing(writer(path)) as database:
        opening.migrate(database, make_schemas(tmp_path, *steps))
        assert [row["n"] for row in database.execute("select n from t")] == list(range(2, 11))


def test_a_migration_that_fails_leaves_the_version_before(path: Path, tmp_path: Path) -> None:
    good, bad = "create table t (a);", "create table u (a); insert into nowhere values (1);"
    with closing(writer(path)) as database, pytest.raises(sqlite3.OperationalError):
        opening.migrate(database, make_schemas(tmp_path, good, bad))
    with closing(writer(path)) as database:
        assert database.pragma("user_version") == 1
        assert not database.execute("select 1 from sqlite_master where name = 'u'")


OF_VERSION_3 = """
insert into orders values ('a', 'digest', 1000, 1);
insert into messages (id, order_id, recipient, body, line, line_fixed, urgent, flash, report, on_uncertain, resent,
    created_at, valid_until_boot, alphabet, locking_shift, single_shift, state, attempt, seq, final, final_at)
    values ('a', 'a', '+59899000001', 'hola', 'mine', 0, 0, 0, 0, 'keep', 0,
    1000, 1, 'gsm7', 0, 0, 'cancelled', 0, 2, 1, 1000);
insert into timeline (message_id, at, state) values ('a', 1000, 'cancelled');
insert into texts (id, line, sender, sender_type, encoding, body, data_hex, received_at, flash, parts, complete,
    announced, found_at_first_start) values ('b-1', 'mine', '22', 'short', 'gsm7', 'hola', '', 1000, 0, 1, 1, 1, 0);
insert into announcements (kind, text_id, again, at) values ('inbox', 'b-1', 0, 1000);
"""


def test_what_an_older_version_kept_is_there_and_its_times_stay(path: Path, tmp_path: Path, clock: FakeClock) -> None:
    schemas = [opening.schemas(opening.SCHEMAS)[number].read_text() for number in (1, 2, 3)]
    with closing(writer(path)) as database:
        opening.migrate(database, make_schemas(tmp_path, *schemas))
        database.script(OF_VERSION_3)
    store = Store.open(path, clock)
    clock.set(clock.now() + timedelta(days=1))
    store.write(lambda tx: None)
    kept_at = datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)
    assert [text.received_at for text in store.read(lambda tx: inbox.texts(tx, None, 10))] == [kept_at]
    assert [news.at for news in store.read(lambda tx: announcements.log(tx, 0, 10))] == [kept_at]
    assert store.read(lambda tx: [row["at"] for row in tx.execute("select at from timeline")]) == [1000]
    assert store.write(lambda tx: outbox.prune(tx, 60, 60)) == 1
    store.close()


def break_an_index(path: Path) -> None:
    """Damage that only a check finds: an index forgets what it should know."""
    run_sql(
        path,
        "pragma writable_schema = on;"
        "update sqlite_master set rootpage = (select rootpage from sqlite_master where name = 'orders')"
        " where name = 'messages';",
    )


def test_damage_is_looked_for_after_an_unclean_stop(path: Path, clock: FakeClock) -> None:
    Store.open(path, clock).close()
    run_sql(path, "update meta set value = 'unclean' where key = 'stopped'")
    break_an_index(path)
    with pytest.raises(StoreBroken, match="2nd reference"):
        Store.open(path, clock)


def test_after_a_clean_stop_nothing_is_searched(path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    def unexpected(database: object) -> None:
        raise AssertionError("searched")

    Store.open(path, clock).close()
    monkeypatch.setattr(opening, "check", unexpected)
    Store.open(path, clock).close()


def test_a_running_store_counts_as_stopped_uncleanly_until_it_is_closed(path: Path, clock: FakeClock) -> None:
    def mark() -> str:
        with closing(sqlite3.connect(path)) as connection:
            return str(connection.execute("select value from meta where key = 'stopped'").fetchone()[0])

    store = Store.open(path, clock)
    assert mark() == "unclean"
    store.close()
    assert mark() == "clean"


def test_reading_only_never_makes_a_file(tmp_path: Path, clock: FakeClock) -> None:
    with pytest.raises(StoreError, match="no store here"):
        Store.open(tmp_path / "none.db", clock, read_only=True)
    assert list(tmp_path.iterdir()) == []


def test_reading_only_leaves_a_closed_store_as_it_is(path: Path, clock: FakeClock) -> None:
    store = Store.open(path, clock)
    store.write(place)
    store.close()
    before = {each.name: each.read_bytes() for each in path.parent.iterdir()}
    looking = Store.open(path, clock, read_only=True)
    assert [each.id for each in looking.read(outbox.queue)] == ["a"]
    assert looking.id == store.id
    with pytest.raises(StoreError, match="reading only"):
        looking.write(place)
    looking.close()
    assert {each.name: each.read_bytes() for each in path.parent.iterdir()} == before


def test_reading_only_works_beside_a_running_daemon(store: Store, path: Path, clock: FakeClock) -> None:
    looking = Store.open(path, clock, read_only=True)
    store.write(place)
    assert [each.id for each in looking.read(outbox.queue)] == ["a"]
    looking.close()
    store.write(lambda tx: place(tx, "b"))


def test_a_read_can_not_write(store: Store) -> None:
    with pytest.raises(StoreError, match="readonly"):
        store.read(place)
    assert store.read(outbox.queue) == []


def test_of_many_reads_at_one_time_a_few_connections_stay(store: Store, path: Path) -> None:
    counts: list[int] = []

    def count() -> None:
        counts.append(sum(os.path.realpath(link) == f"{path}-wal" for link in Path("/proc/self/fd").iterdir()))

    def query(tx: Transaction) -> None:
        tx.execute("select 1 from orders")
        everybody.wait(10)

    everybody = Barrier(20, count)
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(store.read, 20 * [query]))
    count()
    assert counts[0] >= 20
    assert 1 < counts[1] < 7


def test_a_question_that_raises_leaves_reading_possible(store: Store) -> None:
    with pytest.raises(WrongState):
        store.read(lambda tx: outbox.message(tx, "unknown"))
    assert store.read(outbox.queue) == []
