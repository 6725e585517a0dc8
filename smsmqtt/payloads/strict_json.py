"""JSON as callers hand it in, read so that nothing is guessed: one reading, or a clear refusal."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any, NoReturn, Self

from smsmqtt.errors import PayloadError

LIMIT_OCTETS = 64 * 1024
"""The longest payload, and the longest body, that is looked at."""


class Fraction(Decimal):
    """A JSON number that is not whole. As text it is what was written: ``1.10``, ``1e22``."""

    def __new__(cls, written: str) -> Self:
        """ValueError for one that no reader of our answers could take."""
        if math.isinf(float(written)):
            raise ValueError(written)
        number = super().__new__(cls, written)
        number._written = written
        return number

    _written: str

    def __str__(self) -> str:
        return self._written


def read_text(payload: bytes) -> str:
    """UTF-8 within the limit; a byte order mark in front is dropped."""
    if len(payload) > LIMIT_OCTETS:
        raise PayloadError(
            None, f"the payload has {len(payload)} octets; at most {LIMIT_OCTETS} are taken", "too_large"
        )
    try:
        return payload.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise PayloadError(None, f"the payload is not UTF-8 (octet {error.start})") from error


def read_object(payload: bytes, example: str = "{}", *, bare_newlines: bool = False) -> dict[str, Any]:
    """A JSON object. A number meant as text keeps its digits.

    ``example``: what is shown to a caller who wrote something else; the least that can be asked is ``{}``.
    ``bare_newlines``: control characters inside text need no escape, for those who never had to write it.
    """
    text = read_text(payload)
    try:
        value = json.loads(
            text,
            strict=not bare_newlines,
            object_pairs_hook=_no_duplicates,
            parse_constant=_no_constant,
            parse_float=Fraction,
        )
    except RecursionError as error:
        raise PayloadError(None, "the JSON is nested too deeply") from error
    except json.JSONDecodeError as error:
        raise PayloadError(None, f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from error
    except (ValueError, ArithmeticError) as error:  # thousands of digits, or an exponent of a score of them
        raise PayloadError(None, "the JSON has a number beyond all measure") from error
    if not isinstance(value, dict):
        raise PayloadError(None, f"expected a JSON object such as {example}, got {kind(value)}")
    return value


def kind(value: object) -> str:
    """What a JSON value is, in words."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float() | Decimal():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
        case _:
            return "an object"


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise PayloadError(shown(twice), "is given twice")
    return fields


def _no_constant(name: str) -> NoReturn:
    raise PayloadError(None, f"not JSON: {name} is not a number")


def shown(name: str) -> str:
    """A name out of a payload, safe and short enough to be repeated in an answer."""
    printable = "".join(character if character.isprintable() else "\ufffd" for character in name)
    return printable if len(printable) <= 40 else printable[:39] + "…"
