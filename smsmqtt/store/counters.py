"""Totals of each line since the store was made."""

from __future__ import annotations

from typing import Literal

from smsmqtt.model import MessageState
from smsmqtt.store.transaction import Transaction

Total = Literal["sent", "received", "failed"]
TOTALS: tuple[Total, ...] = ("sent", "received", "failed")
NO_LINE = ""
"""Stands in the file for what was refused before it had a line: no name is empty."""

_END = "end:"
"""Before a final state: how often a message came to it."""


def count(tx: Transaction, line: str, total: Total) -> None:
    _add(tx, line, total)


def count_end(tx: Transaction, line: str | None, state: MessageState) -> None:
    """A message came to a final state; one that comes to a second (a late report) counts in both."""
    _add(tx, NO_LINE if line is None else line, f"{_END}{state}")


def counted(tx: Transaction) -> dict[str, dict[str, int]]:
    """By line, then by total; a line that never did anything is absent."""
    found: dict[str, dict[str, int]] = {}
    for row in tx.execute("select * from counters where name in (?, ?, ?)", TOTALS):
        found.setdefault(row["line"], dict.fromkeys(TOTALS, 0))[row["name"]] = row["value"]
    return found


def ends(tx: Transaction) -> dict[tuple[str, str], int]:
    """How often messages came to a final state, by line (``NO_LINE`` where there was none) and state."""
    rows = tx.execute("select * from counters where name like ?", (f"{_END}%",))
    return {(row["line"], row["name"].removeprefix(_END)): row["value"] for row in rows}


def _add(tx: Transaction, line: str, name: str) -> None:
    tx.execute(
        "insert into counters values (?, ?, 1) on conflict (line, name) do update set value = counters.value + 1",
        (line, name),
    )
