"""What callers write to have a text sent, read into an OrderRequest; nothing is resolved here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

from smsmqtt.errors import PayloadError
from smsmqtt.model import OnUncertain, OrderRequest, RecipientText
from smsmqtt.payloads import fields, strict_json

TO = ("to", "number", "recipient", "phone_number")
BODY = ("body", "text", "message")
OPTIONS = ("from", "id", "urgent", "flash", "report", "send_at", "valid_for", "valid_until", "on_uncertain")
EXAMPLE = '{"to": "+59899000001", "body": "Hello"}'
MOST_RECIPIENTS = 250
"""Entries of ``to``, before and after groups are resolved."""


def parse_order(payload: bytes) -> OrderRequest:
    """A JSON order; PayloadError names the field."""
    return read_order(strict_json.read_object(payload, EXAMPLE))


def read_order(order: Mapping[str, Any]) -> OrderRequest:
    """The same from fields that were read already."""
    fields.refuse_unknown(order, (*TO, *BODY, *OPTIONS))
    to, body = _one_of(order, TO), _one_of(order, BODY)
    valid_for_s, valid_until = fields.duration_s(order, "valid_for"), fields.moment(order, "valid_until")
    if valid_for_s is not None and valid_until is not None:
        raise PayloadError("valid_until", "give valid_for or valid_until, not both")
    send_at = fields.moment(order, "send_at")
    if send_at is not None and valid_until is not None and valid_until <= send_at:
        raise PayloadError("valid_until", "is not after send_at")
    return OrderRequest(
        recipients=_recipients(order[to], to),
        body=fields.body(order[body], body),
        line=fields.line(order, "from"),
        id=fields.identifier(order),
        urgent=fields.boolean(order, "urgent") or False,
        flash=fields.boolean(order, "flash") or False,
        report=fields.boolean(order, "report"),
        send_at=send_at,
        valid_for_s=valid_for_s,
        valid_until=valid_until,
        on_uncertain=cast(OnUncertain | None, fields.choice(order, "on_uncertain", ("report", "resend"))),
    )


def parse_text_order(recipient_level: str, payload: bytes) -> OrderRequest:
    """Plain text for the one recipient that the topic names; one final newline is dropped."""
    if not recipient_level.strip():
        raise PayloadError("to", "the topic names no recipient")
    words = re.sub(r"\r?\n\Z", "", strict_json.read_text(payload))
    return OrderRequest(
        recipients=(RecipientText(text=recipient_level.strip(), bare_is_international=True),),
        body=fields.body(words, "body"),
    )


def id_of(payload: bytes) -> str | None:
    """The id that a refused order carries, if one can be read: the caller wants to know which it was."""
    try:
        return fields.identifier(strict_json.read_object(payload))
    except PayloadError:
        return None


def _one_of(order: Mapping[str, Any], aliases: tuple[str, ...]) -> str:
    given = [name for name in aliases if name in order]
    if not given:
        raise PayloadError(aliases[0], "is missing", "missing_field")
    if len(given) > 1:
        raise PayloadError(given[1], f"means the same as {given[0]}; give one of them")
    return given[0]


def _recipients(value: object, name: str) -> tuple[RecipientText, ...]:
    entries = value if isinstance(value, list) else [value]
    recipients = tuple(recipient for entry in entries for recipient in _entry(entry, name))
    if not recipients:
        raise PayloadError(name, "names nobody")
    if len(recipients) > MOST_RECIPIENTS:
        raise PayloadError(name, f"names {len(recipients)} recipients; at most {MOST_RECIPIENTS} are taken", "too_many")
    return recipients


def _entry(entry: object, name: str) -> tuple[RecipientText, ...]:
    if isinstance(entry, int) and not isinstance(entry, bool):
        if entry <= 0:
            raise PayloadError(name, "a number is written without a sign, or as text")
        return (RecipientText(text=str(entry), bare_is_international=True),)
    if not isinstance(entry, str):
        raise PayloadError(name, f"expected text, a whole number or a list of them, got {strict_json.kind(entry)}")
    if not entry.strip():
        raise PayloadError(name, "is empty, or has an empty entry")
    return tuple(RecipientText(text=piece.strip()) for piece in re.split("[;,]", entry) if piece.strip())
