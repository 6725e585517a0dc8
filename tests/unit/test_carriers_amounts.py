"""Amounts and dates in the ways that phone companies write them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from smsmqtt.carriers import amounts, dates
from smsmqtt.carriers.dates import Order


@pytest.mark.parametrize(
    ("text", "decimal", "thousands", "amount"),
    [
        ("12.34", ".", "", "12.34"),
        ("12,34", ",", "", "12.34"),
        ("12", ".", "", "12"),
        ("12.34.", ".", "", "12.34"),
        ("12.", ".", "", "12"),
        (" : 12,", ".", "", "12"),
        ("1,234.56", ".", ",", "1234.56"),
        ("1.234,56", ",", ".", "1234.56"),
        ("1 234 567", ",", " ", "1234567"),
        ("1'234.50", ".", "'", "1234.50"),
        ("1,23,456.00", ".", ",", "123456.00"),
        ("1234.56", ".", ",", "1234.56"),
        ("-5.00", ".", "", "-5.00"),
        ("5.00-", ".", "", "-5.00"),
        ("−5", ".", "", "-5"),
        ("+5", ".", "", "5"),
        ("minus 5.1", ".", "", "-5.1"),
        ("Минус:45,36", ",", "", "-45.36"),
        ("5 minus", ".", "", "-5"),
        ("12,3", ".,", "", "12.3"),
        ("12.3", ".,", "", "12.3"),
        ("0.00", ".", "", "0.00"),
        ("0.125", ".", "", "0.125"),
        ("1,234.567", ".", ",", "1234.567"),
        ("1234.567", ".", "", "1234.567"),
    ],
)
def test_an_amount_is_read(text: str, decimal: str, thousands: str, amount: str) -> None:
    read = amounts.parse(text, decimal=decimal, thousands=thousands, negative=("minus", "Минус"))

    assert read == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "decimal", "thousands"),
    [
        ("", ".", ""),
        ("minus", ".", ""),
        (".", ".", ""),
        (".50", ".", ""),
        ("12,34", ".", ""),  # who says that the comma isn't one of thousands
        ("12,34", ".", ","),
        ("1.2.3", ".", ""),
        ("1,2345", ".", ","),
        ("12.34567", ".", ""),
        ("5 EUR", ".", ""),
        ("59899123456789", ".", ""),
        ("1 2", ".", ""),
        ("1.234", ".", ""),  # perhaps a thousand and more
        ("12,500", ",", "."),
    ],
)
def test_what_is_no_amount_or_could_be_another_is_none(text: str, decimal: str, thousands: str) -> None:
    assert amounts.parse(text, decimal=decimal, thousands=thousands, negative=("minus",)) is None


def test_some_currencies_have_three_decimals() -> None:
    assert amounts.parse("1.234", decimal=".", decimals=3) == Decimal("1.234")


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("is 12.50 now", True),
        ("is 12.50.", True),
        ("is 12.50, 100 SMS", True),
        ("is 12.50 100 SMS", True),
        ("$12.50", True),
        ("5: 12.50", True),
        ("-12.50", False),
        ("−$12.50", False),
        ("- Ksh. 12.50", False),
        ("1 12.50", False),
        ("1,12.50", False),
        ("12.50,5", False),
        ("12.50.1", False),
    ],
)
def test_an_amount_is_whole_without_a_sign_or_a_digit_beside_it(text: str, whole: bool) -> None:
    start = text.index("12.50")
    assert amounts.is_whole(text, start, start + 5) is whole


@pytest.mark.parametrize(("text", "whole"), [("12 500", False), ("12 5000", True), ("12 50", True), ("12’500", False)])
def test_groups_of_thousands_behind_an_amount_belong_to_it(text: str, whole: bool) -> None:
    assert amounts.is_whole(text, 0, 2) is whole


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("31/12/2026", "dmy", date(2026, 12, 31)),
        ("31.12.26", "dmy", date(2026, 12, 31)),
        ("30. 1. 2024 18:18", "dmy", date(2024, 1, 30)),
        ("01-01-2022 01:02:03", "dmy", date(2022, 1, 1)),
        ("08/10/2022", "mdy", date(2022, 8, 10)),
        ("08/10/2022", "dmy", date(2022, 10, 8)),
        ("2026-12-31", "dmy", date(2026, 12, 31)),
        ("2026/12/31 23:59", "mdy", date(2026, 12, 31)),
        ("26-12-31", "ymd", date(2026, 12, 31)),
        ("Aug 28 2021", "mdy", date(2021, 8, 28)),
        ("28 August 2021", "dmy", date(2021, 8, 28)),
        ("August 28th, 2021 at 11:59 pm", "mdy", date(2021, 8, 28)),
        ("31 de diciembre de 2026", "dmy", date(2026, 12, 31)),
        ("31 dic. 2026", "dmy", date(2026, 12, 31)),
        ("1er février 2027", "dmy", date(2027, 2, 1)),
        ("3. März 2027", "dmy", date(2027, 3, 3)),
        ("3 мая 2027", "dmy", date(2027, 5, 3)),
        ("05-Jan-26", "dmy", date(2026, 1, 5)),
        ("01/01/2022 - 31/01/2022", "dmy", date(2022, 1, 31)),
        ("from 1 Jan 2022 to 31 Jan 2022", "dmy", date(2022, 1, 31)),
        ("29/02/2024", "dmy", date(2024, 2, 29)),
    ],
)
def test_a_date_is_read(text: str, order: Order, day: date) -> None:
    assert dates.parse(text, order) == day


@pytest.mark.parametrize(
    "text", ["", "never", "09.05 23:19", "31/02/2026", "31/13/2026", "12345678", "5 Juk 2026", "Jui 5 2026", "18:18:18"]
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert dates.parse(text) is None
