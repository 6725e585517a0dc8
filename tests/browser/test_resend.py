"""Sending again what may have gone out."""

from __future__ import annotations

from playwright.sync_api import Page, expect
from support.scene import Scene


def test_what_may_have_gone_out_is_sent_again(scene: Scene, page: Page) -> None:
    scene.unit.arm(do="drop", at="body")
    lost = scene.order("did it go?")
    scene.reaches(lost, "uncertain")
    queue = page.get_by_role("region", name="Waiting to be sent")

    queue.get_by_role("button", name="Send again the text to ana").click()

    scene.reaches(lost, "delivered")
    expect(queue).not_to_contain_text("did it go?")
    assert scene.on_air() == ["did it go?"]
