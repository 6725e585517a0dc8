"""The daemon with a turned clock, or one that kills itself at a chosen place: nothing of this is in the package.

``python -m support.doctored '{"clock": "FILE"}' run -c config.yaml``: the wall clock is as many seconds off as the file
says at the moment. ``{"asleep": "FILE"}``: the machine has slept for so many seconds in all. ``{"hurry": 20}``: time
runs faster, from the start of the process. ``{"die": "smsmqtt.session.send:Sender._record", "at": 3}``: -9 at the third
call of it, before it does anything, or, with ``"after": true``, when it has done its work. ``{"fail": "…", "at": 3}``:
that call and all later ones raise an error that names a phone number.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any

from smsmqtt import clock

UNLUCKY = "+59899000013"


class TurnedClock(clock.SystemClock):
    """See the module's text."""

    offset_file: Path | None = None
    asleep_file: Path | None = None
    pace: float = 1.0

    def __init__(self) -> None:
        super().__init__()
        self._began_s = super().monotonic()

    def _gained_s(self) -> float:
        return (super().monotonic() - self._began_s) * (self.pace - 1)

    def now(self) -> datetime:
        off_s = _seconds(self.offset_file) + _seconds(self.asleep_file)
        return super().now() + timedelta(seconds=off_s + self._gained_s())

    def monotonic(self) -> float:
        return super().monotonic() + self._gained_s()

    def since_boot_s(self) -> float:
        return super().since_boot_s() + _seconds(self.asleep_file) + self._gained_s()


def _seconds(file: Path | None) -> float:
    return float(file.read_text() or 0.0) if file else 0.0


def turn_clock(offset_file: str | None, asleep_file: str | None, pace: float) -> None:
    TurnedClock.offset_file = Path(offset_file) if offset_file else None
    TurnedClock.asleep_file = Path(asleep_file) if asleep_file else None
    TurnedClock.pace = pace
    clock.SystemClock = TurnedClock  # type: ignore[misc]


def die_at(place: str, at: int, *, after: bool) -> None:
    """``place`` is ``module:function`` or ``module:Class.method``."""
    _replace(place, lambda function: _dying(function, at, after=after))


def _replace(place: str, changed: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    module_name, _, path = place.partition(":")
    *owners, name = path.split(".")
    owner: Any = import_module(module_name)
    for step in owners:
        owner = getattr(owner, step)
    setattr(owner, name, changed(getattr(owner, name)))


def _dying(function: Callable[..., Any], at: int, *, after: bool) -> Callable[..., Any]:
    calls = count(1)

    def call(*arguments: Any, **named: Any) -> Any:
        last = next(calls) == at
        if last and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = function(*arguments, **named)
        if last:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return call


def fail_at(place: str, at: int) -> None:
    """As ``die_at``."""
    calls = count(1)

    def failing(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            if next(calls) >= at:
                raise RuntimeError(f"no luck with {UNLUCKY}")
            return function(*arguments, **named)

        return call

    _replace(place, failing)


def main(doctor: str, *arguments: str) -> None:
    wanted = json.loads(doctor)
    turn_clock(wanted.get("clock"), wanted.get("asleep"), wanted.get("hurry", 1.0))
    if "die" in wanted:
        die_at(wanted["die"], wanted.get("at", 1), after=wanted.get("after", False))
    if "fail" in wanted:
        fail_at(wanted["fail"], wanted.get("at", 1))
    from smsmqtt import cli

    cli.main(arguments)


if __name__ == "__main__":
    main(*sys.argv[1:])
