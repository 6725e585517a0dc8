"""Live news, when what is between the page and the daemon goes away for a while; and what a log-out leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from support.browser import log_in, reader
from support.http_house import TOKEN, HttpHouse
from support.nginx import nginx
from support.page_visit import ANA, order
from support.sms import receive

PASS_ON = """
location / {{
    proxy_pass http://127.0.0.1:{port};
    proxy_http_version 1.1;
    proxy_set_header Host $http_host;
    proxy_buffering off;
}}
"""
LONG = 30
"""Texts; more than fit on a screen."""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[HttpHouse]:
    with HttpHouse(folder=tmp_path / "house") as house:
        yield house


@pytest.fixture
def page(browser: Browser, house: HttpHouse, tmp_path: Path) -> Iterator[Page]:
    """Somebody behind a proxy."""
    with (
        nginx(tmp_path / "nginx", PASS_ON.format(port=house.port)) as address,
        reader(browser, address, viewport={"width": 800, "height": 600}) as page,
    ):
        yield log_in(page, TOKEN)


def test_a_page_whose_proxy_answered_for_the_daemon_is_live_again_by_itself(house: HttpHouse, page: Page) -> None:
    for nr in range(LONG):
        receive(house.store, f"text {nr}", sender=ANA)
    page.goto("/conversation?with=ana")
    lamp = page.locator("#live")
    expect(lamp).to_have_text("Live Reload")
    expect(lamp.get_by_role("link")).to_be_hidden()
    page.evaluate("document.body.dataset.mark = 'the same document'")

    with page.expect_response(lambda answer: answer.url.endswith("/events") and answer.status == 502):
        house.desk.stop()
    expect(lamp.get_by_text("Not live")).to_be_in_viewport()
    expect(lamp.get_by_role("link", name="Reload")).to_be_in_viewport()
    receive(house.store, "said meanwhile", sender=ANA)
    house.start()

    expect(page.get_by_text("said meanwhile")).to_be_visible()
    expect(lamp.get_by_role("link")).to_be_hidden()
    receive(house.store, "said afterwards", sender=ANA)
    expect(page.get_by_text("said afterwards")).to_be_visible()
    assert page.evaluate("document.body.dataset.mark") == "the same document"


def test_who_logs_out_in_one_tab_is_out_in_the_others(house: HttpHouse, page: Page) -> None:
    other = page.context.new_page()
    other.goto("/conversations")
    expect(other.locator("#live")).to_contain_text("Live")

    page.get_by_role("button", name="Log out").click()
    receive(house.store, "not for them", sender=ANA)

    expect(other.get_by_role("heading", name="Log in")).to_be_visible()
    assert other.url.endswith("/log-in?next=%2Fconversations")


def test_what_was_unfolded_stays_so_when_news_come(house: HttpHouse, page: Page) -> None:
    for nr in range(12):
        order(house, f"text {nr}.")
    queue = page.get_by_role("region", name="Waiting to be sent")
    queue.get_by_text("2 more").click()
    expect(queue.get_by_text("text 11.")).to_be_visible()

    order(house, "one more")

    expect(queue.get_by_text("3 more")).to_be_visible()
    expect(queue.get_by_text("one more", exact=True)).to_be_visible()


def test_all_that_waits_is_cancelled_after_a_question(house: HttpHouse, page: Page) -> None:
    for nr in range(3):
        order(house, f"text {nr}.")
    queue = page.get_by_role("region", name="Waiting to be sent")
    sure = queue.get_by_role("button", name="Yes, cancel all")
    expect(sure).to_be_hidden()
    queue.get_by_text("Cancel all", exact=True).click()

    sure.click()

    expect(queue).to_contain_text("Nothing waits.")


def test_a_long_text_scrolls_inside_its_field(page: Page) -> None:
    text = page.get_by_label("Text", exact=True)
    text.fill("a line\n" * 200)
    assert text.evaluate("it => it.offsetHeight <= innerHeight * .4 + 1")
    assert text.evaluate("it => it.scrollHeight > it.clientHeight")


def test_the_token_can_be_typed_at_once(browser: Browser, house: HttpHouse) -> None:
    with reader(browser, house.url) as page:
        page.goto("/conversations")
        expect(page.get_by_label("Token")).to_be_focused()
        page.keyboard.type(TOKEN)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Conversations")).to_be_visible()
