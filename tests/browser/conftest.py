"""Fixtures of the tests that look at the page with a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page, expect
from support.browser import PATIENCE_MS, chromium, log_in, reader
from support.lived_in import lived_in, page_of
from support.scene import Scene, scene

__all__ = ["scene"]

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page of a house that has been lived in; whoever uses it leaves it as it is."""
    with lived_in(tmp_path_factory.mktemp("lived-in")) as url:
        yield url


@pytest.fixture
def desk(browser: Browser, url: str) -> Iterator[Page]:
    """Somebody at a desk, logged in there."""
    with reader(browser, url, viewport={"width": 1280, "height": 900}) as page:
        yield log_in(page)


@pytest.fixture
def house(scene: Scene) -> Iterator[Callable[..., str]]:
    """Starts the daemon, with ``sections`` of the configuration; the address of its page."""
    with ExitStack() as running:
        yield lambda **sections: running.enter_context(page_of(scene, **sections))


@pytest.fixture
def page(browser: Browser, house: Callable[..., str]) -> Iterator[Page]:
    """Somebody logged in at a daemon."""
    with reader(browser, house()) as page:
        yield log_in(page)
