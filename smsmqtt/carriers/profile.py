"""A carrier's profile: how to ask, who answers, how the answer reads. The schema of the YAML files beside it.

The values of a file come as texts, as they were written. ``parse`` is all there is to make a profile of them;
``shelf`` reads the files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from smsmqtt.carriers import amounts, dates
from smsmqtt.carriers.patterns import compile_credit_pattern, compile_pattern, views

THREE_DECIMALS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
"""ISO 4217."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What an answer says. ``pattern``: the one that found it."""

    credit: Decimal
    currency: str
    expires: date | None
    pattern: str


@dataclass(frozen=True, kw_only=True)
class NoAnswerNow:
    """The carrier says that it can't tell now. ``pattern``: the one that shows it."""

    pattern: str


def _compiled(value: Any) -> re.Pattern[str]:
    return compile_pattern(_text(value))


def _credit_compiled(value: Any) -> re.Pattern[str]:
    return compile_credit_pattern(_text(value))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("expected text")
    return value


def _number_if_one(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 4 else value


_SCHEMA = WithJsonSchema({"type": "string", "format": "regex"})
Pattern = Annotated[re.Pattern[str], BeforeValidator(_compiled), _SCHEMA]
CreditPattern = Annotated[re.Pattern[str], BeforeValidator(_credit_compiled), _SCHEMA]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Typed = Annotated[str, Field(min_length=1, max_length=160)]
Digits = Annotated[str, Field(pattern=r"^[0-9*#]{1,40}$")]
Choice = Annotated[Annotated[int, Field(ge=1, le=255)] | Typed, BeforeValidator(_number_if_one)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class ToolkitAsking(_Section):
    """Through the menus on the SIM."""

    menu: tuple[Choice, ...] = Field(
        min_length=1, max_length=6, description="What to choose: an item's number or text; the first one's number."
    )
    inputs: tuple[Typed, ...] = Field((), max_length=6, description="What to type where the SIM asks, in this order.")
    envelope: Annotated[str, Field(pattern=r"^(conforming|short|[Dd]3([0-9A-Fa-f]{2})+)$")] = Field(
        "conforming", description="short: without the source, which some SIMs want; or the octets in hex."
    )

    @model_validator(mode="after")
    def _begins_with_a_number(self) -> Self:
        if not isinstance(self.menu[0], int):
            raise ValueError("expected a number first: the SIM's main menu is not read")
        return self


class UssdAsking(_Section):
    """By a code that is dialled."""

    code: Digits = Field(description="Such as *100#.")
    inputs: tuple[Digits, ...] = Field((), max_length=3, description="What to answer where it asks, in this order.")


class SmsAsking(_Section):
    """By a text with a keyword."""

    to: Annotated[str, Field(pattern=r"^\+?[0-9]{2,15}$")] = Field(description="The number it goes to.")
    text: Typed = Field(description="The keyword.")


class Asking(_Section):
    """How to ask: one of the three."""

    toolkit: ToolkitAsking | None = None
    ussd: UssdAsking | None = None
    sms: SmsAsking | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(way is not None for way in (self.toolkit, self.ussd, self.sms)) != 1:
            raise ValueError("expected one of toolkit, ussd, sms")
        return self


class AnswerPattern(_Section):
    """Where the amount stands. ``sum``: add up everything it finds, as for several purses."""

    match: CreditPattern
    sum: bool = False

    @model_validator(mode="before")
    @classmethod
    def _of_text(cls, data: Any) -> Any:
        return {"match": data} if isinstance(data, str) else data


class Profile(_Section):
    """See the module's text."""

    name: Typed = Field(description="The carrier, for people.")
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = Field(description="ISO 3166: UY.")
    ask: Asking
    answer_from: tuple[Typed, ...] = Field((), description="Who sends the answer as a text; none: it comes at once.")
    currency: Currency = Field(description="ISO 4217: UYU. Of amounts that don't name another.")
    currencies: dict[Typed, Currency] = Field(default_factory=dict, description="How they are spelled: zl: PLN.")
    decimal: Annotated[str, Field(pattern=r"^[^\w\s]{1,2}$")] = Field(".", description="The decimal mark or marks.")
    thousands: Annotated[str, Field(pattern=r"^[^\w]{0,3}$")] = Field("", description="The marks between thousands.")
    date_order: dates.Order = Field("dmy", description="The order of day, month and year in numbers.")
    negative: tuple[Typed, ...] = Field((), description="Words for minus.")
    low: Annotated[Decimal, Field(ge=0)] | None = Field(None, description="Less than this is little.")
    patterns: tuple[AnswerPattern, ...] = Field(min_length=1, description="How the answer reads; the first wins.")
    no_answer: tuple[Pattern, ...] = Field((), description="How it reads when there is no answer now.")

    @model_validator(mode="after")
    def _marks_differ(self) -> Self:
        if set(self.decimal) & set(self.thousands):
            raise ValueError("expected other marks for thousands than for decimals")
        return self

    def read(self, text: str) -> Reading | NoAnswerNow | None:
        """What a text says of credit; None when it is something else. Never a guess."""
        for view in views(text):
            for failure in self.no_answer:
                if failure.search(view):
                    return NoAnswerNow(pattern=failure.pattern)
            for pattern in self.patterns:
                if reading := self._reading(pattern, view):
                    return reading
        return None

    def is_answer_from(self, sender: str) -> bool:
        """Whether this sender's texts are the answers; a number with and without its plus is the same."""
        return _sender(sender) in map(_sender, self.answer_from)

    def _reading(self, pattern: AnswerPattern, text: str) -> Reading | None:
        found = pattern.match.finditer(text)
        matches = list(found) if pattern.sum else [match for match in [next(found, None)] if match]
        purses = [self._purse(match) for match in matches]
        if not purses or None in purses:
            return None
        readings = [purse for purse in purses if purse]
        if len({reading.currency for reading in readings}) > 1:
            return None
        ends = [reading.expires for reading in readings if reading.expires]
        return Reading(
            credit=sum((reading.credit for reading in readings), Decimal(0)),
            currency=readings[0].currency,
            expires=min(ends, default=None),
            pattern=pattern.match.pattern,
        )

    def _purse(self, match: re.Match[str]) -> Reading | None:
        said = match.groupdict()
        currency = self._currency(said.get("currency"))
        if currency is None or not amounts.is_whole(match.string, *match.span("credit")):
            return None
        credit = amounts.parse(
            said["credit"] or "",
            decimal=self.decimal,
            thousands=self.thousands,
            negative=self.negative,
            decimals=3 if currency in THREE_DECIMALS else 2,
        )
        if credit is None:
            return None
        expires = dates.parse(said.get("expires") or "", self.date_order)
        return Reading(credit=credit, currency=currency, expires=expires, pattern=match.re.pattern)

    def _currency(self, spelled: str | None) -> str | None:
        """None for a currency that nobody knows."""
        if spelled is None:
            return self.currency
        known = {name.casefold(): code for name, code in self.currencies.items()}
        known |= {code.casefold(): code for code in (self.currency, *self.currencies.values())}
        return known.get(spelled.casefold().strip(" .")) or known.get(spelled.casefold().strip())


def _sender(text: str) -> str:
    return text.strip().removeprefix("+").casefold()


def parse(values: Mapping[str, Any]) -> Profile:
    """A profile of a file's values; raises pydantic's ValidationError with every fault."""
    return Profile.model_validate(_without_empty(values))


def _without_empty(values: Mapping[str, Any]) -> dict[str, Any]:
    """A key that is written and left empty counts as absent."""
    return {key: value for key, value in values.items() if value is not None}
