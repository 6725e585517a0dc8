"""Who wants to be woken, and by what."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Event, Lock


class Listener:
    """An event that stays set until somebody waited for it."""

    def __init__(self, subjects: frozenset[str], forget: Callable[[Listener], None]) -> None:
        self.subjects = subjects
        self._forget = forget
        self._event = Event()

    def wait(self, timeout_s: float | None = None) -> bool:
        """True when woken, at once when it was woken since the last wait; False when the time is up."""
        woken = self._event.wait(timeout_s)
        if woken:
            self._event.clear()
        return woken

    def wake(self) -> None:
        self._event.set()

    def close(self) -> None:
        """Hear no more."""
        self._forget(self)


class Listeners:
    """Everybody who listens to one store."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._listeners: set[Listener] = set()

    def add(self, subjects: Iterable[str]) -> Listener:
        listener = Listener(frozenset(subjects), self._forget)
        with self._lock:
            self._listeners.add(listener)
        return listener

    def wake(self, subjects: Iterable[str]) -> None:
        told = set(subjects)
        with self._lock:
            for listener in self._listeners:
                if listener.subjects & told:
                    listener.wake()

    def _forget(self, listener: Listener) -> None:
        with self._lock:
            self._listeners.discard(listener)
