"""The store and the MQTT desk of a daemon, without gateways: orders come in and stay queued."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from support.broker import Broker
from support.guards import WIDE

from smsmqtt import config
from smsmqtt.clock import SystemClock
from smsmqtt.config import Settings
from smsmqtt.intake.credit import Credit, carrier_profiles
from smsmqtt.intake.directory import Directory
from smsmqtt.intake.door import Door
from smsmqtt.mqtt.desk import MqttDesk
from smsmqtt.mqtt.pace import Pace
from smsmqtt.store import Store

QUICK = Pace(
    tick_s=0.1,
    retry_first_s=0.05,
    retry_most_s=0.2,
    quick_s=1.5,
    fight_pause_s=5.0,
    fight_pause_most_s=5.0,
    stalled_s=3.0,
    deaf_s=0.5,
    rival_silent_s=60.0,
    denied_first_s=0.2,
    denied_most_s=2.0,
    parting_s=0.3,
    birth_jitter_s=0.1,
)


def settings_for(
    broker: Broker,
    folder: Path,
    carrier: str | None = "antel-uy",
    sections: Mapping[str, Any] | None = None,
    **mqtt: Any,
) -> Settings:
    """A file with one gateway, two lines (the first has a carrier), contacts and a group, but for these sections."""
    folder.mkdir(parents=True, exist_ok=True)
    tls = {"tls": {"ca_file": str(broker.tls.ca_file)}} if broker.tls else {}
    file = {
        "mqtt": {"host": broker.host, "port": broker.port, **tls, **mqtt},
        "store": {"path": "ledger.db"},
        "gateways": {
            "hall": {
                "host": "127.0.0.1",
                "lines": {
                    "mine": {"module": 1, "number": "+59899000001", "carrier": carrier},
                    "yours": {"module": 2, "number": "+59899000002"},
                },
            }
        },
        "messages": {"region": "UY"},
        "contacts": {"ana": "+59899123451", "bruno": "+59899123452"},
        "groups": {"family": ["ana", "bruno"]},
        "guard": WIDE,
        **(sections or {}),
    }
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(file))
    return config.load(path)


def credit_of(settings: Settings, directory: Directory, store: Store) -> Credit:
    return Credit(
        settings=settings.balance, profiles=carrier_profiles(settings), directory=directory, board=store.board
    )


@dataclass
class House:
    """Use as a context manager: running inside, stopped and closed after."""

    broker: Broker
    folder: Path
    mqtt: dict[str, Any] = field(default_factory=dict)
    carrier: str | None = "antel-uy"
    sections: dict[str, Any] = field(default_factory=dict)
    pace: Pace = QUICK

    def __enter__(self) -> House:
        self.settings = settings_for(self.broker, self.folder, self.carrier, self.sections, **self.mqtt)
        self.door = Door.from_settings(self.settings)
        self.directory = self.door.directory
        self.clock = SystemClock()
        self.store = Store.open(self.settings.store.path, self.clock)
        self.credit = credit_of(self.settings, self.directory, self.store)
        self.desk = MqttDesk(self.settings, self.store, self.clock, self.door, credit=self.credit, pace=self.pace)
        self.desk.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.desk.stop()
        self.store.close()

    def trouble_codes(self) -> set[str]:
        return {trouble.code for trouble in self.desk.troubles()}
