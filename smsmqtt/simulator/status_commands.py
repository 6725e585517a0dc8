"""AT commands that ask how the module is and what it is, and basic settings (ITU-T V.250, 3GPP TS 27.007)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from smsmqtt.simulator.command_line import Command, Doer
from smsmqtt.simulator.settings import Refused

if TYPE_CHECKING:
    from smsmqtt.simulator.modem import Modem

SIM_CME = {"none": 10, "pin": 11, "puk": 12}


def need_sim(modem: Modem) -> None:
    if modem.sim_state != "ready":
        raise Refused("CME", SIM_CME[modem.sim_state])


def _nothing(modem: Modem, command: Command) -> list[str]:
    return []


def _echo(modem: Modem, command: Command) -> list[str]:
    modem.settings.echo = command.text not in ("", "0")
    return []


def _verbose(modem: Modem, command: Command) -> list[str]:
    modem.settings.verbose = command.text not in ("", "0")
    return []


def _defaults(modem: Modem, command: Command) -> list[str]:
    modem.settings = modem.fresh_settings()
    return []


def _about(modem: Modem, command: Command) -> list[str]:
    return [modem.knobs.manufacturer, modem.knobs.model, modem.knobs.revision]


def _fixed(text: Callable[[Modem], str], *, sim: bool = False) -> Doer:
    """A command that only tells something."""

    def tell(modem: Modem, command: Command) -> list[str]:
        if command.does == "test":
            return []
        if sim:
            need_sim(modem)
        return [text(modem)]

    return tell


def _cmee(modem: Modem, command: Command) -> list[str]:
    if command.does == "read":
        return [f"+CMEE: {modem.settings.cmee}"]
    if command.does == "test":
        return ["+CMEE: (0-2)"]
    (level,) = command.numbers(1, 1)
    if level not in (0, 1, 2):
        raise Refused("CME", 50)
    if modem.knobs.cmee_supported:
        modem.settings.cmee = level
    return []


def _creg(modem: Modem, command: Command) -> list[str]:
    if command.does == "test":
        return [f"{command.name}: (0-2)"]
    if command.does == "set":
        (n,) = command.numbers(1, 1)
        modem.settings.creg = n or 0
        return []
    status = modem.sim.registration if modem.sim_state == "ready" else 0
    form = modem.knobs.creg_form
    if form == "short":
        return [f"{command.name}: {status}"]
    place = {"plain": "", "quoted": ',"0F1A","2B3C"', "one_quote": ',"0F1A,2B3C"'}[form]
    return [f"{command.name}: {modem.settings.creg},{status}{place}"]


def _cops(modem: Modem, command: Command) -> list[str]:
    if command.does == "set":
        numbers = command.numbers(1, 2)
        if numbers[0] == 3 and len(numbers) == 2:
            modem.settings.cops_format = numbers[1] or 0
        return []
    if command.does == "test":
        return [f'+COPS: (2,"{modem.sim.operator}","{modem.sim.operator}","{modem.sim.imsi[:5]}"),,(0-4),(0-2)']
    if not modem.on_network:
        return ["+COPS: 0"]
    name = modem.sim.imsi[:5] if modem.settings.cops_format == 2 else modem.sim.operator
    return [f'+COPS: 0,{modem.settings.cops_format},"{name}"']


def _cpin(modem: Modem, command: Command) -> list[str]:
    state = modem.sim_state
    if command.does == "test":
        return []
    if state == "none":
        raise Refused("CME", 10)
    if command.does == "read":
        return ["+CPIN: " + {"ready": "READY", "pin": "SIM PIN", "puk": "SIM PUK"}[state]]
    if state != "pin":
        raise Refused("CME", 3)
    if command.arguments != [modem.sim.pin]:
        modem.pin_tries -= 1
        raise Refused("CME", 16)
    modem.pin_ok = True
    modem.network.push(modem.number)
    return []


def _clip(modem: Modem, command: Command) -> list[str]:
    if command.does == "set":
        modem.settings.clip = command.numbers(1, 1)[0] == 1
        return []
    return [f"+CLIP: {int(modem.settings.clip)},2"] if command.does == "read" else ["+CLIP: (0,1)"]


def _clcc(modem: Modem, command: Command) -> list[str]:
    if command.does == "test" or modem.caller is None:
        return []
    return [f'+CLCC: 1,1,{4 if modem.ringing else 0},0,0,"{modem.caller}",{145 if modem.caller[:1] == "+" else 129}']


def _cpas(modem: Modem) -> str:
    return f"+CPAS: {0 if modem.caller is None else 3 if modem.ringing else 4}"


def _cnum(modem: Modem) -> str:
    number = modem.world.config.modules[modem.number].number
    return f'+CNUM: "","{number}",{145 if number.startswith("+") else 129}'


DOERS: dict[str, Doer] = {
    "E": _echo,
    "V": _verbose,
    "Q": _nothing,
    "H": _nothing,
    "A": _nothing,
    "D": _nothing,
    "S": _nothing,
    "Z": _defaults,
    "&F": _defaults,
    "&W": _nothing,
    "I": _about,
    "+CMEE": _cmee,
    "+CGMI": _fixed(lambda modem: modem.knobs.manufacturer),
    "+CGMM": _fixed(lambda modem: modem.knobs.model),
    "+CGMR": _fixed(lambda modem: modem.knobs.revision),
    "+CGSN": _fixed(lambda modem: modem.knobs.imei),
    "+CIMI": _fixed(lambda modem: modem.sim.imsi, sim=True),
    "+CCID": _fixed(lambda modem: f'+CCID: "{modem.sim.iccid}"', sim=True),
    "+CNUM": _fixed(_cnum, sim=True),
    "+CSQ": _fixed(lambda modem: f"+CSQ: {modem.sim.signal},0"),
    "+CPAS": _fixed(_cpas),
    "+CREG": _creg,
    "+CGREG": _creg,
    "+COPS": _cops,
    "+CPIN": _cpin,
    "+CLIP": _clip,
    "+CLCC": _clcc,
}
