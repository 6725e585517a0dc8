"""The ledger: one SQLite file in which the desks meet. See ``outbox`` for what happens to a message."""

from smsmqtt.store.board import Board
from smsmqtt.store.listeners import Listener
from smsmqtt.store.store import Store
from smsmqtt.store.transaction import Transaction

__all__ = ["Board", "Listener", "Store", "Transaction"]
