"""An order cut into parts, before anybody decided whether it goes: what all its messages have in common."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from smsmqtt.codec import segments
from smsmqtt.config import MessageSettings
from smsmqtt.errors import PayloadError
from smsmqtt.model import Message, OrderRequest
from smsmqtt.store import outbox
from smsmqtt.store.transaction import Transaction


@dataclass(frozen=True, kw_only=True)
class Draft:
    """Its parts are numbered for each recipient when the message is made."""

    request: OrderRequest
    order_id: str
    settings: MessageSettings
    split: segments.Segmentation

    @classmethod
    def of(cls, request: OrderRequest, order_id: str, settings: MessageSettings) -> Self:
        """PayloadError for a text that is too long."""
        split = _split(request.body, 0, settings)
        if len(split.parts) > settings.max_parts:
            raise PayloadError(
                "body", f"needs {len(split.parts)} parts; at most {settings.max_parts} are allowed", "too_many_parts"
            )
        return cls(request=request, order_id=order_id, settings=settings, split=split)

    @property
    def parts(self) -> int:
        return len(self.split.parts)

    def message(self, tx: Transaction, message_id: str, recipient: str, line: str) -> Message:
        request, settings, split = self.request, self.settings, self.split
        if self.parts > 1:  # each recipient's telephone joins by its own count of references
            split = _split(request.body, outbox.next_reference(tx, recipient), settings)
        return Message(
            id=message_id,
            order_id=self.order_id,
            recipient=recipient,
            body=request.body,
            line=line,
            line_fixed=request.line is not None,
            urgent=request.urgent,
            flash=request.flash,
            report=settings.report if request.report is None else request.report,
            on_uncertain=request.on_uncertain or settings.on_uncertain,
            created_at=tx.now,
            send_at=request.send_at,
            valid_until=self._valid_until(tx.now),
            alphabet=split.alphabet,
            locking_shift=split.locking_shift,
            single_shift=split.single_shift,
            parts=split.numbered(),
            reply_to=request.reply_to,
        )

    def _valid_until(self, now: datetime) -> datetime:
        """A time span counts from when the text may first go; of two limits the sooner stands."""
        request, valid_for_s = self.request, self.request.valid_for_s
        if valid_for_s is None and request.valid_until is None:
            valid_for_s = self.settings.valid_for_s
        ends = [request.valid_until] if request.valid_until else []
        if valid_for_s is not None:
            ends.append(max(now, request.send_at or now) + timedelta(seconds=valid_for_s))
        return min(ends)


def _split(body: str, reference: int, settings: MessageSettings) -> segments.Segmentation:
    return segments.split(body, reference=reference, transliterate=settings.transliterate)
