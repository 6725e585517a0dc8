from __future__ import annotations

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
