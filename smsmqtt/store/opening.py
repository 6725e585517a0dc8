"""What happens before a store is used: nobody else has it, the file is sound, ours, and of this version."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from smsmqtt.clock import Clock
from smsmqtt.errors import StoreBroken, StoreLocked
from smsmqtt.store.database import Database, os_failure
from smsmqtt.store.steps import boot_nr

APPLICATION_ID = 0x736D7371
"""Stands in the file's header (``smsq``): somebody else's database is never written to."""

SCHEMAS = Path(__file__).parent
"""``schema_<n>.sql`` leads from version n-1 to n. What was released is not edited: a change is a new file."""


def lock(path: Path) -> int:
    """The file descriptor that holds the lock; closing it, or dying, lets go."""
    beside = Path(f"{path}.lock")
    try:
        descriptor = os.open(beside, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise os_failure(beside, error) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = os.read(descriptor, 20).decode(errors="replace").strip()
        os.close(descriptor)
        raise StoreLocked(f"{path}: held by process {holder or 'unknown'}") from error
    os.truncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return descriptor


def prepare(database: Database, clock: Clock) -> int:
    """Make the file ready for a daemon; the number of the boot we are in."""
    version = recognise(database, max(schemas(SCHEMAS)))
    if version and database.execute("select 1 from meta where key = 'stopped' and value = 'unclean'"):
        check(database)
    migrate(database)
    database.execute("begin immediate")
    database.execute("insert into meta values ('id', ?) on conflict do nothing", (os.urandom(6).hex(),))
    mark_stopped(database, "unclean")
    boot = boot_nr(database, clock)
    database.execute("commit")
    return boot


def mark_stopped(database: Database, how: str) -> None:
    """``unclean`` while a daemon runs, ``clean`` once it closed the store in order."""
    database.execute(
        "insert into meta values ('stopped', ?) on conflict (key) do update set value = excluded.value", (how,)
    )


def check(database: Database) -> None:
    """After an unclean stop: a disk that lied about its syncs shows here and not in the middle of the night."""
    findings = [row[0] for row in database.execute("pragma quick_check(3)")]
    if findings != ["ok"]:
        raise StoreBroken(f"{database.path}: {'; '.join(findings)}")


def recognise(database: Database, newest: int) -> int:
    """The version of the file, 0 for a new one; StoreBroken when it isn't one we can read."""
    version = int(database.pragma("user_version"))
    tables = database.execute("select 1 from sqlite_master limit 1")
    if tables and database.pragma("application_id") != APPLICATION_ID:
        raise StoreBroken(f"{database.path}: a database of another program")
    if version > newest:
        raise StoreBroken(
            f"{database.path}: written by a newer smsmqtt (version {version}, this one knows {newest}); update smsmqtt"
        )
    return version


def migrate(database: Database, folder: Path = SCHEMAS) -> None:
    """Bring the file to the newest version; a step is taken whole or not at all."""
    files = schemas(folder)
    version = recognise(database, max(files))
    for step in range(version + 1, max(files) + 1):
        database.script(
            f"begin immediate; pragma application_id = {APPLICATION_ID};\n{files[step].read_text()}\n"
            f"pragma user_version = {step}; commit;"
        )


def require_current(database: Database) -> None:
    """For who may only read: a file that the daemon has not brought to this version is refused."""
    newest = max(schemas(SCHEMAS))
    version = recognise(database, newest)
    if version < newest:
        raise StoreBroken(f"{database.path}: version {version}, this smsmqtt knows {newest}; start the daemon once")


def schemas(folder: Path) -> dict[int, Path]:
    """The schema files by their number."""
    return {int(path.stem.removeprefix("schema_")): path for path in folder.glob("schema_*.sql")}
