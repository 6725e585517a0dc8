"""Phone numbers: how they are read, compared and masked."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsmqtt.numbers import BadNumber, is_region, kind, mask, mask_in, parse, same_subscriber, short


@pytest.mark.parametrize(
    "text",
    [
        "+59899000001",
        "0059899000001",
        " +598 99 000 001 ",
        "+598-99-000-001",
        "+598 (99) 000.001",
        "+598\u00a099\u00a0000\u00a0001",
        "00 598 99 000 001",
    ],
)
def test_a_sign_or_double_zero_makes_a_number_international(text: str) -> None:
    assert parse(text, region=None) == "+59899000001"
    assert parse(text, region="US") == "+59899000001"


def test_a_trunk_zero_behind_the_country_code_is_dropped() -> None:
    assert parse("+598 (0)99 000 001", region=None) == "+59899000001"


def test_a_national_number_is_read_by_the_region() -> None:
    assert parse("099 000 001", region="UY") == "+59899000001"
    assert parse("99000001", region="UY") == "+59899000001"


def test_a_national_number_without_a_region_is_refused() -> None:
    with pytest.raises(BadNumber, match="not a valid international number"):
        parse("099000001", region=None)


def test_bare_digits_with_one_valid_reading_are_that_number() -> None:
    assert parse("59899000001", region="UY") == "+59899000001"
    assert parse("59899000001", region=None) == "+59899000001"


def test_two_valid_readings_are_refused_and_both_are_named() -> None:
    with pytest.raises(BadNumber) as refused:
        parse("3905123456", region="IT")
    assert "+3905123456" in str(refused.value)
    assert "+393905123456" in str(refused.value)


def test_bare_digits_where_no_sign_can_be_written_are_international_only() -> None:
    assert parse("59899000001", region="US", bare_is_international=True) == "+59899000001"
    assert parse("3905123456", region="IT", bare_is_international=True) == "+3905123456"
    with pytest.raises(BadNumber):
        parse("099000001", region="UY", bare_is_international=True)


def test_a_possible_number_of_a_range_that_no_table_knows_is_taken_with_its_sign() -> None:
    assert parse("+15551234567", region=None) == "+15551234567"


@pytest.mark.parametrize("text", ["112", "911", "+112", "00112", "1990", "+5981990"])
@pytest.mark.parametrize("bare_is_international", [False, True])
def test_short_numbers_are_refused(text: str, bare_is_international: bool) -> None:
    with pytest.raises(BadNumber):
        parse(text, region="UY", bare_is_international=bare_is_international)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+",
        "00",
        "++59899000001",
        "599+8",
        "+0598990000",
        "+59899000001234567",
        "+999123456789",
        "ANTEL",
        "+598 99 CALL ME",
        "+59899000001;ext=5",
        "tel:+59899000001",
        "٠٩٩٠٠٠٠٠١",
        "+59899000001\x00",
        "9" * 5000,
    ],
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(BadNumber):
        parse(text, region="UY")


@given(st.text(max_size=40), st.sampled_from([None, "UY", "IT", "US"]), st.booleans())
def test_any_text_is_a_number_or_refused(text: str, region: str | None, bare: bool) -> None:
    try:
        number = parse(text, region=region, bare_is_international=bare)
    except BadNumber:
        return
    assert number.startswith("+")
    assert number[1:].isdecimal()


@given(st.from_regex(r"\+[1-9][0-9]{7,14}", fullmatch=True))
def test_a_parsed_number_reads_as_itself(text: str) -> None:
    try:
        number = parse(text, region=None)
    except BadNumber:
        return
    assert parse(number, region="UY") == number
    assert parse("00" + number[1:], region="UY") == number


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("+59899000001", "+59899000001"),
        ("+59899000001", "099000001"),
        ("+59899000001", "99000001"),
        ("+59899000001", "59899000001"),
        ("+59899000001", "0059899000001"),
        ("+59899000001", "099 000 001"),
        ("+79123456789", "89123456789"),
        ("1990", "1990"),
    ],
)
def test_two_spellings_of_one_subscriber_are_the_same(a: str, b: str) -> None:
    assert same_subscriber(a, b)
    assert same_subscriber(b, a)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("+59899000001", "+59899000002"),
        ("+59899000001", "+5499000001"),
        ("+59899000001", "099000002"),
        ("+59899000001", "0001"),
        ("+59899000001", ""),
        ("", ""),
        ("ANTEL", "ANTEL"),
    ],
)
def test_others_are_not(a: str, b: str) -> None:
    assert not same_subscriber(a, b)
    assert not same_subscriber(b, a)


def test_a_mask_keeps_the_country_and_the_end() -> None:
    assert mask("+59899000001") == "+598…01"
    assert mask("099 000 001") == "0990…01"


def test_short_numbers_are_hidden_and_names_stay() -> None:
    assert mask("1990") == "…"
    assert mask("ANTEL") == "ANTEL"
    assert mask("") == ""


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("to +59899000001, later", "to +598…01, later"),
        ("from 0059899000001.", "from 0059…01."),
        ("contact 59899000001", "contact 5989…01"),
        ("'+59899000001'", "'+598…01'"),
    ],
)
def test_numbers_in_a_sentence_are_masked(text: str, masked: str) -> None:
    assert mask_in(text) == masked


@pytest.mark.parametrize(
    "text", ["port 1883", "held 12.345678901 s", "2026-11-22T19:35:03Z", "id a1b2c3d4-12345678901", "192.168.0.100"]
)
def test_other_numbers_in_a_sentence_stay(text: str) -> None:
    assert mask_in(text) == text


def test_a_region_is_a_country_with_a_numbering_plan() -> None:
    assert is_region("UY")
    assert not is_region("uy")
    assert not is_region("XX")


def test_the_tables_are_not_loaded_until_a_number_is_read() -> None:
    seen = "import smsmqtt.numbers, sys; sys.exit('phonenumbers' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", seen], check=False).returncode == 0


@pytest.mark.parametrize(("text", "dialled"), [("226", "226"), ("2 26", "226"), ("11", "11"), ("123456", "123456")])
def test_a_short_number_is_kept_as_it_is_dialled(text: str, dialled: str) -> None:
    assert short(text) == dialled


@pytest.mark.parametrize("text", ["1", "1234567", "+226", "*100#", "22a"])
def test_what_is_no_short_number(text: str) -> None:
    assert short(text) is None


@pytest.mark.parametrize(
    ("number", "region", "expected"),
    [
        ("+59899000001", "UY", "ordinary"),
        ("+5989001234", None, "premium"),
        ("+19005551234", "UY", "premium"),
        ("226", "UY", "short"),
        ("112", None, "emergency"),
        ("911", "UY", "emergency"),
        ("999", "GB", "emergency"),
        ("999", None, "short"),
    ],
)
def test_kinds_of_numbers(number: str, region: str | None, expected: str) -> None:
    assert kind(number, region) == expected
