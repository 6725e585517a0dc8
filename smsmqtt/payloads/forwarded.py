"""A text that came to a number at Twilio, in the words in which it is sent on."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping

MOST_MEDIA = 10
"""Twilio sends no more with one text."""
CUT = "..."
"""Not the one character: it would cost a text in GSM 7 half its length."""


def words(fields: Mapping[str, str], fits: Callable[[str], bool]) -> str:
    """Who wrote it, what, and where its media are. ``fits``: whether so much may be sent.

    What is too long loses first the links, of which the number remains, then its end.
    """
    head, body, media = f"{_line(fields.get('From', '?'))}: ", _shown(fields.get("Body", "")), _media(fields)
    links = "".join(f"\n[{kind}] {url}" for kind, url in media)
    count = f"\n[attachments: {len(media)}]" if media else ""
    for tail in (links, count):
        if fits(head + body + tail):
            return head + body + tail
    too_much = bisect_left(range(len(body) + 1), True, key=lambda length: not fits(head + body[:length] + CUT + count))
    return head + body[: max(0, too_much - 1)] + CUT + count


def _media(fields: Mapping[str, str]) -> list[tuple[str, str]]:
    """Kind and address of each."""
    told = fields.get("NumMedia", "0")
    number = min(int(told), MOST_MEDIA) if told.isdecimal() and len(told) < 4 else 0
    return [
        (_line(fields.get(f"MediaContentType{nr}", "?")), _line(fields.get(f"MediaUrl{nr}", "?")))
        for nr in range(number)
    ]


def _shown(text: str) -> str:
    """Without control characters, which no telephone shows and no order may have."""
    return "".join(it for it in text.replace("\r\n", "\n") if it == "\n" or not _is_control(it))


def _line(text: str) -> str:
    return "".join(it for it in text if not _is_control(it))[:400]


def _is_control(character: str) -> bool:
    return character < " " or "\x7f" <= character <= "\x9f"
