"""A real Node-RED as a process, with the example's flow in it: clicked on, and listened to by its debug nodes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.broker import Broker, free_port
from support.pages import ROOT
from support.waiting import eventually

FLOWS = ROOT / "examples" / "node-red" / "flows.json"
SETTINGS = "module.exports = {uiHost: '127.0.0.1', telemetry: {enabled: false}, logging: {console: {level: 'info'}}}\n"


def node_red() -> str | None:
    """The program: that of SMSMQTT_NODE_RED, else of the path; None when it isn't here."""
    return shutil.which(os.environ.get("SMSMQTT_NODE_RED", "node-red"))


@dataclass
class NodeRed:
    """Use as a context manager: the flow is started inside."""

    broker: Broker
    folder: Path
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def __enter__(self) -> NodeRed:
        self.folder.mkdir(parents=True)
        (self.folder / "settings.js").write_text(SETTINGS)
        (self.folder / "flows.json").write_text(
            json.dumps([self._here(node) for node in json.loads(FLOWS.read_text())])
        )
        command = [node_red() or "node-red", "-u", str(self.folder), "-p", str(self.port), "flows.json"]
        with (self.folder / "output.log").open("wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        self.wait_for_line("Connected to broker")
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(20)
        finally:
            self._process.kill()

    def click(self, name: str) -> None:
        """As the button of an inject node does it."""
        [node] = [it["id"] for it in json.loads(FLOWS.read_text()) if it.get("name") == name]
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/inject/{node}", b"", method="POST")
        urllib.request.urlopen(request, timeout=10).close()

    def wait_for_line(self, *words: str) -> str:
        """The first line of its log with all these words; objects stand there without their quotes."""

        def found() -> list[str]:
            assert self._process
            assert self._process.poll() is None, self.log()
            lines = self.log().splitlines()
            return [line for line in lines if all(word in line for word in words)]

        return eventually(found, within_s=60, what=lambda: f"{words} in {self.log()[-3000:]}")[0]

    def log(self) -> str:
        """What debug nodes say, each on one line."""
        text = (self.folder / "output.log").read_text(errors="replace")
        return text.replace("] \n{", "] {").replace("\n  ", " ").replace("\n}", " }")

    def _here(self, node: dict[str, Any]) -> dict[str, Any]:
        """The broker's address is what a user has to fill in; the sidebar is not looked at, the log is."""
        if node["type"] == "mqtt-broker":
            return node | {"broker": self.broker.host, "port": str(self.broker.port)}
        return node | {"console": True} if node["type"] == "debug" else node
