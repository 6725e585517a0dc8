"""From what callers write (a contact, a group, a number) to numbers, each once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from smsmqtt import numbers
from smsmqtt.intake.directory import Directory
from smsmqtt.model import RecipientText


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Somebody to text, or the reason why not: ``code`` and ``text`` are empty for a good one."""

    to: str  # E.164, a short number as it is dialled, or what the caller wrote
    code: str = ""
    text: str = ""


def resolve(texts: Iterable[RecipientText], directory: Directory) -> tuple[Recipient, ...]:
    """In the caller's order; a number that comes twice, also through a group, is one recipient."""
    found: dict[str, Recipient] = {}
    for text in texts:
        for recipient in _resolve_one(text, directory):
            found.setdefault(recipient.to, recipient)
    return tuple(found.values())


def _resolve_one(text: RecipientText, directory: Directory) -> tuple[Recipient, ...]:
    name = text.text.strip().lower()
    if name in directory.contacts:
        return (Recipient(to=directory.contacts[name]),)
    if name in directory.groups:
        return tuple(Recipient(to=number) for number in directory.groups[name])
    return (_number(text, directory),)


def _number(text: RecipientText, directory: Directory) -> Recipient:
    shown = text.text if len(text.text) <= 40 else text.text[:39] + "…"
    if not any(character.isdigit() for character in text.text):
        return Recipient(to=shown, code="unknown_recipient", text="no contact or group has this name")
    try:
        number = numbers.parse(text.text, region=directory.region, bare_is_international=text.bare_is_international)
    except numbers.BadNumber as error:
        short = numbers.short(text.text)
        if short:  # the guard knows whether it may be texted
            return Recipient(to=short)
        return Recipient(to=shown, code="bad_number", text=str(error))
    return Recipient(to=number)
