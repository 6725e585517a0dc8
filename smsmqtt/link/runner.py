"""Runs dialogues over a link: the only place where a conversation waits."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

from smsmqtt.at.channel import Channel, Command, Early, Prompt, Released, Reply, Stray, Unsolicited
from smsmqtt.at.dialogues import Action, Attach, Body, Checkpoint, Detach, Dialogue, Expect, Send, Silence
from smsmqtt.clock import Clock
from smsmqtt.errors import GatewayError, LinkLost, ModuleReleased, NoAnswer, SmsmqttError
from smsmqtt.link.base import Link

T = TypeVar("T")

DRAIN_S = 0.1
"""What an earlier holder left behind comes at once; Siemens modules want this pause anyhow."""
DRAIN_LIMIT_S = 1.0


class Runner:
    """One connection. ``turns`` counts what was written and waited for; ``unsolicited`` what came by itself."""

    def __init__(self, link: Link, clock: Clock) -> None:
        self._link = link
        self._clock = clock
        self._pending = b""  # read, but not yet claimed by the shell or a module
        self._channel: Channel | None = None
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
            case Attach():
                self._drain()
                self._channel = Channel(release_notice=action.release_notice)
            case Detach():
                self._channel = None
            case Command():
                return self._command(action)
            case Body():
                return self._body(action)
        return None

    def _expect(self, action: Expect) -> str:
        deadline = self._clock.monotonic() + action.timeout_s
        if action.send:
            self.turns += 1
            self._pending = b""
            self._link.write(action.send.encode())
        while True:
            text = self._pending.decode("latin-1")
            if match := re.search(action.until, text):
                self._pending = self._pending[match.end() :]
                return text[: match.end()]
            left_s = deadline - self._clock.monotonic()
            if left_s <= 0:
                raise NoAnswer(f"after {action.send.strip() or 'connecting'!r}" if len(action.send) > 1 else "")
            self._pending += self._link.read(left_s)

    def _drain(self) -> None:
        deadline = self._clock.monotonic() + DRAIN_LIMIT_S
        self._pending = b""
        while self._clock.monotonic() < deadline and self._link.read(DRAIN_S):
            pass

    def _command(self, command: Command) -> Reply | Prompt:
        channel = self._attached()
        self.turns += 1
        self._link.write(channel.send(command))
        event = self._await(self._clock.monotonic() + command.timeout_s, channel)
        if isinstance(event, Reply | Prompt):
            return event
        if isinstance(event, Stray):
            raise NoAnswer("the module waits for a body that was never finished")
        raise self._with_lines(NoAnswer(f"after {command.text[:60]!r}"), channel)

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

    def _attached(self) -> Channel:
        if self._channel is None:
            raise ModuleReleased
        return self._channel

    def _await(self, deadline: float, channel: Channel) -> Reply | Prompt | Stray | Early | None:
        """The next event of the command in flight; None when its time is over.

        What comes behind the event in the same chunk is nobody's answer: a reply is complete, and the
        next command has not been sent.
        """
        while (left_s := deadline - self._clock.monotonic()) > 0:
            try:
                events = channel.receive(self._link.read(left_s))
            except LinkLost as error:
                raise self._with_lines(error, channel) from error
            found = None
            for event in events:
                if isinstance(event, Unsolicited):
                    self.unsolicited.append(event)
                elif isinstance(event, Released):
                    self._channel = None
                    raise self._with_lines(ModuleReleased(), channel)
                elif not isinstance(found, Reply | Prompt):
                    found = event
            if found is not None:
                return found
        return None

    def _with_lines(self, error: GatewayError, channel: Channel) -> GatewayError:
        error.lines = channel.lines
        return error
