"""The printed reference is the one that the commands would print now."""

from __future__ import annotations

from pathlib import Path

from smsmqtt.cli import FAMILIES
from smsmqtt.cli.manual import manual

PAGE = Path(__file__).parents[2] / "docs" / "COMMANDS.md"


def test_the_reference_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == manual(), "python -m smsmqtt.cli.manual > docs/COMMANDS.md"


def test_the_reference_has_every_command() -> None:
    headings = [line.removeprefix("## ") for line in manual().splitlines() if line.startswith("## ")]
    assert headings == list(FAMILIES)
