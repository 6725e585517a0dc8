"""Accepting an order, inside the store's transaction: the thousandth equal order sees the first.

The order of the questions matters. Whom it is for comes first, since an id is judged by recipients and body; then
whether the id was seen, since a repeat is answered as it stands even when the configuration has changed since; then
what can make the order impossible as a whole (line, length). Recipients are refused one by one, the rest goes on.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from smsmqtt.codec import segments
from smsmqtt.config import MessageSettings
from smsmqtt.errors import PayloadError
from smsmqtt.intake import refusals
from smsmqtt.intake.directory import Directory
from smsmqtt.intake.door import Door
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
        refusals.announce(tx, refusal, request.reply_to)
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
    earlier = outbox.find_order(tx, order_id)
    if earlier is None:
        return None
    finished = all(message.final for message in earlier.messages)
    if finished and tx.now - earlier.accepted_at >= timedelta(seconds=settings.id_window_s):
        return None
    if earlier.digest != _digest(recipients, request.body):
        raise PayloadError("id", "was used for another order a short while ago", "id_in_use")
    outbox.announce_repeat(tx, order_id, request.reply_to)
    return Acceptance(
        order_id=order_id, messages=earlier.messages, refusals=_refused(order_id, recipients), repeat=True
    )


def _new(
    tx: Transaction,
    request: OrderRequest,
    order_id: str,
    recipients: tuple[Recipient, ...],
    door: Door,
) -> Acceptance:
    directory, settings = door.directory, door.messages
    named_line = _named_line(request, directory)
    draft = _split(request.body, 0, settings)
    if len(draft.parts) > settings.max_parts:
        raise PayloadError(
            "body", f"needs {len(draft.parts)} parts; at most {settings.max_parts} are allowed", "too_many_parts"
        )
    ids = _message_ids(order_id, recipients)
    if any(found.order_id != order_id for message_id in (*ids, order_id) for found in outbox.resolve(tx, message_id)):
        raise PayloadError("id", "names a message of another order", "id_in_use")
    messages = tuple(
        _message(
            tx,
            request,
            settings,
            draft,
            order_id,
            message_id,
            recipient.to,
            named_line or _line(tx, recipient, directory),
        )
        for message_id, recipient in zip(ids, recipients, strict=True)
        if not recipient.code
    )
    if messages:
        outbox.put(
            tx,
            Order(id=order_id, digest=_digest(recipients, request.body), accepted_at=tx.now, messages=messages),
        )
    return Acceptance(order_id=order_id, messages=messages, refusals=_refused(order_id, recipients))


def _message(
    tx: Transaction,
    request: OrderRequest,
    settings: MessageSettings,
    draft: segments.Segmentation,
    order_id: str,
    message_id: str,
    recipient: str,
    line: str,
) -> Message:
    split = draft
    if len(draft.parts) > 1:  # each recipient's telephone joins by its own count of references
        split = _split(request.body, outbox.next_reference(tx, recipient), settings)
    return Message(
        id=message_id,
        order_id=order_id,
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
        valid_until=_valid_until(request, settings, tx.now),
        alphabet=split.alphabet,
        locking_shift=split.locking_shift,
        single_shift=split.single_shift,
        parts=split.numbered(),
        reply_to=request.reply_to,
    )


def _split(body: str, reference: int, settings: MessageSettings) -> segments.Segmentation:
    return segments.split(body, reference=reference, transliterate=settings.transliterate)


def _valid_until(request: OrderRequest, settings: MessageSettings, now: datetime) -> datetime:
    """A time span counts from when the text may first go; of two limits the sooner stands."""
    valid_for_s = request.valid_for_s
    if valid_for_s is None and request.valid_until is None:
        valid_for_s = settings.valid_for_s
    ends = [request.valid_until] if request.valid_until else []
    if valid_for_s is not None:
        ends.append(max(now, request.send_at or now) + timedelta(seconds=valid_for_s))
    return min(ends)


def _named_line(request: OrderRequest, directory: Directory) -> str | None:
    if request.line is None:
        return None
    line = directory.line_called(request.line)
    if line is None:
        raise PayloadError("from", "no line has this name or number", "unknown_line")
    return line.name


def _line(tx: Transaction, recipient: Recipient, directory: Directory) -> str:
    last = outbox.last_line(tx, recipient.to)
    return last if last is not None and last in directory.lines else next(iter(directory.lines))


def _message_ids(order_id: str, recipients: tuple[Recipient, ...]) -> list[str]:
    if len(recipients) == 1:
        return [order_id]
    return [f"{order_id}.{place}" for place in range(1, len(recipients) + 1)]


def _refused(order_id: str, recipients: tuple[Recipient, ...]) -> tuple[Refusal, ...]:
    return tuple(
        Refusal(
            code=recipient.code,
            text=recipient.text,
            field="to",
            order_id=order_id,
            message_id=message_id,
            to=recipient.to,
        )
        for message_id, recipient in zip(_message_ids(order_id, recipients), recipients, strict=True)
        if recipient.code
    )


def _digest(recipients: tuple[Recipient, ...], body: str) -> str:
    """The same whatever the order of the recipients and the path the order came by."""
    return hashlib.sha256(json.dumps([sorted(it.to for it in recipients), body]).encode()).hexdigest()
