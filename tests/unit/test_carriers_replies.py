"""Every answer that is known gives exactly what it says, and every failure nothing."""

from __future__ import annotations

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


def test_antel_is_asked_as_it_always_was() -> None:
    way = PROFILES["antel-uy"].ask.toolkit

    assert way is not None
    assert (way.menu, way.envelope) == ((2, 8, 2), "short")
    assert PROFILES["antel-uy"].is_answer_from("+123")
    assert PROFILES["antel-uy"].is_answer_from("123")
    assert not PROFILES["antel-uy"].is_answer_from("1234")
