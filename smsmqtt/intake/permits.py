"""Whom a line may text at all: ``guard.allow``, ``guard.deny``, and the numbers that are not like others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from smsmqtt import numbers
from smsmqtt.config import GuardSettings
from smsmqtt.intake.directory import Directory


@dataclass(frozen=True, kw_only=True)
class Objection:
    """Why a text may not go. ``retry_at``: when it may; None when time alone changes nothing."""

    code: str
    text: str
    field: str | None
    retry_at: datetime | None = None


DENIED = Objection(code="guard_denied", text="guard.deny forbids this number", field="to")
NOT_ALLOWED = Objection(code="guard_not_allowed", text="guard.allow doesn't have this number", field="to")
UNUSUAL: dict[numbers.Kind, Objection] = {
    "emergency": Objection(code="guard_emergency", text="guard.allow doesn't name this emergency number", field="to"),
    "premium": Objection(code="guard_premium", text="guard.allow doesn't name this premium number", field="to"),
    "short": Objection(code="guard_short", text="guard.allow doesn't name this short number", field="to"),
}


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One of the two lists: numbers, and what numbers begin with (behind the ``+`` where none is written)."""

    numbers: frozenset[str]
    beginnings: tuple[str, ...]

    @classmethod
    def of(cls, entries: Iterable[str], directory: Directory) -> Self:
        meant = {number for entry in entries for number in _meant(entry, directory)}
        beginnings = {number for number in meant if number.endswith("*")}
        return cls(
            numbers=frozenset(meant - beginnings), beginnings=tuple(it.removesuffix("*") for it in sorted(beginnings))
        )

    def covers(self, number: str) -> bool:
        forms = (number, number.removeprefix("+"))
        return number in self.numbers or any(form.startswith(self.beginnings) for form in forms)


@dataclass(frozen=True, kw_only=True)
class Permit:
    """The lists of one line. ``allow`` None: everybody."""

    allow: Listed | None
    deny: Listed

    @classmethod
    def of(cls, settings: GuardSettings, directory: Directory) -> Self:
        allow = None if settings.allow is None else Listed.of(settings.allow, directory)
        return cls(allow=allow, deny=Listed.of(settings.deny, directory))

    def objection(self, number: str, region: str | None) -> Objection | None:
        """A beginning names nobody: ``*`` opens no emergency number."""
        if self.deny.covers(number):
            return DENIED
        if self.allow and number in self.allow.numbers:
            return None
        kind = numbers.kind(number, region)
        if kind in UNUSUAL:
            return UNUSUAL[kind]
        return None if self.allow is None or self.allow.covers(number) else NOT_ALLOWED


def _meant(entry: str, directory: Directory) -> tuple[str, ...]:
    if entry in directory.contacts:
        return (directory.contacts[entry],)
    return directory.groups.get(entry, (entry,))
