"""Who and what the configuration names: contacts, groups and lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from smsmqtt import numbers
from smsmqtt.config import Settings


@dataclass(frozen=True, kw_only=True)
class Line:
    """One SIM behind one gateway."""

    name: str
    number: str | None  # E.164
    gateway: str


@dataclass(frozen=True, kw_only=True)
class Directory:
    """Names to numbers and back. Lines stand in the order of the file."""

    contacts: Mapping[str, str]
    groups: Mapping[str, tuple[str, ...]]  # numbers
    lines: Mapping[str, Line]
    gateways: tuple[str, ...]
    region: str | None

    @classmethod
    def from_settings(cls, settings: Settings) -> Directory:
        """The settings' numbers are E.164 already, and a member that is no contact is a number."""
        lines = {
            line.name: Line(name=line.name, number=line.number, gateway=gateway.name)
            for gateway in settings.gateways.values()
            for line in gateway.lines.values()
        }
        groups = {
            name: tuple(settings.contacts.get(member, member) for member in members)
            for name, members in settings.groups.items()
        }
        return cls(
            contacts=settings.contacts,
            groups=groups,
            lines=lines,
            gateways=tuple(settings.gateways),
            region=settings.messages.region,
        )

    def line(self, name: str) -> Line | None:
        """By its name."""
        return self.lines.get(name)

    def line_called(self, name_or_number: str) -> Line | None:
        """By its name or its number, as ``from`` has it."""
        if name_or_number.lower() in self.lines:
            return self.lines[name_or_number.lower()]
        numbers_meant = {self._number(name_or_number), f"+{name_or_number}"}  # of our own, digits alone will do
        return next((line for line in self.lines.values() if line.number in numbers_meant - {None}), None)

    def contact_of(self, sender: str) -> str | None:
        """The contact with this number, also when the network gave it in its national form."""
        number = self._number(sender)
        return next((name for name, own in self.contacts.items() if own in (sender, number)), None)

    def number_meant(self, written: str) -> str:
        """A contact's number, or a number in any form in E.164; what is neither stays."""
        return self.contacts.get(written.lower()) or self.written(written)

    def written(self, sender: str) -> str:
        """A sender's number in E.164, where its national form can be read; else as the network gave it."""
        return self._number(sender) or sender

    def _number(self, text: str) -> str | None:
        try:
            return numbers.parse(text, region=self.region)
        except numbers.BadNumber:
            return None
