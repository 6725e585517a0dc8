"""A command line taken apart (ITU-T V.250 §5.3, §5.4).

Basic commands follow each other directly; an extended one (``+`` and the makers' own signs) ends at a ``;`` outside
quotes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from smsmqtt.simulator.settings import Refused

if TYPE_CHECKING:
    from smsmqtt.simulator.modem import Modem

_QUOTED = r'(?:"[^"]*"|[^;"])*'
_BASIC = re.compile(r"(&?[A-Z])(\d*)", re.IGNORECASE)
_EXTENDED = re.compile(rf"([+^*#$%][A-Z]+\d*)(=\?|\?|=({_QUOTED}))?\s*(;|$)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Command:
    """One of a line. ``text``: what follows ``=``."""

    name: str
    does: Literal["act", "read", "test", "set"]
    text: str = ""

    @property
    def arguments(self) -> list[str]:
        """Between commas outside quotes, without the quotes."""
        return [part.strip().strip('"') for part in re.findall(r'(?:^|,)((?:"[^"]*"|[^,"])*)', self.text)]

    def numbers(self, least: int, most: int) -> list[int | None]:
        """The arguments as numbers, None where left out; Refused unless there are ``least`` to ``most`` of them."""
        arguments = self.arguments
        if not least <= len(arguments) <= most or not all(part.isdecimal() or not part for part in arguments):
            raise Refused("CME", 50)
        return [int(part) if part else None for part in arguments]


@dataclass(frozen=True, kw_only=True)
class Ask:
    """The command wants a body."""

    purpose: Literal["send", "store"]
    target: str


@dataclass(frozen=True, kw_only=True)
class Stored:
    """The command sends a TPDU from the SIM."""

    tpdu: bytes


Resume = Callable[[list[str]], None]


@dataclass(frozen=True, kw_only=True)
class Awaited:
    """The command takes its time: ``begin`` gets what goes on with the line, to be called with the command's own
    lines."""

    begin: Callable[[Resume], None]


Outcome = list[str] | Ask | Stored | Awaited
Doer = Callable[["Modem", Command], Outcome]


def take_apart(line: str, *, joining: bool) -> list[Command]:
    """Refused where the line can't be read, or joins extended commands on a module that can't."""
    found: list[Command] = []
    place = 0
    while place < len(line):
        if line[place] in " ;":
            place += 1
            continue
        extended = _EXTENDED.match(line, place)
        basic = _BASIC.match(line, place)
        if extended:
            name, how, text, end = extended.groups()
            does: Literal["act", "read", "test", "set"] = (
                "act" if how is None else "test" if how == "=?" else "read" if how == "?" else "set"
            )
            found.append(Command(name=name.upper(), does=does, text=text or ""))
            place = extended.end()
            if end == ";" and not joining:
                raise Refused
        elif basic and basic[1].upper() in ("D", "S"):
            found.append(Command(name=basic[1].upper(), does="act", text=line[place + 1 :]))
            return found
        elif basic:
            found.append(Command(name=basic[1].upper(), does="act", text=basic[2]))
            place = basic.end()
        else:
            raise Refused
    return found
