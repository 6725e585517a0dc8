"""Guards for tests: one that nobody notices, and narrow ones."""

from __future__ import annotations

from typing import Any

from smsmqtt.config import GuardSettings
from smsmqtt.intake.directory import Directory
from smsmqtt.intake.guard import Guard

WIDE = {"duplicate_window": 0, "per_hour": 100_000, "per_day": 1_000_000, "per_recipient_hour": 100_000}
"""For the file of a test that is about something else."""


def guard(directory: Directory, **settings: Any) -> Guard:
    """Of all lines alike: as wide as can be, but for these settings (by their attributes)."""
    wide = {f"{key}_s" if key == "duplicate_window" else key: value for key, value in WIDE.items()}
    own = GuardSettings.model_validate({**wide, **settings}, by_name=True)
    return Guard.of(dict.fromkeys(directory.lines, own), directory)
