"""Profiles as files and as values: what is taken, what is refused and where, how a text is read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from smsmqtt.carriers import shelf
from smsmqtt.carriers.asking import strategy
from smsmqtt.carriers.patterns import LONGEST_TEXT, compile_pattern
from smsmqtt.carriers.profile import NoAnswerNow, Profile, Reading, parse
from smsmqtt.carriers.sms_query import SmsKeyword
from smsmqtt.carriers.stk_menu import ToolkitMenu
from smsmqtt.carriers.toolkits import MEDIATEK
from smsmqtt.carriers.ussd import UssdCode
from smsmqtt.errors import ConfigError

LEAST: dict[str, Any] = {
    "name": "Carrier",
    "country": "UY",
    "ask": {"ussd": {"code": "*100#"}},
    "currency": "UYU",
    "patterns": [r"credit (?P<credit>[\d.,-]+)(?: (?P<currency>(?!until)\w+))?(?: until (?P<expires>[\d/]+))?"],
}


def profile(**more: Any) -> Profile:
    return parse({**LEAST, **more})


def read(text: str, **more: Any) -> tuple[Decimal, str, date | None] | None:
    reading = profile(**more).read(text)
    return (reading.credit, reading.currency, reading.expires) if isinstance(reading, Reading) else None


def test_the_least_profile_reads() -> None:
    assert read("Your credit 12.50 until 31/12/2026.") == (Decimal("12.50"), "UYU", date(2026, 12, 31))


def test_line_ends_and_capitals_make_no_difference() -> None:
    assert read("CREDIT\r\n  12") == (Decimal(12), "UYU", None)


def test_the_first_pattern_that_reads_wins() -> None:
    patterns = [r"main (?P<credit>\S+)", r"(?P<credit>\d+) in all"]
    assert read("main 5 and 9 in all", patterns=patterns) == (Decimal(5), "UYU", None)
    assert read("main none and 9 in all", patterns=patterns) == (Decimal(9), "UYU", None)
    assert read("nothing", patterns=patterns) is None


def test_a_reading_names_its_pattern() -> None:
    reading = profile().read("credit 1")
    assert isinstance(reading, Reading)
    assert reading.pattern == LEAST["patterns"][0]


def test_a_currency_is_known_by_its_spellings_or_refused() -> None:
    more = {"currencies": {"pesos": "UYU", "Dollars": "USD"}}
    assert read("credit 1 pesos", **more) == (Decimal(1), "UYU", None)
    assert read("credit 1 DOLLARS", **more) == (Decimal(1), "USD", None)
    assert read("credit 1 usd", **more) == (Decimal(1), "USD", None)
    assert read("credit 1 yen", **more) is None


def test_purses_are_added_up() -> None:
    patterns = [{"match": r"(?P<credit>[\d.]+) (?P<currency>\w+) until (?P<expires>[\d/]+)", "sum": "true"}]
    text = "1.50 UYU until 31/12/2026, 2.25 UYU until 30/11/2026"
    assert read(text, patterns=patterns) == (Decimal("3.75"), "UYU", date(2026, 11, 30))
    assert read(text.replace("2.25 UYU", "2.25 USD"), patterns=patterns, currencies={"x": "USD"}) is None
    assert read(text.replace("2.25", "2.2.5"), patterns=patterns) is None


def test_no_answer_comes_before_every_pattern() -> None:
    found = profile(no_answer=["later"]).read("credit 12, ask later")
    assert found == NoAnswerNow(pattern="later")


def test_raw_gsm7_is_read_where_the_text_as_it_is_says_nothing() -> None:
    assert read("w{hlen 5", patterns=[r"wählen (?P<credit>\d+)"]) == (Decimal(5), "UYU", None)
    assert read("w{hlen é 5", patterns=[r"wählen é (?P<credit>\d+)"]) is None  # é is no code of it
    assert read("saldo \x0212", patterns=[r"saldo \$(?P<credit>\d+)"]) == (Decimal(12), "UYU", None)
    assert read("{ 12 }", patterns=[r"\{ (?P<credit>\d+) \}"]) == (Decimal(12), "UYU", None)


def test_decomposed_letters_are_letters() -> None:
    assert read("beträgt 5", patterns=[r"beträgt (?P<credit>\d+)"]) == (Decimal(5), "UYU", None)


def test_only_the_beginning_of_a_long_text_is_read() -> None:
    assert read("x" * (LONGEST_TEXT - 20) + " credit 12") is not None
    assert read("x" * LONGEST_TEXT + " credit 12") is None


def test_an_end_that_cannot_be_read_is_none() -> None:
    assert read("credit 12 until 31/02/2026") == (Decimal(12), "UYU", None)


@pytest.mark.parametrize(
    ("change", "key", "said"),
    [
        ({"name": None}, "name", "required"),
        ({"country": "Uruguay"}, "country", "pattern"),
        ({"currency": "$"}, "currency", "pattern"),
        ({"nonsense": "1"}, "nonsense", "not permitted"),
        ({"patterns": []}, "patterns", "at least 1"),
        ({"patterns": ["("]}, "patterns.0.match", "not a regular expression"),
        ({"patterns": [r"(?P<amount>\d+)"]}, "patterns.0.match", "expected a group"),
        ({"patterns": [r"(?P<credit>\d+)(?P<extra>x)"]}, "patterns.0.match", "unknown group extra"),
        ({"patterns": [r"(?P<credit>(\d+)+)"]}, "patterns.0.match", "a repeat within a repeat"),
        ({"patterns": ["(?P<credit>x)" + "x" * 400]}, "patterns.0.match", "at most 400"),
        ({"patterns": [{"match": None}]}, "patterns.0.match", "expected text"),
        ({"no_answer": ["["]}, "no_answer.0", "not a regular expression"),
        ({"decimal": ",", "thousands": ", "}, "", "other marks"),
        ({"decimal": "1"}, "decimal", "pattern"),
        ({"date_order": "ydm"}, "date_order", "'dmy', 'mdy' or 'ymd'"),
        ({"ask": {}}, "ask", "one of toolkit, ussd, sms"),
        ({"ask": {"ussd": {"code": "*1#"}, "sms": {"to": "12", "text": "x"}}}, "ask", "one of"),
        ({"ask": {"ussd": {"code": "call"}}}, "ask.ussd.code", "pattern"),
        ({"ask": {"ussd": {"code": "*1#", "inputs": ["1"] * 4}}}, "ask.ussd.inputs", "at most 3"),
        ({"ask": {"toolkit": {"menu": ["Saldo"]}}}, "ask.toolkit", "a number first"),
        ({"ask": {"toolkit": {"menu": ["2"], "envelope": "D1"}}}, "ask.toolkit.envelope", "pattern"),
        ({"low": "-1"}, "low", "greater"),
    ],
)
def test_a_fault_is_named_with_its_key(change: dict[str, Any], key: str, said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        profile(**change)
    faults = {".".join(map(str, each["loc"])): each["msg"] for each in caught.value.errors()}
    assert said.lower() in faults[key].lower()


@pytest.mark.parametrize(
    "pattern",
    [
        *(r"(a+)+", r"(a*)*b", r"((a+) )*", r"(?:x(?:a+)y)+", r"(a{2,})+", r"([)]+)*"),
        *(r"(?:\w*\s?){12}x", r"(?:\w+ ?){1,20}:", r"(?:\w+ ?){,20}:", r"(?:\w+ ?){2}", r"(?:(a+ ?){0,1} ?){3}"),
    ],
)
def test_a_pattern_that_could_run_away_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="repeat"):
        compile_pattern(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        *(r"(a+)?b+", r"(?:\d\.){2}", r"(?:[.,]\d{3})*", r"[(+*]+", r"\(a+\)+", r"x{2,}y*"),
        *(r"(a+){1}", r"(a+){0,1}", r"(a+){,1}", r"(a+){}", r"(a+){x}"),
    ],
)
def test_a_pattern_with_bounds_is_taken(pattern: str) -> None:
    assert compile_pattern(pattern)


def test_a_menu_is_of_numbers_and_texts() -> None:
    way = profile(ask={"toolkit": {"menu": ["2", "Saldo", "12"]}}).ask.toolkit
    assert way is not None
    assert way.menu == (2, "Saldo", 12)


def test_the_strategy_is_the_profiles() -> None:
    menu = {"menu": ["2", "8", "2"]}
    assert strategy(profile(), MEDIATEK) == UssdCode(code="*100#")
    assert strategy(profile(), MEDIATEK, 20.0) == UssdCode(code="*100#", answer_s=20.0)
    assert strategy(profile(answer_from=["123"]), MEDIATEK) == UssdCode(code="*100#", expects_sms=True)
    assert strategy(profile(ask={"sms": {"to": "226", "text": "SALDO"}}), MEDIATEK) == SmsKeyword(
        to="226", text="SALDO"
    )
    for envelope, octets in (
        ("conforming", "D30782020181900102"),
        ("short", "D306820181900102"),
        ("d306820181900105", "D306820181900105"),
    ):
        expected = ToolkitMenu(toolkit=MEDIATEK, envelope_hex=octets, choices=(8, 2))
        assert strategy(profile(ask={"toolkit": {**menu, "envelope": envelope}}), MEDIATEK) == expected


@pytest.mark.parametrize(
    ("sender", "known"), [("+123", True), ("123", True), ("Movi", True), ("MOVI ", True), ("1234", False), ("", False)]
)
def test_an_answer_is_known_by_its_sender(sender: str, known: bool) -> None:
    assert profile(answer_from=["123", "Movi"]).is_answer_from(sender) is known


def test_a_user_adds_a_profile_and_replaces_a_shipped_one(tmp_path: Path) -> None:
    text = (shelf.SHIPPED / "antel-uy.yaml").read_text("utf-8")
    (tmp_path / "mine.yaml").write_text(text, "utf-8")
    (tmp_path / "antel-uy.yaml").write_text(text.replace("low: 50", "low: 99"), "utf-8")

    profiles = shelf.load(tmp_path)

    assert profiles["mine"].low == 50
    assert profiles["antel-uy"].low == 99
    assert profiles.keys() == shelf.load().keys() | {"mine"}
    assert shelf.load(tmp_path / "missing").keys() == shelf.load().keys()


def test_every_fault_of_every_file_is_told_with_its_line(tmp_path: Path) -> None:
    text = (shelf.SHIPPED / "antel-uy.yaml").read_text("utf-8")
    (tmp_path / "a.yaml").write_text(text.replace("country: UY", "country: Uruguay\nlow: 1"), "utf-8")
    (tmp_path / "b.yaml").write_text("name: [", "utf-8")

    with pytest.raises(ConfigError) as caught:
        shelf.load(tmp_path)

    told = [(Path(fault.file).name, fault.key) for fault in caught.value.faults]
    assert ("a.yaml", "country") in told
    assert ("a.yaml", "low") in told
    assert told[-1][0] == "b.yaml"
    assert next(fault for fault in caught.value.faults if fault.key == "country").line == 3


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (("'*100#'}", "'*100#'}, oops: 1"), "3: ask.oops: unknown key"),
        (("credit>", "credit"), "5: patterns.0.match: not a regular expression"),
        (("['(?P<credit>x)']", "[]"), "5: patterns: Tuple should have at least 1 item"),
        (("ussd: {code: '*100#'}", "toolkit: {menu: [300]}"), "3: ask.toolkit.menu.0: Input should be less than or"),
        (("ussd: {code: '*100#'}", "toolkit: {menu: [2, '']}"), "3: ask.toolkit.menu.1: String should have at least"),
        (("ussd: {code: '*100#'}", "toolkit: {menu: [[2]]}"), "3: ask.toolkit.menu.0: Input should be a valid string"),
    ],
)
def test_a_wrong_entry_is_one_fault_at_its_own_key(tmp_path: Path, change: tuple[str, str], fault: str) -> None:
    file = tmp_path / "mine.yaml"
    text = "name: x\ncountry: UY\nask: {ussd: {code: '*100#'}}\ncurrency: UYU\npatterns: ['(?P<credit>x)']\n"
    file.write_text(text.replace(*change), "utf-8")

    with pytest.raises(ConfigError) as caught:
        shelf.read(file)

    assert [str(each).partition(fault)[1] for each in caught.value.faults] == [fault]
