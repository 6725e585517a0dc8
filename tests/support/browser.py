"""A real browser that looks at the page, and what it complains of."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import axe_core_python
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
TOKEN = "a-long-random-text-for-the-page"
PATIENCE_MS = 15_000
AXE = Path(axe_core_python.__file__).parent / "axe.min.js"
SERIOUS = ("serious", "critical")


@contextmanager
def chromium() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip("chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@contextmanager
def reader(browser: Browser, url: str, **how: Any) -> Iterator[Page]:
    """Somebody in Montevideo, logged out. Fails at the end when the browser refused something or a script broke."""
    context = browser.new_context(base_url=url, locale="en-GB", timezone_id="America/Montevideo", **how)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: (complaints.append(dialog.message), dialog.dismiss()))
    page.on("console", lambda told: complaints.append(told.text) if "Content Security Policy" in told.text else None)
    yield page
    context.close()
    assert complaints == []


def log_in(page: Page, token: str = TOKEN) -> Page:
    page.goto("/")
    page.get_by_label("Token").fill(token)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("heading", name="Write a text").wait_for()
    return page


def write(page: Page, to: str, body: str) -> None:
    """A text, in the form of the overview."""
    page.get_by_label("To", exact=True).fill(to)
    page.get_by_label("Text", exact=True).fill(body)
    page.get_by_role("button", name="Send", exact=True).click()


def faults_of_access(page: Page) -> list[str]:
    """What axe-core finds serious or critical on the page as it is."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run()")
    return [
        f"{it['id']} ({it['impact']}): {it['help']}: {[node['target'] for node in it['nodes']]}"
        for it in found["violations"]
        if it["impact"] in SERIOUS
    ]
