"""How modules carry the SIM toolkit: one set of AT commands for each family, as data.

Only families that hand the card's own octets through are here. SIM800's spells commands and answers out value by value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from smsmqtt.at.channel import Command
from smsmqtt.at.dialogues import Dialogue, ask


class Kind(StrEnum):
    """What a line of the module's is about."""

    COMMAND = "command"  # the card waits for our response
    NOTICE = "notice"  # the module does it itself, or waits for a go-ahead
    END = "end"  # the card wants no more
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A line of the module's. ``command_hex`` is empty where it carries none."""

    kind: Kind
    command_hex: str = ""


@dataclass(frozen=True, kw_only=True)
class Toolkit:
    """``line``: what the module says by itself, its groups ``end``, ``notice`` and ``hex`` telling which kind it is.

    ``go_ahead``: what lets the module send the card's text; empty where sending is left to us. ``enable``: empty where
    it is on by itself.
    """

    name: str
    enable: str = ""
    envelope: str
    response: str
    go_ahead: str = ""
    start: str
    line: re.Pattern[str]

    def heard(self, line: str) -> Heard:
        match = self.line.fullmatch(line)
        if match is None:
            return Heard(kind=Kind.OTHER)
        if match["end"]:
            return Heard(kind=Kind.END)
        return Heard(kind=Kind.NOTICE if match["notice"] else Kind.COMMAND, command_hex=match["hex"])

    @property
    def probe(self) -> str:
        return (self.enable or self.envelope).partition("=")[0] + "=?"


_STKPCI = re.compile(r'\+STKPCI: ?(?:(?P<end>2).*|(?:0|(?P<notice>1)),? ?"?(?P<hex>[^",]*)"?.*)')
_CUSATP = re.compile(r'\+CUSAT(?:(?P<end>END).*|P: ?"?(?P<hex>[^",]*)"?.*)(?P<notice>(?!))?')

MEDIATEK = Toolkit(
    name="mediatek",
    envelope='AT+STKENV="{}"',
    response='AT+STKTR="{}"',
    go_ahead="AT+STKSMS=0",
    start="+STKPCI:",
    line=_STKPCI,
)
QUECTEL = Toolkit(
    name="quectel",
    enable="AT+QSTK=1",
    envelope='AT+STKENV="{}"',
    response='AT+STKTR="{}"',
    go_ahead="AT+STKSMS=0",
    start="+STKPCI:",
    line=_STKPCI,
)
STANDARD = Toolkit(  # 3GPP TS 27.007 §12.2
    name="standard",
    envelope='AT+CUSATE="{}"',
    response='AT+CUSATT="{}"',
    start="+CUSAT",
    line=_CUSATP,
)

TOOLKITS = {toolkit.name: toolkit for toolkit in (QUECTEL, MEDIATEK, STANDARD)}
"""In this order, since Quectel's modules take MediaTek's words too."""


def learn_toolkit() -> Dialogue[Toolkit | None]:
    """By what the module takes; None when nothing tells. Worth remembering."""
    for toolkit in TOOLKITS.values():
        if (yield from ask(Command(text=toolkit.probe))).result.ok:
            return toolkit
    return None
