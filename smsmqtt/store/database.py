"""One connection to the store's file: the only import of sqlite3, and where its errors become ours."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from smsmqtt.errors import StoreBroken, StoreError, StoreFull

Row = sqlite3.Row

BUSY_TIMEOUT_S = 30.0
"""How long somebody with a sqlite3 shell may hold the file before we give up."""

SMALL_CACHE = "cache_size = -256"
"""KB, for each connection, and every thread has one: SQLite's own 2 MB would soon be most of our memory."""

WRITER_PRAGMAS = ("journal_mode = wal", "synchronous = full", "foreign_keys = on", SMALL_CACHE)
READER_PRAGMAS = ("query_only = on", SMALL_CACHE)

FAILURES: dict[int, type[StoreError]] = {
    sqlite3.SQLITE_FULL: StoreFull,
    sqlite3.SQLITE_CORRUPT: StoreBroken,
    sqlite3.SQLITE_NOTADB: StoreBroken,
    sqlite3.SQLITE_IOERR: StoreError,
    sqlite3.SQLITE_CANTOPEN: StoreError,
    sqlite3.SQLITE_READONLY: StoreError,
    sqlite3.SQLITE_PERM: StoreError,
    sqlite3.SQLITE_BUSY: StoreError,
    sqlite3.SQLITE_PROTOCOL: StoreError,
}
"""What means that the file can't be used, by primary result code. The rest (a constraint, bad SQL) is a bug."""


class Database:
    """A connection without implicit transactions. ``failure`` is set once the file can't be used any more."""

    def __init__(self, path: Path, mode: str) -> None:
        self.path = path
        self.failure: StoreError | None = None
        try:
            self._connection = sqlite3.connect(
                f"file:{quote(str(path))}?{mode}",
                uri=True,
                timeout=BUSY_TIMEOUT_S,
                isolation_level=None,
                check_same_thread=False,
            )
        except sqlite3.Error as error:
            raise self._translate(error) from error
        self._connection.row_factory = sqlite3.Row

    def execute(self, sql: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> list[Row]:
        try:
            return self._connection.execute(sql, params).fetchall()
        except sqlite3.Error as error:
            raise self._translate(error) from error

    def script(self, sql: str) -> None:
        """Several statements; nothing is open before or after unless they say so."""
        try:
            self._connection.executescript(sql)
        except sqlite3.Error as error:
            raise self._translate(error) from error

    def pragma(self, name: str) -> Any:
        return self.execute(f"pragma {name}")[0][0]

    @property
    def changes(self) -> int:
        """How many rows were changed over this connection so far."""
        return self._connection.total_changes

    @property
    def in_transaction(self) -> bool:
        return self._connection.in_transaction

    def close(self) -> None:
        self._connection.close()

    def _translate(self, error: sqlite3.Error) -> Exception:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        failure = FAILURES.get(code)
        if failure is None:
            return error
        self.failure = failure(f"{self.path}: {error}")
        return self.failure


def writer(path: Path) -> Database:
    """The connection that may write; the file is made when there is none, for our eyes only."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise os_failure(path, error) from error
    database = Database(path, "mode=rw")
    try:
        for pragma in WRITER_PRAGMAS:
            database.execute(f"pragma {pragma}")
    except BaseException:
        database.close()
        raise
    return database


def reader(path: Path) -> Database:
    """A connection that can't write, to a file that is there.

    A file that was closed in order has no write-ahead log beside it; there it is read as immutable,
    since an ordinary connection would make a log.
    """
    if not path.exists():
        raise StoreError(f"{path}: there is no store here; the daemon makes it when it first runs")
    logged = Path(f"{path}-wal").exists()
    database = Database(path, "mode=ro" if logged else "mode=ro&immutable=1")
    try:
        for pragma in READER_PRAGMAS:
            database.execute(f"pragma {pragma}")
    except BaseException:
        database.close()
        raise
    return database


def os_failure(path: Path, error: OSError) -> StoreError:
    """The system's refusal, as ours."""
    failure = StoreFull if error.errno in (errno.ENOSPC, errno.EDQUOT) else StoreError
    return failure(f"{path}: {error.strerror}")
