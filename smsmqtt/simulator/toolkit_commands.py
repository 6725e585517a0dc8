"""AT commands of the SIM toolkit in the dialects that modules speak.

MediaTek's and Quectel's carry the objects of the SIM in hex; SIM800's take their values one by one (SIM800 Series AT
Command Manual V1.09 §5); 3GPP's have the hex again and a line of their own before OK (3GPP TS 27.007 §12).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from smsmqtt.simulator import proactive
from smsmqtt.simulator.command_line import Awaited, Command, Doer, Outcome, Resume
from smsmqtt.simulator.proactive import Response, Selection
from smsmqtt.simulator.settings import Refused
from smsmqtt.simulator.status_commands import need_sim
from smsmqtt.simulator.tlv import BadTlv
from smsmqtt.simulator.toolkit import Reaction

if TYPE_CHECKING:
    from smsmqtt.simulator.modem import Modem

T = TypeVar("T")

HEX = ("mediatek", "quectel")
WORDS = (0, 4, 16, 18, 32, 34, 50)
"""What +STKSMS and its like take: 0 go ahead, 4 the same without the icon, the rest decline."""


def _of(*dialects: str, switched: bool = True) -> Callable[[Doer], Doer]:
    """The command is there in these dialects; with ``switched`` not before the toolkit is on."""

    def there(doer: Doer) -> Doer:
        def do(modem: Modem, command: Command) -> Outcome:
            dialect = modem.toolkit.knobs.dialect
            if dialect not in dialects:
                raise Refused
            if command.does == "test":
                return []
            need_sim(modem)
            if switched and dialect == "quectel" and not modem.settings.toolkit:
                raise Refused("CME", 3)
            return doer(modem, command)

        return do

    return there


def _switch(modem: Modem, command: Command) -> Outcome:
    """+QSTK, +STKPCIS, +CUSATD: 1 switches on and tells the menu."""
    if command.does == "read":
        return [f"{command.name}: {int(modem.settings.toolkit)}"]
    wanted = command.arguments[0] if command.text else ""
    if wanted not in ("0", "1"):
        raise Refused("CME", 50)
    modem.settings.toolkit = wanted == "1"
    if modem.settings.toolkit and modem.toolkit.knobs.announce == "enabled":
        modem.after_answer(modem.toolkit.announce)
    return []


def _envelope(modem: Modem, command: Command) -> Outcome:
    """A menu selection; how a bad one, or one that comes too soon, is met is the knobs' affair."""
    toolkit, knobs = modem.toolkit, modem.toolkit.knobs
    selection = _read(command, _selected if knobs.dialect == "sim800" else _decoded(proactive.read_selection))
    info = ["+CUSATE: 0"] if knobs.dialect == "3gpp" else []
    if not selection.conforming and knobs.envelope == "error":
        raise Refused("CME", 50)
    if not selection.conforming and knobs.envelope == "silent":
        return info
    if toolkit.state != "idle" and knobs.busy != "error":
        if knobs.busy == "repeat":
            modem.after_answer(toolkit.again)
        return info
    reaction = toolkit.select(selection.item)
    if not selection.conforming and knobs.envelope == "empty":
        reaction = 0.0, False
    return _handed_over(modem, reaction, info)


def _response(modem: Modem, command: Command) -> Outcome:
    sim800 = modem.toolkit.knobs.dialect == "sim800"
    asks = modem.toolkit.asked
    text_wanted = asks is not None and asks.kind == "input"
    response = _read(command, _responded(text_wanted) if sim800 else _decoded(proactive.read_response))
    info = ["+CUSATT: 0"] if modem.toolkit.knobs.dialect == "3gpp" else []
    try:
        return _handed_over(modem, modem.toolkit.respond(response), info)
    except BadTlv as bad:
        raise Refused("CME", 50) from bad


def _word(modem: Modem, command: Command) -> Outcome:
    """+STKSMS and +STKUSSD."""
    (word,) = command.numbers(1, 1)
    if word not in WORDS:
        raise Refused("CME", 50)
    return _handed_over(modem, modem.toolkit.go_ahead("sms" if command.name == "+STKSMS" else "ussd", word), [])


def _handed_over(modem: Modem, reaction: Reaction, info: list[str]) -> Awaited:
    """The SIM has it; its answer comes behind the result code or before it."""
    toolkit, knobs = modem.toolkit, modem.toolkit.knobs
    toolkit.mute()

    def begin(resume: Resume) -> None:
        modem.meet("toolkit", lambda: go_on(resume))

    def go_on(resume: Resume) -> None:
        if knobs.answers == "never":
            resume(info)
        elif knobs.result == "before":
            modem.after_answer(lambda: toolkit.react(reaction, lambda: None))
            resume(info)
        else:
            toolkit.react(reaction, lambda: resume(info))

    return Awaited(begin=begin)


def _read(command: Command, reader: Callable[[list[str]], T]) -> T:
    """Refused for what can't be read."""
    try:
        return reader(command.arguments)
    except (ValueError, IndexError) as bad:
        raise Refused("CME", 50) from bad


def _decoded(reader: Callable[[bytes], T]) -> Callable[[list[str]], T]:
    return lambda arguments: reader(bytes.fromhex(arguments[0]))


def _selected(arguments: list[str]) -> Selection:
    if arguments[0].upper() != "D3":
        raise BadTlv("not a menu selection")
    return Selection(item=bytes.fromhex(arguments[1])[0], conforming=True)


def _responded(text_wanted: bool) -> Callable[[list[str]], Response]:
    def read(arguments: list[str]) -> Response:
        result = bytes.fromhex(arguments[0])[0]
        data = bytes.fromhex(arguments[1]) if len(arguments) > 1 else b""
        if text_wanted:
            return Response(details=None, result=result, text=data or None)
        return Response(details=None, result=result, item=data[0] if data else None)

    return read


DOERS: dict[str, Doer] = {
    "+QSTK": _of("quectel", switched=False)(_switch),
    "+STKPCIS": _of("sim800", switched=False)(_switch),
    "+CUSATD": _of("3gpp")(_switch),
    "+CUSATR": _of("3gpp")(_switch),
    "+STKENV": _of(*HEX)(_envelope),
    "+STKENVS": _of("sim800")(_envelope),
    "+CUSATE": _of("3gpp")(_envelope),
    "+STKTR": _of(*HEX)(_response),
    "+STKTRS": _of("sim800")(_response),
    "+CUSATT": _of("3gpp")(_response),
    "+STKSMS": _of(*HEX, "sim800")(_word),
    "+STKUSSD": _of(*HEX, "sim800")(_word),
}
