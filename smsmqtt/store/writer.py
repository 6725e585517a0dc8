"""The one thread that writes.

Callers hand over units of work. Whatever waits is gathered into one transaction, so that a burst costs
a handful of disk syncs; each unit runs under its own savepoint, so that one that raises is undone alone
and its exception goes to its caller. Nobody hears anything before the commit. When the file can't be
used any more, everybody who waits is told so, and the thread ends: what is not committed was never
acknowledged to anybody.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Condition, Thread
from typing import Any, TypeVar

from smsmqtt.clock import Clock
from smsmqtt.errors import StoreError
from smsmqtt.store import steps
from smsmqtt.store.database import Database
from smsmqtt.store.listeners import Listeners
from smsmqtt.store.transaction import Transaction

T = TypeVar("T")

GROUP_LIMIT = 500
"""Units in one transaction: the first of them waits until the last is done."""


@dataclass(kw_only=True, eq=False)
class Work:
    """A unit and the future its caller waits on; result or error are kept back until the commit."""

    unit: Callable[[Transaction], Any]
    future: Future[Any] = field(default_factory=Future)
    result: Any = None
    error: BaseException | None = None

    def resolve(self) -> None:
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


class Writer:
    """``commits`` counts the transactions that changed something."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        boot: int,
        *,
        listeners: Listeners,
        on_failure: Callable[[StoreError], None],
    ) -> None:
        self.commits = 0
        self._database = database
        self._clock = clock
        self._boot = boot
        self._listeners = listeners
        self._on_failure = on_failure
        self._condition = Condition()
        self._waiting: list[Work] = []
        self._refusal: StoreError | None = None
        self._thread = Thread(target=self._run, name="store", daemon=True)
        self._thread.start()

    def submit(self, unit: Callable[[Transaction], T]) -> Future[T]:
        work = Work(unit=unit)
        work.future.set_running_or_notify_cancel()  # what was handed over can't be taken back
        with self._condition:
            if self._refusal is not None:
                work.future.set_exception(self._refusal)
            else:
                self._waiting.append(work)
                self._condition.notify()
        return work.future

    def stop(self) -> None:
        """Commit what waits, take no more, end the thread."""
        with self._condition:
            self._refusal = self._refusal or StoreError("the store is closed")
            self._condition.notify()
        self._thread.join()

    def _run(self) -> None:
        while group := self._gather():
            try:
                self._commit(group)
            except Exception as error:
                failure = error if isinstance(error, StoreError) else StoreError(f"{self._database.path}: {error!r}")
                self._give_up(failure, group)
                return

    def _gather(self) -> list[Work]:
        """What waits, at least one unit; empty when there is no more to come."""
        with self._condition:
            self._condition.wait_for(lambda: self._waiting or self._refusal)
            group, self._waiting = self._waiting[:GROUP_LIMIT], self._waiting[GROUP_LIMIT:]
        return group

    def _commit(self, group: list[Work]) -> None:
        before = self._database.changes
        self._database.execute("begin immediate")
        first = Transaction(self._database, self._clock, self._boot)
        steps.adjust(first)
        done = [first, *(self._try(work) for work in group)]
        self._database.execute("commit")
        self.commits += self._database.changes > before
        for transaction in done:
            transaction.committed()
        for work in group:
            work.resolve()
        self._listeners.wake({subject for transaction in done for subject in transaction.signals})

    def _try(self, work: Work) -> Transaction:
        """Run one unit; what it left to be done after the commit is in its transaction."""
        self._database.execute("savepoint unit")
        transaction = Transaction(self._database, self._clock, self._boot)
        try:
            work.result = work.unit(transaction)
        except BaseException as error:  # whatever a unit raises is its caller's
            if self._database.failure is not None:
                raise self._database.failure from error
            work.error = error
            self._database.execute("rollback to unit")
            transaction.forget()
        self._database.execute("release unit")
        return transaction

    def _give_up(self, failure: StoreError, group: list[Work]) -> None:
        with self._condition:
            self._refusal = failure
            group, self._waiting = group + self._waiting, []
        self._on_failure(failure)
        for work in group:
            work.future.set_exception(failure)
