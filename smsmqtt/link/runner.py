"""Runs dialogues over a link: the only place where a conversation waits."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

from smsmqtt.at.channel import Channel, Command, Early, Prompt, Released, Reply, Stray, Unsolicited
from smsmqtt.at.dialogues import Action, Attach, Await, Body, Checkpoint, Detach, Dialogue, Expect, Haste, Send, Silence
from smsmqtt.clock import Clock
from smsmqtt.errors import GatewayError, LinkLost, ModuleReleased, NoAnswer, SmsmqttError
from smsmqtt.link.base import Link

T = TypeVar("T")

READ_S = 1.0
"""The longest that one read waits: time-outs run by the clock that was given, not by the link's."""
DRAIN_S = 0.1
"""What an earlier holder left behind comes at once."""
DRAIN_LIMIT_S = 1.0
HANDED_THROUGH = ("+CMT:", "+CDS:", "+CUSD:")
"""How lines begin that carry a text, a report or the answer to a code."""
LISTED_S = 1.0
"""A listing without a mark at its end is over when nothing follows for so long; a release within one is one then."""
PAUSE_S = 0.1
"""Siemens modules lose what comes sooner behind a final result, or behind ESC, which brings one."""


class Runner:
    """One connection. ``turns`` counts what was written and waited for; ``unsolicited`` what came by itself."""

    def __init__(self, link: Link, clock: Clock) -> None:
        self._link = link
        self._clock = clock
        self._pending = b""  # read, but not yet claimed by the shell or a module
        self._channel: Channel | None = None
        self._astray = False  # the shell may have got what wasn't meant for it, and may answer late
        self._deaf_until_s = 0.0  # the module may be, so long
        self._hasty = False
        self.turns = 0
        self.unsolicited: list[Unsolicited] = []

    def run(self, dialogue: Dialogue[T], checkpoint: Callable[[], None] = lambda: None) -> T:
        """The dialogue's result. What goes wrong is thrown into it first, so that it can tidy up."""
        answer: Any = None
        failure: SmsmqttError | None = None
        while True:
            try:
                action = dialogue.throw(failure) if failure else dialogue.send(answer)
            except StopIteration as stop:
                result: T = stop.value
                return result
            answer, failure = None, None
            try:
                if isinstance(action, Checkpoint):
                    checkpoint()
                else:
                    answer = self._do(action)
            except SmsmqttError as error:
                failure = error

    def take_unsolicited(self) -> list[Unsolicited]:
        """What came by itself since the last call."""
        taken, self.unsolicited = self.unsolicited, []
        return taken

    def close(self) -> None:
        """Hang up."""
        self._link.close()

    def _do(self, action: Action) -> Any:
        match action:
            case Expect():
                return self._expect(action)
            case Send(octets=octets):
                self._link.write(octets)
                self._astray = self._channel is None
                self._deaf_until_s = self._clock.monotonic() + PAUSE_S
            case Attach():
                self._channel = Channel(release_notice=action.release_notice)
                self._hasty = False
                self._drain()
            case Detach():
                self._channel = None
            case Haste(allowed=allowed):
                self._hasty = allowed
            case Command():
                return self._command(action)
            case Body():
                return self._body(action)
            case Await():
                return self._hear(action)
        return None

    def _expect(self, action: Expect) -> str:
        deadline = self._clock.monotonic() + action.timeout_s
        if action.send:
            self.turns += 1
            if self._astray:
                self._drain()
                self._astray = False
            self._pending = b""
            self._link.write(action.send.encode())
        while True:
            text = self._pending.decode("latin-1")
            if match := re.search(action.until, text):
                self._pending = self._pending[match.end() :]
                return text[: match.end()]
            left_s = deadline - self._clock.monotonic()
            if left_s <= 0:
                after = action.called or repr(action.send.strip())
                raise NoAnswer(f"after {after}" if len(action.send) > 1 else "")
            self._pending += self._link.read(min(left_s, READ_S))

    def _drain(self) -> None:
        """Read until it is quiet. Texts that the module handed through and answers to codes are kept, all else is
        nobody's.
        """
        deadline = self._clock.monotonic() + DRAIN_LIMIT_S
        chunk, self._pending = self._pending, b""
        while True:
            for event in self._channel.receive(chunk) if self._channel else ():
                if isinstance(event, Unsolicited) and event.lines[0].startswith(HANDED_THROUGH):
                    self.unsolicited.append(event)
                elif isinstance(event, Released):
                    self._channel = None
                    raise ModuleReleased
            if self._clock.monotonic() >= deadline or not (chunk := self._link.read(DRAIN_S)):
                break
        if self._channel:
            self._channel.forget_partial()

    def _command(self, command: Command) -> Reply | Prompt:
        channel = self._attached()
        while not self._hasty and (left_s := self._deaf_until_s - self._clock.monotonic()) > 0:
            self._read(left_s, channel)
        self.turns += 1
        deadline = quiet_at = self._clock.monotonic() + command.timeout_s
        self._link.write(channel.send(command))
        while True:
            event = self._await(quiet_at, channel)
            match event:
                case Reply() | Prompt():
                    return event
                case Stray():
                    raise NoAnswer("the module waits for a body that was never finished")
                case Early() if command.listing:
                    quiet_at = min(deadline, self._clock.monotonic() + LISTED_S)
                case None if quiet_at == deadline:
                    raise self._with_lines(NoAnswer(f"after {command.name!r}"), channel)
                case None:
                    over = channel.conclude()
                    if isinstance(over, Released):
                        raise self._taken_away(channel)
                    if over is not None:
                        return over
                    quiet_at = deadline

    def _body(self, body: Body) -> Reply | Silence:
        channel = self._attached()
        self.turns += 1
        deadline = self._clock.monotonic() + body.timeout_s
        early = False
        self._link.write(channel.send_body(body.text))
        while True:
            event = self._await(deadline, channel)
            match event:
                case Reply():
                    return event
                case Early() if not early:
                    early = True
                    deadline = min(deadline, self._clock.monotonic() + body.bare_ok_grace_s)
                case None:
                    return Silence(lines=channel.lines, early_ok=early)

    def _hear(self, wanted: Await) -> str | None:
        channel = self._attached()
        deadline = self._clock.monotonic() + wanted.timeout_s
        while True:
            for event in self.unsolicited:
                if event.lines[0].startswith(wanted.start):
                    self.unsolicited.remove(event)
                    return event.lines[0]
            if (left_s := deadline - self._clock.monotonic()) <= 0:
                return None
            self._read(left_s, channel)

    def _attached(self) -> Channel:
        if self._channel is None:
            raise ModuleReleased
        return self._channel

    def _await(self, deadline: float, channel: Channel) -> Reply | Prompt | Stray | Early | None:
        """The next event of the command in flight; None when its time is over.

        What comes behind a reply in the same chunk is nobody's answer, since the next command has not been
        sent. A release there is met by whoever wants the module next.
        """
        while (left_s := deadline - self._clock.monotonic()) > 0:
            if (found := self._read(left_s, channel)) is not None:
                return found
        return None

    def _read(self, left_s: float, channel: Channel) -> Reply | Prompt | Stray | Early | None:
        """What one read brings to the command in flight."""
        try:
            events = channel.receive(self._link.read(min(left_s, READ_S)))
        except LinkLost as error:
            raise self._with_lines(error, channel) from error
        found: Reply | Prompt | Stray | Early | None = None
        for event in events:
            if isinstance(event, Unsolicited):
                self.unsolicited.append(event)
            elif isinstance(event, Released):
                released = self._taken_away(channel)
                if not isinstance(found, Reply):
                    raise released
            elif found is None or isinstance(found, Early):
                found = event
        if isinstance(found, Reply):
            self._deaf_until_s = self._clock.monotonic() + PAUSE_S
        return found

    def _taken_away(self, channel: Channel) -> GatewayError:
        self._channel, self._astray = None, True
        return self._with_lines(ModuleReleased(), channel)

    def _with_lines(self, error: GatewayError, channel: Channel) -> GatewayError:
        error.lines = channel.lines
        return error
