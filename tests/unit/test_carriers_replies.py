"""Every answer that is known gives exactly what it says, and every failure nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from support.replies_of_carriers import ANSWERS, FAILURES, TELLING, Answer, profiles

from smsmqtt.carriers import shelf
from smsmqtt.carriers.profile import NoAnswerNow, Reading

PROFILES = profiles()


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer.carrier)
def test_an_answer_gives_its_amount_currency_and_date(answer: Answer) -> None:
    reading = PROFILES[answer.carrier].read(answer.text)

    assert isinstance(reading, Reading)
    assert (reading.credit, reading.currency, reading.expires) == (answer.amount, answer.currency, answer.expires)


@pytest.mark.parametrize("name", sorted(PROFILES))
@pytest.mark.parametrize("failure", range(len(FAILURES)))
def test_a_failure_gives_no_amount_to_anybody(name: str, failure: int) -> None:
    assert not isinstance(PROFILES[name].read(FAILURES[failure]), Reading)


@pytest.mark.parametrize("name", sorted(TELLING))
def test_a_failure_is_known_for_what_it_is(name: str) -> None:
    assert isinstance(PROFILES[name].read(TELLING[name]), NoAnswerNow)


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer.carrier)
def test_an_answer_is_no_failure_to_other_carriers(answer: Answer) -> None:
    assert not [name for name, other in PROFILES.items() if isinstance(other.read(answer.text), NoAnswerNow)]


@pytest.mark.parametrize("name", sorted(shelf.load()))
def test_every_shipped_profile_has_an_answer_in_the_table(name: str) -> None:
    assert [answer for answer in ANSWERS if answer.carrier == name]


@pytest.mark.parametrize("name", sorted(shelf.load()))
def test_every_shipped_profile_knows_when_credit_is_low(name: str) -> None:
    profile = PROFILES[name]

    assert profile.low
    assert name.endswith(f"-{profile.country.lower()}")


@pytest.mark.parametrize(
    ("carrier", "text"),
    [
        ("antel-uy", "su saldo es -$12.50, vence el 31/12/2026."),
        ("antel-uy", "su saldo es $1.234, vence el 31/12/2026."),
        ("antel-uy", "su saldo es $1.234,00 vence, el 31/12/2026."),
        ("safaricom-ke", "Airtime Balance: -Ksh 20.00"),
        ("beeline-ru", "Баланс 1 234,50 р"),
        ("life-ua", "Balans: 1 234.50 grn"),
        ("xl-id", "Pulsa Rp 12 500"),
        ("sunrise-ch", "Guthaben beträgt CHF 1’234.50"),
        ("kaufland-de", "1 234,56 EUR Startguthaben"),
        ("vodafone-de", "Aktuelles Guthaben: 1,234 EUR"),
    ],
)
def test_what_may_be_another_amount_is_none(carrier: str, text: str) -> None:
    assert PROFILES[carrier].read(text) is None


@pytest.mark.parametrize(
    ("carrier", "text", "credit", "expires"),
    [
        ("antel-uy", "su saldo es $50, vence el 31-12-26.", "50", date(2026, 12, 31)),
        ("xl-id", "Pulsa Rp 12.500 s.d. 01-01-29", "12500", date(2029, 1, 1)),
        ("malitel-ml", "solde est de 2.500 FCFA valable jusqu'au 31.12.29", "2500", date(2029, 12, 31)),
        ("malitel-ml", "solde est de 12 500,50 FCFA", "12500.50", None),
        ("kaufland-de", "- 2,50 EUR Startguthaben, 20,00 EUR Kaufguthaben", "17.50", None),
    ],
)
def test_other_forms_of_amounts_and_dates_are_read(carrier: str, text: str, credit: str, expires: date | None) -> None:
    reading = PROFILES[carrier].read(text)
    assert isinstance(reading, Reading)
    assert (reading.credit, reading.expires) == (Decimal(credit), expires)


def test_antel_is_asked_as_it_always_was() -> None:
    way = PROFILES["antel-uy"].ask.toolkit

    assert way is not None
    assert (way.menu, way.envelope) == ((2, 8, 2), "short")
    assert PROFILES["antel-uy"].is_answer_from("+123")
    assert PROFILES["antel-uy"].is_answer_from("123")
    assert not PROFILES["antel-uy"].is_answer_from("1234")
