"""Waiting for a condition, with a deadline: the only place where a test looks at the time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(condition: Callable[[], T], *, within_s: float = 10.0, what: str | Callable[[], str] = "") -> T:
    """What the condition came to, as soon as that is true; ``what`` is said of it when it is not in time."""
    deadline = time.monotonic() + within_s
    while not (value := condition()):
        if time.monotonic() >= deadline:
            raise AssertionError(f"not within {within_s} s: {what() if callable(what) else what or condition}")
        time.sleep(0.01)
    return value
