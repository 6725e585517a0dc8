"""The data coding scheme, TP-DCS (3GPP TS 23.038 §4): which alphabet, which class, and the rest of what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from smsmqtt.errors import PduError
from smsmqtt.model import Alphabet

WaitingKind = Literal["voicemail", "fax", "email", "other"]

_ALPHABETS: Final = (Alphabet.GSM7, Alphabet.DATA, Alphabet.UCS2)
_WAITING: Final[tuple[WaitingKind, ...]] = ("voicemail", "fax", "email", "other")


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A message waiting indication: switch the sign for this kind on or off; ``store`` keeps the text too."""

    kind: WaitingKind
    active: bool
    store: bool


@dataclass(frozen=True, kw_only=True)
class Coding:
    """``message_class``: 0 is shown at once (flash), 1 kept by the telephone, 2 by the SIM, 3 by the equipment."""

    alphabet: Alphabet
    message_class: int | None = None
    compressed: bool = False
    delete_after_reading: bool = False
    waiting: Waiting | None = None
    warnings: tuple[str, ...] = ()


def read(dcs: int) -> Coding:
    """What an octet means; reserved codings count as the default alphabet, as the standard asks."""
    group = dcs >> 4
    if group < 0b1000:
        return _general(dcs)
    if group == 0b1111:
        alphabet = Alphabet.DATA if dcs & 0x04 else Alphabet.GSM7
        return Coding(alphabet=alphabet, message_class=dcs & 0x03)
    if group >= 0b1100:
        return Coding(
            alphabet=Alphabet.UCS2 if group == 0b1110 else Alphabet.GSM7,
            waiting=Waiting(kind=_WAITING[dcs & 0x03], active=bool(dcs & 0x08), store=group != 0b1100),
        )
    return Coding(alphabet=Alphabet.GSM7, warnings=(f"the data coding 0x{dcs:02X} is reserved",))


def _general(dcs: int) -> Coding:
    """Bits: 6 delete after reading, 5 compressed, 4 has a class, 3-2 alphabet, 1-0 class."""
    index = dcs >> 2 & 0x03
    reserved = index == len(_ALPHABETS)
    return Coding(
        alphabet=Alphabet.GSM7 if reserved else _ALPHABETS[index],
        message_class=dcs & 0x03 if dcs & 0x10 else None,
        compressed=bool(dcs & 0x20),
        delete_after_reading=bool(dcs & 0x40),
        warnings=(f"the alphabet of data coding 0x{dcs:02X} is reserved",) if reserved else (),
    )


def octet(alphabet: Alphabet, message_class: int | None) -> int:
    """The general group's octet for an uncompressed text."""
    if message_class is None:
        return _ALPHABETS.index(alphabet) << 2
    if not 0 <= message_class <= 3:
        raise PduError(f"there is no message class {message_class}")
    return 0x10 | _ALPHABETS.index(alphabet) << 2 | message_class
