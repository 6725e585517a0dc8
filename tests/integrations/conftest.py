"""The examples in the programs they are for; `make test-integrations` fetches these and says where they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.broker import require_mosquitto

HERE = Path(__file__).parent


@pytest.fixture(scope="session", autouse=True)
def _mosquitto() -> None:
    require_mosquitto()
