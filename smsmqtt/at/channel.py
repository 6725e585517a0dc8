"""One module's AT channel: one command in flight, bytes in, replies out. No IO, no time.

Theory of operation
-------------------
The peer is a GSM module reached through a gateway that keeps its state between holders. So nothing
is taken for granted: echo may be on or off, result codes verbose (``OK``) or numeric (``0``, with CR
or CR LF), and lines that nobody asked for may come at any place, also those that the last holder's
commands left behind.

    idle ──send──► waiting ──final result──► idle, Reply
                      │  └─`> ` (asked for)─► prompted, Prompt
                   prompted ──send_body──► waiting
                   any state ──`release module …` + `]`──► Released

Three rules sort the lines of a reply:

1. A line that a module may send by itself (RING, +CMTI, …) is Unsolicited wherever it stands, with
   the PDU line behind +CMT and +CDS. Everything else belongs to the command.
2. ``Command.needs`` names the start of an information line that the reply must have. A success that
   comes before it is left over from another command, or is a text's body, and is not final. That is
   what makes ``OK`` without ``+CMGS`` no success. In ``listing`` commands no line after the first
   record is final before it, errors included, since text-mode bodies may look like anything.
3. A prompt that nobody asked for means that the module waits for a body that isn't ours: Stray.

What a reply means is not decided here; see ``replies`` and ``dialogues``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from smsmqtt.at.lines import LineBuffer
from smsmqtt.at.results import OK, Result, parse_result

CTRL_Z = b"\x1a"
ESC = b"\x1b"


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command line. ``timeout_s`` is for the whole reply."""

    text: str
    needs: str = ""  # the start of the information line without which no success is ours
    prompts: bool = False  # answered by "> "
    ok_may_lead: bool = False  # the OK may come before that line, and none behind it
    listing: bool = False  # text-mode records follow, whose bodies can look like result codes
    timeout_s: float = 10.0


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What a command brought: its information lines and its final result."""

    lines: tuple[str, ...]
    result: Result


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """The module waits for the body of a text."""


@dataclass(frozen=True, kw_only=True)
class Stray:
    """The module waits for a body that isn't ours; only ESC helps."""


@dataclass(frozen=True, kw_only=True)
class Early:
    """A success came without the line that proves it: too early, or for nothing."""


@dataclass(frozen=True, kw_only=True)
class Unsolicited:
    """Lines that the module sent by itself: one, or two with a PDU."""

    lines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Released:
    """The gateway has taken the module away."""


Event = Reply | Prompt | Stray | Early | Unsolicited | Released

_BY_ITSELF = re.compile(
    r"RING|2|3|NO CARRIER|BUSY|NO ANSWER|NO DIAL ?TONE|RDY|(Call|SMS|PB|EONS) Ready|NORMAL POWER DOWN|UNDER-VOLTAGE.*"
    r"|\+(CRING|CLIP|CMTI|CDSI|CMT|CDS|CBM|CBMI|CUSD|STKPCI|EIND|EUSIM|CGREG|CEREG|CCWA|CSSI|CSSU|CPIN: NOT READY).*"
    r"|\^(RSSI|SRVST|MODE|BOOT|SYSSTART|SHUTDOWN|SIMST|STIN|DSFLOWRPT|CEND|CONN|ORIG).*"
)
_CARRIES_PDU = re.compile(r"\+(CMT|CDS): ?[^\"]*,? ?\d+")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}){8,}")


class Channel:
    """See the module's docstring. ``release_notice``: how the gateway's notice starts, if it has one."""

    def __init__(self, *, release_notice: str | None = None) -> None:
        self._release_notice = release_notice
        self._released = False
        self._buffer = LineBuffer()
        self._command: Command | None = None
        self._echoes: set[str] = set()
        self._lines: list[str] = []
        self._needed = False  # the line that Command.needs was seen
        self._early = False  # a success came before it
        self._prompted = False
        self._carrier = ""  # a +CMT or +CDS line that waits for its PDU

    def send(self, command: Command) -> bytes:
        """The octets of a command. CR alone ends it: an LF could become the first octet of a body."""
        self._command = command
        self._lines, self._needed, self._prompted, self._early = [], not command.needs, False, False
        self._echoes = {command.text.lower()}
        return command.text.encode("latin-1") + b"\r"

    def send_body(self, body: str, *, needs: str = "+CMGS:") -> bytes:
        """The octets of a text after the prompt, Ctrl-Z included: one write, nothing behind it."""
        self._command = Command(text="", needs=needs, ok_may_lead=True)
        self._lines, self._needed, self._prompted, self._early = [], False, False, False
        self._echoes = {piece.lower() for piece in body.splitlines()} - {""}
        return body.encode("latin-1") + CTRL_Z

    @property
    def lines(self) -> tuple[str, ...]:
        """The information lines that came so far."""
        return tuple(self._lines)

    def receive(self, chunk: bytes) -> list[Event]:
        """What the chunk completes, in order."""
        events: list[Event] = []
        for octet in chunk:  # a prompt has no line end, so each octet may complete something
            for line in self._buffer.feed(bytes((octet,))):
                self._take_line(line, events)
            self._take_partial(events)
        return events

    def _take_partial(self, events: list[Event]) -> None:
        partial = self._buffer.partial
        if partial == "> " and not self._in_record():
            self._buffer.take_partial()
            if self._command is None or (not self._command.prompts and self._command.text):
                events.append(Stray())
            elif self._command.prompts and not self._prompted:
                self._prompted = True
                events.append(Prompt())
        elif partial == "]" and self._released:
            self._buffer.take_partial()
            events.append(Released())

    def _take_line(self, line: str, events: list[Event]) -> None:
        if self._release_notice and line.startswith(self._release_notice):
            self._released = True
            return
        self._released = self._released and not line
        if self._carrier and _HEX.fullmatch(line):
            events.append(Unsolicited(lines=(self._carrier, line)))
            self._carrier = ""
        elif _CARRIES_PDU.fullmatch(line):
            self._carrier = line
        elif _BY_ITSELF.fullmatch(line) and not self._in_record():
            events.append(Unsolicited(lines=(line,)))
        elif self._command is not None and line.lower().strip() not in self._echoes:
            self._take_reply_line(line, self._command, events)

    def _take_reply_line(self, line: str, command: Command, events: list[Event]) -> None:
        result = None if self._in_record() and not self._needed else parse_result(line)
        if result is None and (line or self._in_record()):
            self._lines.append(line)
            self._needed = self._needed or line.startswith(command.needs)
            if self._needed and self._early and command.ok_may_lead:
                self._finish(OK, events)
        elif result is not None and (not result.ok or (self._needed and not command.prompts)):
            self._finish(result, events)
        elif result is not None:
            self._early = True
            events.append(Early())

    def _finish(self, result: Result, events: list[Event]) -> None:
        events.append(Reply(lines=self.lines, result=result))
        self._command = None

    def _in_record(self) -> bool:
        """A text-mode record has begun: anything may be a body."""
        listing = self._command is not None and self._command.listing
        return listing and not self._needed and any(line.startswith("+CMGL:") for line in self._lines)
