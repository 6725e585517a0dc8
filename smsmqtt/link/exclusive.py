"""One connection to a gateway at a time, whoever opens it: the daemon, ``doctor`` or ``capture``."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

from smsmqtt.errors import NoLock, Occupied
from smsmqtt.link.base import Link


class ExclusiveLink:
    """A link that holds a lock file from before the connection until after the hang-up."""

    def __init__(self, lock_path: Path, open_link: Callable[[], Link]) -> None:
        self._lock = _take(lock_path)
        try:
            self._link = open_link()
        except BaseException:
            os.close(self._lock)
            raise
        self._open = True

    def write(self, octets: bytes) -> None:
        self._link.write(octets)

    def read(self, timeout_s: float) -> bytes:
        return self._link.read(timeout_s)

    def close(self) -> None:
        if self._open:
            self._open = False
            try:
                self._link.close()
            finally:
                os.close(self._lock)


def _take(path: Path) -> int:
    """Raises Occupied when another process of ours has it, NoLock when there can't be one."""
    try:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise NoLock(f"the lock {path} can't be opened: {error.strerror}") from error
    _hand_over(lock, path.parent)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock)
        raise Occupied("another smsmqtt command is talking to this gateway") from error
    return lock


def _hand_over(lock: int, folder: Path) -> None:
    """What root's command makes must not lock out the daemon, whose folder it is."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.fchown(lock, owner.st_uid, owner.st_gid)
