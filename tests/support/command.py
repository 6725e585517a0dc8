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
from typing import Any
from unittest.mock import patch

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


def start(*arguments: object, **options: Any) -> subprocess.Popen[str]:
    """As a process that goes on; standard output is a pipe."""
    command = [*COMMAND, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
