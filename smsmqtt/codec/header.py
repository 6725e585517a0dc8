"""The user data header (3GPP TS 23.040 §9.2.3.24): elements in front of the text.

All elements are kept as they came; those that matter here are read too. Of an element that comes twice the last
one counts. A part number that can't be makes its whole element void (§9.2.3.24.1).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from smsmqtt.codec.octets import Octets
from smsmqtt.codec.tables import LOCKING, SINGLE

CONCAT_8, CONCAT_16 = 0x00, 0x08
PORTS_8, PORTS_16 = 0x04, 0x05
SINGLE_SHIFT, LOCKING_SHIFT = 0x24, 0x25
_LENGTHS: Final = {CONCAT_8: 3, CONCAT_16: 4, PORTS_8: 2, PORTS_16: 4, SINGLE_SHIFT: 1, LOCKING_SHIFT: 1}


@dataclass(frozen=True, kw_only=True)
class Element:
    """One information element as it came."""

    iei: int
    data_hex: str


@dataclass(frozen=True, kw_only=True)
class Concat:
    """Part ``seq`` of ``total``; ``bits`` is the width of the reference, 8 or 16."""

    bits: int
    reference: int
    total: int
    seq: int


@dataclass(frozen=True, kw_only=True)
class Ports:
    """Application ports (§9.2.3.24.3 and .4)."""

    destination: int
    source: int


@dataclass(frozen=True, kw_only=True)
class Shifts:
    """National Language Identifiers of the text; 0 where the header names none."""

    locking: int = 0
    single: int = 0


@dataclass(frozen=True, kw_only=True)
class Header:
    elements: tuple[Element, ...] = ()
    concat: Concat | None = None
    ports: Ports | None = None
    shifts: Shifts | None = None
    warnings: tuple[str, ...] = ()


def read(octets: bytes) -> Header:
    """A header without its length octet. What can't be read is left out with a warning: the text is still there."""
    elements: list[Element] = []
    warnings: list[str] = []
    known: dict[int, bytes] = {}
    cursor = Octets(octets)
    while cursor.left >= 2:
        iei, length = cursor.one("element"), cursor.one("element length")
        if length > cursor.left:
            warnings.append(f"element 0x{iei:02X} of the header is cut short")
            return _understood(elements, known, warnings)
        data = cursor.take(length, "element")
        elements.append(Element(iei=iei, data_hex=data.hex().upper()))
        if length != _LENGTHS.get(iei, length):
            warnings.append(f"element 0x{iei:02X} of the header has a wrong length")
        elif iei in _LENGTHS:
            known.pop(iei, None)  # so that the last one comes last
            known[iei] = data
    if cursor.left:
        warnings.append("an octet too many in the header")
    return _understood(elements, known, warnings)


def _understood(elements: Iterable[Element], known: dict[int, bytes], warnings: list[str]) -> Header:
    concat: Concat | None = None
    ports: Ports | None = None
    for iei, data in known.items():
        if iei in (CONCAT_8, CONCAT_16):
            concat = _concat(iei, data, warnings) or concat
        elif iei in (PORTS_8, PORTS_16):
            half = len(data) // 2
            ports = Ports(destination=int.from_bytes(data[:half]), source=int.from_bytes(data[half:]))
    shifts = _shifts(known, warnings)
    return Header(elements=tuple(elements), concat=concat, ports=ports, shifts=shifts, warnings=tuple(warnings))


def _concat(iei: int, data: bytes, warnings: list[str]) -> Concat | None:
    total, seq = data[-2:]
    if not 1 <= seq <= total:
        warnings.append(f"part {seq} of {total} can't be: taken as a text of its own")
        return None
    bits = 8 if iei == CONCAT_8 else 16
    return Concat(bits=bits, reference=int.from_bytes(data[:-2]), total=total, seq=seq)


def _shifts(known: dict[int, bytes], warnings: list[str]) -> Shifts | None:
    if not known.keys() & {LOCKING_SHIFT, SINGLE_SHIFT}:
        return None
    locking, single = known.get(LOCKING_SHIFT, b"\0")[0], known.get(SINGLE_SHIFT, b"\0")[0]
    if locking not in LOCKING or single not in SINGLE:
        warnings.append("a national language without a table: read with the default alphabet")
    return Shifts(locking=locking, single=single)


def write(*, concat: Concat | None = None, locking: int = 0, single: int = 0) -> bytes:
    """A header with its length octet; empty when there is nothing to say."""
    elements = b""
    if concat is not None:
        iei, width = (CONCAT_8, 1) if concat.bits == 8 else (CONCAT_16, 2)
        data = concat.reference.to_bytes(width) + bytes((concat.total, concat.seq))
        elements += bytes((iei, len(data))) + data
    if locking:
        elements += bytes((LOCKING_SHIFT, 1, locking))
    if single:
        elements += bytes((SINGLE_SHIFT, 1, single))
    return bytes((len(elements),)) + elements if elements else b""
