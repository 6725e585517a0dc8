"""What another bridge would have said: its news follow ours, in the transaction that strikes ours off.

So they are owed as surely as our own, each has its own way to the broker, and who serves no other bridge pays nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from smsmqtt.intake.directory import Directory
from smsmqtt.logs import get_logger
from smsmqtt.model import Announcement, InboundText
from smsmqtt.payloads import compat
from smsmqtt.store import Transaction, announcements, outbox

log = get_logger("mqtt")
SENT, RECEIVED = "compat/sent", "compat/received"


@dataclass(frozen=True)
class Compat:
    """The news of sms2mqtt. Refusals are not among them: who gets one from it knows what was asked (``deliveries``)."""

    directory: Directory

    def follow(self, tx: Transaction, ids: Iterable[int]) -> None:
        """The broker has these announcements: what they are to users of the other bridge is owed from here on."""
        for announcement in announcements.those(tx, ids):
            if announcement.reply_to is None:
                try:
                    self._follow(tx, announcement)
                except Exception:  # poison: what can't be worded must not keep the rest
                    log.exception("news could not be put into another bridge's words", id=announcement.id)

    def _follow(self, tx: Transaction, announcement: Announcement) -> None:
        fields, kind = None, SENT
        if announcement.kind == "status":
            fields = self._sent(tx, json.loads(announcement.payload or "{}"))
        elif announcement.text is not None:
            fields, kind = self._received(announcement.text), RECEIVED
        if fields is not None:
            announcements.add(tx, kind, json.dumps(fields, ensure_ascii=False))

    def _sent(self, tx: Transaction, status: dict[str, Any]) -> dict[str, Any] | None:
        """None for what is no result, and for a message that is there no more."""
        if status["state"] == "rejected":
            return None
        bodies = [message.body for message in outbox.resolve(tx, status["id"]) if message.id == status["id"]]
        at = datetime.fromisoformat(status["at"]).astimezone()
        return compat.sent(status, body=bodies[0], at=at) if bodies else None

    def _received(self, text: InboundText) -> dict[str, Any] | None:
        sender = self.directory.written(text.sender) if text.sender_type == "number" else text.sender
        return compat.received(text, sender=sender or None, at=(text.sent_at or text.received_at).astimezone())
