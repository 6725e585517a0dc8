"""What waits at one gateway: which lines may be tried now, when the others may, and what their messages are told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from smsmqtt.clock import Clock
from smsmqtt.model import Message, Reason
from smsmqtt.store import Store, controls, outbox

BLOCKED_S, URGENT_BLOCKED_S = 30.0, 5.0
"""A line that could not send (in a call, without a network) isn't tried again sooner than this, unless it is looked
at anyway."""
MOST_EXPLAINED = 1000
"""Messages of a line that are told at once why they wait; the oldest, the urgent first."""
SWITCHED_OFF = Reason(code="sending_disabled", text="sending is switched off for this line")


@dataclass(frozen=True, kw_only=True)
class Block:
    """Since when a line could not send, and why."""

    since_s: float
    reason: Reason


@dataclass(frozen=True, kw_only=True)
class OpenLines:
    """The lines that are switched on, and of these the ones to try now."""

    on: tuple[str, ...]
    ready: tuple[str, ...]


class Waits:
    """In memory only: after a restart every line is tried anew."""

    def __init__(self, lines: Iterable[str], store: Store, clock: Clock) -> None:
        self._lines = list(lines)
        self._store = store
        self._clock = clock
        self._blocks: dict[str, Block] = {}
        self._tried: frozenset[str] = frozenset()  # the urgent messages that were due when a session was last opened

    def open_lines(self) -> OpenLines:
        switches = self._store.read(lambda tx: controls.sending(tx, self._lines))
        on = tuple(line for line in self._lines if switches[line])
        now_s = self._clock.monotonic()
        return OpenLines(on=on, ready=tuple(line for line in on if self._block_ends_s(line) <= now_s))

    def due(self, lines: Sequence[str]) -> list[Message]:
        """What these lines may send now."""
        return self._store.read(lambda tx: outbox.due(tx, lines, tx.now))

    def due_ids(self, lines: Sequence[str]) -> dict[str, bool]:
        """The same by their ids alone; True for the urgent ones."""
        return self._store.read(lambda tx: outbox.due_ids(tx, lines, tx.now))

    def next_due_at(self, lines: OpenLines) -> datetime | None:
        """When more will be due, or may be tried; None when nothing waits for its time."""
        now, now_s = self._clock.now(), self._clock.monotonic()
        later = [
            now + timedelta(seconds=self._block_ends_s(line) - now_s)
            for line in lines.on
            if line not in lines.ready and self.due_ids([line])
        ]
        next_due_at = self._store.read(lambda tx: outbox.next_due_at(tx, lines.on, tx.now))
        return min([*later, *([next_due_at] if next_due_at else [])], default=None)

    def is_news(self, due_ids: Mapping[str, bool]) -> bool:
        """Whether anything is urgent and was not tried yet."""
        return any(urgent and message_id not in self._tried for message_id, urgent in due_ids.items())

    def session_opens(self, due: Iterable[Message]) -> None:
        """What is urgent has its try now."""
        self._tried = frozenset(message.id for message in due if message.urgent)

    def block(self, line: str, reason: Reason) -> None:
        """It could not send; its messages are told why."""
        self._blocks[line] = Block(since_s=self._clock.monotonic(), reason=reason)
        self.explain([line], reason)

    def lift(self, lines: Iterable[str]) -> None:
        """These are to be tried as soon as there is work."""
        for line in lines:
            self._blocks.pop(line, None)

    def explain_closed(self, lines: OpenLines) -> None:
        """Why nothing is sent on lines that are switched off, or not to be tried yet."""
        self.explain([line for line in self._lines if line not in lines.on], SWITCHED_OFF)
        for line in lines.on:
            if line not in lines.ready:
                self.explain([line], self._blocks[line].reason)

    def explain(self, lines: Collection[str], reason: Reason, *, urgent_too: bool = True) -> None:
        """Tell all that waits on these lines why. Written, and announced, only where it is news."""
        untold = self._store.read(
            lambda tx: outbox.untold(tx, tuple(lines), reason, urgent_too=urgent_too, limit=MOST_EXPLAINED)
        )
        if untold:
            self._store.write(lambda tx: [outbox.wait_because(tx, message_id, reason, None) for message_id in untold])

    def _block_ends_s(self, line: str) -> float:
        """When a line is to be tried again; 0 when it may be now, as for something urgent and new."""
        block = self._blocks.get(line)
        due_ids = self.due_ids([line]) if block else {}
        if block is None or self.is_news(due_ids):
            return 0.0
        return block.since_s + (URGENT_BLOCKED_S if any(due_ids.values()) else BLOCKED_S)
