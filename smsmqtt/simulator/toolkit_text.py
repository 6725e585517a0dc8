"""Words in a SIM's toolkit: names of items in the coding of the phone book, texts behind a coding octet.

Alpha identifiers (ETSI TS 102 221 annex A): the default alphabet, one octet each, or a first octet of 80, 81 or 82 and
UCS-2 in one of three ways. Text strings (ETSI TS 102 223 §8.15): a data coding octet, then packed septets (00),
unpacked ones (04) or UCS-2 (08).
"""

from __future__ import annotations

from typing import Literal

from smsmqtt.simulator import alphabet
from smsmqtt.simulator.tlv import BadTlv

ItemCoding = Literal["gsm", "80", "81", "82"]
TextCoding = Literal["packed", "unpacked", "ucs2"]


def alpha(text: str, coding: ItemCoding) -> bytes:
    """In the coding asked for; 80 where that can't hold the text."""
    wide = [character for character in text if not alphabet.fits(character)]
    if coding == "gsm" and not wide:
        return alphabet.septets_of(text)
    base = min(map(ord, wide), default=0x80)
    base = base & 0x7F80 if coding == "81" else base
    near = all(base <= ord(character) < base + 0x80 for character in wide)
    single = not any(len(alphabet.septets_of(character)) > 1 for character in text if character not in wide)
    if coding in ("gsm", "80") or not near or not single or base > 0xFFFF:
        return b"\x80" + text.encode("utf-16-be")
    front = b"\x81" + bytes([len(text), base >> 7]) if coding == "81" else bytes([0x82, len(text), *divmod(base, 256)])
    return front + bytes(_near(character, base, character in wide) for character in text)


def _near(character: str, base: int, wide: bool) -> int:
    return 0x80 + ord(character) - base if wide else alphabet.septets_of(character)[0]


def text_string(text: str, coding: TextCoding) -> bytes:
    """UCS-2 where the default alphabet can't hold the text."""
    if coding == "ucs2" or not alphabet.fits(text):
        return b"\x08" + text.encode("utf-16-be")
    septets = alphabet.septets_of(text)
    return b"\x04" + septets if coding == "unpacked" else b"\x00" + alphabet.pack(septets)


def read_text_string(octets: bytes) -> str:
    """What somebody typed; BadTlv for a coding that is none of the three."""
    coding, text = octets[:1], octets[1:]
    if coding == b"\x00":
        return alphabet.text_of(alphabet.unpack(text, len(text) * 8 // 7))
    if coding == b"\x04":
        return alphabet.text_of(octet & 0x7F for octet in text)
    if coding == b"\x08" and len(text) % 2 == 0:
        return text.decode("utf-16-be", errors="replace")
    raise BadTlv(f"a text in coding {coding.hex()}")
