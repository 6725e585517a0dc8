from __future__ import annotations

from datetime import timedelta

from support.fake_clock import FakeClock

from smsmqtt.store import Store, controls

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
