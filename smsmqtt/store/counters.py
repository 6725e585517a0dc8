"""Totals of each line since the store was made."""

from __future__ import annotations

from typing import Literal

from smsmqtt.store.transaction import Transaction

Total = Literal["sent", "received", "failed"]
TOTALS: tuple[Total, ...] = ("sent", "received", "failed")


def count(tx: Transaction, line: str, total: Total) -> None:
    tx.execute(
        "insert into counters values (?, ?, 1) on conflict (line, name) do update set value = counters.value + 1",
        (line, total),
    )


def counted(tx: Transaction) -> dict[str, dict[str, int]]:
    """By line, then by total; a line that never did anything is absent."""
    found: dict[str, dict[str, int]] = {}
    for row in tx.execute("select * from counters"):
        found.setdefault(row["line"], dict.fromkeys(TOTALS, 0))[row["name"]] = row["value"]
    return found
