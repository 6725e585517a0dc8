"""The store and the HTTP desk of a daemon, on a free port and without gateways or broker: orders stay queued."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import yaml
from support.broker import free_port

from smsmqtt import config
from smsmqtt.clock import Clock, SystemClock
from smsmqtt.config import Settings
from smsmqtt.http.desk import HttpDesk
from smsmqtt.intake.credit import Credit, carrier_profiles
from smsmqtt.intake.door import Door
from smsmqtt.payloads.state import Trouble
from smsmqtt.store import Store

TOKEN = "a-long-random-text-for-tests"
LINES = {
    "mine": {"module": 1, "number": "+59899000001", "carrier": "antel-uy"},
    "yours": {"module": 2, "number": "+59899000002"},
}

GUARD = {"duplicate_window": 0, "per_hour": 100_000, "per_day": 1_000_000, "per_recipient_hour": 100_000}
"""Wide enough for tests that are about something else."""


@dataclass(kw_only=True)
class BrokerSeen:
    """What the HTTP desk is told of the broker."""

    wrong: list[Trouble] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("received", "published", "connects"), 0))
    there: bool = True

    def connected(self) -> bool:
        return self.there

    def troubles(self) -> list[Trouble]:
        return self.wrong

    def counters(self) -> dict[str, int]:
        return self.counts


def settings_for(folder: Path, http: Mapping[str, Any], sections: Mapping[str, Any]) -> Settings:
    """A file with one gateway, two lines (the first has a carrier), contacts and a group; ``sections`` go over it."""
    folder.mkdir(parents=True, exist_ok=True)
    file = {
        "store": {"path": "ledger.db"},
        "gateways": {"hall": {"host": "127.0.0.1", "lines": LINES}},
        "messages": {"region": "UY"},
        "contacts": {"ana": "+59899123451", "bruno": "+59899123452"},
        "groups": {"family": ["ana", "bruno"]},
        "guard": GUARD,
        "http": {"tokens": {"tests": TOKEN}, **http},
        **sections,
    }
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(file, sort_keys=False))
    return config.load(path)


@dataclass(kw_only=True)
class HttpHouse:
    """``with HttpHouse(folder=tmp_path) as house: house.caller.get("/lines")``; ``caller`` has the token."""

    folder: Path
    http: Mapping[str, Any] = field(default_factory=dict)
    sections: Mapping[str, Any] = field(default_factory=dict)
    clock: Clock = field(default_factory=SystemClock)
    broker: BrokerSeen = field(default_factory=BrokerSeen)
    dead: Callable[[], Sequence[str]] = tuple
    port: int = field(default_factory=free_port)

    def __enter__(self) -> Self:
        self.settings = settings_for(self.folder, {"listen": f"127.0.0.1:{self.port}", **self.http}, self.sections)
        self.door = Door.from_settings(self.settings)
        self.store = Store.open(self.settings.store.path, self.clock)
        self.credit = Credit(
            settings=self.settings.balance,
            profiles=carrier_profiles(self.settings),
            directory=self.door.directory,
            board=self.store.board,
        )
        self.start()
        self.caller = self.client(headers={"Authorization": f"Bearer {TOKEN}"})
        return self

    def start(self) -> None:
        assert self.settings.http
        self.desk = HttpDesk(
            self.settings,
            self.settings.http,
            self.store,
            self.clock,
            self.door,
            credit=self.credit,
            broker=self.broker,
            dead=self.dead,
        )
        self.desk.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.caller.close()
        self.desk.stop()
        self.store.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, **how: Any) -> httpx.Client:
        """Somebody without a token; the caller closes it."""
        return httpx.Client(base_url=self.url, timeout=10.0, **how)
