"""What a text will cost in parts, told while it is written."""

from __future__ import annotations

from dataclasses import dataclass

from smsmqtt.codec import gsm7, segments
from smsmqtt.config import MessageSettings
from smsmqtt.model import Alphabet

MOST_SHOWN = 8
PLAIN = "x"
"""Stands for a character that costs what most do."""


@dataclass(frozen=True, kw_only=True)
class Count:
    """``costly``: the characters, each once, without which fewer parts would do: ``without`` them so many."""

    parts: int
    left: int
    costly: tuple[str, ...]
    without: int
    most: int

    @property
    def too_long(self) -> bool:
        return self.parts > self.most

    @property
    def sentence(self) -> str:
        if self.too_long:
            return f"{self.parts} parts, too long: at most {self.most} are allowed."
        parts = f"{self.parts} part{'s' * (self.parts != 1)}, room for {self.left} more"
        if not self.costly:
            return f"{parts}."
        shown = " ".join(map(_shown, self.costly[:MOST_SHOWN])) + " …" * (len(self.costly) > MOST_SHOWN)
        extra = self.parts - self.without
        cost = f"{extra} extra part{'s' * (extra != 1)}" if extra else "room"
        return f"{parts}. {shown} cost{'s' * (len(self.costly) == 1)} {cost}."


def count(body: str, settings: MessageSettings) -> Count:
    """As the outbox will cut it. ``left`` counts characters of the alphabet that the text has come to."""
    split = _split(body, settings)
    foreign = tuple(character for character in dict.fromkeys(body) if not gsm7.is_default(character))
    doubled = tuple(character for character in dict.fromkeys(body) if character not in gsm7.locking_codes())
    shifted = split.alphabet is not Alphabet.GSM7 or split.locking_shift or split.single_shift
    costly = foreign if shifted else doubled
    without = len(_split("".join(PLAIN if each in costly else each for each in body), settings).parts)
    extra = without < len(split.parts)
    return Count(
        parts=len(split.parts),
        left=split.left,
        costly=costly if extra or split.alphabet is Alphabet.UCS2 else (),
        without=without,
        most=settings.max_parts,
    )


def _split(body: str, settings: MessageSettings) -> segments.Segmentation:
    return segments.split(body, reference=0, transliterate=settings.transliterate)


def _shown(character: str) -> str:
    """With its name where it can't be seen."""
    if character.isprintable() and not character.isspace():
        return f"“{character}”"
    import unicodedata  # only where it is wanted: its tables take memory

    return f"({unicodedata.name(character, 'an invisible character').lower()})"
