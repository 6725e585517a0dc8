"""Everything at once: a real broker, a simulated unit and the daemon as a process, for the commands."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from support.broker import Broker
from support.command import COMMAND, Ended, run
from support.guards import WIDE
from support.waiting import eventually

from smsmqtt.clock import SystemClock
from smsmqtt.config import MqttSettings
from smsmqtt.mqtt.caller import Caller
from smsmqtt.simulator import Simulator, SimulatorConfig

ANA, BRUNO, NOBODY = "+59899123451", "+59899123452", "+59899123459"
NUMBERS = {"*": {"reply": "you wrote {text}"}, BRUNO: {"reports": [65]}, NOBODY: {"error": 30}}


@dataclass
class Bridge:
    """Use as a context manager. ``config`` is the daemon's file, ``unit`` its gateway."""

    folder: Path
    knobs: dict[str, Any] = field(default_factory=dict)
    session: dict[str, Any] = field(default_factory=dict)
    mqtt: dict[str, Any] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)
    acl: str = ""
    carriers: dict[str, str] = field(default_factory=dict)  # by line
    balance: dict[str, Any] = field(default_factory=dict)
    guard: dict[str, Any] = field(default_factory=dict)
    daemon: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Bridge:
        self.broker = Broker(self.folder / "broker", users=self.users, acl=self.acl).start()
        self.unit = Simulator(SimulatorConfig.model_validate({"network": {"numbers": NUMBERS}, **self.knobs}))
        self.unit.start()
        self.config = self.folder / "config.yaml"
        self.rewrite()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.unit.close()
        self.broker.stop()

    def start(self) -> Bridge:
        """The daemon; returns once it is connected to the broker."""
        with (self.folder / "daemon.log").open("ab") as log:
            self.daemon = subprocess.Popen([*COMMAND, "run", "-c", str(self.config)], stdout=log, stderr=log)
        account = next(iter(self.users.items()), (None, None))
        settings = MqttSettings(host=self.broker.host, port=self.broker.port, username=account[0], password=account[1])
        with Caller(settings, SystemClock()) as caller:
            caller.follow(caller.topics.bridge_state)
            assert caller.wait_for(caller.topics.bridge_state, lambda it: it.get("state") == "online", 10.0), self.log()
        return self

    def rewrite(self) -> None:
        """The file, as the fields say it now."""
        self.config.write_text(yaml.safe_dump(self._settings()))

    def stop(self) -> None:
        if self.daemon:
            self.daemon.terminate()
            self.daemon.wait(15)
            self.daemon = None

    def log(self) -> str:
        return (self.folder / "daemon.log").read_text()

    @property
    def url(self) -> str:
        return f"mqtt://{self.broker.host}:{self.broker.port}"

    def command(self, name: str, *arguments: object, stdin: bytes = b"") -> Ended:
        """With the daemon's own configuration."""
        return run(name, "-c", self.config, *arguments, stdin=stdin)

    def wait_for(self, condition: Any, within_s: float = 10.0) -> Any:
        return eventually(condition, within_s=within_s, what=self.log()[-3000:] if self.daemon else "")

    def _settings(self) -> dict[str, Any]:
        lines: dict[str, dict[str, Any]] = {
            name: {"module": module, "number": f"+5989900000{module}"}
            for module, name in enumerate(("mine", "yours"), 1)
        }
        for line, carrier in self.carriers.items():
            lines[line]["carrier"] = carrier
        return {
            "mqtt": {"host": self.broker.host, "port": self.broker.port, **self.mqtt},
            "store": {"path": "smsmqtt.db"},
            "gateways": {"hall": {"host": self.unit.host, "port": self.unit.port, "lines": lines}},
            "session": {"every": "300ms", "batch_window": "10ms", "min_gap": "50ms", "hold_budget": "100%"}
            | self.session,
            "messages": {"region": "UY"},
            "balance": self.balance,
            "contacts": {"ana": ANA, "bruno": BRUNO, "nobody": NOBODY, "me": ANA},
            "groups": {"friends": ["ana", "bruno"]},
            "guard": {**WIDE, **self.guard},
        }
