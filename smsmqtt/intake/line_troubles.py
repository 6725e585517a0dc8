"""What is wrong with lines that no gateway knows of."""

from __future__ import annotations

from smsmqtt.intake import stranded
from smsmqtt.intake.directory import Directory
from smsmqtt.intake.guard import Guard
from smsmqtt.payloads.state import Trouble
from smsmqtt.store.transaction import Transaction


def line_troubles(tx: Transaction, guard: Guard, directory: Directory) -> dict[str, Trouble]:
    """By line: it is at its daily limit, or messages wait for it though it is gone from the configuration."""
    return guard.caps(tx) | stranded.troubles(tx, directory)
