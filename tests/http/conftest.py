"""Fixtures of the HTTP tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from support.http_house import HttpHouse
from support.page_visit import Visit, visit


@pytest.fixture
def house(tmp_path: Path) -> Iterator[HttpHouse]:
    with HttpHouse(folder=tmp_path) as house:
        yield house


@pytest.fixture
def caller(house: HttpHouse) -> httpx.Client:
    return house.caller


@pytest.fixture
def page(house: HttpHouse) -> Iterator[Visit]:
    """Somebody logged in at the page."""
    with visit(house) as page:
        yield page
