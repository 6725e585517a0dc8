"""What a kill leaves: a real process, a real ``kill -9``, and what the next start makes of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest
from support.fake_clock import FakeClock

from smsmqtt.errors import StoreLocked
from smsmqtt.store import Store, announcements, inbox, opening, outbox, receipts

ROOT = Path(__file__).parents[2]
After = Callable[[str], Store]


@contextmanager
def doomed(path: Path, point: str) -> Iterator[subprocess.Popen[str]]:
    """The process at its work; killed on leaving."""
    child = subprocess.Popen(
        [sys.executable, "-m", "support.doomed", str(path), point],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"},
    )
    with child:
        try:
            yield child
        finally:
            child.kill()


def output(child: subprocess.Popen[str]) -> IO[str]:
    assert child.stdout is not None
    return child.stdout


@pytest.fixture
def after(path: Path, clock: FakeClock) -> Iterator[After]:
    """The store as the next start finds it after a kill at this point."""
    opened: list[Store] = []

    def kill_at(point: str) -> Store:
        with doomed(path, point) as child:
            assert output(child).readline() == "here\n"
        opened.append(Store.open(path, clock))
        return opened[0]

    yield kill_at
    for store in opened:
        store.close()


def states(store: Store) -> tuple[str, list[str]]:
    message = store.read(lambda tx: outbox.message(tx, "a"))
    return message.state.value, [part.state.value for part in message.parts]


def last_news(store: Store) -> str:
    return store.read(lambda tx: announcements.pending(tx, 0, 100))[-1].payload or ""


def test_before_the_commit_nothing_happened(after: After) -> None:
    store = after("before_the_commit")
    assert store.read(lambda tx: outbox.find_order(tx, "a")) is None
    assert store.read(announcements.pending_count) == 0


def test_what_was_committed_and_not_acknowledged_is_known_when_it_comes_again(after: After) -> None:
    store = after("committed_and_not_acknowledged")
    assert store.read(lambda tx: outbox.find_order(tx, "a"))
    connection = store.write(lambda tx: receipts.open_connection(tx, True))
    assert store.write(lambda tx: receipts.redelivered(tx, connection, 1, "order a"))


def test_what_was_claimed_waits_again(after: After) -> None:
    store = after("claimed")
    assert states(store) == ("sending", ["claimed", "claimed"])
    store.write(outbox.recover)
    assert states(store) == ("queued", ["queued", "queued"])
    assert '"state": "queued"' in last_news(store)


def test_what_was_being_handed_over_is_uncertain_and_the_rest_waits(after: After) -> None:
    store = after("submitting")
    assert states(store) == ("sending", ["submitting", "claimed"])
    store.write(outbox.recover)
    assert states(store) == ("sending", ["uncertain", "queued"])
    timeline = store.read(lambda tx: outbox.timeline(tx, "a"))
    assert [each.reason and each.reason.code for each in timeline if each.state == "uncertain"] == ["interrupted"]


def test_an_uncertain_text_is_announced_once_it_is_whole(after: After) -> None:
    store = after("submitting")
    store.write(outbox.recover)
    store.write(lambda tx: outbox.claim(tx, "a"))
    store.write(lambda tx: outbox.submitting(tx, "a", 2))
    store.write(lambda tx: outbox.sent(tx, "a", 2, 8))
    assert '"state": "uncertain"' in last_news(store)
    assert '"interrupted"' in last_news(store)


def test_recovering_twice_changes_nothing(after: After) -> None:
    store = after("submitting")
    store.write(outbox.recover)
    before = store.commits
    store.write(outbox.recover)
    assert store.commits == before


def test_what_was_sent_and_not_published_is_still_owed(after: After) -> None:
    store = after("sent_and_not_published")
    store.write(outbox.recover)
    assert states(store) == ("sent", ["sent"])
    assert store.read(announcements.pending_count) == 3
    assert '"state": "sent"' in last_news(store)


def test_what_was_kept_and_not_deleted_is_recognised_and_taken_up(after: After) -> None:
    store = after("kept_and_not_deleted")
    assert store.write(lambda tx: inbox.put_raw(tx, "mine", [(1, "pdu", "AAAA", False)])) == []
    assert [raw.content for raw in store.read(inbox.not_understood)] == ["AAAA"]
    assert set(store.read(lambda tx: inbox.on_sim(tx, "mine"))) == {(1, inbox.digest("AAAA"))}


@pytest.mark.parametrize("told", [1, 120, 700])
def test_what_was_told_to_be_committed_is_there(path: Path, clock: FakeClock, told: int) -> None:
    with doomed(path, "busy") as child:
        heard = [output(child).readline() for _ in range(told)]
        child.kill()
        heard += [line for line in output(child) if line.endswith("\n")]
    store = Store.open(path, clock)
    kept = {each.id for each in store.read(outbox.queue)}
    store.close()
    assert {line.strip() for line in heard} <= kept
    assert kept == {str(n) for n in range(len(kept))}, "in the order of their submission, without a hole"


def test_a_kill_lets_go_of_the_lock_and_has_the_file_checked(
    path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[Path] = []
    monkeypatch.setattr(opening, "check", lambda database: checked.append(database.path))
    with doomed(path, "claimed") as child:
        output(child).readline()
        with pytest.raises(StoreLocked, match=f"process {child.pid}"):
            Store.open(path, clock)
        assert checked == []
    Store.open(path, clock).close()
    assert checked == [path]
