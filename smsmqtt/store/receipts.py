"""MQTT deliveries already committed, so that a repeated one is known.

The broker delivers again on a later connection what it holds no acknowledgement for. A packet identifier
is in use until it is acknowledged, so one row for each identifier is enough, and a delivery on the same
connection, or with other content, is a new one: two equal texts are two orders.
"""

from __future__ import annotations

from smsmqtt.store.transaction import Transaction


def open_connection(tx: Transaction, session_present: bool) -> int:
    """The number of the new connection. Without a kept session the broker repeats nothing: all is forgotten."""
    if not session_present:
        tx.execute("delete from receipts")
    tx.execute("delete from connections")
    return int(tx.execute("insert into connections default values returning nr")[0][0])


def redelivered(tx: Transaction, connection: int, packet_id: int, digest: str) -> bool:
    """Whether an earlier connection brought this packet. It counts as brought by this connection from now on."""
    recognised = tx.execute(
        "update receipts set connection = ? where packet_id = ? and digest = ? and connection < ? returning packet_id",
        (connection, packet_id, digest, connection),
    )
    return bool(recognised)


def add(tx: Transaction, connection: int, packet_id: int, digest: str) -> None:
    """Note a delivery in the transaction that commits what it brought."""
    tx.execute(
        "insert into receipts (packet_id, connection, digest) values (?, ?, ?)"
        " on conflict (packet_id) do update set connection = excluded.connection, digest = excluded.digest",
        (packet_id, connection, digest),
    )
