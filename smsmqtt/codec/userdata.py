"""User data: the header if there is one, then text or data (3GPP TS 23.040 §9.2.3.24), both ways."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from smsmqtt.codec import gsm7, ucs2
from smsmqtt.codec import header as headers
from smsmqtt.codec.coding import Coding
from smsmqtt.codec.header import Header, Shifts
from smsmqtt.codec.octets import Octets
from smsmqtt.errors import PduError
from smsmqtt.model import Alphabet

MOST_OCTETS: Final = 140
MOST_SEPTETS: Final = 160


@dataclass(frozen=True, kw_only=True)
class UserData:
    """``data``: the octets behind the header, for GSM 7 left empty. ``text`` is empty for 8-bit data. ``header`` is
    None when the first octet announces none.
    """

    alphabet: Alphabet
    text: str = ""
    data: bytes = b""
    header: Header | None = None
    warnings: tuple[str, ...] = ()


def read(octets: Octets, coding: Coding, *, has_header: bool) -> UserData:
    """From the length octet on. A compressed text (3GPP TS 23.042) is handed on as the data it is."""
    length = octets.one("user data length")
    if coding.alphabet is Alphabet.GSM7 and not coding.compressed:
        return _read_gsm7(octets, length, has_header=has_header)
    data = octets.take(length, "user data")
    header, header_octets = _read_header(data) if has_header else (None, 0)
    warnings = header.warnings if header else ()
    body = data[header_octets:]
    if coding.compressed:
        return UserData(
            alphabet=Alphabet.DATA, data=body, header=header, warnings=(*warnings, "the text is compressed")
        )
    if coding.alphabet is Alphabet.UCS2:
        text, odd = ucs2.decode(body)
        return UserData(alphabet=Alphabet.UCS2, text=text, data=body, header=header, warnings=warnings + odd)
    return UserData(alphabet=Alphabet.DATA, data=body, header=header, warnings=warnings)


def _read_header(data: bytes) -> tuple[Header, int]:
    """The header and how many octets it takes with its length."""
    cursor = Octets(data)
    length = cursor.one("header length")
    return headers.read(cursor.take(length, "header")), length + 1


def _read_gsm7(octets: Octets, length: int, *, has_header: bool) -> UserData:
    whole = octets.left
    data = octets.take((length * 7 + 7) // 8, "user data")
    if length == whole and set(octets.rest()) - {0xFF}:
        raise PduError(f"the user data length {length} counts octets where it should count septets")
    header, header_octets = _read_header(data) if has_header else (None, 0)
    skipped = header_septets(header_octets)
    if skipped > length:
        raise PduError(f"the header takes {skipped} septets, the user data has {length}")
    shifts = (header.shifts if header else None) or Shifts()
    septets = gsm7.unpack(data, length)[skipped:]
    text = gsm7.decode(septets, locking=shifts.locking, single=shifts.single)
    return UserData(alphabet=Alphabet.GSM7, text=text, header=header, warnings=header.warnings if header else ())


def header_septets(header_octets: int) -> int:
    """How many septets a header takes, the filler behind it included."""
    return -(-header_octets * 8 // 7)


def write(text: str, alphabet: Alphabet, *, header: bytes = b"", shifts: Shifts) -> bytes:
    """Length octet, header and text; PduError when it doesn't fit into one part."""
    if alphabet is Alphabet.GSM7:
        septets = gsm7.encode(text, locking=shifts.locking, single=shifts.single)
        length = header_septets(len(header)) + len(septets)
        fits = length <= MOST_SEPTETS
        octets = header + gsm7.pack(septets, fill_bits=-len(header) * 8 % 7)
    elif alphabet is Alphabet.UCS2:
        octets = header + ucs2.encode(text)
        length = len(octets)
        fits = length <= MOST_OCTETS
    else:
        raise PduError("8-bit data is no text to send")
    if not fits:
        raise PduError("the text is too long for one part")
    return bytes((length,)) + octets
