"""Calling ``smsmqtt`` as somebody at a shell does."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from os import environ
from threading import Thread
from typing import Any, Self
from unittest.mock import patch

from support.waiting import eventually

from smsmqtt.cli import commands
from smsmqtt.cli.endings import run_to_the_end

COMMAND = (sys.executable, "-m", "smsmqtt")


@dataclass(frozen=True)
class Ended:
    """How a call ended."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[Any]:
        """What was printed, one JSON value a line."""
        return [json.loads(line) for line in self.out.splitlines()]


def call(*arguments: object, stdin: bytes = b"") -> Ended:
    """In this process: quick, for what starts nothing and waits for nothing."""
    out, err = TextIOWrapper(BytesIO(), encoding="utf-8"), TextIOWrapper(BytesIO(), encoding="utf-8")
    with (
        redirect_stdout(out),
        redirect_stderr(err),
        patch.object(sys, "stdin", TextIOWrapper(BytesIO(stdin), encoding="utf-8")),
    ):
        code = run_to_the_end(commands, [str(it) for it in arguments])
    return Ended(code, _written(out), _written(err))


def _written(stream: TextIOWrapper) -> str:
    stream.flush()
    raw = stream.buffer
    assert isinstance(raw, BytesIO)
    return raw.getvalue().decode()


def run(*arguments: object, env: Mapping[str, str] | None = None, cwd: object = None, stdin: bytes = b"") -> Ended:
    """As a process, to its end."""
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        input=stdin,
        capture_output=True,
        timeout=60,
        env={**environ, **(env or {})},
        cwd=None if cwd is None else str(cwd),
        check=False,
    )
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())


class Running:
    """As a process that goes on; what it prints is gathered as it comes. A context manager: it is gone after."""

    def __init__(self, *arguments: object, env: Mapping[str, str] | None = None, cwd: object = None) -> None:
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [*COMMAND, *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**environ, **(env or {})},
            cwd=None if cwd is None else str(cwd),
        )
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join(5)

    def _read(self) -> None:
        assert self.process.stdout
        with self.process.stdout as out:
            for line in out:
                self.lines.append(line.rstrip("\n"))

    def says(self, word: str, *, within_s: float = 10.0) -> str:
        """The first line with this word in it."""
        said = eventually(
            lambda: [it for it in self.lines if word in it], within_s=within_s, what="\n".join(self.lines)
        )
        return said[0]

    def end(self, number: int) -> int:
        """Its exit code; the second time nothing happens."""
        self.process.send_signal(number)
        code = self.process.wait(15)
        self._reader.join(5)
        return code
