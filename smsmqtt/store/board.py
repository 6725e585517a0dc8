"""The latest states of gateways and lines and the lines' credit, in memory: what changes here commits nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Event, Lock
from typing import Any, Literal

from smsmqtt.store.holds import Holds
from smsmqtt.store.listeners import Listeners

Kind = Literal["gateway", "line", "balance"]


@dataclass(frozen=True, kw_only=True)
class Sessions:
    """A gateway's sessions since the start; ``ended_at`` is None before the first one ended."""

    held: int = 0
    failed: int = 0
    held_s: float = 0.0
    turns: int = 0
    ended_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Course:
    """Since when a line is in its state, and what it said of it; for the page alone."""

    since: datetime
    detail: str = ""


class Board:
    """Signals ``board`` when a state changed and ``control`` when a session is asked for."""

    def __init__(self, listeners: Listeners) -> None:
        self.holds = Holds()
        self._listeners = listeners
        self._lock = Lock()
        self.lines = Lock()
        """Held while lines are read from the ledger and posted, or a stale look could be posted over a newer one."""
        self.courses: dict[str, Course] = {}
        """Of the lines that their sessions have told of."""
        self.aside = False
        """Another bridge is at work with our prefix: it has the gateways, too."""
        self.decided = Event()
        """It is known whether there is one; not set while the broker is away."""
        self._posted: dict[Kind, dict[str, dict[str, Any]]] = {"gateway": {}, "line": {}, "balance": {}}
        self._asked: dict[str | None, int] = {}
        self._taken: dict[str, int] = {}
        self._sessions: dict[str, Sessions] = {}

    def post(self, kind: Kind, name: str, payload: dict[str, Any]) -> None:
        with self._lock:
            changed = self._posted[kind].get(name) != payload
            self._posted[kind][name] = dict(payload)
        if changed:
            self._listeners.wake({"board"})

    def switch(self, sending: Mapping[str, dict[str, Any]]) -> None:
        """What lines tell of their sending, by line; the rest of what they tell stands."""
        with self.lines:
            for name, payload in self.snapshot("line").items():
                self.post("line", name, {**payload, "sending": sending.get(name, payload["sending"])})

    def snapshot(self, kind: Kind) -> dict[str, dict[str, Any]]:
        """What was last posted, by name."""
        with self._lock:
            return {name: dict(payload) for name, payload in self._posted[kind].items()}

    def count_session(self, gateway: str, *, held_s: float, turns: int, failed: bool, ended_at: datetime) -> None:
        """One more; wakes nobody."""
        with self._lock:
            before = self._sessions.get(gateway, Sessions())
            self._sessions[gateway] = Sessions(
                held=before.held + 1,
                failed=before.failed + failed,
                held_s=before.held_s + held_s,
                turns=before.turns + turns,
                ended_at=ended_at,
            )

    def sessions(self, gateway: str) -> Sessions:
        with self._lock:
            return self._sessions.get(gateway, Sessions())

    def stand(self, *, aside: bool) -> None:
        """Step aside for another bridge, or take up the work."""
        self.aside = aside
        self.decided.set()
        self._listeners.wake({"control"})

    def request_poll(self, gateway: str | None) -> None:
        """Ask for a session now; None asks every gateway."""
        with self._lock:
            self._asked[gateway] = self._asked.get(gateway, 0) + 1
        self._listeners.wake({"control"})

    def take_poll(self, gateway: str) -> bool:
        """Whether a session was asked for since this gateway last took the wish."""
        with self._lock:
            asked = self._asked.get(gateway, 0) + self._asked.get(None, 0)
            taken, self._taken[gateway] = self._taken.get(gateway, 0), asked
            return asked > taken
