"""Tag, length, value: how the SIM toolkit wraps what it says (ETSI TS 101 220 §7.1, ISO/IEC 7816-6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from smsmqtt.codec.octets import Octets
from smsmqtt.errors import PduError

COMPREHENSION: Final = 0x80
_LONG_TAG: Final = 0x7F
_LONG_LENGTHS: Final = {0x81: 1, 0x82: 2, 0x83: 3}


@dataclass(frozen=True, kw_only=True)
class Element:
    """A COMPREHENSION-TLV data object. ``required``: who doesn't understand it must refuse the whole command."""

    tag: int
    value: bytes
    required: bool = False


def read_length(octets: Octets) -> int:
    """Up to 127 in one octet; 81, 82 and 83 announce one, two and three octets of length."""
    first = octets.one("length")
    if first < 0x80:
        return first
    if first not in _LONG_LENGTHS:
        raise PduError(f"0x{first:02X} does not begin a length")
    return int.from_bytes(octets.take(_LONG_LENGTHS[first], "length"), "big")


def length(count: int) -> bytes:
    """A length in as few octets as it takes; a card's command never needs more than three."""
    if count < 0x80:
        return bytes((count,))
    if count < 0x100:
        return bytes((0x81, count))
    if count < 0x10000:
        return b"\x82" + count.to_bytes(2, "big")
    raise PduError(f"{count} octets are more than a card takes")


def read_elements(octets: bytes) -> tuple[Element, ...]:
    """Data objects up to the end."""
    cursor = Octets(octets)
    elements = []
    while cursor.left:
        tag, required = _read_tag(cursor)
        elements.append(Element(tag=tag, required=required, value=cursor.take(read_length(cursor), f"element {tag}")))
    return tuple(elements)


def _read_tag(cursor: Octets) -> tuple[int, bool]:
    """One octet whose highest bit is the comprehension flag, or 7F and two octets of the same form."""
    first = cursor.one("tag")
    if first & _LONG_TAG in (0x00, _LONG_TAG) and first != _LONG_TAG:
        raise PduError(f"0x{first:02X} is no tag")
    if first != _LONG_TAG:
        return first & ~COMPREHENSION, bool(first & COMPREHENSION)
    long = int.from_bytes(cursor.take(2, "tag"), "big")
    return long & 0x7FFF, bool(long & 0x8000)


def write(tag: int, value: bytes) -> bytes:
    """``tag`` as it is written, the comprehension flag included."""
    return bytes((tag,)) + length(len(value)) + value
