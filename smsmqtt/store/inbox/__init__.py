"""Incoming texts: ``raw`` keeps what the module gave, ``joining`` makes texts of parts, ``texts`` tells them."""

from smsmqtt.store.inbox.joining import add_part, close_incomplete
from smsmqtt.store.inbox.raw import Record, digest, listed, not_understood, on_sim, put_raw, understood_report
from smsmqtt.store.inbox.texts import prune, republish, text, texts, unreadable

__all__ = [
    "Record",
    "add_part",
    "close_incomplete",
    "digest",
    "listed",
    "not_understood",
    "on_sim",
    "prune",
    "put_raw",
    "republish",
    "text",
    "texts",
    "understood_report",
    "unreadable",
]
