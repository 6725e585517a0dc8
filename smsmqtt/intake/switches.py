"""Whether lines send, as the board tells it: the users' switch, and the guard's cap for the day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from smsmqtt.intake.guard import AT_CAP, Guard
from smsmqtt.store import Board, Transaction, controls


@dataclass(frozen=True, kw_only=True)
class Switch:
    """``reason``: why the line does not send, or why nothing more is taken for it; None when all is well."""

    enabled: bool
    reason: str | None


def switches(tx: Transaction, guard: Guard, lines: Iterable[str]) -> dict[str, Switch]:
    """As they are now, by line."""
    caps = guard.caps(tx)
    return {
        line: Switch(enabled=enabled, reason=(AT_CAP if line in caps else None) if enabled else "switched_off")
        for line, enabled in controls.sending(tx, lines).items()
    }


def show(tx: Transaction, guard: Guard, board: Board) -> None:
    """What this unit changed is on the board with its commit, also of a line whose session is under way."""
    found = switches(tx, guard, board.snapshot("line"))
    tx.after_commit(lambda: board.switch({line: asdict(switch) for line, switch in found.items()}))
