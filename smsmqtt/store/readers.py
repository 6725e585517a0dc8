"""Connections for reading, lent to whichever thread asks: a thread that dies leaves none behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from smsmqtt.store.database import Database, reader

MOST_IDLE = 4
"""Each has a cache of its own, and a burst of requests over HTTP may have asked for forty."""


class Readers:
    """As many connections as there are reads at one time; a few are kept for the next ones."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._idle: list[Database] = []
        self._closed = False

    @contextmanager
    def snapshot(self) -> Iterator[Database]:
        """A connection that sees one state of the file throughout."""
        database = self._take()
        try:
            database.execute("begin")
            yield database
        finally:
            self._give_back(database)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            while self._idle:
                self._idle.pop().close()

    def _take(self) -> Database:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return reader(self._path)

    def _give_back(self, database: Database) -> None:
        if database.in_transaction and database.failure is None:
            database.execute("rollback")
        with self._lock:
            if self._closed or database.failure is not None or len(self._idle) >= MOST_IDLE:
                database.close()
            else:
                self._idle.append(database)
