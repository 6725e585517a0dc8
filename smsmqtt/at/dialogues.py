"""Conversations as generators: they yield what to do and are sent what came of it.

A runner (``link.runner``) does the doing. What a dialogue may yield is an Action; what it is sent:

    Expect      the text up to and with the match        Command     Reply, or Prompt where one is asked for
    Send        None                                     Body        Reply, or Silence
    Attach      None                                     Checkpoint  None, after the caller has recorded it
    Detach      None                                     Await       the line, or None when its time is over
    Haste       None

A link that breaks, a module that is taken away and a command without an answer are thrown in as
``errors.GatewayError``.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, TypeVar

from smsmqtt.at.channel import ESC, Command, Prompt, Reply
from smsmqtt.at.replies import submitted
from smsmqtt.at.results import OK, Result
from smsmqtt.errors import GatewayError, NoAnswer, SmsmqttError

T = TypeVar("T")

SUBMIT_TIMEOUT_S = 60.0
"""A part whose body is out is awaited so long: an answer was seen after 48 s, and manuals give 60 s."""
BARE_OK_GRACE_S = 20.0
"""How long +CMGS may come behind an OK that came before it."""


@dataclass(frozen=True, kw_only=True)
class Expect:
    """Write to the gateway's own shell and read until the pattern matches."""

    send: str = ""
    called: str | None = None  # what errors call it, where what is sent is nobody's business
    until: str
    timeout_s: float


@dataclass(frozen=True, kw_only=True)
class Send:
    """Write, and wait for nothing."""

    octets: bytes


@dataclass(frozen=True, kw_only=True)
class Attach:
    """From here on a module speaks. What an earlier holder left behind is drained for a moment first."""

    release_notice: str | None = None


@dataclass(frozen=True, kw_only=True)
class Detach:
    """From here on the gateway's shell speaks."""


@dataclass(frozen=True, kw_only=True)
class Body:
    """The text after the prompt. Only ``+CMGS`` makes its answer a success."""

    text: str
    timeout_s: float = SUBMIT_TIMEOUT_S
    bare_ok_grace_s: float = BARE_OK_GRACE_S


@dataclass(frozen=True, kw_only=True)
class Silence:
    """No answer to a body within its time; ``early_ok``: an OK came, but no +CMGS."""

    lines: tuple[str, ...]
    early_ok: bool


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """What follows can't be taken back: record it first."""


@dataclass(frozen=True, kw_only=True)
class Await:
    """The oldest line of its kind that the module has sent by itself, or will in this time; 0: has sent."""

    start: str
    timeout_s: float


@dataclass(frozen=True, kw_only=True)
class Haste:
    """Whether commands may follow right behind a result in this hold: there are modules that lose them then."""

    allowed: bool


Action = Expect | Send | Attach | Detach | Command | Body | Checkpoint | Await | Haste
Dialogue = Generator[Action, Any, T]


@dataclass(frozen=True, kw_only=True)
class Submission:
    """How handing over one part went.

    ``handed_over``: the body has gone out. ``reference``: +CMGS, the only success. ``result``: None when
    no final result came. ``failure``: what broke the conversation, if something did.
    """

    handed_over: bool
    reference: int | None = None
    result: Result | None = None
    failure: GatewayError | None = None


def ask(command: Command) -> Dialogue[Reply]:
    """One command and its reply."""
    reply = yield command
    assert isinstance(reply, Reply)
    return reply


def hear(start: str, timeout_s: float) -> Dialogue[str | None]:
    """A line that the module sends by itself; None when it didn't."""
    line = yield Await(start=start, timeout_s=timeout_s)
    assert line is None or isinstance(line, str)
    return line


def forget(start: str) -> Dialogue[None]:
    """Pass over what came by itself so far: it is an answer to somebody else."""
    while (yield from hear(start, 0.0)) is not None:
        pass


def wake(command: Command) -> Dialogue[Reply]:
    """The first command of a hold, which must need an information line.

    A module that hangs at the prompt of an earlier holder is freed with ESC. An error without that line may
    be an earlier holder's, with our answer behind it: another question, read up to its own answer, leaves
    neither over, and the command is given again.
    """
    try:
        reply = yield from ask(command)
    except NoAnswer:
        yield from escape()
        return (yield from ask(command))
    if reply.result.ok or any(line.startswith(command.needs) for line in reply.lines):
        return reply
    yield from ask(Command(text="AT+CREG?", needs="+CREG:"))
    return (yield from ask(command))


def escape() -> Dialogue[None]:
    """Abort what the module waits for. Some stay stuck until any command comes after ESC, so AT follows."""
    yield Send(octets=ESC)
    try:
        yield from ask(Command(text="AT", timeout_s=2.0))
    except NoAnswer:  # what ESC left unfinished took this AT with it
        yield from ask(Command(text="AT", timeout_s=2.0))


def submit(command: str, body: str) -> Dialogue[Submission]:
    """Hand one text over: the command up to the prompt, the checkpoint, the body, the answer."""
    try:
        reply = yield Command(text=command, prompts=True, timeout_s=10.0)
    except NoAnswer:
        yield from escape()
        raise
    if not isinstance(reply, Prompt):
        return Submission(handed_over=False, result=reply.result)
    try:
        yield Checkpoint()
    except SmsmqttError:  # it must not go out after all: free the module from its prompt
        yield from escape()
        raise
    try:
        answer = yield Body(text=body)
    except GatewayError as error:
        return Submission(handed_over=True, reference=submitted(error.lines), failure=error)
    if isinstance(answer, Silence):
        return Submission(
            handed_over=True,
            reference=submitted(answer.lines),
            result=OK if answer.early_ok else None,
            failure=NoAnswer(),
        )
    reference = submitted(answer.lines) if answer.result.ok else None
    return Submission(handed_over=True, reference=reference, result=answer.result)
