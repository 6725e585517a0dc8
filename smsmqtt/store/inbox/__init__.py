"""Incoming texts: ``raw`` keeps what the module gave, ``joining`` makes texts of parts, ``texts`` tells them, and
``missed`` tells them again.
"""

from smsmqtt.store.inbox.joining import add_part, close_incomplete
from smsmqtt.store.inbox.missed import forget_missed, hear, miss, republish_missed
from smsmqtt.store.inbox.raw import Record, digest, listed, not_understood, on_sim, put_raw, understood_report
from smsmqtt.store.inbox.texts import prune, republish, text, texts, unreadable, withdraw

__all__ = [
    "Record",
    "add_part",
    "close_incomplete",
    "digest",
    "forget_missed",
    "hear",
    "listed",
    "miss",
    "not_understood",
    "on_sim",
    "prune",
    "put_raw",
    "republish",
    "republish_missed",
    "text",
    "texts",
    "understood_report",
    "unreadable",
    "withdraw",
]
