"""The three ways in which a card writes text: alpha identifiers, text strings and USSD strings."""

from __future__ import annotations

from typing import Final

from smsmqtt.codec import coding, gsm7, ucs2
from smsmqtt.codec.octets import Octets
from smsmqtt.errors import PduError
from smsmqtt.model import Alphabet

PACKED: Final = 0x00
UNPACKED: Final = 0x04
UCS2: Final = 0x08
_UNUSED: Final = b"\xff"
_ALPHA_UCS2, _ALPHA_PAGE, _ALPHA_BASE = 0x80, 0x81, 0x82
_LANGUAGE_THEN_GSM7, _LANGUAGE_THEN_UCS2 = 0x10, 0x11
_LANGUAGE_SEPTETS, _LANGUAGE_OCTETS = 3, 2


def alpha(octets: bytes) -> str:
    """An alpha identifier or an item's text (ETSI TS 102 221 annex A, 3GPP TS 11.11 annex B).

    The default alphabet with an octet for each character; or, behind 80, UCS-2; behind 81 and 82, octets whose
    lower half is the default alphabet and whose upper half is a window of 128 characters into UCS-2.
    """
    if octets[:1] == bytes((_ALPHA_UCS2,)):
        body = octets[1:]
        while body.endswith(_UNUSED * 2):
            body = body[:-2]
        return ucs2.decode(body if len(body) % 2 == 0 else body.removesuffix(_UNUSED))[0]
    if octets[:1] in (bytes((_ALPHA_PAGE,)), bytes((_ALPHA_BASE,))):
        return _windowed(Octets(octets))
    return gsm7.decode(octets.rstrip(_UNUSED))


def _windowed(cursor: Octets) -> str:
    page = cursor.one("alpha coding") == _ALPHA_PAGE
    count = cursor.one("alpha length")
    base = cursor.one("alpha window") << 7 if page else int.from_bytes(cursor.take(2, "alpha window"), "big")
    found, plain = bytearray(), bytearray()
    for code in cursor.take(count, "alpha text"):
        if code < 0x80:
            plain.append(code)
            continue
        found += ucs2.encode(gsm7.decode(bytes(plain))) + (base + (code & 0x7F) & 0xFFFF).to_bytes(2, "big")
        plain.clear()
    return ucs2.decode(bytes(found + ucs2.encode(gsm7.decode(bytes(plain)))))[0]


def text_string(octets: bytes) -> str:
    """A text string: its data coding scheme, then the text; nothing at all is an empty one (ETSI TS 102 223 §8.15).

    Nothing tells the number of packed septets, so spare bits that would read as ``@`` count as filler, whether
    they hold CR as they should (3GPP TS 23.038 §6.1.2.3.1) or nothing.
    """
    if not octets:
        return ""
    alphabet = coding.read(octets[0]).alphabet
    body = octets[1:]
    if alphabet is Alphabet.UCS2:
        return ucs2.decode(body)[0]
    if alphabet is Alphabet.DATA:
        return gsm7.decode(body.rstrip(_UNUSED))
    return _unpacked(body)


def _unpacked(octets: bytes) -> str:
    septets = gsm7.unpack_unmarked(octets)
    if len(septets) % 8 == 0 and septets.endswith(b"\x00"):
        septets = septets[:-1]
    return gsm7.decode(septets)


def encode_text_string(text: str, dcs: int) -> bytes:
    """With its data coding scheme, which is ``PACKED``, ``UNPACKED`` or ``UCS2``."""
    if dcs == UCS2:
        return bytes((dcs,)) + ucs2.encode(text)
    septets = gsm7.encode(text)
    return bytes((dcs,)) + (gsm7.pack_unmarked(septets) if dcs == PACKED else septets)


def ussd_alphabet(dcs: int) -> Alphabet:
    """Of a cell broadcast data coding scheme, which USSD uses (3GPP TS 23.038 §5)."""
    group = dcs >> 4
    if dcs == _LANGUAGE_THEN_UCS2:
        return Alphabet.UCS2
    if group == 0b1111:
        return Alphabet.DATA if dcs & 0x04 else Alphabet.GSM7
    if group in (0b0100, 0b0101, 0b0110, 0b0111, 0b1001):
        return {0x04: Alphabet.DATA, 0x08: Alphabet.UCS2}.get(dcs & 0x0C, Alphabet.GSM7)
    return Alphabet.GSM7


def ussd_text(octets: bytes, dcs: int) -> str:
    """A USSD string's text, without the language that some codings put in front of it."""
    alphabet = ussd_alphabet(dcs)
    if alphabet is Alphabet.UCS2:
        return ucs2.decode(octets[_LANGUAGE_OCTETS:] if dcs == _LANGUAGE_THEN_UCS2 else octets)[0]
    if alphabet is Alphabet.DATA:
        return gsm7.decode(octets)
    text = gsm7.decode(gsm7.unpack_unmarked(octets))
    return text[_LANGUAGE_SEPTETS:] if dcs == _LANGUAGE_THEN_GSM7 else text


def ussd_string(octets: bytes) -> str:
    """A USSD string: its data coding scheme, then the text (ETSI TS 102 223 §8.17 of release 4; 3GPP TS 31.111)."""
    if not octets:
        raise PduError("a USSD string without its coding")
    return ussd_text(octets[1:], octets[0])
