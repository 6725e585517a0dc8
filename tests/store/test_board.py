from __future__ import annotations

from datetime import UTC, datetime

import pytest

from smsmqtt.store import Store
from smsmqtt.store.board import Kind


@pytest.mark.parametrize("kind", ["gateway", "line", "balance"])
def test_the_board_shows_the_latest_and_wakes_when_it_changed(store: Store, kind: Kind) -> None:
    listener, before = store.listen("board"), store.commits
    store.board.post(kind, "hall", {"state": "idle"})
    assert listener.wait(0)
    store.board.post(kind, "hall", {"state": "idle"})
    assert not listener.wait(0)
    assert store.board.snapshot(kind) == {"hall": {"state": "idle"}}
    assert store.commits == before


def test_a_session_asked_for_is_taken_once_by_each_gateway(store: Store) -> None:
    listener = store.listen("control")
    store.board.request_poll("hall")
    assert listener.wait(0)
    assert [store.board.take_poll("hall"), store.board.take_poll("hall"), store.board.take_poll("attic")] == [
        True,
        False,
        False,
    ]
    store.board.request_poll(None)
    assert [store.board.take_poll(gateway) for gateway in ("hall", "attic") * 2] == [True, True, False, False]


def test_sessions_add_up_and_wake_nobody(store: Store) -> None:
    listener, now = store.listen("board", "control"), datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    assert store.board.sessions("hall").ended_at is None
    store.board.count_session("hall", held_s=2.0, turns=9, failed=False, ended_at=now)
    store.board.count_session("hall", held_s=0.5, turns=0, failed=True, ended_at=now)
    counted = store.board.sessions("hall")
    assert (counted.held, counted.failed, counted.held_s, counted.turns, counted.ended_at) == (2, 1, 2.5, 9, now)
    assert not listener.wait(0)
