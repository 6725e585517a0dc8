"""The 7-bit alphabets of 3GPP TS 23.038: characters to septets, septets to octets, and back.

A septet is held as one byte below 128. ``locking`` and ``single`` are National Language Identifiers (§6.2.1.2.4);
0 is the default alphabet and its extension table. An identifier without a table means the default.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from smsmqtt.codec.tables import ESCAPE, LOCKING, SINGLE, VOID
from smsmqtt.errors import PduError

CR: Final = 0x0D


@cache
def locking_codes(locking: int = 0) -> dict[str, int]:
    """Character to code for those that need one septet."""
    return _codes(LOCKING.get(locking, LOCKING[0]))


@cache
def single_codes(single: int = 0) -> dict[str, int]:
    """Character to code for those that need the escape code in front."""
    return _codes(SINGLE.get(single, SINGLE[0]))


def _codes(table: str) -> dict[str, int]:
    # Some tables hold a character twice; either code reads the same.
    return {character: code for code, character in enumerate(table) if character != VOID}


def is_default(character: str) -> bool:
    """Whether the default alphabet or its extension table has this character."""
    return character in locking_codes() or character in single_codes()


def encode(text: str, *, locking: int = 0, single: int = 0) -> bytes:
    """Septets for a text; PduError names the first character that these tables don't have."""
    plain, escaped = locking_codes(locking), single_codes(single)
    septets = bytearray()
    for character in text:
        if character in plain:
            septets.append(plain[character])
        elif character in escaped:
            septets += bytes((ESCAPE, escaped[character]))
        else:
            raise PduError(f"{character!r} is not in the 7-bit alphabet")
    return bytes(septets)


def decode(septets: bytes, *, locking: int = 0, single: int = 0) -> str:
    """Text for septets; never fails.

    An escape code that the single shift table doesn't know gives the character of the main table, and two escapes
    in a row a space (§6.2.1.1). A code that a locking table leaves out is a space: there are telephones that write
    their spaces so. An escape with nothing behind it says nothing. What is no septet reads as U+FFFD.
    """
    main = LOCKING.get(locking, LOCKING[0])
    shifted = SINGLE.get(single, SINGLE[0])
    text: list[str] = []
    escape = False
    for code in septets:
        if code == ESCAPE and not escape:
            escape = True
            continue
        character = shifted[code : code + 1] if escape else VOID
        if character == VOID:
            character = main[code : code + 1]
        text.append(" " if character == VOID else character or "\ufffd")
        escape = False
    return "".join(text)


def pack(septets: bytes, *, fill_bits: int = 0) -> bytes:
    """Septets into octets, the first one ``fill_bits`` zero bits into the first octet (§6.1.2.1.1)."""
    octets = bytearray()
    pending, held = 0, fill_bits
    for septet in septets:
        pending |= septet << held
        held += 7
        if held >= 8:
            octets.append(pending & 0xFF)
            pending >>= 8
            held -= 8
    if held:
        octets.append(pending)
    return bytes(octets)


def unpack(octets: bytes, count: int, *, fill_bits: int = 0) -> bytes:
    """``count`` septets out of octets; PduError when the octets end before."""
    if len(octets) * 8 < count * 7 + fill_bits:
        raise PduError(f"{count} septets wanted, there are {len(octets)} octets")
    bits = int.from_bytes(octets, "little") >> fill_bits
    return bytes(bits >> 7 * position & 0x7F for position in range(count))


def pack_unmarked(septets: bytes) -> bytes:
    """Septets where nothing tells their number, as in a USSD string (§6.1.2.3.1).

    Seven spare bits would read as an ``@``, so they hold CR; a CR that ends on the last bit is doubled.
    """
    if len(septets) % 8 == 7 or (septets and len(septets) % 8 == 0 and septets[-1] == CR):
        septets += bytes((CR,))
    return pack(septets)


def unpack_unmarked(octets: bytes) -> bytes:
    """The septets of a string without a length; a CR that ends on the last bit is filler (§6.1.2.3.1)."""
    septets = unpack(octets, len(octets) * 8 // 7)
    if septets and len(septets) % 8 == 0 and septets[-1] == CR:
        return septets[:-1]
    return septets
