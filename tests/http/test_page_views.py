"""What stands on the page."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from html import escape
from pathlib import Path

import pytest
from support.broker import free_port
from support.http_house import HttpHouse
from support.letters import place
from support.page_visit import ANA, TALK, Visit, order, post_gateway, post_line, visit
from support.sms import receive
from support.waiting import eventually

from smsmqtt.clock import SystemClock
from smsmqtt.errors import BrokerLogin
from smsmqtt.intake import stranded
from smsmqtt.model import BalanceReply
from smsmqtt.payloads.state import Trouble
from smsmqtt.payloads.times import iso
from smsmqtt.store import Transaction, balances
from smsmqtt.store.board import Course
from smsmqtt.store.holds import QUARTER_S

STRANGER = "+59898000001"
SECRET = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "\"'><img src=x onerror=alert(1)>"])
def test_what_others_wrote_is_escaped_wherever_it_stands(hostile: str, house: HttpHouse, page: Visit) -> None:
    receive(house.store, hostile, sender=ANA)
    receive(house.store, hostile, sender=hostile, sender_type="name")
    order(house, hostile)
    pages = [page.see(path) for path in ("/", "/conversations", TALK)]
    pages += [page.see("/conversation", name=hostile)]
    pages += [page.send("send", to=hostile, body=hostile, **{"from": hostile}).text]
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
    amid = now - timedelta(seconds=now.timestamp() % QUARTER_S - QUARTER_S / 2)
    post_gateway(house)
    post_line(house, "mine")
    for hours in range(30, 0, -1):
        house.store.board.holds.note("mine", amid - timedelta(hours=hours), 36.0)

    html = page.see("/")

    assert html.count('class="bar"') >= 23
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


def test_of_a_long_queue_the_first_ones_are_shown_and_the_rest_unfolded_or_counted(tmp_path: Path) -> None:
    generous = {"per_hour": 1000, "per_day": 1000, "per_recipient_hour": 1000}
    with HttpHouse(folder=tmp_path, sections={"guard": generous}) as house, visit(house) as page:
        for nr in range(53):
            order(house, f"text {nr}.")
        html = page.see("/")
        shown, folded = html[: html.index('class="talks"')].split('<details id="more-waiting">')
        assert re.findall(r"text (\d+)\.", shown) == [str(nr) for nr in range(10)]
        assert re.findall(r"text (\d+)\.", folded) == [str(nr) for nr in range(10, 50)]
        assert "<summary>40 more</summary>" in folded
        assert "And 3 more." in folded

        assert page.send("cancel-all").headers["location"] == "/"

        assert "Nothing waits." in page.see("/")


def test_a_pause_is_none_before_the_session_has_ended(house: HttpHouse, page: Visit) -> None:
    post_line(house, "mine")
    post_gateway(house, gateway_state="connected")
    assert "Session under way" in page.see("/")
    page.send("pause", gateway="hall")
    html = page.see("/")
    assert ("Hanging up…" in html, "Paused" in html) == (True, False)

    post_gateway(house, gateway_state="paused")

    html = page.see("/")
    assert ("Hanging up…" in html, "Paused" in html) == (False, True)


def test_the_guard_tells_its_time_as_the_page_does(tmp_path: Path) -> None:
    with HttpHouse(folder=tmp_path, sections={"guard": {"per_recipient_hour": 1}}) as house, visit(house) as page:
        page.send("send", to="ana", body="first")
        html = page.send("send", to="ana", body="second").text
    told = re.search(r'would pass at <time datetime="([^"]+)" data-style="short">[^<]+ UTC</time></p>', html)
    assert told
    assert datetime.fromisoformat(told[1]) > SystemClock().now()


def test_what_only_looks_like_a_time_stays_as_it_was_written(page: Visit) -> None:
    nonsense = "2026-02-31T99:00:00Z"
    assert f"{nonsense}: " in page.send("send", to=nonsense, body="x").text


def the_trouble(html: str) -> str:
    """The only one."""
    (trouble,) = re.findall(r"<article.*?</article>", html[: html.index('id="strip"')], re.DOTALL)
    return str(trouble)


def test_a_line_that_messages_wait_for_though_it_is_gone_is_a_trouble(house: HttpHouse, page: Visit) -> None:
    house.store.write(lambda tx: place(tx, "a", line="gone", line_fixed=True))
    house.store.write(lambda tx: stranded.settle(tx, house.door))

    trouble = the_trouble(page.see("/"))
    assert "Line gone: Messages wait for a line that is not in the configuration any more" in trouble
    assert "bring the line back under its old name" in trouble


def test_a_line_that_does_not_answer_tells_since_when_and_why(house: HttpHouse, page: Visit) -> None:
    since = SystemClock().now() - timedelta(minutes=9)
    post_gateway(house)
    post_line(house, "mine", line_state="not_answering")
    house.store.board.courses["mine"] = Course(since=since, detail="no answer to AT")

    html = page.see("/")

    trouble = the_trouble(html)
    assert "Line mine: Does not answer" in trouble
    assert re.search(rf'no answer to AT \(since\s+<time datetime="{iso(since)}"', trouble)


def test_credit_that_never_changed_is_told_once(house: HttpHouse, page: Visit) -> None:
    post_gateway(house)
    post_line(house, "mine")

    def answers(tx: Transaction) -> None:
        for days in (20, 10):
            at = tx.now - timedelta(days=days)
            balances.put(tx, f"ask-{days}", "mine", 60)
            balances.answered(
                tx, BalanceReply(line="mine", credit=Decimal(350), currency="UYU", expires=None, raw="", at=at)
            )

    house.store.write(answers)

    told = re.search(r'<figcaption id="credit-of-mine">(.*?)</figcaption>', page.see("/"), re.DOTALL)
    assert told
    assert " ".join(told[1].split()).endswith("350.00 UYU all the time.")


def test_a_receiver_that_takes_no_news_is_told_with_the_rest(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}/hook?secret"
    with HttpHouse(folder=tmp_path, http={"webhooks": [{"url": url, "secret": SECRET}]}) as house, visit(house) as page:
        order(house, "hello")
        html = eventually(lambda: it if "Does not take the news" in (it := page.see("/")) else "")
    assert "Webhook webhooks.0 (127.0.0.1): Does not take the news" in html
    assert "no connection (since" in html
    assert "secret" not in html
