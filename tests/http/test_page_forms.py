"""What the page's forms do, and what they refuse."""

from __future__ import annotations

import pytest
from support.http_house import HttpHouse
from support.page_visit import ANA, TALK, Visit, ledger, order, post_gateway, post_line

from smsmqtt.model import Reason
from smsmqtt.store import outbox, uses


def test_a_form_that_is_sent_twice_sends_one_text(house: HttpHouse, page: Visit) -> None:
    fields = {"to": "ana", "body": "once", "id": page.field("id")}

    answers = [page.send("send", **fields) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert ledger(house) == ["once"]


def test_lines_end_as_they_were_written(house: HttpHouse, page: Visit) -> None:
    page.send("send", to="ana", body="one\r\ntwo\r\n")
    assert ledger(house) == ["one\ntwo\n"]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"to": "", "body": "x"}, "To: whom is it for?"),
        ({"to": "ana", "body": " \r\n"}, "Text: there is nothing to send yet."),
        ({"to": "nobody", "body": "x"}, "nobody: no contact or group has this name"),
        ({"to": "ana", "body": "x", "from": "elsewhere"}, "Line: no line has this name or number"),
        ({"to": "ana", "body": "x" * 2000}, "Text: needs 14 parts; at most 10 are allowed"),
        ({"to": "ana", "body": "x", "id": "no blanks"}, "Not taken"),
    ],
)
def test_a_text_that_is_not_taken_stays_in_the_form(
    fields: dict[str, str], told: str, house: HttpHouse, page: Visit
) -> None:
    answer = page.send("send", **fields)

    assert answer.status_code == 422
    assert told in answer.text
    assert f'value="{fields["to"]}"' in answer.text
    assert ledger(house) == []


def test_a_text_to_several_may_be_taken_in_part(house: HttpHouse, page: Visit) -> None:
    answer = page.send("send", to="ana, nobody", body="hello")

    assert "Sent, but not to all. nobody: no contact or group has this name" in answer.text
    assert ledger(house) == ["hello"]
    assert page.send("send", to="family", body="all of you").headers["location"] == "/"


def test_a_text_is_taken_back_once(house: HttpHouse, page: Visit) -> None:
    message_id = order(house, "not yet")

    answers = [page.send("cancel", id=message_id, **{"with": ANA}) for _ in range(2)]

    assert answers[0].headers["location"] == TALK
    assert (answers[1].status_code, "It is cancelled already" in answers[1].text) == (409, False)
    assert "it is cancelled already." in answers[1].text


def test_what_waits_still_is_not_sent_again(house: HttpHouse, page: Visit) -> None:
    message_id = order(house, "not yet")
    assert page.send("resend", id=message_id).status_code == 409
    assert ledger(house) == ["not yet"]


def test_what_the_guard_keeps_back_is_not_sent_again_in_silence(house: HttpHouse, page: Visit) -> None:
    message_id = order(house, "refused by the network")
    house.store.write(lambda tx: outbox.claim(tx, message_id))
    house.store.write(lambda tx: outbox.never(tx, message_id, 1, Reason(code="cms_1", text="unassigned number")))
    house.store.write(lambda tx: uses.add(tx, "mine", 1_000_000))

    answer = page.send("resend", id=message_id)

    assert answer.status_code == 409
    assert "parts of line mine within a day are taken; this one would pass at" in answer.text


def test_an_empty_form_takes_nothing_back(house: HttpHouse, page: Visit) -> None:
    order(house, "not yet")
    assert page.send("cancel").status_code == 409
    assert page.send("cancel", all="true").status_code == 409


def test_pause_and_resume_lead_back_to_the_overview(page: Visit) -> None:
    for form in ("pause", "resume", "poll"):
        assert page.send(form, gateway="hall").headers["location"] == "/"
    assert "unknown; known are hall" in page.send("pause", gateway="elsewhere").text


def test_credit_is_asked_for_where_there_is_a_carrier(house: HttpHouse, page: Visit) -> None:
    post_gateway(house)
    for line in ("mine", "yours"):
        post_line(house, line)
    assert page.see("/").count("/page/credit") == 1

    page.send("credit", line="mine")

    assert "Being asked for." in page.see("/")
    assert "The line yours has no carrier in the configuration." in page.send("credit", line="yours").text


def test_the_counter_speaks_of_what_the_outbox_would_do(page: Visit) -> None:
    def told(body: str) -> str:
        text: str = page.send("count", body=body).json()["text"]
        return text

    assert told("hello") == "1 part, room for 155 more."
    assert told("ő") == "1 part, room for 69 more. Without ő there would be room for 159."
    assert told("x" * 159 + "€") == "2 parts, room for 145 more. Without € it would be 1 part."
    assert "Without (zero width space)" in told("\u200b")
    assert page.send("count", body="x" * 30_000).json()["too_long"]
