"""Time stamps (3GPP TS 23.040 §9.2.3.11) and validity periods (§9.2.3.12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Final

from smsmqtt.codec.octets import Octets
from smsmqtt.errors import PduError

_MINUTE, _HOUR, _DAY, _WEEK = 60, 3600, 86400, 604800

# Validity period format, bits 3 and 4 of the first octet (§9.2.3.3)
NO_VALIDITY, ENHANCED, RELATIVE, ABSOLUTE = range(4)


@dataclass(frozen=True, kw_only=True)
class Validity:
    """How long the service centre keeps trying: a span or a moment; neither when it is not said.

    ``single_shot``: one try only, asked for in the enhanced format.
    """

    relative_s: int | None = None
    absolute: datetime | None = None
    single_shot: bool = False


def read_timestamp(octets: Octets, field: str) -> tuple[datetime | None, tuple[str, ...]]:
    """A moment with its own zone and what was odd; None when no moment is meant (all zero, all ones)."""
    stamp = octets.take(7, field)
    if set(stamp) in ({0}, {0xFF}):
        return None, (f"the {field} is not set",)
    year, month, day, hour, minute, second = (_semi_octets(octet, field) for octet in stamp[:6])
    zone = stamp[6]
    quarters = _semi_octets(zone & 0xF7, field) * (-1 if zone & 0x08 else 1)
    try:
        offset = timezone(timedelta(minutes=15 * quarters))
        moment = datetime(year + (1900 if year >= 90 else 2000), month, day, hour, minute, second, tzinfo=offset)
    except ValueError:
        return None, (f"the {field} is no moment that exists",)
    return moment, ()


def _semi_octets(octet: int, field: str) -> int:
    """Two decimal digits, the tens in the low half."""
    tens, ones = octet & 0xF, octet >> 4
    if tens > 9 or ones > 9:
        raise PduError(f"the {field} has 0x{octet:02X} where two decimal digits belong")
    return 10 * tens + ones


def read_validity(octets: Octets, form: int) -> tuple[Validity | None, tuple[str, ...]]:
    """The validity in the format that the first octet names."""
    if form == RELATIVE:
        return Validity(relative_s=relative_s(octets.one("validity"))), ()
    if form == ABSOLUTE:
        moment, warnings = read_timestamp(octets, "validity")
        return Validity(absolute=moment), warnings
    if form == ENHANCED:
        return _read_enhanced(Octets(octets.take(7, "validity")))
    return None, ()


def _read_enhanced(octets: Octets) -> tuple[Validity, tuple[str, ...]]:
    """Seven octets, of which the indicator tells how many say something (§9.2.3.12.3)."""
    indicator = octets.one("validity")
    following = indicator
    while following & 0x80 and octets.left:  # extension octets, none of which means anything yet
        following = octets.one("validity")
    form, single_shot = indicator & 0x07, bool(indicator & 0x40)
    if form == 0:
        return Validity(single_shot=single_shot), ()
    if form == 1:
        span_s = relative_s(octets.one("validity"))
    elif form == 2:
        span_s = octets.one("validity")
    elif form == 3:
        hours, minutes, seconds = (_semi_octets(octet, "validity") for octet in octets.take(3, "validity"))
        span_s = hours * _HOUR + minutes * _MINUTE + seconds
    else:
        return Validity(single_shot=single_shot), ("a validity format that is reserved",)
    return Validity(relative_s=span_s, single_shot=single_shot), ()


def relative_s(value: int) -> int:
    """Seconds for the one-octet form: steps of 5 minutes, half an hour, a day, a week (§9.2.3.12.1)."""
    if value <= 143:
        return (value + 1) * 5 * _MINUTE
    if value <= 167:
        return 12 * _HOUR + (value - 143) * 30 * _MINUTE
    if value <= 196:
        return (value - 166) * _DAY
    return (value - 192) * _WEEK


_SPANS_S: Final = tuple(relative_s(value) for value in range(256))


def relative_octet(span_s: float) -> int:
    """The longest one-octet span that is not longer than this one; at least the shortest, five minutes."""
    return max((value for value in range(256) if _SPANS_S[value] <= span_s), default=0)
