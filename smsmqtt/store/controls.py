"""What users switched, and small things that are remembered over a restart.

A switch is set for one name or for all (None); what was set later for one name stands out against all.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from smsmqtt.store.stamps import from_ms, to_ms
from smsmqtt.store.transaction import Transaction

EVERY = ""
"""Stands in the file where all are meant: no name is empty."""


def pause(tx: Transaction, gateway: str | None, until: datetime | None) -> None:
    """Stay away from a gateway; ``until`` None is until it is resumed."""
    _set_pause(tx, gateway, paused=True, until=until)


def resume(tx: Transaction, gateway: str | None) -> None:
    _set_pause(tx, gateway, paused=False, until=None)


def paused(tx: Transaction, gateways: Iterable[str]) -> dict[str, datetime | None]:
    """Which of these are paused, and until when."""
    rows = {row["gateway"]: row for row in tx.execute("select * from pauses")}
    found = {}
    for gateway in gateways:
        row = rows.get(gateway, rows.get(EVERY))
        if row is not None and row["paused"] and (row["until"] is None or row["until"] > to_ms(tx.now)):
            found[gateway] = from_ms(row["until"])
    return found


def set_sending(tx: Transaction, line: str | None, enabled: bool) -> None:
    """Hold back what a line has to send, or let it go."""
    if line is None:
        tx.execute("delete from sending")
    tx.execute(
        "insert into sending (line, enabled) values (?, ?) on conflict (line) do update set enabled = excluded.enabled",
        (EVERY if line is None else line, enabled),
    )
    tx.signal("control")


def sending(tx: Transaction, lines: Iterable[str]) -> dict[str, bool]:
    """Whether each of these lines may send."""
    switched = {row["line"]: bool(row["enabled"]) for row in tx.execute("select * from sending")}
    every = switched.get(EVERY, True)
    return {line: switched.get(line, every) for line in lines}


def remember(tx: Transaction, scope: str, key: str, value: str | None) -> None:
    """Keep a value; None forgets it."""
    if value is None:
        tx.execute("delete from memory where scope = ? and key = ?", (scope, key))
        return
    tx.execute(
        "insert into memory (scope, key, value) values (?, ?, ?)"
        " on conflict (scope, key) do update set value = excluded.value where memory.value <> excluded.value",
        (scope, key, value),
    )


def recall(tx: Transaction, scope: str) -> dict[str, str]:
    """All that is remembered of one scope."""
    return {row["key"]: row["value"] for row in tx.execute("select key, value from memory where scope = ?", (scope,))}


def _set_pause(tx: Transaction, gateway: str | None, *, paused: bool, until: datetime | None) -> None:
    if gateway is None:
        tx.execute("delete from pauses")
    tx.execute(
        "insert into pauses (gateway, paused, until, until_boot) values (?, ?, ?, ?)"
        " on conflict (gateway) do update"
        " set paused = excluded.paused, until = excluded.until, until_boot = excluded.until_boot",
        (EVERY if gateway is None else gateway, paused, to_ms(until), tx.boot),
    )
    tx.signal("control")
