"""What people do on the page, from the browser to the air and back."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect
from support.browser import TOKEN, log_in, reader, write
from support.scene import FRIEND, Scene
from support.waiting import eventually


def test_a_text_is_sent_becomes_delivered_and_is_answered_without_a_reload(
    scene: Scene, browser: Browser, house: Callable[..., str]
) -> None:
    scene.open_unit(network_numbers={FRIEND: {"reply": "you said: {text}", "reply_delay_s": 0.3}})
    with reader(browser, house()) as page:
        log_in(page)
        write(page, "ana", "first line\nsecond line")
        expect(page.get_by_role("heading", name="ana")).to_be_visible()
        page.evaluate("document.body.dataset.mark = 'the same document'")

        expect(page.get_by_text("Delivered", exact=True)).to_be_visible()
        expect(page.get_by_text("you said: first line\nsecond line")).to_be_visible()

        assert page.evaluate("document.body.dataset.mark") == "the same document"
        assert scene.on_air() == ["first line\nsecond line"]
        expect(page.get_by_role("status")).to_have_text("New text from ana")


def test_a_text_that_waits_is_cancelled(scene: Scene, page: Page) -> None:
    page.get_by_role("button", name="Free the line for ten minutes of hall").click()
    expect(page.get_by_text("Stays away until")).to_be_visible()
    write(page, "ana", "not yet")
    page.get_by_role("link", name="Overview").click()
    queue = page.get_by_role("region", name="Waiting to be sent")
    expect(queue).to_contain_text("the gateway is paused")

    queue.get_by_role("button", name="Cancel the text to ana").click()

    expect(queue).to_contain_text("Nothing waits.")
    assert [message.state for message in scene.ledger()] == ["cancelled"]


def test_a_pause_is_ended_and_a_session_asked_for(scene: Scene, browser: Browser, house: Callable[..., str]) -> None:
    with reader(browser, house(session={"every": "1h"})) as page:
        log_in(page)
        page.evaluate("document.body.dataset.mark = 'the same document'")
        page.get_by_role("button", name="Free the line").click()
        page.get_by_role("button", name="Resume hall").click()
        expect(page.get_by_text("Free for calls")).to_be_visible()
        scene.unit.deliver(1, FRIEND, "anybody there?")

        page.get_by_role("button", name="Look now at hall").click()

        expect(page.get_by_role("region", name="Conversations")).to_contain_text("anybody there?")
        assert page.evaluate("document.body.dataset.mark") == "the same document"


def test_without_a_script_all_but_the_live_news_works(
    scene: Scene, browser: Browser, house: Callable[..., str]
) -> None:
    with reader(browser, house(), java_script_enabled=False) as page:
        log_in(page)
        write(page, "ana", "by hand")
        eventually(lambda: [message.state for message in scene.ledger()] == ["delivered"])

        page.reload()

        expect(page.get_by_text("Delivered", exact=True)).to_be_visible()
        expect(page.locator("time").first).to_contain_text("UTC")


def test_the_keyboard_alone_is_enough(scene: Scene, browser: Browser, house: Callable[..., str]) -> None:
    with reader(browser, house()) as page:
        page.goto("/")
        tab_to(page, "token")
        page.keyboard.type(TOKEN)
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Write a text").wait_for()
        tab_to(page, "to")
        page.keyboard.type("ana")
        page.keyboard.press("Tab")
        page.keyboard.type("without a mouse")
        page.keyboard.press("Control+Enter")

        expect(page.get_by_text("Delivered", exact=True)).to_be_visible()
        assert scene.on_air() == ["without a mouse"]


def test_news_leave_the_focus_where_it_is(scene: Scene, page: Page) -> None:
    button = page.get_by_role("button", name="Look now at hall")
    button.focus()

    scene.unit.deliver(1, FRIEND, "hello")

    expect(page.get_by_role("region", name="Conversations")).to_contain_text("hello")
    expect(page.get_by_text("0 sent, 1 received", exact=True)).to_be_visible()
    expect(button).to_be_focused()


def test_what_is_wrong_is_told_with_a_hint(scene: Scene, page: Page) -> None:
    scene.unit.close()

    trouble = page.get_by_role("region", name="What is wrong")
    expect(trouble).to_contain_text("Gateway hall: The gateway does not answer")
    expect(trouble).to_contain_text("check its power, address and port")


def tab_to(page: Page, element_id: str) -> None:
    """By the Tab key, as often as it takes."""
    for _ in range(20):
        if page.evaluate("document.activeElement.id") == element_id:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{element_id} can't be reached")
