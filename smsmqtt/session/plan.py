"""What a session is to do, in order. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from smsmqtt.model import Message

FIRST_GUESS_S = 5.0
"""What one part takes on the air, before any was sent; long texts and weak signals take longer."""
REMEMBERED = 5


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One hold of one line: the messages in the order in which they go. ``asks``: its credit is asked for."""

    line: str
    messages: tuple[Message, ...]
    asks: bool = False


def plan_session(
    lines: Sequence[str],
    due: Iterable[Message],
    asking: Collection[str] = (),
    *,
    look: bool,
    urgent_only: bool,
    visited_s: Mapping[str, float],
) -> tuple[Visit, ...]:
    """The visits: lines with urgent work first, then the one that has waited longest.

    ``asking``: the lines whose credit is to be asked for. ``look``: every line is visited; else only where there is
    work. ``urgent_only``: the hold budget is spent.
    """
    work: dict[str, list[Message]] = {line: [] for line in lines}
    for message in sorted(due, key=lambda message: (not message.urgent, message.created_at)):
        if message.line in work and (message.urgent or not urgent_only):
            work[message.line].append(message)
    asks = set() if urgent_only else set(asking)
    visits = [
        Visit(line=line, messages=tuple(work[line]), asks=line in asks)
        for line in lines
        if look or work[line] or line in asks
    ]
    return tuple(sorted(visits, key=lambda visit: (not _urgent(visit), visited_s.get(visit.line, 0.0))))


def _urgent(visit: Visit) -> bool:
    return any(message.urgent for message in visit.messages)


class Pace:
    """How long one part takes on a line, by the last few: decides whether another may begin."""

    def __init__(self) -> None:
        self._recent: deque[float] = deque(maxlen=REMEMBERED)

    def note(self, taken_s: float) -> None:
        """One more part was handed over, or given up."""
        self._recent.append(taken_s)

    @property
    def expected_s(self) -> float:
        """Halfway between the usual and the worst of late."""
        return (sum(self._recent) / len(self._recent) + max(self._recent)) / 2 if self._recent else FIRST_GUESS_S
