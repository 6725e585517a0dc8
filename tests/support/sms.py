"""Texts that a session has just received, for tests without a session."""

from __future__ import annotations

from itertools import count
from typing import Any

from smsmqtt.model import Alphabet, InboundText, TextPart
from smsmqtt.store import Store, Transaction, inbox

WINDOW_S = 3600.0
_numbers = count(1)


def receive(store: Store, body: str, *, sender: str, line: str = "mine", **fields: Any) -> InboundText:
    """A whole text; ``fields`` as of ``TextPart``."""
    text = receive_part(store, body, sender=sender, line=line, **fields)
    assert text is not None
    return text


def receive_part(store: Store, body: str, *, sender: str, line: str = "mine", **fields: Any) -> InboundText | None:
    """A part; the text when it is whole now."""

    def unit(tx: Transaction) -> InboundText | None:
        (raw,) = inbox.put_raw(tx, line, [(None, "pdu", f"{next(_numbers):08x}", False)])
        standard: dict[str, Any] = {
            "raw_id": raw.id,
            "line": line,
            "sender": sender,
            "sender_type": "number",
            "encoding": Alphabet.GSM7,
            "text": body,
            "sent_at": tx.now,
            "received_at": tx.now,
            "concat_reference": 5,
        }
        return inbox.add_part(tx, TextPart(**(standard | fields)), WINDOW_S)

    return store.write(unit)
