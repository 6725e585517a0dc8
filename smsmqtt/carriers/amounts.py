"""Amounts of money as phone companies write them: any mark for decimals and thousands, any word for minus."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

MOST_DIGITS = 12
"""More is a telephone number."""
_MINUS = "-\N{MINUS SIGN}\N{EN DASH}"
_PERHAPS_THOUSANDS = re.compile(r"[1-9]\d{0,2}")
_GOES_BEFORE = re.compile(rf"(?:\d[ .,'’]|[{_MINUS}] ?(?:[^\W\d]{{1,4}}\.? ?|[$£€] ?)?)$")
_GOES_ON = re.compile(r"\d|[.,'’]\d")
_GOES_ON_IN_THOUSANDS = re.compile(r" \d{3}(?!\d)")


def parse(
    text: str, *, decimal: str, thousands: str = "", negative: Sequence[str] = (), decimals: int = 2
) -> Decimal | None:
    """The amount that a text is; None when it is none, or could be another one.

    ``decimal`` and ``thousands``: each character is such a mark. ``negative``: words that turn it. ``decimals``: how
    many the currency has (ISO 4217): where that isn't three, ``1.234`` may be a thousand. What ends a sentence or
    stands between word and number is passed over.
    """
    rest, below_zero = _without_sign(_bare(text), negative)
    number = _number(decimal, thousands).fullmatch(_bare(rest))
    if not number or sum(map(str.isdecimal, rest)) > MOST_DIGITS:
        return None
    fraction = number["fraction"] or ""
    if len(fraction) == 3 != decimals and _PERHAPS_THOUSANDS.fullmatch(number["whole"]):
        return None
    amount = Decimal(re.sub(r"\D", "", number["whole"]) + "." + fraction)
    return -amount if below_zero else amount


def is_whole(text: str, start: int, end: int) -> bool:
    """Whether the amount that was found there is all of it: no sign or digit in front of it, and no more behind."""
    if _GOES_BEFORE.search(text[max(0, start - 8) : start]) or _GOES_ON.match(text, end):
        return False
    in_groups = re.search(r"[.,]\d{1,2}$", text[start:end]) is None
    return not (in_groups and _GOES_ON_IN_THOUSANDS.match(text, end))


def _bare(text: str) -> str:
    return text.lstrip(" :=").rstrip(" :=.,")


def _without_sign(text: str, negative: Sequence[str]) -> tuple[str, bool]:
    plain = text.casefold()
    for word in map(str.casefold, negative):
        if plain.startswith(word):
            return plain.removeprefix(word), True
        if plain.endswith(word):
            return plain.removesuffix(word), True
    unsigned = plain.strip(_MINUS)
    return unsigned.removeprefix("+"), unsigned != plain


def _number(decimal: str, thousands: str) -> re.Pattern[str]:
    """Groups have three digits, or two as India writes them; the last one always has three."""
    plain = r"\d+"
    if thousands:
        mark = f"[{re.escape(thousands)}]"
        plain = rf"\d{{1,3}}(?:{mark}\d{{2,3}})*{mark}\d{{3}}|{plain}"
    return re.compile(rf"(?P<whole>{plain})(?:[{re.escape(decimal)}](?P<fraction>\d{{1,4}}))?")
