"""Asking through the SIM's menus: a telephone whose user is a profile.

Theory of operation
-------------------
An envelope opens an item of the SIM's main menu; from then on the card commands and we respond, until it ends:

    envelope ──► SELECT ITEM ──► item from the profile         DISPLAY TEXT ──► seen, and kept: it may be the answer
                 GET INPUT   ──► text from the profile         SET UP MENU  ──► done
                 SEND SHORT MESSAGE ──► Checkpoint, go-ahead   else         ──► beyond our capabilities (30)
                 end ──► Asked

The result code of each AT command may come before or behind the card's next command, which is a line that the module
sends by itself. So each step is: command, then hear.

A module may send the card's text by itself and only tell of it, which looks the same as leaving it to us. It is paid
for, so nothing goes before it is clear whose turn it is: a module that does it goes on without us, and takes neither
a go-ahead nor a response for it.

A card has one session at a time, and somebody else may have left his open: then the envelope is refused, or nothing
comes of it, or a menu or a text that isn't ours does. That session is ended as its user would end it (result 10); when
nobody knows what it waits at, by trying what is likely. Then the envelope is sent once more. Some wait for a response
to SET UP MENU, told when the toolkit is switched on or to an earlier holder, before anything is chosen.

Whatever goes wrong, the session is ended before the dialogue is, or the next one to ask would find it open.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from smsmqtt.at.channel import Command
from smsmqtt.at.dialogues import Checkpoint, Dialogue, ask, hear
from smsmqtt.at.module import ModuleFacts
from smsmqtt.at.results import OK, Result
from smsmqtt.carriers.base import Asked, NotAsked, Outcome, not_asked
from smsmqtt.carriers.stk_ending import end, set_up, waiting
from smsmqtt.carriers.stk_sending import submission
from smsmqtt.carriers.stk_user import CHOICE_WANTED, NO_SUCH_ITEM, SENDS_EARLY, ToolkitUser
from smsmqtt.carriers.toolkits import Heard, Kind, Toolkit
from smsmqtt.codec import stk
from smsmqtt.codec.stk import ProactiveCommand
from smsmqtt.codec.stk_names import CommandType, GeneralResult
from smsmqtt.errors import GatewayError, LinkLost, ModuleReleased, PduError, SmsmqttError
from smsmqtt.model import Reason

COMMAND_S = 10.0
SET_UP_S = 2.0
"""How long the main menu may take to be told, once the toolkit is switched on."""
NEXT_S = 8.0
"""How long the card may take for its next command: another program waits 5 s."""
BY_ITSELF_S = 3.0
"""How long a module is listened to that may be sending the card's text by itself."""
SENDING_S = 20.0
"""How long it may take to end after its text was let go."""
SILENT = Reason(code="toolkit_silent", text="the SIM said nothing more")
CLOSED = Reason(code="toolkit_closed", text="the SIM opens no menu: another session is open, or it has no such item")
NEEDS_GO_AHEAD = (
    CommandType.SET_UP_CALL,
    CommandType.SEND_SS,
    CommandType.SEND_USSD,
    CommandType.SEND_SHORT_MESSAGE,
    CommandType.SEND_DTMF,
)
"""Of what the module does by itself, what it does only when it is told to."""


@dataclass(frozen=True, kw_only=True)
class _LeftOpen:
    """It was somebody else's session that answered, or nobody's: what it waits at, and why it isn't ours."""

    pending: ProactiveCommand | None = None
    why: Reason = CLOSED


@dataclass(kw_only=True)
class _Walk:
    """One way through the menus. ``turns_left`` bounds how often a card may go round in circles."""

    user: ToolkitUser
    facts: ModuleFacts
    turns_left: int
    moved: bool = False  # the card has asked for something that we could answer, or may be content
    recorded: bool = False  # that the question may be out
    sent: bool = False
    declined: bool = False  # the card's text was, by us
    refused: Reason | None = None  # our word on the text was, by a module that may not have waited for it
    unsent: ProactiveCommand | None = None  # the card's text, ours to send unless the module does
    last: ProactiveCommand | None = None


@dataclass(frozen=True, kw_only=True)
class ToolkitMenu:
    """``envelope_hex`` opens the item of the main menu; ``choices`` are those behind it, by number or text."""

    toolkit: Toolkit
    envelope_hex: str
    choices: tuple[int | str, ...] = ()
    inputs: tuple[str, ...] = ()
    expects_sms: bool = False

    def ask(self, facts: ModuleFacts) -> Dialogue[Outcome]:
        """See ``base.Strategy``."""
        if self.toolkit.enable:
            yield from ask(Command(text=self.toolkit.enable, timeout_s=COMMAND_S))
        pending = yield from waiting(self.toolkit, SET_UP_S if self.toolkit.enable else 0.0)
        if pending and pending.kind is CommandType.SET_UP_MENU:
            yield from set_up(self.toolkit, pending)
            pending = None
        outcome = yield from self._walk(facts)
        if isinstance(outcome, _LeftOpen):
            if not (yield from end(self.toolkit, outcome.pending or pending)):
                yield from set_up(self.toolkit)
            outcome = yield from self._walk(facts)
        if isinstance(outcome, _LeftOpen):
            yield from end(self.toolkit, outcome.pending)
            return NotAsked(reason=outcome.why)
        return outcome

    def _walk(self, facts: ModuleFacts) -> Dialogue[Outcome | _LeftOpen]:
        """From the envelope to the end of the session; LeftOpen when it isn't ours."""
        steps = len(self.choices) + len(self.inputs) + 2  # and what is shown or sent at the end
        walk = _Walk(user=ToolkitUser(self.choices, self.inputs), facts=facts, turns_left=2 * steps)
        try:
            return (yield from self._converse(walk))
        except (LinkLost, ModuleReleased):
            raise
        except SmsmqttError:
            with suppress(GatewayError):  # the first trouble is the one to tell
                yield from end(self.toolkit, walk.last)
            raise

    def _converse(self, walk: _Walk) -> Dialogue[Outcome | _LeftOpen]:
        if self.expects_sms and walk.user.finished:
            yield from self._record(walk)
        if not (yield from self._say(self.toolkit.envelope.format(self.envelope_hex))).ok:
            return _LeftOpen()
        walk.moved = walk.recorded
        outcome = None
        while outcome is None:
            line = yield from hear(self.toolkit.start, _patience_s(walk))
            heard = self.toolkit.heard(line) if line is not None else None
            if heard is None:
                outcome = yield from self._fall_silent(walk)
            elif heard.kind is not Kind.OTHER:
                walk.sent, walk.unsent = walk.sent or walk.unsent is not None, None
                outcome = self._ended(walk) if heard.kind is Kind.END else (yield from self._react(walk, heard))
        return outcome

    def _fall_silent(self, walk: _Walk) -> Dialogue[Outcome | _LeftOpen | None]:
        if walk.unsent:
            return (yield from self._send(walk, walk.unsent))
        return (yield from self._part(walk, walk.refused or SILENT)) if walk.moved else _LeftOpen()

    def _ended(self, walk: _Walk) -> Outcome | _LeftOpen:
        """Where a text is expected and the user had his way, it is out, though some modules don't tell of it."""
        if not walk.moved:
            return _LeftOpen()
        out = walk.sent or walk.refused is not None or (self.expects_sms and walk.user.finished and not walk.declined)
        if out or walk.user.text:
            return Asked(text=walk.user.text, expects_sms=out or self.expects_sms)
        return not_asked("toolkit_ended", "the SIM ended its session without an answer")

    def _react(self, walk: _Walk, heard: Heard) -> Dialogue[Outcome | _LeftOpen | None]:
        """Do what the card wants; None when the session goes on."""
        try:
            walk.last = command = stk.decode(heard.command_hex)
        except PduError as error:
            why = Reason(code="toolkit_unreadable", text=f"the SIM's command: {error}")
            return (yield from self._part(walk, why))
        if heard.kind is Kind.NOTICE and command.kind not in NEEDS_GO_AHEAD:
            return None
        if walk.turns_left == 0:
            return (yield from self._part(walk, Reason(code="toolkit_endless", text="the SIM goes on and on")))
        walk.turns_left -= 1
        response = walk.user.respond(command)
        if isinstance(response, Reason):
            return (yield from self._part(walk, response))
        walk.moved |= command.kind is not CommandType.SET_UP_MENU
        if self.expects_sms and walk.user.finished:  # some modules let the text go without a word
            yield from self._record(walk)
        result = yield from self._perform(walk, command, response)
        if result.ok or command.kind is CommandType.SET_UP_MENU:  # told late, and answered by the envelope since
            return None
        return (yield from self._part(walk, result.reason))

    def _part(self, walk: _Walk, why: Reason) -> Dialogue[Outcome | _LeftOpen]:
        """End a session that can't go on. The answer may have been shown before, or the question be out."""
        if not walk.moved and why.code in (NO_SUCH_ITEM, SENDS_EARLY):
            return _LeftOpen(pending=walk.last, why=why)
        was_open = yield from end(self.toolkit, walk.last)
        if walk.recorded and not was_open and not walk.declined and why in (SILENT, walk.refused):
            walk.sent = True  # it is over, and nobody said so
        if walk.sent or (walk.user.text and why.code in (CHOICE_WANTED, SILENT.code)):
            return Asked(text=walk.user.text, expects_sms=walk.sent or self.expects_sms)
        return NotAsked(reason=why, text=walk.user.text)

    def _perform(self, walk: _Walk, command: ProactiveCommand, response: str) -> Dialogue[Result]:
        if command.kind is not CommandType.SEND_SHORT_MESSAGE or walk.sent:
            return (yield from self._say(self.toolkit.response.format(response)))
        yield from self._record(walk)
        if self.toolkit.go_ahead:
            return (yield from self._let_send(walk))
        walk.unsent = command
        return OK

    def _record(self, walk: _Walk) -> Dialogue[None]:
        if not walk.recorded:
            walk.recorded = True
            yield Checkpoint()

    def _let_send(self, walk: _Walk) -> Dialogue[Result]:
        """Let the card's text go, which costs money. Only a module that didn't wait for the word refuses it in
        general terms: then the session's end tells.
        """
        result = yield from self._say(self.toolkit.go_ahead, SENDING_S)
        walk.sent = result.ok
        if result.ok or result.kind == "cms":
            return result
        walk.refused = result.reason
        return OK

    def _send(self, walk: _Walk, command: ProactiveCommand) -> Dialogue[Outcome | _LeftOpen | None]:
        """Send it for the card. The response comes first, since only a module that leaves the text to us takes it.
        None when the session goes on.
        """
        walk.unsent = None
        handing_over = submission(command.tpdu_hex, walk.facts)
        how = GeneralResult.PERFORMED if handing_over else GeneralResult.BEYOND_TERMINAL_CAPABILITIES
        said = yield from self._say(self.toolkit.response.format(stk.response(command, how)))
        if not said.ok:
            walk.refused = said.reason
            return None
        if not handing_over:
            walk.declined = True
            return None
        handed = yield from handing_over
        if handed.failure:
            raise handed.failure
        walk.sent = handed.reference is not None
        return None if walk.sent else (yield from self._part(walk, (handed.result or said).reason))

    def _say(self, text: str, timeout_s: float = COMMAND_S) -> Dialogue[Result]:
        return (yield from ask(Command(text=text, timeout_s=timeout_s))).result


def _patience_s(walk: _Walk) -> float:
    """How long to wait for what comes next."""
    if walk.unsent:
        return BY_ITSELF_S
    return SENDING_S if walk.sent or walk.refused else NEXT_S
