"""The regular expressions of a profile: which ones are taken, and what a text is made to before they see it."""

from __future__ import annotations

import re
import unicodedata

from smsmqtt.codec import gsm7

LONGEST_TEXT = 1000
"""More of a text is not looked at: answers stand at the beginning, and matching takes longer with each character."""
LONGEST_PATTERN = 400
GROUPS = frozenset({"credit", "currency", "expires"})

_TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{\d*,?\d*\}|.", re.DOTALL)
_WITHOUT_BOUND = re.compile(r"[*+]|\{\d*,\}")
_MORE_THAN_ONCE = re.compile(r"[*+]|\{\d*,\}|\{(?:\d*,)?0*(?:[2-9]|[1-9]\d+)\}")


def compile_pattern(text: str) -> re.Pattern[str]:
    """Letters match in both cases. ValueError says what is wrong with it."""
    if len(text) > LONGEST_PATTERN:
        raise ValueError(f"expected at most {LONGEST_PATTERN} characters")
    try:
        pattern = re.compile(text, re.IGNORECASE)
    except (re.error, OverflowError) as error:
        raise ValueError(f"not a regular expression: {error}") from None
    if _runs_away(text):
        raise ValueError("a repeat within a repeat: there are texts on which it would never end")
    return pattern


def compile_credit_pattern(text: str) -> re.Pattern[str]:
    """A pattern that finds an amount."""
    pattern = compile_pattern(text)
    if "credit" not in pattern.groupindex:
        raise ValueError("expected a group (?P<credit>…)")
    if unknown := sorted(pattern.groupindex.keys() - GROUPS):
        raise ValueError(f"unknown group {unknown[0]}; expected {', '.join(sorted(GROUPS))}")
    return pattern


def _runs_away(text: str) -> bool:
    """Whether a repeat without a bound stands in another one, as in ``(a+)+`` or ``(a+ ?){20}``."""
    open_groups, closed = [False], False
    for token in _TOKEN.findall(text):
        if closed and _MORE_THAN_ONCE.fullmatch(token):
            return True
        closed = False
        if token == "(":
            open_groups.append(False)
        elif token == ")":
            closed = open_groups.pop()
            open_groups[-1] |= closed
        elif _WITHOUT_BOUND.fullmatch(token):
            open_groups[-1] = True
    return False


def views(text: str) -> tuple[str, ...]:
    """What the patterns see: the text with single blanks, and again as raw GSM-7 where it could be that.

    Some modules hand a text through in its own codes, where ``{`` is ``ä`` and the octet 2 is ``$``.
    """
    beginning = text[:LONGEST_TEXT]
    seen = [beginning]
    if beginning.isascii():
        seen.append(gsm7.decode(beginning.encode()))
    return tuple(dict.fromkeys(" ".join(unicodedata.normalize("NFC", view).split()) for view in seen))
