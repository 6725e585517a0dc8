"""Single fields of a payload: strict types, and a sentence that says what was expected."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from smsmqtt.config import parse_duration
from smsmqtt.errors import PayloadError
from smsmqtt.payloads.strict_json import LIMIT_OCTETS, kind, shown

LONGEST_S = 3650 * 86400.0
_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_LAST_YEAR = 2199
_MAY_STAND_IN_A_BODY = "\t\n\f\r"


def refuse_unknown(fields: Mapping[str, Any], known: Collection[str]) -> None:
    """A misspelt field must not be overlooked: a lost ``send_at`` would send now."""
    for name in fields:
        if name not in known:
            from difflib import get_close_matches  # memory for a mistake that is seldom made

            near = get_close_matches(name, known, n=1)
            advice = f"did you mean {near[0]}?" if near else f"known are {', '.join(sorted(known)) or 'none'}"
            raise PayloadError(shown(name), f"unknown field; {advice}", "unknown_field")


def boolean(fields: Mapping[str, Any], name: str) -> bool | None:
    """None when the field is absent."""
    if name not in fields:
        return None
    value = fields[name]
    if not isinstance(value, bool):
        raise PayloadError(name, f"expected true or false, got {kind(value)}")
    return value


def text(fields: Mapping[str, Any], name: str) -> str | None:
    """None when the field is absent; otherwise text with something in it."""
    if name not in fields:
        return None
    value = fields[name]
    if not isinstance(value, str):
        raise PayloadError(name, f"expected text, got {kind(value)}")
    if not value.strip():
        raise PayloadError(name, "is empty")
    if any(_is_control(character) or _is_surrogate(character) for character in value):
        raise PayloadError(name, "holds a control character")
    return value.strip()


def line(fields: Mapping[str, Any], name: str) -> str | None:
    """A line's name or number; a whole JSON number is an international one. None when the field is absent."""
    value = fields.get(name)
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return f"+{value}"
    return text(fields, name)


def whole_number(fields: Mapping[str, Any], name: str, *, at_least: int, at_most: int) -> int | None:
    """None when the field is absent."""
    if name not in fields:
        return None
    value = fields[name]
    if not isinstance(value, int) or isinstance(value, bool):
        raise PayloadError(name, f"expected a whole number, got {kind(value)}")
    if not at_least <= value <= at_most:
        raise PayloadError(name, f"expected {at_least} to {at_most}")
    return value


def choice(fields: Mapping[str, Any], name: str, choices: Collection[str]) -> str | None:
    """None when the field is absent."""
    value = text(fields, name)
    if value is not None and value not in choices:
        raise PayloadError(name, f"expected {' or '.join(choices)}")
    return value


def identifier(fields: Mapping[str, Any], name: str = "id") -> str | None:
    """None when the field is absent."""
    if name not in fields:
        return None
    value = fields[name]
    if not isinstance(value, str):
        raise PayloadError(name, f"expected text, got {kind(value)}")
    if not _ID.fullmatch(value):
        raise PayloadError(name, "expected 1 to 64 of A-Z a-z 0-9 . _ : -")
    return value


def duration_s(fields: Mapping[str, Any], name: str) -> float | None:
    """Seconds; None when the field is absent."""
    if name not in fields:
        return None
    value = fields[name]
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise PayloadError(name, f"expected a duration such as 30s, 5m or 2h, got {kind(value)}")
    try:
        seconds = parse_duration(value if isinstance(value, str) else float(value))
    except (ValueError, OverflowError) as error:
        raise PayloadError(name, "expected a duration such as 30s, 5m or 2h") from error
    if not 0 < seconds <= LONGEST_S:
        raise PayloadError(name, "expected a duration between nothing and ten years")
    return seconds


def moment(fields: Mapping[str, Any], name: str) -> datetime | None:
    """ISO 8601 with an offset, as aware UTC; None when the field is absent."""
    if name not in fields:
        return None
    value = fields[name]
    expected = "expected a time with its offset, such as 2026-11-22T19:35:00Z or 2026-11-22T16:35:00-03:00"
    if not isinstance(value, str):
        raise PayloadError(name, f"{expected}, got {kind(value)}")
    try:
        at = datetime.fromisoformat(value)
        offset = at.utcoffset()
        at = at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise PayloadError(name, expected) from error
    if offset is None:
        raise PayloadError(name, f"has no offset; {expected}")
    if at.year > _LAST_YEAR:
        raise PayloadError(name, f"is later than the year {_LAST_YEAR}")
    return at


def body(value: object, name: str) -> str:
    """The words of a text. A number is taken as written; control characters no telephone shows are refused."""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise PayloadError(name, f"expected text, got {kind(value)}")
    if not value:
        raise PayloadError(name, "is empty")
    for position, character in enumerate(value):
        if _is_surrogate(character):
            raise PayloadError(name, f"holds half a character (a lone surrogate) at position {position}")
        if _is_control(character) and character not in _MAY_STAND_IN_A_BODY:
            raise PayloadError(name, f"holds a control character (U+{ord(character):04X}) at position {position}")
    if len(value.encode()) > LIMIT_OCTETS:
        raise PayloadError(name, f"is longer than {LIMIT_OCTETS} octets", "too_large")
    return value


def _is_control(character: str) -> bool:
    """C0, DEL and C1: Unicode's category Cc."""
    return character < " " or "\x7f" <= character <= "\x9f"


def _is_surrogate(character: str) -> bool:
    return "\ud800" <= character <= "\udfff"
