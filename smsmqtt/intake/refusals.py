"""Saying no: a refusal is announced like any other news, and nothing is stored."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from smsmqtt.errors import PayloadError
from smsmqtt.intake.permits import Objection
from smsmqtt.logs import get_logger
from smsmqtt.model import MessageState, ReplyTo
from smsmqtt.payloads import news
from smsmqtt.store import announcements, counters
from smsmqtt.store.transaction import Transaction

log = get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """What was refused, by which field, and why. ``to`` is None when the order as a whole is meant.

    ``retry_at``: when the same would be taken; None when never, or when nobody can tell.
    """

    code: str
    text: str
    field: str | None
    order_id: str | None = None
    message_id: str | None = None
    to: str | None = None
    retry_at: datetime | None = None

    @classmethod
    def of(cls, error: PayloadError, *, order_id: str | None = None, to: str | None = None) -> Self:
        return cls(code=error.code, text=error.text, field=error.field, order_id=order_id, to=to)

    @classmethod
    def by_guard(cls, objection: Objection, *, order_id: str, message_id: str, to: str) -> Self:
        return cls(
            code=objection.code,
            text=objection.text,
            field=objection.field,
            order_id=order_id,
            message_id=message_id,
            to=to,
            retry_at=objection.retry_at,
        )


def announce(tx: Transaction, refusal: Refusal, reply_to: ReplyTo | None = None, *, repeat: bool = False) -> None:
    """``rejected`` on the status topic, and to the caller's own topic when there is one."""
    payload = news.rejected(
        code=refusal.code,
        text=refusal.text,
        field=refusal.field,
        at=tx.now,
        order_id=refusal.order_id,
        message_id=refusal.message_id,
        to=refusal.to,
        retry_at=refusal.retry_at,
        repeat=repeat,
    )
    log.info("refused", code=refusal.code, field=refusal.field, id=refusal.message_id or refusal.order_id)
    text = json.dumps(payload, ensure_ascii=False)
    announcements.add(tx, "status", text)
    counters.count_end(tx, None, MessageState.REJECTED)
    if reply_to:
        announcements.add(tx, "status", text, reply_to=reply_to)
