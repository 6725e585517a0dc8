"""A process that lives as long as the demo does, with its output in a file."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from smsmqtt.errors import DemoFailed

READY_S = 15.0
LOOK_S = 0.05
END_S = 10.0
LAST_LINES = 15


class Process:
    """Made by ``running``."""

    def __init__(self, command: Sequence[str], log: Path) -> None:
        self._name = Path(command[0]).name
        self._log = log
        with log.open("wb") as output:
            # Ctrl-C is for the demo alone, which stops the others in order.
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )

    def check(self) -> None:
        """DemoFailed, with what it said last, when it has ended."""
        if self._process.poll() is not None:
            last = "\n".join(self._log.read_text(errors="replace").splitlines()[-LAST_LINES:])
            raise DemoFailed(f"{self._name} ended with {self._process.returncode}\n{last}\n")

    def wait_until(self, ready: Callable[[], bool]) -> None:
        """DemoFailed when it ends or takes too long."""
        for _ in range(int(READY_S / LOOK_S)):
            self.check()
            if ready():
                return
            try:
                self._process.wait(LOOK_S)
            except subprocess.TimeoutExpired:
                continue
        raise DemoFailed(f"{self._name} was not ready within {READY_S:g} s")

    def end(self) -> None:
        """Asked to, and killed when it doesn't."""
        self._process.terminate()
        try:
            self._process.wait(END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@contextmanager
def running(command: Sequence[str], log: Path) -> Iterator[Process]:
    """Started now, ended with the context."""
    process = Process(command, log)
    try:
        yield process
    finally:
        process.end()
