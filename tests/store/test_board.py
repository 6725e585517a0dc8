from __future__ import annotations

from datetime import UTC, datetime

import pytest
from support.waiting import eventually

from smsmqtt.store import Store, Transaction, controls
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


def test_a_look_that_began_before_a_switch_is_not_told_after_it(store: Store) -> None:
    board, off = store.board, {"enabled": False, "reason": "switched_off"}
    seen = {"state": "ready", "sending": {"enabled": True, "reason": None}}
    board.post("line", "mine", seen)

    def switch_off(tx: Transaction) -> None:
        controls.set_sending(tx, "mine", False)
        tx.after_commit(lambda: board.switch({"mine": off}))

    with board.lines:
        done = store.submit(switch_off)
        eventually(lambda: store.read(lambda tx: controls.sending(tx, ["mine"])) == {"mine": False})
        board.post("line", "mine", {**seen, "state": "in_call"})
    done.result()

    assert board.snapshot("line") == {"mine": {"state": "in_call", "sending": off}}


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
