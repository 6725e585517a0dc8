r"""Golden transcripts: what a dialogue must write, what a gateway says, and what comes of it.

# The OK comes before +CMGS.                     a comment
module: submit_pdu(PDU, pdu_hex="0011", …)       the dialogue, its module taken; ``gateway:`` plays from the connection
-> AT+CMGS=1\r                                   what must be written
<- \r\n>\s                                       what is said; \r \n \s \xHH \\ are escapes
!!                                               here the caller records that the body goes out
.. 48                                            so many seconds pass
xx                                               the gateway hangs up
=x BadLogin                                      what a cut after the line above gives, where it isn't LinkLost
=> Submission(handed_over=True, reference=5)     the result; ``=> it.…`` is a statement about it; ``=> raises X``
++ RING                                          what came by itself; ``|`` parts a line from its PDU
"""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

from support.fake_clock import FakeClock

from smsmqtt.at import module as at_module
from smsmqtt.at.channel import Reply
from smsmqtt.at.dialogues import Attach, Command, Dialogue, Submission, ask, wake
from smsmqtt.at.joining import ask_all
from smsmqtt.at.module import ModuleFacts
from smsmqtt.at.replies import Record
from smsmqtt.at.results import ERROR, OK, Result
from smsmqtt.at.telnet import TelnetFilter
from smsmqtt.carriers.base import Asked, NotAsked
from smsmqtt.carriers.stk_menu import ToolkitMenu
from smsmqtt.carriers.toolkits import TOOLKITS, learn_toolkit
from smsmqtt.carriers.ussd import UssdCode
from smsmqtt.errors import GatewayError, LinkLost, ModuleReleased, NoAnswer
from smsmqtt.gateways.at import AtDriver
from smsmqtt.gateways.base import Availability
from smsmqtt.gateways.portech import RELEASE_NOTICE, PortechDriver
from smsmqtt.link.base import Link
from smsmqtt.link.runner import Runner

FOLDER = Path(__file__).parents[1] / "transcripts"
CHUNKINGS = (1, 2, 3, 5, "in pairs", "whole")
ITEM = re.compile(r"(->|<-|\.\.|!!|xx|=>|=x|\+\+) ?(.*)")
REFUSAL = re.compile(rb"\xff[\xfc\xfe].", re.DOTALL)

NAMES: dict[str, Any] = {
    name: getattr(at_module, name)
    for name in ("learn", "look", "delete", "submit_pdu", "submit_text", "enter_pin", "SimState", "Registration")
} | {
    "PDU": ModuleFacts(line_limit=300, numbers_errors=True, cnmi="2,1,0,2,0"),
    "PLAIN": ModuleFacts(numbers_errors=True),
    "TEXT": ModuleFacts(line_limit=300, numbers_errors=True, character_set="UCS2", shows_detail=True),
    "TEXT_GSM": ModuleFacts(line_limit=300, numbers_errors=True, character_set="GSM"),
    "PLAIN_TEXT": ModuleFacts(character_set="GSM"),
    "portech": PortechDriver(username="voip", password="1234"),
    "modem": AtDriver(),
}
NAMES |= {
    thing.__name__: thing
    for thing in (
        *(ModuleFacts, Record, Result, Reply, Submission, Command, Availability),
        *(ask, wake, ask_all, LinkLost, NoAnswer, ModuleReleased),
        *(Asked, NotAsked, ToolkitMenu, UssdCode, learn_toolkit),
    )
}
NAMES |= {"OK": OK, "ERROR": ERROR} | {name.upper(): toolkit for name, toolkit in TOOLKITS.items()}


@dataclass(frozen=True)
class Item:
    """One line of a transcript. ``octets`` for what is written and said."""

    kind: str
    text: str

    @property
    def octets(self) -> bytes:
        return self.text.replace("\\s", "\\x20").encode("latin-1").decode("unicode_escape").encode("latin-1")


@dataclass(frozen=True)
class Transcript:
    """A file, read. ``then``: what must have come of it."""

    name: str
    expression: str
    taken: bool
    items: tuple[Item, ...]
    then: tuple[Item, ...]

    @classmethod
    def read(cls, path: Path) -> Transcript:
        lines = [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")]
        kind, _, expression = lines[0].partition(": ")
        assert kind in ("module", "gateway"), f"{path.name} names no dialogue"
        matches = [ITEM.fullmatch(line) for line in lines[1:]]
        assert all(matches), f"{path.name}: {lines[1:][matches.index(None)]}"
        items = [Item(match[1], match[2]) for match in matches if match]
        then = tuple(item for item in items if item.kind in ("=>", "++"))
        assert then, f"{path.name} expects nothing"
        played = tuple(item for item in items if item.kind not in ("=>", "++"))
        return cls(path.stem, expression, kind == "module", played, then)

    def dialogue(self) -> Dialogue[Any]:
        dialogue: Dialogue[Any] = eval(self.expression, dict(NAMES))
        return _taken(dialogue) if self.taken else dialogue

    def check(self, outcome: Any, runner: Runner) -> None:
        """All that the transcript says of the outcome, an exception or a result."""
        expected = [item.text for item in self.then if item.kind == "++"]
        assert [" | ".join(event.lines) for event in runner.unsolicited] == expected
        for item in self.then:
            if item.kind == "=>":
                check(item.text, outcome)


def _taken(dialogue: Dialogue[Any]) -> Dialogue[Any]:
    yield Attach(release_notice=RELEASE_NOTICE)
    return (yield from dialogue)


def check(statement: str, outcome: Any) -> None:
    if statement.startswith("raises "):
        assert type(outcome).__name__ == statement.removeprefix("raises "), repr(outcome)
        return
    if isinstance(outcome, BaseException):
        raise outcome
    if re.search(r"\bit\b", statement):
        assert eval(statement, NAMES | {"it": outcome}), outcome
    else:
        assert shown(outcome) == shown(eval(statement, dict(NAMES)))


def shown(value: Any) -> Any:
    """For comparison: errors are equal when they are of one class."""
    if isinstance(value, BaseException):
        return type(value).__name__
    if is_dataclass(value):
        return type(value).__name__, {field.name: shown(getattr(value, field.name)) for field in fields(value)}
    return value


class ScriptedLink:
    """The gateway's side of a transcript, in memory; time passes when the transcript says so.

    ``chunking``: how much each read brings. ``cut_after``: so many lines are said, then the connection is dead.
    """

    def __init__(self, transcript: Transcript, clock: FakeClock, chunking: int | str, cut_after: int | None) -> None:
        self._items = list(transcript.items)
        self._clock = clock
        self._chunking = chunking
        self._lines_left = cut_after
        self._said = b""
        self._filter = TelnetFilter()
        self.written = b""
        self.dead = False
        self.cut_met = False

    def write(self, octets: bytes) -> None:
        self.written += octets
        if self._gone():
            return
        while self._items and self._items[0].kind in ("<-", "=x"):
            self._say()
        assert not self._gone() or self._lines_left == 0, "the gateway has hung up"
        if self._gone():
            return
        assert self._items, f"{octets!r} was written after the end"
        item = self._items.pop(0)
        assert (item.kind, item.octets) == ("->", octets)

    def checkpoint(self) -> None:
        while self._items and self._items[0].kind in ("<-", "=x"):
            self._say()
        if not self._gone():
            assert self._items.pop(0).kind == "!!"

    def read(self, timeout_s: float) -> bytes:
        while not self._said and self._items and self._items[0].kind in ("<-", "=x") and not self._gone():
            self._say()
        if self._said:
            return self._filter.feed(self._take())[0]
        if self._gone():
            self.cut_met = True
            raise LinkLost("cut")
        if self._items and self._items[0].kind == "..":
            return self._pass(timeout_s)
        if self._items and self._items[0].kind == "xx":
            self._items.pop(0)
            self.dead = True
            raise LinkLost("the gateway closed the connection")
        self._clock.advance(timeout_s)
        return b""

    def close(self) -> None:
        """Hang up."""

    def never_played(self) -> list[bytes]:
        """What the dialogue left of the transcript; a line end may be left unread."""
        left = [item.octets for item in self._items if item.kind in ("->", "<-", "..", "!!")]
        return [octets for octets in (self._said, *left) if octets.strip(b"\r\n\0")]

    def _gone(self) -> bool:
        return self.dead or self._lines_left == 0

    def _say(self) -> None:
        item = self._items.pop(0)
        if item.kind == "<-" and not self._gone():
            self._said += item.octets
            if self._lines_left is not None:
                self._lines_left -= 1

    def _pass(self, timeout_s: float) -> bytes:
        left_s = float(self._items.pop(0).text) - timeout_s
        if left_s < 0:  # what comes then comes within this read
            self._clock.advance(timeout_s + left_s)
            return self.read(-left_s)
        self._clock.advance(timeout_s)
        self._items[:0] = [Item("..", str(left_s))] if left_s else []
        return b""

    def _take(self) -> bytes:
        if self._chunking == "whole":
            size = len(self._said)
        elif self._chunking == "in pairs":  # between CR and LF, and within a prompt
            size = min((self._said.find(mark) + 1 for mark in (b"\r", b">") if mark in self._said), default=9999)
        else:
            size = int(self._chunking)
        taken, self._said = self._said[:size], self._said[size:]
        return taken


@dataclass(frozen=True)
class Played:
    """What came of a transcript: ``outcome`` is the dialogue's result, or the error that it ended with."""

    outcome: Any
    runner: Runner
    link: Any


def play(transcript: Transcript, chunking: int | str = "whole", cut_after: int | None = None) -> Played:
    """In memory."""
    clock = FakeClock()
    link = ScriptedLink(transcript, clock, chunking, cut_after)
    return run(transcript, link, clock, link.checkpoint)


def run(transcript: Transcript, link: Link, clock: FakeClock, checkpoint: Callable[[], None]) -> Played:
    runner = Runner(link, clock)
    try:
        outcome: Any = runner.run(transcript.dialogue(), checkpoint)
    except GatewayError as error:
        outcome = error
    return Played(outcome, runner, link)


class ScriptedServer:
    """The same over TCP. Its thread ends with the connection; ``finish`` tells what was not as it should be."""

    def __init__(self, transcript: Transcript) -> None:
        self._items = [item for item in transcript.items if item.kind in ("->", "<-", "xx")]
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._trouble: list[str] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with self._listener, self._listener.accept()[0] as connection:
            connection.settimeout(5.0)
            read = b""
            for item in self._items:
                if item.kind == "xx":
                    return
                if item.kind == "<-":
                    connection.sendall(item.octets)
                    continue
                while len(read) < len(item.octets):
                    if not (chunk := connection.recv(4096)):
                        self._trouble.append(f"hung up before {item.octets!r}, having written {read!r}")
                        return
                    read = REFUSAL.sub(b"", read + chunk)
                if not read.startswith(item.octets):
                    self._trouble.append(f"{read!r} in place of {item.octets!r}")
                read = read[len(item.octets) :]
            while chunk := connection.recv(4096):
                read = REFUSAL.sub(b"", read + chunk)
            self._trouble += [f"{read!r} after the end"] if read else []

    def finish(self) -> list[str]:
        self._thread.join(10.0)
        assert not self._thread.is_alive()
        return self._trouble


def transcripts() -> Iterator[Transcript]:
    return (Transcript.read(path) for path in sorted(FOLDER.glob("*.at")))
