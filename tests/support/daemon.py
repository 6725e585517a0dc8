"""The real daemon as a process: started, waited for, asked, stopped, killed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Any, Self

import yaml
from support.broker import Broker
from support.guards import WIDE
from support.waiting import eventually

from smsmqtt.simulator import Simulator

ROOT = Path(__file__).parents[2]
READY_S = 20.0
SESSION = {"every": "200ms", "batch_window": "10ms", "min_gap": "10ms", "hold_budget": "100%"}
BEAT = {"WATCHDOG_USEC": "600000"}
"""With it the daemon looks after deadlines five times a second, instead of every ten seconds."""

_numbers = count(1)


def write_config(
    folder: Path, broker: Broker, unit: Simulator | int, session: Mapping[str, Any] | None = None, **sections: Any
) -> Path:
    """A file for one gateway with two lines; ``session`` goes over the hurried one, ``sections`` over the rest."""
    folder.mkdir(parents=True, exist_ok=True)
    port = unit if isinstance(unit, int) else unit.port
    lines = {name: {"module": nr, "number": f"+5989900000{nr}"} for nr, name in enumerate(("mine", "yours"), 1)}
    file = {
        "mqtt": {"host": broker.host, "port": broker.port},
        "gateways": {"hall": {"host": "127.0.0.1", "port": port, "lines": lines}},
        "session": {**SESSION, **(session or {})},
        "contacts": {"ana": "+59891234567", "bruno": "+59891234568"},
        "groups": {"family": ["ana", "bruno"]},
        "guard": WIDE,
        **sections,
    }
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(file, sort_keys=False))
    return path


class NotifySocket:
    """What systemd would hear, with the monotonic time of each."""

    def __init__(self) -> None:
        self.address = f"@smsmqtt-test-{os.getpid()}-{next(_numbers)}"
        self.heard: list[tuple[float, str]] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.address.replace("@", "\0", 1))
        Thread(target=self._listen, daemon=True).start()

    def at_s(self, state: str) -> list[float]:
        """When it was said."""
        return [at_s for at_s, told in self.heard if told == state]

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def _listen(self) -> None:
        with self._socket:
            while told := self._socket.recv(4096):
                self.heard.append((time.monotonic(), told.decode()))


@dataclass(kw_only=True)
class Daemon:
    """``with Daemon(config=path) as daemon:`` is ready inside and stopped after, if it still lives.

    ``doctor``: what ``support.doctored`` changes in the process, None for the daemon as it is.
    """

    config: Path
    doctor: Mapping[str, Any] | None = None
    environment: Mapping[str, str] = field(default_factory=lambda: BEAT)
    arguments: tuple[str, ...] = ()

    def __enter__(self) -> Self:
        self.start()
        try:
            self.wait_until_ready()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self.kill()
        elif self.process.poll() is None:
            assert self.stop() == 0, self.log()

    def start(self) -> Self:
        """Returns at once."""
        self.notices = NotifySocket()
        self._log = self.config.parents[1] / f"daemon-{next(_numbers)}.log"
        with self._log.open("wb") as log:
            self.started_s = time.monotonic()
            self.process = subprocess.Popen(self._command(), env=self._environment(), stdout=log, stderr=log)
        return self

    def _command(self) -> list[str]:
        program = ["smsmqtt"] if self.doctor is None else ["support.doctored", json.dumps(self.doctor)]
        return [sys.executable, "-m", *program, "run", "-c", str(self.config), *self.arguments]

    def _environment(self) -> dict[str, str]:
        paths = os.pathsep.join([str(ROOT / "tests"), str(ROOT)])
        own = {"PYTHONPATH": paths, "NOTIFY_SOCKET": self.notices.address}
        return {**os.environ, **own, **self.environment}

    def wait_until_ready(self) -> float:
        """Seconds from the start of the process until it said so."""

        def ready() -> list[float]:
            assert self.process.poll() is None, f"ended with {self.process.returncode}: {self.log()}"
            return self.notices.at_s("READY=1")

        return eventually(ready, within_s=READY_S)[0] - self.started_s

    def stop(self, within_s: float = 30.0) -> int:
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait(within_s)

    def kill(self) -> None:
        """-9; nothing when it is dead already."""
        self.process.kill()
        self.wait()

    def wait(self, within_s: float = 30.0) -> int:
        """The exit code, negative for the signal that killed it."""
        try:
            return self.process.wait(within_s)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGABRT)
            raise AssertionError(f"did not end: {self.log()}") from None
        finally:
            self.notices.close()

    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def resident_kb(self) -> int:
        """VmRSS."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])

    def cpu_s(self) -> float:
        """Processor time used so far, of all threads."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
