from __future__ import annotations

from datetime import timedelta

import pytest
from support.fake_clock import FakeClock

from smsmqtt.store import Store, controls, receipts

GATEWAYS = ("hall", "attic")
LINES = ("mine", "yours")


def paused(store: Store) -> set[str]:
    return set(store.read(lambda tx: controls.paused(tx, GATEWAYS)))


def sending(store: Store) -> dict[str, bool]:
    return store.read(lambda tx: controls.sending(tx, LINES))


def test_a_pause_is_for_one_gateway_until_it_is_resumed(store: Store) -> None:
    listener = store.listen("control")
    store.write(lambda tx: controls.pause(tx, "hall", None))
    assert store.read(lambda tx: controls.paused(tx, GATEWAYS)) == {"hall": None}
    assert listener.wait(5)
    store.write(lambda tx: controls.resume(tx, "hall"))
    assert paused(store) == set()


def test_a_pause_for_a_while_ends_by_itself(store: Store, clock: FakeClock) -> None:
    until = clock.now() + timedelta(minutes=10)
    store.write(lambda tx: controls.pause(tx, "hall", until))
    assert store.read(lambda tx: controls.paused(tx, GATEWAYS)) == {"hall": until}
    clock.advance(600)
    assert paused(store) == set()


def test_all_can_be_paused_and_one_of_them_resumed(store: Store) -> None:
    store.write(lambda tx: controls.pause(tx, None, None))
    assert paused(store) == {"hall", "attic"}
    store.write(lambda tx: controls.resume(tx, "hall"))
    assert paused(store) == {"attic"}
    store.write(lambda tx: controls.pause(tx, None, None))
    assert paused(store) == {"hall", "attic"}
    store.write(lambda tx: controls.resume(tx, None))
    assert paused(store) == set()


def test_sending_is_switched_for_one_line_or_for_all(store: Store) -> None:
    assert sending(store) == {"mine": True, "yours": True}
    store.write(lambda tx: controls.set_sending(tx, "mine", False))
    assert sending(store) == {"mine": False, "yours": True}
    store.write(lambda tx: controls.set_sending(tx, None, False))
    store.write(lambda tx: controls.set_sending(tx, "yours", True))
    assert sending(store) == {"mine": False, "yours": True}
    store.write(lambda tx: controls.set_sending(tx, None, True))
    assert sending(store) == {"mine": True, "yours": True}


def test_what_is_remembered_is_recalled_by_its_scope(store: Store) -> None:
    store.write(lambda tx: controls.remember(tx, "pin", "mine", "wrong"))
    store.write(lambda tx: controls.remember(tx, "mqtt", "mine", "x"))
    assert store.read(lambda tx: controls.recall(tx, "pin")) == {"mine": "wrong"}
    before = store.commits
    store.write(lambda tx: controls.remember(tx, "pin", "mine", "wrong"))
    assert store.commits == before
    store.write(lambda tx: controls.remember(tx, "pin", "mine", None))
    assert store.read(lambda tx: controls.recall(tx, "pin")) == {}


def test_a_delivery_is_known_on_a_later_connection_only(store: Store) -> None:
    def known(connection: int, packet_id: int = 1, digest: str = "d") -> bool:
        return store.write(lambda tx: receipts.redelivered(tx, connection, packet_id, digest))

    def connect(session_present: bool) -> int:
        return store.write(lambda tx: receipts.open_connection(tx, session_present))

    first = connect(False)
    store.write(lambda tx: receipts.add(tx, first, 1, "d"))
    assert not known(first)
    second = connect(True)
    assert second > first
    assert not known(second, packet_id=2)
    assert not known(second, digest="other")
    assert known(second)
    assert not known(second), "an equal text on the same connection is an order of its own"
    assert known(connect(True)), "the acknowledgement may be lost twice"
    assert not known(connect(False)), "a new session repeats nothing"


def test_a_packet_id_used_again_forgets_its_last_use(store: Store) -> None:
    first = store.write(lambda tx: receipts.open_connection(tx, True))
    for digest in ("old", "new"):
        store.write(lambda tx, digest=digest: receipts.add(tx, first, 1, digest))
    second = store.write(lambda tx: receipts.open_connection(tx, True))
    assert not store.write(lambda tx: receipts.redelivered(tx, second, 1, "old"))
    assert store.write(lambda tx: receipts.redelivered(tx, second, 1, "new"))


@pytest.mark.parametrize("kind", ["gateway", "line"])
def test_the_board_shows_the_latest_and_wakes_when_it_changed(store: Store, kind: str) -> None:
    listener, before = store.listen("board"), store.commits
    store.board.post(kind, "hall", {"state": "idle"})  # type: ignore[arg-type]
    assert listener.wait(0)
    store.board.post(kind, "hall", {"state": "idle"})  # type: ignore[arg-type]
    assert not listener.wait(0)
    assert store.board.snapshot(kind) == {"hall": {"state": "idle"}}  # type: ignore[arg-type]
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
    assert [store.board.take_poll(gateway) for gateway in (*GATEWAYS, *GATEWAYS)] == [True, True, False, False]
