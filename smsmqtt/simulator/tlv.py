"""Objects of tag, length and value as a SIM's toolkit writes them (ETSI TS 101 220 §7.1), read without any leniency.

The outer object is BER-TLV, those inside are COMPREHENSION-TLV, whose tags carry a flag in bit 8; with one-octet tags
the two look alike, and so one reader serves both. Deliberately absent: tags of three octets.
"""

from __future__ import annotations

LONGEST = 255
"""FETCH brings at most 256 octets (ETSI TS 102 221 §11.2.3), so a value never needs a longer length than 81 xx."""


class BadTlv(ValueError):
    """These octets are no such objects."""


def write(tag: int, value: bytes, *, long: bool = False) -> bytes:
    """``long``: the length as 81 xx even where one octet would do. ValueError for more than a SIM can say."""
    if len(value) > LONGEST:
        raise ValueError(f"{len(value)} octets are more than a SIM can say at once, {LONGEST}")
    size = bytes([len(value)])
    return bytes([tag]) + (b"\x81" + size if long or len(value) > 0x7F else size) + value


def read(octets: bytes) -> list[tuple[int, bytes]]:
    """(tag, value) of each object; BadTlv unless they fill the octets exactly."""
    found = []
    while octets:
        tag, value, octets = _first(octets)
        found.append((tag, value))
    return found


def _first(octets: bytes) -> tuple[int, bytes, bytes]:
    if len(octets) < 2:
        raise BadTlv("a tag without a length")
    start, length = 2, octets[1]
    if length == 0x81 and len(octets) > 2:
        start, length = 3, octets[2]
    elif length > 0x7F:
        raise BadTlv(f"a length of {length:02X}")
    if len(octets) < start + length:
        raise BadTlv(f"{length} octets wanted, {len(octets) - start} left")
    return octets[0], octets[start : start + length], octets[start + length :]
