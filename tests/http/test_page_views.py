"""What stands on the page."""

from __future__ import annotations

import re
from datetime import timedelta
from html import escape
from pathlib import Path

import pytest
from support.http_house import HttpHouse
from support.page_visit import ANA, TALK, Visit, order, post_gateway, post_line, visit
from support.sms import receive

from smsmqtt.clock import SystemClock
from smsmqtt.errors import BrokerLogin
from smsmqtt.payloads.state import Trouble

STRANGER = "+59898000001"


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "\"'><img src=x onerror=alert(1)>"])
def test_what_others_wrote_is_escaped_wherever_it_stands(hostile: str, house: HttpHouse, page: Visit) -> None:
    receive(house.store, hostile, sender=ANA)
    receive(house.store, hostile, sender=hostile, sender_type="name")
    order(house, hostile)
    pages = [page.see(path) for path in ("/", "/conversations", TALK)]
    pages += [page.see("/conversation", name=hostile), page.see("/conversation", **{"with": hostile})]
    pages += [page.send("send", to=hostile, body=hostile, **{"from": hostile}).text]
    pages += [page.send("cancel", id=hostile, **{"with": hostile}).text]
    for html in pages:
        assert escape(hostile).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in html
        assert hostile not in html


def test_what_looks_like_a_template_is_none(house: HttpHouse, page: Visit) -> None:
    receive(house.store, "{{ 7 * 191 }}", sender=ANA)
    assert "{{ 7 * 191 }}" in page.see(TALK)


def test_a_conversation_tells_both_sides_in_their_order(house: HttpHouse, page: Visit) -> None:
    receive(house.store, "first", sender="099123451")
    order(house, "second", to=ANA)
    receive(house.store, "third", sender=ANA)
    receive(house.store, "from somebody who calls himself so", sender=ANA, sender_type="name")

    html = page.see(TALK)

    assert re.findall(r"</span>(.*?)</p>", "\n".join(re.findall(r'<p class="bubble".*?</p>', html))) == [
        "first",
        "second",
        "third",
    ]
    assert ">ana</bdi>" in html
    assert "Waiting" in html


def test_the_overview_has_each_conversation_once_the_newest_first(house: HttpHouse, page: Visit) -> None:
    order(house, "hello", to=ANA)
    receive(house.store, "hi", sender=STRANGER)
    receive(house.store, "back", sender="099123451")

    html = page.see("/")

    talks = html[html.index('class="talks"') :]
    assert re.findall(r'<bdi class="who">(.*?)</bdi>', talks) == ["ana", STRANGER]
    assert "back" in talks


def test_what_is_wrong_comes_with_a_hint(house: HttpHouse, page: Visit) -> None:
    error = BrokerLogin("not authorised")
    since = SystemClock().now()
    house.broker.wrong.append(Trouble(code=error.code, text=error.detail, hint=error.hint, since=since))
    post_gateway(house, error=Trouble(code="unreachable", text="no route", hint="check its power", since=since))
    post_line(house, "mine", sending=False)

    html = page.see("/")

    for told in (
        "Broker: The broker refuses",
        "Correct mqtt.username",
        "not authorised",
        "no route",
        "check its power",
    ):
        assert told in html
    assert "Line mine: Sends nothing" in html
    assert 'action="/page/sending"' in html


def test_the_plot_of_holds_tells_their_share(house: HttpHouse, page: Visit) -> None:
    now = SystemClock().now()
    post_gateway(house)
    post_line(house, "mine")
    for hours in range(30, -1, -1):
        house.store.board.holds.note("mine", now - timedelta(hours=hours), 36.0)

    html = page.see("/")

    assert html.count('class="bar"') >= 24
    caption = " ".join(re.search(r'<figcaption id="hold-of-mine">(.*?)</figcaption>', html, re.DOTALL)[1].split())
    assert caption.startswith("Held 1% of the last 24 hours; most in the quarter hour from")
    assert "(4%). The top of the plot is 5%." in caption


def test_older_texts_stand_on_pages_of_their_own(house: HttpHouse, page: Visit) -> None:
    for nr in range(100):
        receive(house.store, f"text {nr}.", sender=ANA)
    path, seen = TALK, []
    while path:
        html = page.see(path)
        seen.append(re.findall(r"text (\d+)\.", html))
        link = re.search(r'id="earlier" href="([^"]+)"', html)
        path = link[1].replace("&amp;", "&") if link else ""
    assert [len(numbers) for numbers in seen] == [40, 40, 20]
    assert [int(number) for numbers in reversed(seen) for number in numbers] == list(range(100))


def test_of_a_long_queue_the_first_ones_are_shown_and_the_rest_counted(tmp_path: Path) -> None:
    generous = {"per_hour": 1000, "per_day": 1000, "per_recipient_hour": 1000}
    with HttpHouse(folder=tmp_path, sections={"guard": generous}) as house, visit(house) as page:
        for nr in range(53):
            order(house, f"text {nr}.")
        html = page.see("/")
    assert re.findall(r"text (\d+)\.", html[: html.index('class="talks"')]) == [str(nr) for nr in range(50)]
    assert "And 3 more." in html
