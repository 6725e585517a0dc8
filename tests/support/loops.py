"""Coroutines in tests that are none."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from anyio.from_thread import start_blocking_portal

T = TypeVar("T")


def in_a_loop(function: Callable[[], Awaitable[T]]) -> T:
    """What comes of it. In a thread of its own: in this one the browser's loop may be open, for the whole session."""
    with start_blocking_portal() as portal:
        return portal.call(function)
