from __future__ import annotations

from smsmqtt.store import Store, receipts


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
