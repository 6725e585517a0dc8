"""PDUs put together: what the network brings, and what text mode makes of a body (3GPP TS 23.040 §9.2)."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import zip_longest

from smsmqtt.simulator import alphabet
from smsmqtt.simulator.pdu import Coding


def write_submit(
    *, first_octet: int, recipient: str, pid: int, dcs: int, validity: bytes, data: bytes, length: int
) -> bytes:
    """A SUBMIT from text-mode fields; ``data`` is TP-UD, ``length`` is TP-UDL."""
    head = bytes([first_octet, 0]) + _write_address(recipient) + bytes([pid, dcs])
    return head + validity + bytes([length]) + data


def write_deliver(
    *,
    sender: str,
    text: str | bytes,
    at: datetime,
    zone_quarters: int,
    header: bytes = b"",
    message_class: int | None = None,
    more: bool = False,
    coding: Coding | None = None,
) -> bytes:
    """A DELIVER; the coding is the narrowest that holds the text, octets are 8-bit data."""
    coding = coding or ("8bit" if isinstance(text, bytes) else "gsm7" if alphabet.fits(text) else "ucs2")
    dcs = {"gsm7": 0x00, "8bit": 0x04, "ucs2": 0x08}[coding]
    if message_class is not None:
        dcs |= 0x10 | message_class
    first = (0x40 if header else 0) | (0 if more else 0x04)
    data, length = write_content(text, coding, header)
    stamp = _write_stamp(at, zone_quarters)
    return bytes([first]) + _write_address(sender) + bytes([0, dcs]) + stamp + bytes([length]) + data


def write_report(
    *, reference: int, recipient: str, sent_at: datetime, discharged_at: datetime, zone_quarters: int, status: int
) -> bytes:
    stamps = _write_stamp(sent_at, zone_quarters) + _write_stamp(discharged_at, zone_quarters)
    return bytes([0x06, reference]) + _write_address(recipient) + stamps + bytes([status])


def write_content(text: str | bytes, coding: Coding, header: bytes = b"") -> tuple[bytes, int]:
    """TP-UD and TP-UDL. Octets given for gsm7 are septets, one an octet."""
    front = bytes([len(header)]) + header if header else b""
    if coding == "gsm7":
        septets = text if isinstance(text, bytes) else alphabet.septets_of(text)
        fill_bits = -8 * len(front) % 7
        length = (8 * len(front) + 6) // 7 + len(septets)
        return front + alphabet.pack(septets, fill_bits), length
    data = front + (text if isinstance(text, bytes) else text.encode("utf-16-be"))
    return data, len(data)


def smsc_octets(number: str) -> bytes:
    """The service centre's address counts octets, not digits (3GPP TS 24.011 §8.2.5.1)."""
    if not number:
        return b"\x00"
    address = _write_address(number)[1:]
    return bytes([len(address)]) + address


def _write_address(number: str) -> bytes:
    if number.strip("+0123456789*#"):
        septets = alphabet.septets_of(number)
        octets = alphabet.pack(septets)
        return bytes([(len(septets) * 7 + 3) // 4, 0xD0]) + octets
    digits = number.lstrip("+")
    nibbles = ["0123456789*#".index(digit) for digit in digits]
    pairs = zip_longest(nibbles[::2], nibbles[1::2], fillvalue=15)
    return bytes([len(digits), 0x91 if number.startswith("+") else 0x81]) + bytes(
        low | high << 4 for low, high in pairs
    )


def _write_stamp(at: datetime, zone_quarters: int) -> bytes:
    local = at.astimezone(timezone(timedelta(minutes=15 * zone_quarters)))
    fields = (local.year % 100, local.month, local.day, local.hour, local.minute, local.second)
    quarters = abs(zone_quarters)
    zone = (quarters % 10) << 4 | quarters // 10 | (0x08 if zone_quarters < 0 else 0)
    return bytes((value % 10) << 4 | value // 10 for value in fields) + bytes([zone])


def in_parts(text: str, reference: int, *, wide: bool = False) -> list[tuple[str, bytes]]:
    """(text, header) of each part of a text as the network's own sender splits it; escapes and surrogates stay
    whole."""
    narrow = alphabet.fits(text)

    def size(character: str) -> int:
        return len(alphabet.septets_of(character)) if narrow else len(character.encode("utf-16-be"))

    if sum(map(size, text)) <= (160 if narrow else 140):
        return [(text, b"")]
    room = (152 if wide else 153) if narrow else (132 if wide else 134)
    parts, used = [""], 0
    for character in text:
        if used + size(character) > room:
            parts.append("")
            used = 0
        parts[-1] += character
        used += size(character)
    front = bytes([8, 4]) + reference.to_bytes(2, "big") if wide else bytes([0, 3, reference & 0xFF])
    return [(part, front + bytes([len(parts), seq])) for seq, part in enumerate(parts, 1)]
