"""What a SIM asks of a telephone and what it hears in return, written from ETSI TS 102 223 as a second opinion.

``Proactive`` is one command (§6.6), ``octets`` makes the object D0 of it. A ``Response`` (§6.8) and a ``Selection``
(the envelope of §7.2.1) are read from what the telephone sends; anything missing or left over is BadTlv.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from smsmqtt.simulator import tlv
from smsmqtt.simulator.tlv import BadTlv

Kind = Literal["set_up", "menu", "text", "input", "sms", "ussd", "other", "handled", "raw"]

TYPES = {"set_up": 0x25, "menu": 0x24, "text": 0x21, "sms": 0x13, "ussd": 0x12}
GET_INPUT, GET_INKEY = 0x23, 0x22

KEYPAD, DISPLAY, SIM, TERMINAL, NETWORK = 0x01, 0x02, 0x81, 0x82, 0x83
DETAILS, DEVICES, RESULT, ALPHA, USSD, TPDU, TEXT, ITEM, ITEM_ID, LENGTHS = (
    *(0x01, 0x02, 0x03, 0x05, 0x0A, 0x0B, 0x0D, 0x0F, 0x10, 0x11),
)
FLAG = 0x80

DONE, ENDED, BACK, SILENCE, CANNOT_NOW = 0x00, 0x10, 0x11, 0x12, 0x20
"""General results (§8.12): below 10 all went well; 10 to 13 the user's doing; from 20 on it could not be done."""


@dataclass(frozen=True, kw_only=True)
class Proactive:
    """One command, its words already in octets. ``raw`` stands for the whole object."""

    kind: Kind
    type: int
    number: int = 1
    qualifier: int = 0
    to: int = TERMINAL
    alpha: bytes | None = None
    text: bytes | None = None
    items: tuple[tuple[int, bytes], ...] = ()
    lengths: tuple[int, int] | None = None
    tpdu: bytes | None = None
    ussd: bytes | None = None
    raw: bytes | None = None

    @property
    def details(self) -> tuple[int, int, int]:
        return self.number, self.type, self.qualifier


def octets(command: Proactive, *, long: bool = False, flags: bool = True) -> bytes:
    """``long``: lengths as 81 xx throughout; ``flags``: tags say that they must be understood."""
    if command.raw is not None:
        return command.raw
    parts: list[tuple[int, bytes | None]] = [
        (DETAILS, bytes(command.details)),
        (DEVICES, bytes([SIM, command.to])),
        (ALPHA, command.alpha),
        (TEXT, command.text),
        *((ITEM, bytes([place]) + text) for place, text in command.items),
        (LENGTHS, bytes(command.lengths) if command.lengths else None),
        (TPDU, command.tpdu),
        (USSD, command.ussd),
    ]
    flag = FLAG if flags else 0
    inner = b"".join(tlv.write(tag | flag, value, long=long) for tag, value in parts if value is not None)
    return tlv.write(0xD0, inner, long=long)


@dataclass(frozen=True, kw_only=True)
class Response:
    """``details``: number, type, qualifier of the command that is answered; None where the dialect has no such thing.

    ``text``: a text string with its coding octet.
    """

    details: tuple[int, int, int] | None
    result: int
    item: int | None = None
    text: bytes | None = None


def read_response(data: bytes) -> Response:
    """Command details, device identities and result are mandatory and stand in this order."""
    found = [(tag & ~FLAG, value) for tag, value in tlv.read(data)]
    if [tag for tag, _ in found[:3]] != [DETAILS, DEVICES, RESULT]:
        raise BadTlv("details, identities and result expected")
    details, devices, result = (value for _, value in found[:3])
    if len(details) != 3 or devices != bytes([TERMINAL, SIM]) or not result:
        raise BadTlv("details, identities or result of a wrong size")
    item = _only(found, ITEM_ID)
    if item is not None and len(item) != 1:
        raise BadTlv("an item identifier of a wrong size")
    return Response(
        details=(details[0], details[1], details[2]),
        result=result[0],
        item=item[0] if item else None,
        text=_only(found, TEXT),
    )


@dataclass(frozen=True, kw_only=True)
class Selection:
    """``conforming``: from the keypad to the SIM, as the standard has it; without, one identity or others."""

    item: int
    conforming: bool


def read_selection(data: bytes) -> Selection:
    outer = tlv.read(data)
    if len(outer) != 1 or outer[0][0] != 0xD3:
        raise BadTlv("not a menu selection")
    found = [(tag & ~FLAG, value) for tag, value in tlv.read(outer[0][1])]
    devices, item = _only(found, DEVICES), _only(found, ITEM_ID)
    if devices is None or item is None or len(item) != 1:
        raise BadTlv("identities and an item expected")
    return Selection(item=item[0], conforming=devices == bytes([KEYPAD, SIM]))


def _only(found: Sequence[tuple[int, bytes]], tag: int) -> bytes | None:
    return next((value for other, value in found if other == tag), None)
