"""Cutting a text into parts and joining parts to a text.

How a text goes out. Four questions in this order, where a later one only counts when all before are equal:
fewest parts; the default alphabet, which every telephone reads; UCS-2, which nearly every one reads; national
language tables (3GPP TS 23.038 Annex A), of these the fewest septets. So national tables are taken only when they
save a part.

How it is cut. A part holds 140 octets less the header. Neither an escape with its character (§6.2.1.1) nor a
surrogate pair is cut, so a part may stay a little emptier than it could be. The cost of each character, summed up
once, gives every cut by bisection.

Not here: whether so many parts are wanted. More than 255 can't be numbered (3GPP TS 23.040 §9.2.3.24.1): such parts
have no header and must not be sent; only their number is of use.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import Final

from smsmqtt.codec import gsm7, header, ucs2
from smsmqtt.codec.tables import LOCKING, SINGLE
from smsmqtt.model import Alphabet, Part

USER_DATA_OCTETS: Final = 140
MOST_PARTS: Final = 255
GAP: Final = "…"

# Where the transliteration tables know nothing, or something that GSM 7 lacks as well
_REPLACEMENTS: Final = {"`": "'", "\t": " ", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2026": "..."}


@dataclass(frozen=True, kw_only=True)
class Segment:
    """The text of one part and its user data header, length octet included; b"" when there is none."""

    text: str
    header: bytes


@dataclass(frozen=True, kw_only=True)
class Segmentation:
    """``left``: septets (GSM 7) or 16-bit units (UCS-2) still free in the last part. ``forced``: the characters,
    each once, that made it UCS-2. The shifts are National Language Identifiers, 0 for the default tables.
    """

    alphabet: Alphabet
    locking_shift: int
    single_shift: int
    parts: tuple[Segment, ...]
    left: int
    forced: tuple[str, ...]

    def numbered(self) -> tuple[Part, ...]:
        """The parts as a message has them, nothing sent yet."""
        return tuple(
            Part(seq=seq, text=part.text, header_hex=part.header.hex().upper())
            for seq, part in enumerate(self.parts, 1)
        )


@dataclass(frozen=True, kw_only=True)
class TextSegment:
    """One received part. ``ucs2`` are its octets where it came in UCS-2: some senders cut a surrogate pair in two."""

    seq: int
    text: str
    ucs2: bytes = b""


_Rank = tuple[int, int, int, bool, int, int]


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """One way to write a text: where each part ends and what stays free in the last one."""

    alphabet: Alphabet
    locking: int = 0
    single: int = 0
    size: int  # septets or units, headers left out
    ends: tuple[int, ...]
    left: int

    @property
    def rank(self) -> _Rank:
        return _rank(len(self.ends), self.alphabet, self.size, self.locking, self.single)


def split(
    body: str,
    *,
    reference: int,
    national: bool = True,
    transliterate: bool = False,
    wide_reference: bool = False,
    only_ucs2: bool = False,
) -> Segmentation:
    """The parts of a text, at least one.

    ``reference`` ties the parts together, modulo 256, or 65536 with ``wide_reference``. ``transliterate`` rewrites
    what GSM 7 lacks, when the whole text then is GSM 7; otherwise the text stays as it is. ``only_ucs2``: also
    where GSM 7 would do.
    """
    if transliterate:
        body = _transliterated(body)
    plan = _plan_ucs2(body, wide_reference) if only_ucs2 else _cheapest(body, national=national, wide=wide_reference)
    forced: tuple[str, ...] = ()
    if plan.alphabet is Alphabet.UCS2:
        forced = tuple(character for character in dict.fromkeys(body) if not gsm7.is_default(character))
    return Segmentation(
        alphabet=plan.alphabet,
        locking_shift=plan.locking,
        single_shift=plan.single,
        parts=tuple(_segments(body, plan, reference, wide_reference)),
        left=plan.left,
        forced=forced,
    )


def join(parts: Sequence[TextSegment], total: int) -> str:
    """The text of parts in any order; each run of missing ones shows as ``…``. Of equal numbers the first counts."""
    by_seq: dict[int, TextSegment] = {}
    for part in parts:
        by_seq.setdefault(part.seq, part)
    octets = b""
    missing = False
    for seq in range(1, total + 1):
        found = by_seq.get(seq)
        if found is not None:
            whole = found.ucs2 and len(found.ucs2) % 2 == 0
            octets += found.ucs2 if whole else ucs2.encode(found.text)
        elif not missing:
            octets += ucs2.encode(GAP)
        missing = found is None
    return ucs2.decode(octets)[0]


def _rank(parts: int, alphabet: Alphabet, size: int, locking: int, single: int) -> _Rank:
    """The smaller the better: the questions of the module's docstring, then a shift that asks less of the reader."""
    preference = 2 if locking or single else int(alphabet is Alphabet.UCS2)
    return parts, preference, size, bool(locking), locking, single


def _cheapest(body: str, *, national: bool, wide: bool) -> _Plan:
    counts = Counter(body)
    best = _plan_gsm7(body, counts, 0, 0, wide)
    if best is None or len(best.ends) > 1:
        best = min(filter(None, (best, _plan_ucs2(body, wide))), key=lambda plan: plan.rank)
    if not national or len(best.ends) == 1:
        return best
    for size, locking, single in sorted(_national_sizes(counts)):
        capacity = _capacity7(locking, single, wide=wide, alone=size <= _capacity7(locking, single))
        # No better than this: keeping escapes with their characters only ever adds parts.
        if _rank(-(-size // capacity), Alphabet.GSM7, size, locking, single) >= best.rank:
            continue
        plan = _plan_gsm7(body, counts, locking, single, wide)
        if plan is not None and plan.rank < best.rank:
            best = plan
    return best


def _national_sizes(counts: Counter[str]) -> Iterator[tuple[int, int, int]]:
    """Septets, locking and single shift of every pair of tables that can write these characters."""
    characters = counts.keys()
    for locking in LOCKING:
        escaped = characters - gsm7.locking_codes(locking).keys()
        size = counts.total() + sum(counts[character] for character in escaped)
        for single in SINGLE:
            if (locking or single) and escaped <= gsm7.single_codes(single).keys():
                yield size, locking, single


def _plan_gsm7(body: str, counts: Counter[str], locking: int, single: int, wide: bool) -> _Plan | None:
    escaped = counts.keys() - gsm7.locking_codes(locking).keys()
    if not escaped <= gsm7.single_codes(single).keys():
        return None
    costs = {character: 2 if character in escaped else 1 for character in counts}
    alone = _capacity7(locking, single)
    shared = _capacity7(locking, single, wide=wide, alone=False)
    size, ends, left = _cut(body, costs, alone, shared)
    return _Plan(alphabet=Alphabet.GSM7, locking=locking, single=single, size=size, ends=ends, left=left)


def _plan_ucs2(body: str, wide: bool) -> _Plan:
    costs = {character: ucs2.units(character) for character in set(body)}
    shared = (USER_DATA_OCTETS - _header_octets(0, 0, wide=wide, alone=False)) // 2
    size, ends, left = _cut(body, costs, USER_DATA_OCTETS // 2, shared)
    return _Plan(alphabet=Alphabet.UCS2, size=size, ends=ends, left=left)


@cache
def _capacity7(locking: int, single: int, *, wide: bool = False, alone: bool = True) -> int:
    """Septets of a part: what the header leaves, from a septet boundary on (3GPP TS 23.040 §9.2.3.24)."""
    return (USER_DATA_OCTETS - _header_octets(locking, single, wide=wide, alone=alone)) * 8 // 7


def _header_octets(locking: int, single: int, *, wide: bool, alone: bool) -> int:
    return len(header.write(concat=None if alone else _number(0, 1, 1, wide), locking=locking, single=single))


def _number(reference: int, total: int, seq: int, wide: bool) -> header.Concat:
    bits = 16 if wide else 8
    return header.Concat(bits=bits, reference=reference % (1 << bits), total=total, seq=seq)


def _cut(body: str, costs: dict[str, int], alone: int, shared: int) -> tuple[int, tuple[int, ...], int]:
    """The whole cost, where each part ends, what is free in the last: one part of ``alone``, else of ``shared``."""
    sums = list(accumulate(map(costs.__getitem__, body), initial=0))
    size = sums[-1]
    if size <= alone:
        return size, (len(body),), alone - size
    ends: list[int] = []
    start = 0
    while start < len(body):
        end = bisect_right(sums, sums[start] + shared) - 1
        left = shared - (sums[end] - sums[start])
        ends.append(end)
        start = end
    return size, tuple(ends), left


def _segments(body: str, plan: _Plan, reference: int, wide: bool) -> Iterator[Segment]:
    total = len(plan.ends)
    start = 0
    for seq, end in enumerate(plan.ends, 1):
        concat = _number(reference, total, seq, wide) if total > 1 else None
        octets = header.write(concat=concat, locking=plan.locking, single=plan.single) if total <= MOST_PARTS else b""
        yield Segment(text=body[start:end], header=octets)
        start = end


def _transliterated(body: str) -> str:
    """The text in GSM 7 where every character has a counterpart there, else as it was."""
    import unicodedata  # only where it is wanted: its tables take memory

    composed = unicodedata.normalize("NFC", body)
    counterparts = {character: _counterpart(character) for character in set(composed)}
    if not all(map(gsm7.is_default, "".join(counterparts.values()))) or not all(counterparts.values()):
        return body
    return "".join(map(counterparts.__getitem__, composed))


def _counterpart(character: str) -> str:
    """What stands for a character in GSM 7; "" or still foreign when nothing does."""
    if gsm7.is_default(character):
        return character
    if character in _REPLACEMENTS:
        return _REPLACEMENTS[character]
    import unicodedata

    if unicodedata.category(character) == "So":  # an emoji's name in letters is not what was written
        return ""
    from anyascii import anyascii  # only where it is wanted: its tables take memory

    return "".join(_REPLACEMENTS.get(letter, letter) for letter in anyascii(character))
