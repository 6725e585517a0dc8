"""The guard: what protects the bill, and the neighbours, from a runaway automation.

It decides when an order is accepted, message by message and inside the store's transaction, so that the thousandth
equal order sees the first. Whom a line may text comes first (``permits``), then how much went lately. What was accepted
counts, whatever becomes of it (``store.uses``); what was refused does not. Urgent orders obey it too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Self

from smsmqtt.config import GuardSettings, Settings
from smsmqtt.errors import DailyCap, NothingADay
from smsmqtt.intake.directory import Directory
from smsmqtt.intake.permits import Objection, Permit
from smsmqtt.payloads.state import Trouble
from smsmqtt.payloads.times import iso
from smsmqtt.store import Board, Transaction, uses
from smsmqtt.store.uses import DAY, HOUR

AT_CAP = "per_day"
"""Why a line sends nothing more, as its ``sending`` tells it."""
WITH_AN_ID = "; an id of its own lets it pass"
"""Of a duplicate, behind the reason: where callers give ids."""
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Sendable:
    """A text that wants to go: so many parts over this line. ``named``: its caller gave it an id."""

    line: str
    recipient: str
    body: str
    parts: int
    named: bool

    @cached_property
    def digest(self) -> str:
        """The same for the same text to the same number."""
        return hashlib.sha256(json.dumps([self.recipient, self.body]).encode()).hexdigest()[:32]


@dataclass(frozen=True, kw_only=True)
class Limit:
    """``taken`` of ``most`` things of a kind. ``frees_at(over)``: when so many of them will have left the window.

    ``key``: the name of the limit in the configuration of ``line``.
    """

    key: str
    line: str
    what: str
    taken: int
    most: int
    frees_at: Callable[[int], datetime | None]

    def objection(self, wanted: int) -> Objection | None:
        over = self.taken + wanted - self.most
        if over <= 0:
            return None
        code = f"guard_{self.key}"
        if not self.most:
            return Objection(code=code, text=_nothing(self.line, self.key), field=None)
        retry_at = self.frees_at(over) if wanted <= self.most else None
        when = f"would pass at {iso(retry_at)}" if retry_at else "will never pass"
        text = f"{self.taken} of {self.most} {self.what} are taken; this one {when}"
        return Objection(code=code, text=text, field=None, retry_at=retry_at)


@dataclass(frozen=True, kw_only=True)
class Guard:
    """The guards of all lines, by their names."""

    settings: Mapping[str, GuardSettings]
    permits: Mapping[str, Permit]
    region: str | None

    @classmethod
    def from_settings(cls, settings: Settings, directory: Directory) -> Self:
        lines = (line for gateway in settings.gateways.values() for line in gateway.lines.values())
        return cls.of({line.name: line.guard for line in lines}, directory)

    @classmethod
    def of(cls, settings: Mapping[str, GuardSettings], directory: Directory) -> Self:
        permits = {line: Permit.of(own, directory) for line, own in settings.items()}
        return cls(settings=settings, permits=permits, region=directory.region)

    def admit(self, tx: Transaction, text: Sendable) -> Objection | None:
        """None when it may go; then it is counted.

        Of several limits the one that ends last is told: it would not pass before that.
        """
        objection = self.permits[text.line].objection(text.recipient, self.region)
        objection = objection or max(self._excesses(tx, text), key=lambda it: it.retry_at or NEVER, default=None)
        if objection is None:
            _count(tx, text)
        return objection

    def takes_over(self, tx: Transaction, text: Sendable) -> bool:
        """Whether this line goes on with what was accepted for one that is gone.

        Whom it may text is asked; how much went lately is not, but it is counted.
        """
        if self.permits[text.line].objection(text.recipient, self.region):
            return False
        _count(tx, text)
        return True

    def caps(self, tx: Transaction) -> dict[str, Trouble]:
        """The lines that may not send one part more today, and since and until when."""
        return {line: trouble for line in self.settings if (trouble := self._cap(tx, line))}

    def upkeep(self, tx: Transaction, board: Board) -> None:
        """What time does; and a line shown as at its cap that no longer is, or the other way round, is shown anew."""
        windows = (timedelta(seconds=own.duplicate_window_s) for own in self.settings.values())
        uses.upkeep(tx, keep=max(DAY, *windows))
        caps = self.caps(tx)
        shown = {line: posted["sending"] for line, posted in board.snapshot("line").items()}
        if any(
            sending["enabled"] and (sending["reason"] == AT_CAP) != (line in caps) for line, sending in shown.items()
        ):
            tx.signal("control")

    def _excesses(self, tx: Transaction, text: Sendable) -> Iterator[Objection]:
        used = uses.used(tx, text.line, text.recipient, text.digest)
        own = self.settings[text.line]
        line, recipient = text.line, text.recipient
        limits = (
            Limit(
                key="per_hour",
                line=line,
                what=f"parts of line {line} within an hour",
                taken=used.parts_hour,
                most=own.per_hour,
                frees_at=lambda over: uses.line_frees_at(tx, line, HOUR, over),
            ).objection(text.parts),
            Limit(
                key="per_day",
                line=line,
                what=f"parts of line {line} within a day",
                taken=used.parts_day,
                most=own.per_day,
                frees_at=lambda over: uses.line_frees_at(tx, line, DAY, over),
            ).objection(text.parts),
            Limit(
                key="per_recipient_hour",
                line=line,
                what="messages to this number within an hour",
                taken=used.messages_hour,
                most=own.per_recipient_hour,
                frees_at=lambda over: uses.recipient_frees_at(tx, recipient, HOUR, over),
            ).objection(1),
            None if text.named else _duplicate(used.text_at, own.duplicate_window_s, tx.now),
        )
        return (objection for objection in limits if objection)

    def _cap(self, tx: Transaction, line: str) -> Trouble | None:
        most = self.settings[line].per_day
        if not most:
            text = _nothing(line, "per_day")
            return Trouble(code=NothingADay.code, text=text, hint=NothingADay().hint, since=tx.now)
        over = uses.parts_of_day(tx, line) + 1 - most
        if over <= 0:
            return None
        until = uses.line_frees_at(tx, line, DAY, over)
        text = f"line {line} sends nothing more until {iso(until)}" if until else f"line {line} sends nothing"
        return Trouble(code=DailyCap.code, text=text, hint=DailyCap().hint, since=uses.last_at(tx, line) or tx.now)


def _count(tx: Transaction, text: Sendable) -> None:
    uses.add(tx, text.line, text.parts, recipient=text.recipient, digest=text.digest)


def _nothing(line: str, key: str) -> str:
    """A limit of 0, in words."""
    return f"nothing may be sent on line {line}: {key} is 0"


def _duplicate(last_at: datetime | None, window_s: float, now: datetime) -> Objection | None:
    free_at = last_at and last_at + timedelta(seconds=window_s)
    if free_at is None or free_at <= now:
        return None
    reason = f"the same text to the same number less than {window_s:g} s ago{WITH_AN_ID}"
    return Objection(code="guard_duplicate", text=reason, field="body", retry_at=free_at)
