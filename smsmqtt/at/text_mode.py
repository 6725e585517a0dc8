"""Text mode, for modules that refuse PDU mode: records of a listing → values, bodies to send → octets that are safe.

Some modules list a text that has a header as the hex of all its octets, so that long texts can be joined; others
leave the header out, and the parts come as texts of their own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from smsmqtt.at.replies import fields
from smsmqtt.codec import coding, gsm7, userdata
from smsmqtt.codec.header import Concat
from smsmqtt.codec.octets import Octets
from smsmqtt.codec.userdata import UserData, header_septets
from smsmqtt.errors import PduError
from smsmqtt.model import Alphabet

STATUS_REPORT = 2  # TP-MTI, the low bits of <fo>
MTI_MASK = 3
SUBMIT_WITH_VALIDITY = 17  # <fo> of +CSMP: SMS-SUBMIT, relative validity
ASKS_REPORT = 32
HAS_HEADER = 64
DCS_GSM7, DCS_UCS2 = 0, 8
FEW_SEPTETS = 8
"""Fewer take as many octets as they are, so that their number doesn't tell septets from octets."""
FLASH = 16  # message class 0 (3GPP TS 23.038 §4)
LAST_USUAL_LETTER = "\u06ff"  # Latin, Greek, Cyrillic, Hebrew, Arabic

_MOMENT = re.compile(r"(\d\d)/(\d\d)/(\d\d),(\d\d):(\d\d):(\d\d)(?:([+-])(\d\d))?")
_HEADED = re.compile(r"050003|060804|0[BC]05", re.IGNORECASE)
"""A header with a concatenation first, or behind ports."""
_HEX = re.compile(r"(?:[0-9A-Fa-f]{4})+")


@dataclass(frozen=True, kw_only=True)
class TextRecord:
    """A text that came in."""

    sender: str
    sent_at: datetime | None
    body: str
    encoding: Alphabet
    concat: Concat | None = None


@dataclass(frozen=True, kw_only=True)
class ReportRecord:
    """A status report that came in. ``recipient`` can be empty."""

    reference: int
    recipient: str
    sent_at: datetime | None
    status: int


def parse_record(content: str, character_set: str) -> TextRecord | ReportRecord:
    """Raises PduError. Status reports have other columns than texts, and no body (3GPP TS 27.005 §3.4.2)."""
    header, _, body = content.partition("\n")
    values = fields(header)
    if len(values) >= 9 and values[2].isdecimal() and int(values[2]) & MTI_MASK == STATUS_REPORT:
        if not (values[3].isdecimal() and values[8].isdecimal()):
            raise PduError("a status report without its numbers")
        return ReportRecord(
            reference=int(values[3]) & 0xFF,
            recipient=_spelled(values[4], character_set),
            sent_at=_moment(values[6]),
            status=int(values[8]) & 0xFF,
        )
    if len(values) < 4:
        raise PduError("a record with too few columns")
    length = int(values[-1]) if len(values) >= 6 and values[-1].isdecimal() else None
    data = _headed(body, length)
    text, encoding = (data.text, data.alphabet) if data else _body(body, character_set, length)
    moments = (_moment(value) for value in values[3:])  # some leave out the column before it, for the alpha name
    return TextRecord(
        sender=_spelled(values[2], character_set),
        sent_at=next(filter(None, moments), None),
        body=text,
        encoding=encoding,
        concat=data.header.concat if data and data.header else None,
    )


def _headed(body: str, length: int | None) -> UserData | None:
    """The user data of a part of a long text, listed as hex with its header (3GPP TS 23.040 §9.2.3.24.1).

    ``length`` (+CSDH=1) counts what stands behind the header, in characters or octets. Raises PduError.
    """
    if not _HEADED.match(body) or len(body) % 2:
        return None
    octets = bytes.fromhex(body)
    header_octets = octets[0] + 1
    behind = octets[header_octets:]
    if length is None or length == len(behind) // 2 or (length == len(behind) and _is_wide(behind)):
        units, dcs = len(octets), DCS_UCS2
    else:
        units, dcs = header_septets(header_octets) + length, DCS_GSM7
    return userdata.read(Octets(bytes((units & 0xFF,)) + octets), coding.read(dcs), has_header=True)


def _is_wide(octets: bytes) -> bool:
    """Of as many octets as characters: few septets, or UCS-2, which mostly has a blank or a Latin letter somewhere."""
    return len(octets) >= FEW_SEPTETS or 0 in octets[::2]


def _body(body: str, character_set: str, length: int | None) -> tuple[str, Alphabet]:
    """``length`` (+CSDH=1), in characters or octets, tells a text of hex digits from the hex of a UCS-2 text."""
    hexadecimal = _HEX.fullmatch(body) is not None
    if character_set == "UCS2" and (hexadecimal or not body):
        text = _from_hex(body)
        return text, Alphabet.GSM7 if all(map(gsm7.is_default, text)) else Alphabet.UCS2
    if hexadecimal and length in (len(body) // 2, len(body) // 4):
        return _from_hex(body), Alphabet.UCS2
    # Octets above 127 are none of the alphabet's, whatever the module means by them: they read as U+FFFD.
    return gsm7.decode(body.encode("latin-1", errors="replace")), Alphabet.GSM7


def _from_hex(body: str) -> str:
    return bytes.fromhex(body).decode("utf-16-be", errors="replace")


def _spelled(text: str, character_set: str) -> str:
    """With UCS2 most modules spell numbers and names as hex, too, and some leave them as they are.

    Hex that would read as a rare script is a plain name such as CAFE, or a plain number.
    """
    if character_set != "UCS2" or not _HEX.fullmatch(text):
        return text
    spelled = _from_hex(text)
    return spelled if max(spelled) <= ("\x7f" if text.isdecimal() else LAST_USUAL_LETTER) else text


def _moment(text: str) -> datetime | None:
    """``yy/MM/dd,hh:mm:ss±zz``, the zone in quarters of an hour; None when it can't be one."""
    match = _MOMENT.fullmatch(text)
    if not match:
        return None
    year, month, day, hour, minute, second = (int(match[i]) for i in range(1, 7))
    quarters = int(match[8] or 0) * (-1 if match[7] == "-" else 1)
    century = 1900 if year >= 90 else 2000
    try:
        zone = timezone(timedelta(minutes=15 * quarters))
        return datetime(century + year, month, day, hour, minute, second, tzinfo=zone).astimezone(UTC)
    except ValueError:
        return None


@dataclass(frozen=True, kw_only=True)
class TextSubmit:
    """``parameters`` for +CSMP; number and body as the character set wants them."""

    parameters: str
    number: str
    body: str


def encode(
    *,
    number: str,
    text: str,
    header: bytes,
    alphabet: Alphabet,
    character_set: str,
    report: bool,
    flash: bool,
    validity: int,
) -> TextSubmit:
    """Raises PduError for what would not arrive as it was meant. ``validity``: the relative TP-VP octet."""
    if header and alphabet is not Alphabet.UCS2:
        raise PduError("this module knows text mode only, where long texts must be UCS-2")
    wide = character_set == "UCS2"
    if not wide and (alphabet is Alphabet.UCS2 or not all(map(_is_safe, text))):
        raise PduError("this module knows text mode only and takes nothing but plain letters and digits")
    first = SUBMIT_WITH_VALIDITY | (ASKS_REPORT if report else 0) | (HAS_HEADER if header else 0)
    dcs = (DCS_UCS2 if alphabet is Alphabet.UCS2 else DCS_GSM7) | (FLASH if flash else 0)
    return TextSubmit(
        parameters=f"{first},{validity},0,{dcs}",
        number=_to_hex(number) if wide else number,
        body=header.hex().upper() + _to_hex(text) if wide else text.replace("\n", "\r"),
    )


def _is_safe(character: str) -> bool:
    """What stands for itself in ASCII and in GSM 7 alike. ESC would end the text, Ctrl-Z send half of it."""
    return character == "\n" or (gsm7.is_default(character) and gsm7.encode(character) == character.encode())


def _to_hex(text: str) -> str:
    return text.encode("utf-16-be", errors="surrogatepass").hex().upper()
