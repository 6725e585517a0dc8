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
        }
        return inbox.add_part(tx, TextPart(**(standard | fields)), WINDOW_S)

    text = store.write(unit)
    assert text is not None
    return text
