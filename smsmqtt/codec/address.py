"""Addresses as PDUs carry them (3GPP TS 23.040 §9.1.2.5): number, short code or name, in semi-octets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from smsmqtt.codec import gsm7
from smsmqtt.codec.octets import Octets
from smsmqtt.errors import PduError
from smsmqtt.model import SenderType

INTERNATIONAL: Final = 0x91
UNKNOWN: Final = 0x81
_DIGITS: Final = "0123456789*#abc"
_FILLER: Final = 0xF
_MOST_DIGITS: Final = 20
_MOST_SHORT_DIGITS: Final = 6

# Type of number, bits 4 to 6 of the type of address
_TON_INTERNATIONAL, _TON_NETWORK, _TON_NAME, _TON_ABBREVIATED = 1, 3, 5, 6


@dataclass(frozen=True, kw_only=True)
class Address:
    """``text`` has a ``+`` when the number is international; ``toa`` is the raw type of address octet."""

    text: str
    toa: int

    @property
    def type(self) -> SenderType:
        """``short``: a service's number that only this network knows, or none at all."""
        ton = _ton(self.toa)
        if ton == _TON_NAME:
            return "name"
        if ton == _TON_INTERNATIONAL and self.text:
            return "number"
        special = ton in (_TON_NETWORK, _TON_ABBREVIATED) or not self.text.isdigit()
        return "short" if special or len(self.text) <= _MOST_SHORT_DIGITS else "number"


def read(octets: Octets, field: str) -> Address:
    """An address whose length counts useful semi-octets, as the destination and originating ones do."""
    length = octets.one(f"{field} length")
    if length > _MOST_DIGITS:
        raise PduError(f"the {field} can't have {length} digits")
    toa = octets.one(f"{field} type")
    if not toa & 0x80:
        raise PduError(f"the {field} type 0x{toa:02X} lacks its highest bit")
    return _address(toa, octets.take((length + 1) // 2, field), length)


def read_service_centre(octets: Octets) -> Address | None:
    """The service centre's address: its length counts octets, the type included; 0 is none."""
    length = octets.one("service centre length")
    if length == 0:
        return None
    if length > 1 + _MOST_DIGITS // 2:
        raise PduError(f"the service centre can't have {length} octets")
    toa = octets.one("service centre type")
    return _address(toa, octets.take(length - 1, "service centre"), 2 * (length - 1))


def read_rest(octets: Octets, field: str) -> Address:
    """An address without a length: its type, then digits up to the end (ETSI TS 102 223 §8.1)."""
    toa = octets.one(f"{field} type")
    digits = octets.take(octets.left, field)
    return _address(toa, digits, 2 * len(digits))


def _address(toa: int, octets: bytes, length: int) -> Address:
    if _ton(toa) == _TON_NAME:
        return Address(text=_name(octets, length), toa=toa)
    digits = _digits(octets, length)
    return Address(text=f"+{digits}" if digits and _ton(toa) == _TON_INTERNATIONAL else digits, toa=toa)


def _ton(toa: int) -> int:
    return toa >> 4 & 0x7


def _digits(octets: bytes, length: int) -> str:
    nibbles = [nibble for octet in octets for nibble in (octet & 0xF, octet >> 4)][:length]
    if _FILLER in nibbles:
        nibbles = nibbles[: nibbles.index(_FILLER)]
    return "".join(_DIGITS[nibble] for nibble in nibbles)


def _name(octets: bytes, length: int) -> str:
    """Seven letters fill seven octets but one bit less than a septet: what lies there is filler, ``@`` or CR."""
    septets = gsm7.unpack(octets, length * 4 // 7)
    if septets and len(septets) % 8 == 0 and septets[-1] in (0, gsm7.CR):
        septets = septets[:-1]
    return gsm7.decode(septets)


def encode(number: str) -> bytes:
    """A recipient's address: the number of digits, the type, the digits."""
    digits, octets = _pack(number)
    return bytes((digits,)) + octets


def encode_service_centre(number: str) -> bytes:
    """Empty: the one that the SIM knows."""
    if not number:
        return b"\x00"
    octets = _pack(number)[1]
    return bytes((len(octets),)) + octets


def _pack(number: str) -> tuple[int, bytes]:
    digits = number.removeprefix("+")
    if not digits or len(digits) > _MOST_DIGITS or not set(digits) <= set(_DIGITS):
        raise PduError("the recipient is not a number that an address can hold")
    nibbles = [_DIGITS.index(digit) for digit in digits]
    if len(nibbles) % 2:
        nibbles.append(_FILLER)
    packed = bytes(low | high << 4 for low, high in zip(nibbles[::2], nibbles[1::2], strict=True))
    toa = INTERNATIONAL if number.startswith("+") else UNKNOWN
    return len(digits), bytes((toa,)) + packed
