"""The network's own reading of the three PDUs, written from 3GPP TS 23.040 as a second opinion.

``Submit`` (§9.2.2.2), ``Deliver`` (§9.2.2.1) and ``Report`` (§9.2.2.3) mirror the TPDUs. User data is a ``Content``:
the header's octets, and either text or, where only octets can be told (8-bit data, national language tables), the
octets.

Deliberately absent: national language tables, compression, and any leniency. What breaks the standard is ``BadPdu``,
which the modem answers with +CMS ERROR 304.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from smsmqtt.simulator import alphabet

Coding = Literal["gsm7", "8bit", "ucs2"]


class BadPdu(ValueError):
    """These octets are not what the standard allows here."""


@dataclass(frozen=True, kw_only=True)
class Concat:
    """The concatenation element (§9.2.3.24.1, §9.2.3.24.8)."""

    bits: int
    reference: int
    total: int
    seq: int


@dataclass(frozen=True, kw_only=True)
class Content:
    """User data. ``text`` is None where these tables can't read it; ``octets`` is what follows the header."""

    coding: Coding
    text: str | None
    octets: bytes
    header: bytes = b""  # without its length octet

    @property
    def concat(self) -> Concat | None:
        for element, data in elements(self.header):
            if element == 0x00 and len(data) == 3:
                return Concat(bits=8, reference=data[0], total=data[1], seq=data[2])
            if element == 0x08 and len(data) == 4:
                return Concat(bits=16, reference=int.from_bytes(data[:2], "big"), total=data[2], seq=data[3])
        return None


@dataclass(frozen=True, kw_only=True)
class Submit:
    """What a subscriber handed over. ``validity_s`` is for the relative form only; ``validity`` has the octets of
    any."""

    first_octet: int
    recipient: str
    pid: int
    dcs: int
    validity: bytes
    content: Content

    @property
    def report_wanted(self) -> bool:
        return bool(self.first_octet & 0x20)

    @property
    def validity_s(self) -> int | None:
        if len(self.validity) != 1:
            return None
        value = self.validity[0]
        if value < 144:
            return (value + 1) * 300
        if value < 168:
            return 12 * 3600 + (value - 143) * 1800
        if value < 197:
            return (value - 166) * 86400
        return (value - 192) * 7 * 86400


@dataclass(frozen=True, kw_only=True)
class Deliver:
    """What the network brings."""

    first_octet: int
    sender: str
    sender_toa: int
    pid: int
    dcs: int
    stamp: str  # as text mode writes it
    content: Content


@dataclass(frozen=True, kw_only=True)
class Report:
    """What became of a text handed over earlier."""

    first_octet: int
    reference: int
    recipient: str
    recipient_toa: int
    stamp: str
    discharge: str
    status: int


@dataclass(kw_only=True)
class _Octets:
    """A cursor that refuses to run over the end."""

    rest: bytes

    def take(self, count: int) -> bytes:
        if len(self.rest) < count:
            raise BadPdu(f"{count} octets wanted, {len(self.rest)} left")
        octets, self.rest = self.rest[:count], self.rest[count:]
        return octets

    def one(self) -> int:
        return self.take(1)[0]


def split_smsc(octets: bytes) -> bytes:
    """The TPDU behind the service centre's address (3GPP TS 27.005 §3.1)."""
    cursor = _Octets(rest=octets)
    cursor.take(cursor.one())
    return cursor.rest


def read_submit(tpdu: bytes) -> Submit:
    cursor = _Octets(rest=tpdu)
    first = cursor.one()
    if first & 0x03 != 0x01:
        raise BadPdu("not a SUBMIT")
    cursor.take(1)  # TP-MR: the module counts itself
    recipient, _ = _read_address(cursor)
    pid, dcs = cursor.one(), cursor.one()
    validity = cursor.take({0x00: 0, 0x10: 1}.get(first & 0x18, 7))
    content = _read_content(cursor, dcs, bool(first & 0x40))
    if cursor.rest:
        raise BadPdu(f"{len(cursor.rest)} octets too many")
    return Submit(first_octet=first, recipient=recipient, pid=pid, dcs=dcs, validity=validity, content=content)


def read_deliver(tpdu: bytes) -> Deliver:
    cursor = _Octets(rest=tpdu)
    first = cursor.one()
    sender, toa = _read_address(cursor)
    pid, dcs = cursor.one(), cursor.one()
    stamp = _read_stamp(cursor.take(7))
    content = _read_content(cursor, dcs, bool(first & 0x40))
    return Deliver(first_octet=first, sender=sender, sender_toa=toa, pid=pid, dcs=dcs, stamp=stamp, content=content)


def read_report(tpdu: bytes) -> Report:
    cursor = _Octets(rest=tpdu)
    first, reference = cursor.one(), cursor.one()
    recipient, toa = _read_address(cursor)
    stamp, discharge = _read_stamp(cursor.take(7)), _read_stamp(cursor.take(7))
    return Report(
        first_octet=first,
        reference=reference,
        recipient=recipient,
        recipient_toa=toa,
        stamp=stamp,
        discharge=discharge,
        status=cursor.one(),
    )


def _read_address(cursor: _Octets) -> tuple[str, int]:
    """§9.2.3 address fields: the length counts half octets, the type of number is in bits 4 to 6."""
    digits, toa = cursor.one(), cursor.one()
    octets = cursor.take((digits + 1) // 2)
    if toa & 0x70 == 0x50:
        return alphabet.text_of(alphabet.unpack(octets, digits * 4 // 7)), toa
    text = "".join(
        "0123456789*#abc"[nibble] for octet in octets for nibble in (octet & 0x0F, octet >> 4) if nibble < 15
    )
    return ("+" if toa & 0x70 == 0x10 and text else "") + text, toa


def _read_stamp(octets: bytes) -> str:
    """``yy/MM/dd,hh:mm:ss±zz`` with the zone in quarters of an hour (3GPP TS 27.005 §3.1 <scts>)."""
    pairs = [f"{octet & 0x0F:x}{octet >> 4:x}" for octet in octets[:6]]
    zone = octets[6]
    quarters = (zone & 0x07) * 10 + (zone >> 4)
    sign = "-" if zone & 0x08 else "+"
    return "{}/{}/{},{}:{}:{}".format(*pairs) + f"{sign}{quarters:02d}"


def coding_of(dcs: int) -> Coding:
    """The coding groups of 3GPP TS 23.038 §4."""
    if dcs & 0x80 == 0 or dcs & 0xF0 == 0xF0:
        kind = (dcs >> 2) & 0x03 if dcs & 0x80 == 0 else (dcs >> 2) & 0x01
        return "ucs2" if kind == 2 else "8bit" if kind == 1 else "gsm7"
    return "ucs2" if dcs & 0xF0 == 0xE0 else "gsm7"


def _read_content(cursor: _Octets, dcs: int, has_header: bool) -> Content:
    length = cursor.one()
    coding = coding_of(dcs)
    data = cursor.take((length * 7 + 7) // 8 if coding == "gsm7" else length)
    header = b""
    if has_header:
        if not data or data[0] + 1 > len(data):
            raise BadPdu("the header is longer than the user data")
        header = data[1 : data[0] + 1]
    behind = data[len(header) + 1 if has_header else 0 :]
    text: str | None = None
    if coding == "gsm7":
        header_bits = 8 * (len(data) - len(behind))
        fill_bits = -header_bits % 7
        septets = alphabet.unpack(behind, length - (header_bits + 6) // 7, fill_bits)
        if not any(element in (0x24, 0x25) for element, _ in elements(header)):
            text = alphabet.text_of(septets)
        behind = septets
    elif coding == "ucs2":
        text = behind.decode("utf-16-be", errors="replace")
    return Content(coding=coding, text=text, octets=behind, header=header)


def elements(header: bytes) -> list[tuple[int, bytes]]:
    """(identifier, data) of each information element; a broken tail is left out."""
    found = []
    while len(header) >= 2 and len(header) >= 2 + header[1]:
        found.append((header[0], header[2 : 2 + header[1]]))
        header = header[2 + header[1] :]
    return found
