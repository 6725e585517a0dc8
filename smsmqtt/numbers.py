"""Phone numbers: E.164 from what people write, one subscriber in two spellings, masks for logs. Pure.

How a number is read:

- ``+…`` and ``00…`` are international. They have to be *possible* for their country (a country code
  that exists, a length that it uses), not *valid*: numbering plans grow faster than tables do. One
  trunk zero behind the country code is dropped, as in ``+44 (0)20 …``; what then still reads as
  another number is refused.
- Bare digits are either a national number of ``region`` or an international number without its sign.
  Here a guess is made, so each reading has to be *valid*. Exactly one reading is taken; two or none
  are refused.
- Bare digits where no sign can be written (an MQTT topic level, a whole JSON number) are
  international and nothing else.

Short numbers (emergency, carrier services) have no E.164 form: they are kept as they are dialled, and never guessed.

phonenumberslite is imported by the functions that ask it, since its tables take memory.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

BLANKS = re.compile(r"[\s.()-]+")
WRITTEN = re.compile(r"\+?[0-9]+")
FEWEST_DIGITS = 8
"""Country code included; behind fewer stand short numbers, which some plans count as possible."""

SAME_TAIL = 9
"""Digits that have to agree when two spellings begin with different trunk prefixes."""

SHORTEST_TAIL = 6
"""Digits of the shortest national numbers; fewer say nothing about another spelling."""

SHORT = re.compile(r"[0-9]{2,6}")
EVERYWHERE = frozenset({"112", "911"})
"""Emergency numbers of every GSM telephone (3GPP TS 22.101 §10.1)."""

REMEMBERED = 256
"""Numbers that were read lately: one order asks several times about the same one."""

Kind = Literal["ordinary", "premium", "short", "emergency"]

IN_TEXT = re.compile(r"(?<![\w.:+-])(?:\+[0-9]{7,15}|00[0-9]{7,15}|[0-9]{8,15})(?![\w:]|\.[0-9])")


class BadNumber(ValueError):
    """The text is not a phone number that can be texted; the message says why."""


def parse(text: str, *, region: str | None, bare_is_international: bool = False) -> str:
    """The E.164 form. ``region`` (``UY``) is the country of national numbers, None when there is none."""
    digits = BLANKS.sub("", text)
    if not WRITTEN.fullmatch(digits):
        raise BadNumber("expected a phone number such as +59899000001")
    if digits.startswith(("+", "00")):
        return _international(digits.removeprefix("00").removeprefix("+"))
    if bare_is_international:
        return _international(digits)
    return _only_reading(digits, region)


def _international(digits: str) -> str:
    import phonenumbers

    number = _number("+" + digits, None)
    if number and phonenumbers.is_possible_number(number):
        written = _e164(number)
        if len(written) > FEWEST_DIGITS and _number(written, None) == number:
            return written
    raise BadNumber("not a possible international number: check the country code and the count of digits")


def _only_reading(digits: str, region: str | None) -> str:
    import phonenumbers

    candidates = [_number("+" + digits, None), _number(digits, region) if region else None]
    readings = {_e164(number) for number in candidates if number and phonenumbers.is_valid_number(number)}
    if len(readings) == 1:
        return readings.pop()
    if readings:
        forms = " or ".join(sorted(readings))
        raise BadNumber(f"this may be {forms}: write it with + and the country code")
    where = f"neither a valid number of {region} nor" if region else "not"
    raise BadNumber(f"{where} a valid international number; write it with + and the country code")


def short(text: str) -> str | None:
    """A number as it is dialled that only the own network knows; None when it is none."""
    digits = BLANKS.sub("", text)
    return digits if SHORT.fullmatch(digits) else None


@lru_cache(maxsize=REMEMBERED)
def kind(number: str, region: str | None) -> Kind:
    """What a text to this number may cost, or stir up. ``number``: E.164 or short."""
    import phonenumbers

    if not number.startswith("+"):
        known = region is not None and phonenumbers.connects_to_emergency_number(number, region)
        return "emergency" if known or number in EVERYWHERE else "short"
    found = _number(number, None)
    expensive = found is not None and phonenumbers.number_type(found) == phonenumbers.PhoneNumberType.PREMIUM_RATE
    return "premium" if expensive else "ordinary"


@lru_cache(maxsize=REMEMBERED)
def _number(text: str, region: str | None) -> PhoneNumber | None:
    import phonenumbers

    try:
        return phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None


def _e164(number: PhoneNumber) -> str:
    import phonenumbers

    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_region(text: str) -> bool:
    """True for a country that has a numbering plan, written as ISO 3166 does (``UY``)."""
    import phonenumbers

    return text in phonenumbers.SUPPORTED_REGIONS


def same_subscriber(a: str, b: str) -> bool:
    """Whether two spellings mean one subscriber, as networks write the recipient of a report.

    Two international numbers are compared whole. A national form is compared by its end: without
    leading zeros it has to be the end of the other, or the last nine digits agree (a trunk prefix
    such as 8 or 06). Too short to tell is False unless they are equal.
    """
    left, right = BLANKS.sub("", a), BLANKS.sub("", b)
    if not (WRITTEN.fullmatch(left) and WRITTEN.fullmatch(right)):
        return False
    if left.startswith("+") and right.startswith("+"):
        return left == right
    left, right = left.lstrip("+0"), right.lstrip("+0")
    tail = min(len(left), len(right), SAME_TAIL)
    return left == right if tail < SHORTEST_TAIL else left[-tail:] == right[-tail:]


def mask(number: str) -> str:
    """A number as logs may show it: ``+598…01``. A sender's name stays; a short number is hidden."""
    digits = BLANKS.sub("", number)
    if not WRITTEN.fullmatch(digits):
        return number
    return f"{digits[:4]}…{digits[-2:]}" if len(digits) > FEWEST_DIGITS else "…"


def mask_in(text: str) -> str:
    """A sentence with every phone number in it masked; other numbers stay."""
    return IN_TEXT.sub(lambda found: mask(found[0]), text)
