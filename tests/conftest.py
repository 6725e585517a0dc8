"""What every test gets: nothing yet but a clean environment."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _no_state_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's own service settings never reach a test."""
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
