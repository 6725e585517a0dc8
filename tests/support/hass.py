"""A real Home Assistant as a process, with the examples in its configuration and nothing that needs a browser.

It shows its states on the broker (``mqtt_statestream``), so that nobody has to log in to it.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from support.broker import Broker, free_port
from support.pages import ROOT
from support.waiting import eventually

EXAMPLES = ROOT / "examples" / "home-assistant"
READY_S = 180.0
"""The first start fetches what its integrations need."""

NOT_OURS = ("[aiohttp_fast_zlib]", "[homeassistant.components.camera.img_util]")

CONFIGURATION = """
homeassistant:
  name: Test
  time_zone: UTC
  packages: !include_dir_named packages
http: {{server_host: 127.0.0.1, server_port: {port}}}
logger: {{default: warning}}
mqtt_statestream: {{base_topic: ha, publish_attributes: true}}
persistent_notification:
"""


def hass() -> str | None:
    """The program: that of SMSMQTT_HASS, else of the path; None when it isn't here."""
    return shutil.which(os.environ.get("SMSMQTT_HASS", "hass"))


@dataclass
class HomeAssistant:
    """Use as a context manager: it runs inside. ``change``: what a test changes in the packages; ``more``: one more."""

    broker: Broker
    folder: Path
    change: Callable[[str], str] = str
    more: str = ""
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def prepare(self) -> None:
        """The folder of its configuration, once."""
        shutil.copytree(EXAMPLES / "blueprints", self.folder / "blueprints")
        packages = self.folder / "packages"
        packages.mkdir()
        for package in (EXAMPLES / "packages").glob("*.yaml"):
            (packages / package.name).write_text(self.change(package.read_text()))
        (packages / "more.yaml").write_text(self.more)
        (self.folder / "configuration.yaml").write_text(CONFIGURATION.format(port=free_port()))
        storage = self.folder / ".storage"
        storage.mkdir()
        (storage / "core.config_entries").write_text(json.dumps(self._entries()))

    def __enter__(self) -> HomeAssistant:
        if not self.folder.exists():
            self.folder.mkdir(parents=True)
            self.prepare()
        with (self.folder / "output.log").open("ab") as log:
            self._process = subprocess.Popen([hass() or "hass", "-c", str(self.folder)], stdout=log, stderr=log)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(60)
        finally:
            self._process.kill()

    def wait_until(self, condition: Callable[[], object]) -> None:
        """Until it is up, as the condition tells."""
        assert self._process

        def met() -> object:
            assert self._process
            assert self._process.poll() is None, self.log()
            return condition()

        eventually(met, within_s=READY_S, what=self.log)

    def check(self) -> subprocess.CompletedProcess[str]:
        """What ``check_config`` says of the configuration."""
        command = [hass() or "hass", "--script", "check_config", "-c", str(self.folder)]
        return subprocess.run(command, capture_output=True, text=True, timeout=READY_S, check=False)

    def log(self) -> str:
        """Its warnings and errors."""
        return (self.folder / "output.log").read_text(errors="replace")

    def complaints(self) -> list[str]:
        """Warnings and errors that may be the examples' fault: all but those of libraries that are slow or missing."""
        lines = [line for line in self.log().splitlines() if " ERROR " in line or " WARNING " in line]
        return [line for line in lines if not any(logger in line for logger in NOT_OURS)]

    def _entries(self) -> dict[str, object]:
        moment = "2026-01-01T00:00:00+00:00"
        entry = {
            "entry_id": "0123456789abcdef0123456789abcdef",
            "domain": "mqtt",
            "title": "MQTT",
            "data": {"broker": self.broker.host, "port": self.broker.port, "discovery": True},
            "options": {},
            "version": 1,
            "minor_version": 2,
            "source": "user",
            "unique_id": None,
            "disabled_by": None,
            "discovery_keys": {},
            "subentries": [],
            "pref_disable_new_entities": False,
            "pref_disable_polling": False,
            "created_at": moment,
            "modified_at": moment,
        }
        return {"version": 1, "minor_version": 5, "key": "core.config_entries", "data": {"entries": [entry]}}
