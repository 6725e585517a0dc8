"""What commands have in common for the eyes: tables, moments, colours, texts from strangers."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import datetime

import click

STDIN = "-"
COLOURS = {
    **dict.fromkeys(("delivered", "sent", "ok", "ready"), "green"),
    **dict.fromkeys(("failed", "undelivered", "expired", "rejected", "FAIL"), "red"),
    **dict.fromkeys(("uncertain", "cancelled", "warn", "timeout"), "yellow"),
}


def painted(word: str) -> str:
    """A state in its colour; ``click.echo`` takes colours away where there is no terminal."""
    return click.style(word, fg=COLOURS[word.strip()]) if word.strip() in COLOURS else word


def printable(text: str) -> str:
    """A text as a terminal may show it: a sender must not be able to move somebody's cursor."""
    return "".join(it if it.isprintable() or it == "\n" else it.encode("unicode_escape").decode() for it in text)


def moment(at: datetime | None) -> str:
    """In the local zone; see ``zone``."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S") if at else ""


def zone(at: datetime) -> str:
    """What the times are, to be said once."""
    local = at.astimezone()
    return f"Times are local, {local.tzname()} ({local:%z})."


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Lines with columns that stand below each other; the first column is painted."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        yield "  ".join((painted(cells[0]), *cells[1:])).rstrip()


def read_text(words: tuple[str, ...]) -> str:
    """Words joined with blanks, or standard input for ``-``, without its final newline."""
    try:
        if words == (STDIN,):
            return sys.stdin.buffer.read().decode().removesuffix("\n")
        return " ".join(words).encode().decode()
    except UnicodeError as error:
        raise click.UsageError("the text is not UTF-8") from error


def duration_s(option: str, text: str) -> float:
    """The seconds that an option's value means. UsageError when it means none."""
    from smsmqtt.config import parse_duration

    try:
        return parse_duration(text)
    except ValueError as error:
        raise click.UsageError(f"{option}: {error}") from error
