"""Several commands in as few lines as a module takes: ``AT+CSQ;+CPIN?;+CMGL=4`` is one turn.

A piece is what follows ``AT`` or ``;``. The rest of a line is dropped at its first error, and a line may be too
long for what lies between, so a line that is refused is given again piece by piece: one piece never keeps the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from smsmqtt.at.channel import Command, Reply
from smsmqtt.at.dialogues import Dialogue, ask
from smsmqtt.at.results import OK, Result

QUESTIONS = {"+CSQ": "+CSQ:", "+CPMS?": "+CPMS:"}
"""Pieces that always bring an information line, and how it starts."""
TEXT_LISTING = '+CMGL="ALL"'
LISTING_TIMEOUT_S = 30.0
SIM_UNUSABLE = {("cme", 10), ("cme", 11), ("cme", 12), ("cms", 310), ("cms", 311), ("cms", 316)}
"""No SIM, or one that asks for its PIN or PUK: no other piece would fare better."""


def ask_all(
    start: str,
    pieces: Sequence[str],
    line_limit: int,
    *,
    hex_bodies: bool = False,
    opening: Callable[[Command], Dialogue[Reply]] = ask,
) -> Dialogue[Reply]:
    """All their lines, and the last one's result. ``line_limit`` 0: nothing is joined; ``opening`` asks the first."""
    lines: list[str] = []
    reply = Reply(lines=(), result=OK)
    converse = opening
    for begin, group in _cut(start, pieces, line_limit):
        reply = yield from converse(_command(begin, group, hex_bodies))
        converse = ask
        if len(group) > 1 and not reply.result.ok and not _hopeless(reply.result):
            reply = yield from ask_all(begin, group, 0, hex_bodies=hex_bodies)
        lines += reply.lines
        if _hopeless(reply.result):
            break
    return Reply(lines=tuple(lines), result=reply.result)


def _cut(start: str, pieces: Sequence[str], line_limit: int) -> Iterator[tuple[str, list[str]]]:
    group: list[str] = []
    for piece in pieces:
        if group and len(start + ";".join([*group, piece])) > line_limit:
            yield start, group
            start, group = "AT", []
        group.append(piece)
    yield start, group


def _command(start: str, group: Sequence[str], hex_bodies: bool) -> Command:
    """What it needs to be answered with: see ``at.channel``, rule 2."""
    text = start + ";".join(group)
    listing = TEXT_LISTING in text
    if listing:  # alone, nothing marks the end of it
        needs = QUESTIONS["+CPMS?"] if text.endswith(";+CPMS?") else ""
    else:
        needs = next((QUESTIONS[piece] for piece in group if piece in QUESTIONS), "")
    return Command(text=text, needs=needs, listing=listing, hex_bodies=hex_bodies, timeout_s=LISTING_TIMEOUT_S)


def _hopeless(result: Result) -> bool:
    return (result.kind, result.code) in SIM_UNUSABLE
