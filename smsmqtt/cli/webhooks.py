"""How ``queue`` shows the webhooks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from smsmqtt.cli.terminal import moment, printable, table

if TYPE_CHECKING:
    from smsmqtt.store.webhooks import Standing

HEAD = ("webhook", "waiting", "since", "not before", "dropped", "why")


def shown(standings: Sequence[Standing]) -> Iterator[str]:
    """A table, nothing when there is nobody to be told."""
    if standings:
        yield from table(HEAD, [_row(it) for it in standings])


def needs_a_look(standing: Standing) -> bool:
    """Something waits, or nothing is told any more."""
    return standing.waiting > 0 or standing.gone


def fields(standing: Standing) -> dict[str, Any]:
    from smsmqtt.payloads.times import iso

    return {
        "webhook": standing.label,
        "waiting": standing.waiting,
        "oldest_at": iso(standing.oldest_at),
        "next_attempt_at": iso(standing.next_at),
        "error": standing.error,
        "gone": standing.gone,
        "dropped": standing.dropped,
    }


def _row(standing: Standing) -> tuple[str, ...]:
    why = "answered 410 Gone: told no more until the next start" if standing.gone else standing.error
    return (
        standing.label,
        str(standing.waiting),
        moment(standing.oldest_at),
        moment(standing.next_at),
        str(standing.dropped),
        printable(why or ""),
    )
