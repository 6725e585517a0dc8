"""Amounts of money as phone companies write them: any mark for decimals and thousands, any word for minus."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

MOST_DIGITS = 12
"""More is a telephone number."""
_MINUS = "-\N{MINUS SIGN}\N{EN DASH}"


def parse(text: str, *, decimal: str, thousands: str = "", negative: Sequence[str] = ()) -> Decimal | None:
    """The amount that a text is; None when it is none, or could be another one.

    ``decimal`` and ``thousands``: each character is such a mark. ``negative``: words that turn it. What ends a
    sentence or stands between word and number is passed over.
    """
    rest, below_zero = _without_sign(_bare(text), negative)
    number = _number(decimal, thousands).fullmatch(_bare(rest))
    if not number or sum(map(str.isdecimal, rest)) > MOST_DIGITS:
        return None
    amount = Decimal(re.sub(r"\D", "", number["whole"]) + "." + (number["fraction"] or ""))
    return -amount if below_zero else amount


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
