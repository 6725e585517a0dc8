"""Accepting an order, inside the store's transaction: the thousandth equal order sees the first.

The order of the questions matters. Whom it is for comes first, since an id is judged by recipients and body; then
whether the id was seen, since a repeat is answered as it stands even when the configuration has changed since; then
what can make the order impossible as a whole (line, length). Recipients are refused one by one, as such or by the
guard, and the rest goes on.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import timedelta

from smsmqtt.clock import is_set
from smsmqtt.config import MessageSettings
from smsmqtt.errors import PayloadError
from smsmqtt.intake import refusals
from smsmqtt.intake.directory import Directory
from smsmqtt.intake.door import Door
from smsmqtt.intake.draft import Draft
from smsmqtt.intake.guard import Sendable
from smsmqtt.intake.recipients import Recipient, resolve
from smsmqtt.intake.refusals import Refusal
from smsmqtt.model import Message, Order, OrderRequest
from smsmqtt.payloads.orders import MOST_RECIPIENTS
from smsmqtt.store import outbox
from smsmqtt.store.transaction import Transaction


@dataclass(frozen=True, kw_only=True)
class Acceptance:
    """What became of an order. ``repeat``: it was accepted before; these are its messages as they stand."""

    order_id: str
    messages: tuple[Message, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    repeat: bool = False


def accept_order(tx: Transaction, request: OrderRequest, door: Door) -> Acceptance:
    """Stores the order or answers the repeat, and announces every refusal; never raises for what a caller wrote."""
    order_id = request.id or secrets.token_hex(8)
    try:
        recipients = _recipients(request, door.directory)
        acceptance = _repeat(tx, request, order_id, recipients, door.messages) or _new(
            tx, request, order_id, recipients, door
        )
    except PayloadError as error:
        to = request.recipients[0].text if len(request.recipients) == 1 else None
        acceptance = Acceptance(order_id=order_id, refusals=(Refusal.of(error, order_id=order_id, to=to),))
    for refusal in acceptance.refusals:
        refusals.announce(tx, refusal, request.reply_to, repeat=acceptance.repeat)
    return acceptance


def _recipients(request: OrderRequest, directory: Directory) -> tuple[Recipient, ...]:
    recipients = resolve(request.recipients, directory)
    if not recipients:
        raise PayloadError("to", "names an empty group", "unknown_recipient")
    if len(recipients) > MOST_RECIPIENTS:
        raise PayloadError(
            "to", f"comes to {len(recipients)} recipients; at most {MOST_RECIPIENTS} are taken", "too_many"
        )
    return recipients


def _repeat(
    tx: Transaction, request: OrderRequest, order_id: str, recipients: tuple[Recipient, ...], settings: MessageSettings
) -> Acceptance | None:
    """None when the id is free: never seen, or longer ago than ``id_window`` and finished."""
    earlier = outbox.find_order(tx, order_id) if request.id else None
    if earlier is None:
        return None
    finished = all(message.final for message in earlier.messages)
    if finished and tx.now - earlier.accepted_at >= timedelta(seconds=settings.id_window_s):
        return None
    if earlier.digest != _digest(recipients, request.body):
        raise PayloadError("id", "was used for another order a short while ago", "id_in_use")
    outbox.announce_repeat(tx, order_id, request.reply_to)
    return Acceptance(
        order_id=order_id, messages=earlier.messages, refusals=_bad_ones(order_id, recipients), repeat=True
    )


def _new(
    tx: Transaction, request: OrderRequest, order_id: str, recipients: tuple[Recipient, ...], door: Door
) -> Acceptance:
    named_line = _named_line(request, door.directory)
    _refuse_the_past(tx, request)
    draft = Draft.of(request, order_id, door.messages)
    ids = _message_ids(order_id, recipients)
    if request.id and any(it.order_id != order_id for known in {*ids, order_id} for it in outbox.resolve(tx, known)):
        raise PayloadError("id", "names a message of another order", "id_in_use")
    messages: list[Message] = []
    refused: list[Refusal] = []
    for message_id, recipient in zip(ids, recipients, strict=True):
        outcome = _bad(recipient, order_id, message_id) or _guarded(
            tx, draft, message_id, recipient.to, named_line or line_for(tx, recipient.to, door.directory), door
        )
        messages += [outcome] if isinstance(outcome, Message) else []
        refused += [outcome] if isinstance(outcome, Refusal) else []
    if messages:
        digest = _digest(recipients, request.body)
        outbox.put(tx, Order(id=order_id, digest=digest, accepted_at=tx.now, messages=tuple(messages)))
    return Acceptance(order_id=order_id, messages=tuple(messages), refusals=tuple(refused))


def _refuse_the_past(tx: Transaction, request: OrderRequest) -> None:
    """A date is judged only by a clock that was set."""
    if request.valid_until is not None and is_set(tx.clock) and request.valid_until <= tx.now:
        raise PayloadError("valid_until", "is in the past")


def _guarded(
    tx: Transaction, draft: Draft, message_id: str, recipient: str, line: str, door: Door
) -> Message | Refusal:
    """The message, or what the guard says. The next one of the list sees that it was counted."""
    request = draft.request
    text = Sendable(line=line, recipient=recipient, body=request.body, parts=draft.parts, named=request.id is not None)
    objection = door.guard.admit(tx, text)
    if objection:
        return Refusal.by_guard(objection, order_id=draft.order_id, message_id=message_id, to=recipient)
    return draft.message(tx, message_id, recipient, line)


def _named_line(request: OrderRequest, directory: Directory) -> str | None:
    if request.line is None:
        return None
    line = directory.line_called(request.line)
    if line is None:
        raise PayloadError("from", "no line has this name or number", "unknown_line")
    return line.name


def line_for(tx: Transaction, recipient: str, directory: Directory) -> str:
    """The line last used with this number, else the first of the configuration."""
    last = outbox.last_line(tx, recipient)
    return last if last is not None and last in directory.lines else next(iter(directory.lines))


def _message_ids(order_id: str, recipients: tuple[Recipient, ...]) -> list[str]:
    if len(recipients) == 1:
        return [order_id]
    return [f"{order_id}.{place}" for place in range(1, len(recipients) + 1)]


def _bad_ones(order_id: str, recipients: tuple[Recipient, ...]) -> tuple[Refusal, ...]:
    found = (
        _bad(recipient, order_id, message_id)
        for message_id, recipient in zip(_message_ids(order_id, recipients), recipients, strict=True)
    )
    return tuple(refusal for refusal in found if refusal)


def _bad(recipient: Recipient, order_id: str, message_id: str) -> Refusal | None:
    """Nobody whom anybody could text."""
    if not recipient.code:
        return None
    return Refusal(
        code=recipient.code, text=recipient.text, field="to", order_id=order_id, message_id=message_id, to=recipient.to
    )


def _digest(recipients: tuple[Recipient, ...], body: str) -> str:
    """The same whatever the order of the recipients and the path the order came by."""
    return hashlib.sha256(json.dumps([sorted(it.to for it in recipients), body]).encode()).hexdigest()
