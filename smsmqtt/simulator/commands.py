"""A command line carried out: the first error drops the rest of it (ITU-T V.250 §5.4).

What a command does is in ``status_commands``, ``message_commands``, ``toolkit_commands`` and ``ussd``: functions from
(modem, command) to information lines, which raise ``Refused``, or return an ``Ask`` or a ``Stored`` that ends the line,
or an ``Awaited`` that holds it up.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from smsmqtt.simulator import message_commands, sending, status_commands, toolkit_commands, ussd
from smsmqtt.simulator.command_line import Ask, Awaited, Command, Doer, Outcome, Stored, take_apart
from smsmqtt.simulator.settings import Refused

if TYPE_CHECKING:
    from smsmqtt.simulator.modem import Modem

DOERS: dict[str, Doer] = status_commands.DOERS | message_commands.DOERS | toolkit_commands.DOERS | ussd.DOERS
SETTING = {
    "E",
    "V",
    "Q",
    "+CMEE",
    "+CMGF",
    "+CSCS",
    "+CSDH",
    "+CSMP",
    "+CNMI",
    "+CPMS",
    "+CSMS",
    "+CMMS",
    "+CLIP",
    "+CREG",
    "+QSTK",
    "+STKPCIS",
}


def carry_out(modem: Modem, line: str) -> None:
    """``line`` starts with AT."""
    limit = modem.knobs.line_limit
    try:
        if limit is not None and len(line) > limit:
            raise Refused
        commands = take_apart(line[2:], joining=modem.knobs.joining)
    except Refused as refused:
        modem.refuse([], refused)
        return
    _Line(modem, line, commands).go_on([])


class _Line:
    """One line on its way, from command to command."""

    def __init__(self, modem: Modem, line: str, commands: list[Command]) -> None:
        self._modem = modem
        self._text = line
        self._commands = commands
        self._left = list(commands)
        self._lines: list[str] = []
        self._before = copy(modem.settings), modem.cnmi

    def go_on(self, lines: list[str]) -> None:
        """``lines``: of the command before."""
        self._lines += lines
        try:
            while self._left:
                outcome = self._next()
                if not isinstance(outcome, list):
                    self._leave_to(outcome)
                    return
                self._lines += outcome
        except Refused as refused:
            self._modem.refuse(self._lines, refused)
            return
        self._end()

    def _next(self) -> Outcome:
        command = self._left.pop(0)
        if command.name not in DOERS:
            raise Refused
        return DOERS[command.name](self._modem, command)

    def _leave_to(self, outcome: Ask | Stored | Awaited) -> None:
        if isinstance(outcome, Ask):
            self._modem.ask_for_body(outcome)
        elif isinstance(outcome, Stored):
            sending.send(self._modem, outcome.tpdu)
        else:
            outcome.begin(self.go_on)

    def _end(self) -> None:
        modem = self._modem
        if self._commands and all(_sets(command) for command in self._commands):
            modem.count_set_up(self._text, changed=self._before != (modem.settings, modem.cnmi))
        dials = any(command.name == "D" for command in self._commands)
        modem.finish(self._lines, "NO CARRIER" if dials else "OK")


def _sets(command: Command) -> bool:
    return command.name in SETTING and command.does in ("act", "set")
