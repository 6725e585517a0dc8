"""What a text will cost in parts, told while it is written."""

from __future__ import annotations

from dataclasses import dataclass, replace

from smsmqtt.codec import gsm7, segments
from smsmqtt.config import MessageSettings
from smsmqtt.model import Alphabet

MOST_SHOWN = 8
PLAIN = "x"
"""Stands for a character that costs what most do."""


@dataclass(frozen=True, kw_only=True)
class Count:
    """``costly``: the characters, each once, without which fewer parts would do or more would fit: ``cheaper``.

    ``left``: characters that still fit into the last part, of the alphabet that the text has come to.
    """

    parts: int
    left: int
    most: int
    costly: tuple[str, ...] = ()
    cheaper: Count | None = None

    @property
    def too_long(self) -> bool:
        return self.parts > self.most

    @property
    def sentence(self) -> str:
        if self.too_long:
            told = f"{self.parts} parts, too long: at most {self.most} are allowed."
        else:
            told = f"{self._parts}, room for {self.left} more."
        if not self.cheaper:
            return told
        shown = " ".join(map(_shown, self.costly[:MOST_SHOWN])) + " …" * (len(self.costly) > MOST_SHOWN)
        if self.cheaper.parts < self.parts:
            return f"{told} Without {shown} it would be {self.cheaper._parts}."
        return f"{told} Without {shown} there would be room for {self.cheaper.left}."

    @property
    def _parts(self) -> str:
        return "1 part" if self.parts == 1 else f"{self.parts} parts"


def count(body: str, settings: MessageSettings) -> Count:
    """As the outbox will cut it."""
    split = _split(body, settings)
    here = Count(parts=len(split.parts), left=split.left, most=settings.max_parts)
    shifted = split.alphabet is not Alphabet.GSM7 or split.locking_shift or split.single_shift
    is_cheap = gsm7.is_default if shifted else gsm7.locking_codes().__contains__
    costly = tuple(character for character in dict.fromkeys(body) if not is_cheap(character))
    plain = _split("".join(each if is_cheap(each) else PLAIN for each in body), settings)
    cheaper = Count(parts=len(plain.parts), left=plain.left, most=settings.max_parts)
    if cheaper.parts < here.parts or split.alphabet is Alphabet.UCS2:
        return replace(here, costly=costly, cheaper=cheaper)
    return here


def _split(body: str, settings: MessageSettings) -> segments.Segmentation:
    return segments.split(body, reference=0, transliterate=settings.transliterate)


def _shown(character: str) -> str:
    """With its name where it can't be seen."""
    if character.isprintable() and not character.isspace():
        return character
    import unicodedata  # only where it is wanted: its tables take memory

    return f"({unicodedata.name(character, 'an invisible character').lower()})"
