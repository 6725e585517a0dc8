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
                   any state ──`release module …` + `]`──► Released, in a text-mode record only when nothing follows

Three rules sort the lines of a reply:

1. A line that a module may send by itself (RING, +CMTI, …) is Unsolicited wherever it stands, with
   the PDU line behind +CMT and +CDS, and with the lines up to the closing quote of a +CUSD text, as one
   line with LF in it. Quotes inside that text come in pairs. Everything else belongs to the command;
   inside a text-mode record everything may be a body, unless bodies are hex.
2. ``Command.needs`` names the start of an information line that the reply must have. A success that
   comes before it is left over from another command, and is not final: Early. That is what makes
   ``OK`` without ``+CMGS`` no success. In a text-mode ``listing`` no line after the first record is
   final before it, errors included, since bodies may look like anything. A listing that needs nothing
   ends when its last line looks final and nothing follows: ``conclude``. So does one whose records are
   followed by what looks like a release.
3. A prompt that nobody asked for means that the module waits for a body that isn't ours: Stray. Within a
   text that a module hands through a line may begin like one.

What comes back of our own lines is dropped: a command's anywhere, a body's only where the module
echoed the command too, and only in front of the answer, since the text may be ``OK``.

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
    hex_bodies: bool = False  # or rather can't, since they are hex
    timeout_s: float = 10.0

    @property
    def name(self) -> str:
        """Without the values, which may be a PIN or somebody's number."""
        return self.text.partition("=")[0]


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
    """What looks final, or like a release, came without proof: too early, for nothing, or out of a text's body."""


@dataclass(frozen=True, kw_only=True)
class Unsolicited:
    """Lines that the module sent by itself: one, or two with a PDU or a body."""

    lines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Released:
    """The gateway has taken the module away."""


Event = Reply | Prompt | Stray | Early | Unsolicited | Released

_BY_ITSELF = re.compile(
    r"RING|2|3|NO CARRIER|BUSY|NO ANSWER|NO DIAL ?TONE|RDY|(Call|SMS|PB|EONS) Ready|NORMAL POWER DOWN|UNDER-VOLTAGE.*"
    r"|\+(CRING|CLIP|CMTI|CDSI|CMT|CDS|CBM|CBMI|CUSD|STKPCI|EIND|EUSIM|CGREG|CEREG|CCWA|CSSI|CSSU|CPIN: NOT READY).*"
    r"|\+CUSAT(P|END).*"
    r"|\^(RSSI|SRVST|MODE|BOOT|SYSSTART|SHUTDOWN|SIMST|STIN|DSFLOWRPT|CEND|CONN|ORIG).*"
)
_CARRIES_PDU = re.compile(r'\+(CMT|CDS): ?(?:(?:"[^"]*"|[^",]*),)? ?\d+')
_BEGINS_TEXT = re.compile(r'\+CUSD: ?\d, ?"')
_CLOSES_TEXT = re.compile(r'.*"(?P<dcs>, ?\d*)? *')
_CARRIES_TEXT = re.compile(r'\+CMT: ?".*"\d\d/\d\d/\d\d,.*')
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}){8,}")
_BODY_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")


class Channel:
    """See the module's docstring. ``release_notice``: how the gateway's notice starts, if it has one."""

    def __init__(self, *, release_notice: str | None = None) -> None:
        self._release_notice = release_notice
        self._withheld: list[str] = []  # a release notice, as long as "]" may prove it to be none of the module's lines
        self._buffer = LineBuffer()
        self._carrier = ""  # a +CMT or +CDS line that waits for its PDU or body
        self._opened: list[str] = []  # a +CUSD line whose text has not ended, and what followed
        self._command: Command | None = None
        self._echoes: list[str] = []  # what may come back of what was written, in this order
        self._echoing = False  # the command did
        self._lines: list[str] = []
        self._needed = False  # the line that Command.needs was seen
        self._early = False  # a success came before it
        self._prompted = False

    def send(self, command: Command) -> bytes:
        """The octets of a command. CR alone ends it: an LF could become the first octet of a body."""
        self._begin(command, [command.text])
        self._echoing = False
        return command.text.encode("latin-1") + b"\r"

    def send_body(self, body: str, *, needs: str = "+CMGS:") -> bytes:
        """The octets of a text after the prompt, Ctrl-Z included: one write, nothing behind it."""
        self._begin(Command(text="", needs=needs, ok_may_lead=True), body.split("\r") if self._echoing else [])
        return body.encode("latin-1") + CTRL_Z

    def _begin(self, command: Command, echoes: list[str]) -> None:
        self._command = command
        self._opened.clear()
        self._echoes = [_squeezed(echo) for echo in echoes if echo]
        self._lines, self._needed, self._prompted, self._early = [], not command.needs, False, False

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

    def forget_partial(self) -> None:
        """A line that was begun will not be ended: what comes next is not the rest of it."""
        self._buffer.take_partial()

    def conclude(self) -> Reply | Released | None:
        """What ended a listing that paused; None when its last line is neither result nor prompt: more must come."""
        if self._shell_prompts():
            return Released()
        if self._command is None or self._command.needs:
            return None
        end = max(place for place, line in enumerate(self._lines) if line)
        result = parse_result(self._lines[end])
        if result is None:
            return None
        self._command = None
        return Reply(lines=self.lines[:end], result=result)

    def _take_partial(self, events: list[Event]) -> None:
        partial = self._buffer.partial
        if partial == "> " and not self._in_record() and not self._in_text():
            self._buffer.take_partial()
            if self._command is None or (not self._command.prompts and self._command.text):
                events.append(Stray())
            elif self._command.prompts and not self._prompted:
                self._prompted = True
                events.append(Prompt())
        elif self._shell_prompts() and self._in_record():
            events.append(Early())
        elif self._shell_prompts():
            self._withheld.clear()
            self._buffer.take_partial()
            events.append(Released())

    def _shell_prompts(self) -> bool:
        return self._buffer.partial == "]" and bool(self._withheld)

    def _take_line(self, line: str, events: list[Event]) -> None:
        if self._release_notice and (self._release_notice in line or (self._withheld and not line)):
            self._withheld.append(line)
            return
        withheld, self._withheld = self._withheld, []
        for each in (*withheld, line):
            self._sort(each, events)

    def _sort(self, line: str, events: list[Event]) -> None:
        if self._opened:
            self._continue_text(line, events)
        elif self._carrier and line and (_CARRIES_TEXT.fullmatch(self._carrier) or _HEX.fullmatch(line)):
            events.append(Unsolicited(lines=(self._carrier, line)))
            self._carrier = ""
        elif self._may_be_body(line):
            self._take_reply_line(line, events)
        elif _BEGINS_TEXT.match(line):
            self._continue_text(line, events)
        elif _CARRIES_PDU.fullmatch(line) or _CARRIES_TEXT.fullmatch(line):
            self._carrier = line
        elif _BY_ITSELF.fullmatch(line):
            events.append(Unsolicited(lines=(line,)))
        elif self._echoes and _squeezed(line) == self._echoes[0]:
            del self._echoes[0]
            self._echoing = True
        elif line:
            self._carrier = ""  # its PDU never came
            self._take_reply_line(line, events)

    def _continue_text(self, line: str, events: list[Event]) -> None:
        self._opened.append(line)
        closing = _CLOSES_TEXT.fullmatch(line)
        if closing and (closing["dcs"] or "".join(self._opened).count('"') % 2 == 0):
            events.append(Unsolicited(lines=("\n".join(self._opened),)))
            self._opened = []

    def _take_reply_line(self, line: str, events: list[Event]) -> None:
        command = self._command
        if command is None:
            return
        if not command.text:  # the answer to a body: nothing comes back of it any more
            self._echoes.clear()
        result = parse_result(line)
        if result is None or self._in_record():
            self._take_information(line, command, events)
            if result is not None and not command.needs:
                events.append(Early())
        elif not result.ok or (self._needed and not command.prompts):
            self._finish(result, events)
        else:
            self._early = True
            events.append(Early())

    def _take_information(self, line: str, command: Command, events: list[Event]) -> None:
        if command.listing and line.startswith("+CMGL:") and not self._in_record():
            self._needed = False  # a setting in the same line may have been answered in the same words
        elif command.needs and line.startswith(command.needs):
            self._needed = True
        self._lines.append(line)
        if self._needed and self._early and command.ok_may_lead:
            self._finish(OK, events)

    def _finish(self, result: Result, events: list[Event]) -> None:
        events.append(Reply(lines=self.lines, result=result))
        self._command = None

    def _in_text(self) -> bool:
        """The text of a +CUSD or +CMT goes on."""
        return bool(self._opened) or _CARRIES_TEXT.fullmatch(self._carrier) is not None

    def _in_record(self) -> bool:
        """A text-mode record has begun: anything may be a body."""
        listing = self._command is not None and self._command.listing
        return listing and not self._needed and any(line.startswith("+CMGL:") for line in self._lines)

    def _may_be_body(self, line: str) -> bool:
        hexadecimal = self._command is not None and self._command.hex_bodies
        return self._in_record() and (not hexadecimal or _BODY_HEX.fullmatch(line) is not None)


def _squeezed(line: str) -> str:
    return line.strip().lower()
