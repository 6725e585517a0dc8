"""What a module says of a SIM's command, in its dialect."""

from __future__ import annotations

from smsmqtt.simulator import proactive
from smsmqtt.simulator.proactive import Proactive
from smsmqtt.simulator.toolkit_knobs import ToolkitKnobs

END = {"mediatek": "+STKPCI: 2", "quectel": "+STKPCI: 2", "sim800": "+STKPCI: 2", "3gpp": "+CUSATEND", "none": ""}
WITHOUT_RESPONSE = ("sms", "ussd", "handled")

WORDS = {
    0x05: "SET UP EVENT LIST",
    0x12: "SEND USSD",
    0x13: "SEND SHORT MESSAGE",
    0x20: "PLAY TONE",
    0x21: "DISPLAY TEXT",
    0x22: "GET INKEY",
    0x23: "GET INPUT",
    0x24: "SELECT ITEM",
    0x25: "SET UP MENU",
    0x26: "PROVIDE LOCAL INFORMATION",
    0x27: "TIMER MANAGEMENT",
}


def told(knobs: ToolkitKnobs, command: Proactive) -> list[str]:
    """+STKPCI's first value: 0 the holder answers, 1 the module does it, or waits for a word."""
    kind = 1 if command.kind in WITHOUT_RESPONSE else 0
    octets = proactive.octets(command, long=knobs.lengths == "long", flags=knobs.flags).hex().upper()
    if knobs.dialect == "sim800":
        return [f"+STKPCI: {kind},{line}" for line in _in_words(command, octets)]
    if knobs.dialect == "3gpp":
        return [f'+CUSATP: "{octets}"' if knobs.quotes else f"+CUSATP: {octets}"]
    return [f'+STKPCI: {kind},"{octets}"']


def _in_words(command: Proactive, octets: str) -> list[str]:
    """SIM800: the command's name, numbers, and texts as hex; 0 for a text that the command lacks."""
    if command.raw is not None:
        return [octets]
    name, alpha = WORDS.get(command.type, f"{command.type:02X}"), _hex(command.alpha)
    if command.kind in ("menu", "set_up"):
        items = [f"ITEM,{place},{number:02X},{_hex(text)}" for place, (number, text) in enumerate(command.items, 1)]
        return [f"{name},{len(command.items)},{alpha}", *items]
    if command.kind in ("text", "input"):
        limits = ""
        if command.type == proactive.GET_INPUT and command.lengths:
            limits = f",{command.lengths[0]:02X},{command.lengths[1]:02X}"
        return [f"{name},{command.qualifier},{_hex(command.text)}{limits}"]
    if command.kind == "sms":
        return [f"{name},{alpha},0,{_hex(command.tpdu)}"]
    return [f"{name},{alpha},{_hex(command.ussd)}" if command.kind == "ussd" else name]


def _hex(octets: bytes | None) -> str:
    return octets.hex().upper() if octets else "0"
