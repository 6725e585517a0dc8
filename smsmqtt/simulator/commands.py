"""A command line carried out: the first error drops the rest of it (ITU-T V.250 §5.4).

What a command does is in ``status_commands`` and ``message_commands``: functions from (modem, command) to information
lines, which raise ``Refused``, or return an ``Ask`` or a ``Stored`` that ends the line.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from smsmqtt.simulator import message_commands, sending, status_commands
from smsmqtt.simulator.command_line import Ask, Doer, Stored, take_apart
from smsmqtt.simulator.settings import Refused

if TYPE_CHECKING:
    from smsmqtt.simulator.modem import Modem

DOERS: dict[str, Doer] = status_commands.DOERS | message_commands.DOERS
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
}


def carry_out(modem: Modem, line: str) -> None:
    """``line`` starts with AT."""
    lines: list[str] = []
    before = copy(modem.settings), modem.cnmi
    limit = modem.knobs.line_limit
    try:
        if limit is not None and len(line) > limit:
            raise Refused
        found = take_apart(line[2:], joining=modem.knobs.joining)
        for command in found:
            if command.name not in DOERS:
                raise Refused
            outcome = DOERS[command.name](modem, command)
            if isinstance(outcome, Ask):
                modem.ask_for_body(outcome)
                return
            if isinstance(outcome, Stored):
                sending.send(modem, outcome.tpdu)
                return
            lines += outcome
    except Refused as refused:
        modem.refuse(lines, refused)
        return
    if found and all(command.name in SETTING and command.does in ("act", "set") for command in found):
        modem.count_set_up(line, changed=before != (modem.settings, modem.cnmi))
    modem.finish(lines, "NO CARRIER" if any(command.name == "D" for command in found) else "OK")
