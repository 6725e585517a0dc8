"""The ledger where the desks meet: one SQLite file, one writer thread, readers on any thread."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

from smsmqtt.clock import Clock
from smsmqtt.errors import StoreBroken, StoreError
from smsmqtt.store import opening
from smsmqtt.store.board import Board
from smsmqtt.store.database import reader, writer
from smsmqtt.store.listeners import Listener, Listeners
from smsmqtt.store.readers import Readers
from smsmqtt.store.transaction import Transaction
from smsmqtt.store.writer import Writer

T = TypeVar("T")

READ_ONLY_BOOT = 0
"""No boot has this number, and nobody who only reads notes one."""


class Store:
    """Open with ``Store.open``.

    ``on_failure`` is called once, in whichever thread found the file unusable; it must not close the store
    from there.
    """

    def __init__(self, path: Path, clock: Clock, *, read_only: bool) -> None:
        self.path = path
        self.failure: StoreError | None = None
        self.on_failure: Callable[[StoreError], None] | None = None
        self._clock = clock
        self._listeners = Listeners()
        self.board = Board(self._listeners)
        self._writer: Writer | None = None
        self._lock: int | None = None
        self._boot = READ_ONLY_BOOT
        if read_only:
            self._look()
        else:
            self._take()
        self._readers = Readers(path)
        try:
            self.id: str = self.read(lambda tx: tx.execute("select value from meta where key = 'id'")[0][0])
        except BaseException:
            self.close()
            raise

    @classmethod
    def open(cls, path: Path, clock: Clock, *, read_only: bool = False) -> Store:
        """StoreLocked, StoreBroken or StoreFull when it can't be had.

        ``read_only`` takes no lock, makes no file and changes nothing: for commands beside a running daemon.
        """
        return cls(path, clock, read_only=read_only)

    @property
    def commits(self) -> int:
        """Transactions that changed something since the store was opened."""
        return self._writer.commits if self._writer else 0

    def write(self, unit: Callable[[Transaction], T]) -> T:
        """Run a unit of work and wait for its commit. What it raises undoes this unit alone and is raised here.

        Never called from within a unit: the writer would wait for itself.
        """
        return self.submit(unit).result()

    def submit(self, unit: Callable[[Transaction], T]) -> Future[T]:
        """``write`` without waiting; units are committed in the order of their submission."""
        if self._writer is None:
            raise StoreError(f"{self.path}: opened for reading only")
        return self._writer.submit(unit)

    def read(self, query: Callable[[Transaction], T]) -> T:
        """Ask something of one committed state of the ledger."""
        try:
            with self._readers.snapshot() as database:
                return query(Transaction(database, self._clock, self._boot))
        except StoreBroken as failure:
            self._fail(failure)
            raise

    def listen(self, *subjects: str) -> Listener:
        """Be woken after commits that touch ``outbox`` or ``announcements``, and by ``control`` and ``board``."""
        return self._listeners.add(subjects)

    def close(self) -> None:
        """Commit what waits and let go of the file; a second time does nothing."""
        self._readers.close()
        if self._writer is None or self._lock is None:
            return
        self._writer.stop()
        try:
            if self.failure is None:
                opening.mark_stopped(self._database, "clean")
        finally:
            self._database.close()
            os.close(self._lock)
            self._lock = None

    def _take(self) -> None:
        """Become the one daemon on this file."""
        self._lock = opening.lock(self.path)
        try:
            self._database = writer(self.path)
            try:
                self._boot = opening.prepare(self._database, self._clock)
            except BaseException:
                self._database.close()
                raise
        except BaseException:
            os.close(self._lock)
            raise
        self._writer = Writer(self._database, self._clock, self._boot, listeners=self._listeners, on_failure=self._fail)

    def _look(self) -> None:
        """Make sure that the file is there and can be read."""
        database = reader(self.path)
        try:
            opening.require_current(database)
        finally:
            database.close()

    def _fail(self, failure: StoreError) -> None:
        if self.failure is None:
            self.failure = failure
            if self.on_failure is not None:
                self.on_failure(failure)
