"""What a unit of work is given: SQL, the time, and a way to tell others after the commit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from smsmqtt.clock import Clock
from smsmqtt.store.database import Database, Row
from smsmqtt.store.stamps import from_ms, to_ms


class Transaction:
    """One unit of work, or one snapshot for reading. ``boot`` is the number of the boot it happens in."""

    def __init__(self, database: Database, clock: Clock, boot: int) -> None:
        self.clock = clock
        self.boot = boot
        self.now: datetime = from_ms(to_ms(clock.now()))
        self.signals: set[str] = set()
        self._afterwards: list[Callable[[], None]] = []
        self._database = database

    @property
    def now_ms(self) -> int:
        return to_ms(self.now)

    def execute(self, sql: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> list[Row]:
        return self._database.execute(sql, params)

    def one(self, sql: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> Row | None:
        """The first row, None when there is none."""
        rows = self._database.execute(sql, params)
        return rows[0] if rows else None

    def signal(self, subject: str) -> None:
        """Wake who listens to the subject, once this unit is committed."""
        self.signals.add(subject)

    def after_commit(self, act: Callable[[], None]) -> None:
        """Do something in memory, once this unit is committed and before anybody hears of it."""
        self._afterwards.append(act)

    def committed(self) -> None:
        """For the writer."""
        for act in self._afterwards:
            act()

    def forget(self) -> None:
        """For the writer: the unit came to nothing."""
        self.signals.clear()
        self._afterwards.clear()
