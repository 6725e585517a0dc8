"""What the unit counts, as its owner would: connections, turns, and how long modules were kept from the telephone."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(kw_only=True)
class Visit:
    """One connection that was let in. ``turns``: what the client sent and the unit answered, passwords as ``*``."""

    began_s: float  # since the unit started
    ended_s: float | None = None
    turns: list[str] = field(default_factory=list)
    needless: int = 0  # command lines that set only what was already set


@dataclass(kw_only=True)
class Measures:
    """Times in seconds since the unit started."""

    connections: int = 0  # every one, refused ones too
    second_connections: int = 0  # of these, how many found another client inside
    bad_logins: int = 0
    reboots: int = 0
    snatches: int = 0
    holds: dict[int, int] = field(default_factory=dict)  # by module
    held_s: dict[int, float] = field(default_factory=dict)
    longest_hold_s: dict[int, float] = field(default_factory=dict)
    connected_s: float = 0.0  # of visits that ended
    visits: list[Visit] = field(default_factory=list)

    @property
    def turns(self) -> int:
        return sum(len(visit.turns) for visit in self.visits)

    def held(self, module: int, seconds: float) -> None:
        self.holds[module] = self.holds.get(module, 0) + 1
        self.held_s[module] = self.held_s.get(module, 0.0) + seconds
        self.longest_hold_s[module] = max(self.longest_hold_s.get(module, 0.0), seconds)

    def summary(self) -> dict[str, Any]:
        """For the control connection: visits as a number, the last one in full."""
        figures = asdict(self)
        visits = figures.pop("visits")
        needless = sum(visit["needless"] for visit in visits)
        last = visits[-1] if visits else None
        return figures | {"visits": len(visits), "turns": self.turns, "needless": needless, "last_visit": last}
