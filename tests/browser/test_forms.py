"""The forms: what they take, what they refuse, and how they say so."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect
from support.browser import TOKEN, reader, write


def test_a_wrong_token_is_refused_and_a_log_out_is_one(browser: Browser, url: str) -> None:
    with reader(browser, url) as page:
        page.goto("/conversations")
        page.get_by_label("Token").fill("open sesame")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("This token is not known.")

        page.get_by_label("Token").fill(TOKEN)
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Log out").click()

        expect(page.get_by_role("heading", name="Log in")).to_be_visible()
        page.goto("/")
        expect(page.get_by_role("heading", name="Log in")).to_be_visible()


def test_the_counter_tells_which_characters_cost_a_part(desk: Page) -> None:
    text, counter = desk.get_by_label("Text", exact=True), desk.locator("#count")
    text.fill("x" * 100)
    expect(counter).to_have_text("1 part, room for 60 more.")

    text.fill("x" * 100 + "ő")

    expect(counter).to_have_text("2 parts, room for 33 more. Without ő it would be 1 part.")
    text.fill("x" * 1600)
    expect(counter).to_have_text("11 parts, too long: at most 10 are allowed.")


def test_a_text_that_is_not_taken_stays_in_the_form_with_the_reason(desk: Page) -> None:
    write(desk, "nobody", "do not lose me")

    expect(desk.get_by_role("alert")).to_have_text("nobody: no contact or group has this name")
    expect(desk.get_by_label("Text", exact=True)).to_have_value("do not lose me")
    expect(desk.get_by_role("region", name="Waiting to be sent")).not_to_contain_text("do not lose me")


def test_what_can_not_be_done_is_said_where_it_was_asked_for(desk: Page) -> None:
    queue = desk.get_by_role("region", name="Waiting to be sent")
    cancel = queue.get_by_role("button", name="Cancel")

    cancel.evaluate("button => { button.form.elements.id.value = 'gone'; button.click() }")

    expect(desk.get_by_role("alert")).to_have_text("Id: no message or order has this id.")
    expect(queue.get_by_role("button", name="Cancel")).to_have_count(1)
