"""Fixtures of the HTTP tests."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import structlog
from support.http_house import HttpHouse
from support.page_visit import Visit, visit
from support.scene import scene

from smsmqtt.config import LogSettings
from smsmqtt.logs import configure

__all__ = ["scene"]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[HttpHouse]:
    with HttpHouse(folder=tmp_path) as house:
        yield house


@pytest.fixture
def caller(house: HttpHouse) -> httpx.Client:
    return house.caller


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpHouse]:
    """For the tests of a file that change nothing."""
    with HttpHouse(folder=tmp_path_factory.mktemp("calm")) as house:
        yield house


@pytest.fixture
def page(house: HttpHouse) -> Iterator[Visit]:
    """Somebody logged in at the page."""
    with visit(house) as page:
        yield page


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What a daemon would write to its log."""
    stream = io.StringIO()
    configure(LogSettings(), stream=stream)
    yield stream
    structlog.reset_defaults()
