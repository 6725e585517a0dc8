"""How the page looks, by day and by night, on a desk and on a phone, to the eye and to a screen reader."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from support.browser import faults_of_access, log_in, reader
from support.lived_in import HOSTILE, HOSTILE_NAME, OLD_TEXTS
from support.scene import FRIEND

PHONE = {"is_mobile": True, "has_touch": True}
TALK = f"/conversation?with=%2B{FRIEND[1:]}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_view_has_a_serious_fault_of_access(scheme: str, browser: Browser, url: str) -> None:
    with reader(browser, url, color_scheme=scheme) as page:
        page.goto("/log-in")
        assert faults_of_access(page) == []
        log_in(page)
        for view in ("/", "/conversations", TALK, "/conversation"):
            page.goto(view)
            assert faults_of_access(page) == [], view
        page.goto("/")
        page.get_by_label("To", exact=True).fill("nobody")
        page.get_by_label("Text", exact=True).fill("x")
        page.get_by_role("button", name="Send", exact=True).click()
        page.get_by_role("alert").wait_for()
        assert faults_of_access(page) == []


def test_day_and_night_have_their_own_colours(browser: Browser, url: str) -> None:
    grounds = []
    for scheme in ("light", "dark"):
        with reader(browser, url, color_scheme=scheme) as page:
            page.goto("/")
            grounds.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    day, night = (sum(map(int, re.findall(r"\d+", ground)[:3])) for ground in grounds)
    assert day > 600
    assert night < 150


@pytest.mark.parametrize("width", [320, 360])
def test_a_phone_need_not_scroll_sideways(width: int, browser: Browser, url: str) -> None:
    with reader(browser, url, viewport={"width": width, "height": 740}, **PHONE) as page:
        log_in(page)
        assert page.evaluate("document.querySelector('.top').offsetHeight") < 110, "two rows"
        for view in ("/", "/conversations", TALK):
            page.goto(view)
            assert page.evaluate("document.documentElement.scrollWidth") == width, view
        page.goto("/")
        expect(page.get_by_role("list", name="Lines at a glance")).to_be_visible()


def test_the_plots_tell_in_words_what_they_show(desk: Page) -> None:
    credit = desk.get_by_role("img", name=re.compile("^Credit since"))
    expect(credit).to_be_visible()
    assert "from 350.00 to 410.25 UYU, never above 500.00 nor below 240.00" in words(desk, "credit-of-mine")
    held = desk.get_by_role("img", name=re.compile("^Held"))
    expect(held).to_have_count(2)
    assert re.search(r"Held [\d.]+% of the time since \d\d:\d\d; most in the quarter hour", words(desk, "hold-of-mine"))


def test_a_line_is_told_at_a_glance(desk: Page) -> None:
    line = desk.get_by_role("region", name="mine")
    for fact in ("+59899000001", "Ready", "very good (-73 dBm)", "Antel", "410.25 UYU", "Good until 31 December 2030"):
        expect(line).to_contain_text(fact, ignore_case=True)
    expect(desk.get_by_role("region", name="Lines", exact=True)).to_contain_text("Stays away until you resume")


def test_what_may_have_gone_out_can_be_sent_again_and_what_waits_cancelled(desk: Page) -> None:
    queue = desk.get_by_role("region", name="Waiting to be sent")
    expect(queue).to_contain_text("Perhaps sent")
    expect(queue).to_contain_text("the connection broke after the module had the text")
    expect(queue.get_by_role("button", name="Send again")).to_have_count(1)
    expect(queue.get_by_role("button", name="Cancel")).to_have_count(1)


def test_what_others_wrote_stays_text(desk: Page) -> None:
    expect(desk.get_by_role("region", name="Conversations")).to_contain_text(HOSTILE)
    desk.get_by_role("link", name=HOSTILE_NAME).click()
    expect(desk.get_by_role("heading", name=HOSTILE_NAME)).to_be_visible()
    expect(desk.get_by_text("there is nothing to answer to")).to_be_visible()
    assert desk.locator("main script, main img, main b").count() == 0


def test_times_are_told_in_the_readers_zone(desk: Page) -> None:
    told = desk.get_by_role("region", name="Conversations").locator("time").first
    hour, minute = map(int, (told.text_content() or "").split(":"))
    at = told.get_attribute("datetime") or ""
    assert (hour - int(at[11:13])) % 24 == 21
    assert minute == int(at[14:16])


def test_earlier_texts_come_on_demand(desk: Page) -> None:
    desk.goto(TALK)
    turns = desk.locator(".turn")
    expect(turns).to_have_count(40)
    desk.get_by_role("link", name="Earlier texts").click()
    expect(turns).to_have_count(OLD_TEXTS + 4)
    expect(desk.get_by_role("link", name="Earlier texts")).to_have_count(0)
    expect(turns.first).to_contain_text("old text 0")
    expect(desk.get_by_text("A warm <b>hello</b>")).to_have_count(1)


def words(page: Page, element_id: str) -> str:
    return " ".join((page.locator(f"#{element_id}").text_content() or "").split())
