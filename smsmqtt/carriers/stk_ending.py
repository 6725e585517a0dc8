"""Ending a session of the SIM's toolkit as its user would, whoever began it."""

from __future__ import annotations

from contextlib import suppress

from smsmqtt.at.channel import Command
from smsmqtt.at.dialogues import Dialogue, ask, hear
from smsmqtt.at.results import Result
from smsmqtt.carriers.toolkits import Heard, Kind, Toolkit
from smsmqtt.codec import stk
from smsmqtt.codec.stk import ProactiveCommand
from smsmqtt.codec.stk_names import CommandType, Device, GeneralResult
from smsmqtt.errors import PduError

COMMAND_S = 10.0
ENDING_S = 5.0
MOST_ROUNDS = 3
"""How many commands of a session that is being ended are turned down."""

GUESSES = tuple(
    ProactiveCommand(number=1, type=kind, qualifier=qualifier, source=Device.CARD, destination=Device.TERMINAL)
    for kind, qualifier in (
        (CommandType.SELECT_ITEM, 0x00),
        (CommandType.SEND_SHORT_MESSAGE, 0x00),
        (CommandType.DISPLAY_TEXT, 0x81),
        (CommandType.DISPLAY_TEXT, 0x80),
        (CommandType.GET_INPUT, 0x00),
    )
)
"""What a session left open may wait at, the likeliest first."""


MAIN_MENU = ProactiveCommand(
    number=1, type=CommandType.SET_UP_MENU, qualifier=0x00, source=Device.CARD, destination=Device.TERMINAL
)


def waiting(toolkit: Toolkit, patience_s: float) -> Dialogue[ProactiveCommand | None]:
    """What the card said last, until it is silent for so long; None when it said nothing that can be read."""
    last = None
    while (line := (yield from hear(toolkit.start, patience_s))) is not None:
        with suppress(PduError):  # what can't be read is nobody's question
            last = stk.decode(toolkit.heard(line).command_hex)
    return last


def set_up(toolkit: Toolkit, menu: ProactiveCommand = MAIN_MENU) -> Dialogue[None]:
    """Respond to SET UP MENU. A refusal means that nobody waits for it."""
    if (yield from _respond(toolkit, menu, GeneralResult.PERFORMED)).ok:
        yield from _await_end(toolkit)


def end(toolkit: Toolkit, command: ProactiveCommand | None) -> Dialogue[bool]:
    """Until it is over. ``command``: what the session waits at, None when nobody knows.

    False where all was refused: it waits at something else, or there is no session.
    """
    for guess in [command] if command else GUESSES:
        if (yield from _terminate(toolkit, guess)).ok:
            yield from _await_end(toolkit)
            return True
    return False


def _await_end(toolkit: Toolkit) -> Dialogue[None]:
    """What the card still wants is turned down."""
    for _ in range(MOST_ROUNDS):
        heard = Heard(kind=Kind.OTHER)
        while heard.kind in (Kind.OTHER, Kind.NOTICE):
            line = yield from hear(toolkit.start, ENDING_S)
            if line is None:
                return
            heard = toolkit.heard(line)
        if heard.kind is Kind.END:
            return
        with suppress(PduError):  # what can't be read can't be turned down
            yield from _terminate(toolkit, stk.decode(heard.command_hex))


def _terminate(toolkit: Toolkit, command: ProactiveCommand) -> Dialogue[Result]:
    return (yield from _respond(toolkit, command, GeneralResult.SESSION_TERMINATED_BY_USER))


def _respond(toolkit: Toolkit, command: ProactiveCommand, how: GeneralResult) -> Dialogue[Result]:
    response = stk.response(command, how)
    return (yield from ask(Command(text=toolkit.response.format(response), timeout_s=COMMAND_S))).result
