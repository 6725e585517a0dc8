"""Dates as phone companies write them: in any order, with names of months, with times, as ranges."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Literal

Order = Literal["dmy", "mdy", "ymd"]

_MONTHS = (
    "january february march april may june july august september october november december",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "januari februari maret april mei juni juli agustus september oktober november desember",
    "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
)
_SHORTEST_MONTH = 3

_TIME = re.compile(r"\b\d{1,2}:\d{2}(?::\d{2})?(?:\s?[ap]\.?m\b\.?)?", re.IGNORECASE)
_BETWEEN = r"(?:\s*[-/.]\s*|\s+)"
_YEAR_FIRST = re.compile(rf"(?<!\d)(\d{{4}}){_BETWEEN}(\d{{1,2}}){_BETWEEN}(\d{{1,2}})(?!\d)")
_NUMBERS = re.compile(rf"(?<!\d)(\d{{1,2}}){_BETWEEN}(\d{{1,2}}){_BETWEEN}(\d{{4}}|\d{{2}})(?!\d)")
_NAME = r"(?P<month>[^\W\d_]{3,12})\.?"
_YEAR = r"(?P<year>\d{4}|\d{2})(?!\d)"
_DAY = r"(?<!\d)(?P<day>\d{1,2})(?:st|nd|rd|th|er)?(?!\d)"
_DAY_NAME = re.compile(rf"{_DAY}[\s.,-]*(?:(?:de|of)\s+)?{_NAME}[\s,-]*(?:del?|of)?\s*{_YEAR}", re.IGNORECASE)
_NAME_DAY = re.compile(rf"\b{_NAME}\s*{_DAY}[\s,-]*{_YEAR}", re.IGNORECASE)


def parse(text: str, order: Order = "dmy") -> date | None:
    """The last date in a text, which is the end of a range; None when there is none with a year."""
    bare = _TIME.sub(" ", text)
    found = [(place, day) for place, day in _dates(bare, order) if day]
    return max(found)[1] if found else None


def _dates(text: str, order: Order) -> Iterator[tuple[int, date | None]]:
    for match in _YEAR_FIRST.finditer(text):
        yield match.start(), _date(match[1], match[2], match[3])
    for match in _NUMBERS.finditer(text):
        parts = dict(zip(order, match.groups(), strict=True))
        yield match.start(), _date(parts["y"], parts["m"], parts["d"])
    for match in (*_DAY_NAME.finditer(text), *_NAME_DAY.finditer(text)):
        month = _month(match["month"])
        yield match.start(), _date(match["year"], month, match["day"]) if month else None


def _date(year: str, month: str | int, day: str) -> date | None:
    try:
        return date(int(year) + (2000 if len(year) < 4 else 0), int(month), int(day))
    except ValueError:
        return None


def _month(word: str) -> int | None:
    """By its name or the beginning of it in any of the languages, when that is one month in all of them."""
    sought = _plain(word)
    found = {
        number
        for names in _MONTHS
        for number, name in enumerate(names.split(), 1)
        if len(sought) >= _SHORTEST_MONTH and _plain(name).startswith(sought)
    }
    return found.pop() if len(found) == 1 else None


def _plain(word: str) -> str:
    letters = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
