"""Questions for credit over HTTP."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from support.fake_clock import FakeClock
from support.http_house import LINES, HttpHouse

from smsmqtt.model import BalanceReply, Reason
from smsmqtt.store import Transaction, balances

ID = "5d2f"


def answered(house: HttpHouse, amount: str = "50.5") -> None:
    """A session brings the answer to what ``mine`` was asked."""

    def unit(tx: Transaction) -> None:
        reply = BalanceReply(
            line="mine", credit=Decimal(amount), currency="UYU", expires=date(2036, 1, 31), raw="$ 50,50", at=tx.now
        )
        balances.answered(tx, reply)
        house.credit.post(tx, "mine")

    house.store.write(unit)


def test_a_question_waits_and_then_has_its_answer(house: HttpHouse, caller: httpx.Client) -> None:
    answer = caller.post("/balance-requests", json={"line": "mine", "id": ID})

    assert (answer.status_code, answer.headers["location"]) == (202, f"/balance-requests/{ID}")
    (put,) = answer.json()["requests"]
    assert (answer.json()["id"], put["line"], put["state"], put["credit"]) == (ID, "mine", "waiting", None)
    assert caller.get(answer.headers["location"]).json() == put
    house.store.write(lambda tx: balances.asking(tx, "mine", 60.0))
    assert caller.get(f"/balance-requests/{ID}").json()["state"] == "asked"
    answered(house)
    told = caller.get(f"/balance-requests/{ID}").json()
    assert (told["state"], told["credit"], told["currency"], told["expires"], told["raw"]) == (
        *("ok", 50.5, "UYU", "2036-01-31"),
        "$ 50,50",
    )
    assert caller.get("/lines/mine").json()["credit"]["credit"] == 50.5


def test_a_question_without_an_id_gets_one_and_needs_no_body(caller: httpx.Client) -> None:
    answer = caller.post("/balance-requests")
    assert answer.status_code == 202
    assert caller.get(answer.headers["location"]).json()["id"] == answer.json()["id"] != ""


def test_a_question_that_is_open_is_joined(caller: httpx.Client) -> None:
    first = caller.post("/balance-requests", json={"line": "mine"})
    second = caller.post("/balance-requests", json={"line": "+59899000001", "id": "other"})
    assert first.json() == second.json()


def test_an_answer_stays_with_its_question(tmp_path: Path) -> None:
    clock = FakeClock()
    with HttpHouse(folder=tmp_path, clock=clock) as house:
        house.caller.post("/balance-requests", json={"id": "first"})
        answered(house, "50")
        house.caller.post("/balance-requests", json={"id": "too-soon"})
        clock.advance(timedelta(hours=1).total_seconds())
        house.caller.post("/balance-requests", json={"id": "second"})
        answered(house, "20")
        house.caller.post("/balance-requests", json={"id": "third"})
        told = {name: house.caller.get(f"/balance-requests/{name}").json() for name in ("first", "too-soon", "second")}
        assert {name: it["credit"] for name, it in told.items()} == {"first": 50, "too-soon": 50, "second": 20}


def test_a_question_that_failed_says_why(house: HttpHouse, caller: httpx.Client) -> None:
    caller.post("/balance-requests", json={"id": ID})
    reason = Reason(code="no_answer_now", text="the carrier can't tell now")
    house.store.write(lambda tx: balances.failed(tx, "mine", reason, "Try later"))
    told = caller.get(f"/balance-requests/{ID}").json()
    assert (told["state"], told["credit"], told["raw"]) == ("failed", None, "Try later")
    assert told["reason"]["code"] == "no_answer_now"


def test_every_line_is_asked_when_none_is_named(tmp_path: Path) -> None:
    lines = {name: {**line, "carrier": "antel-uy"} for name, line in LINES.items()}
    sections = {"gateways": {"hall": {"host": "127.0.0.1", "lines": lines}}}
    with HttpHouse(folder=tmp_path, sections=sections) as house:
        answer = house.caller.post("/balance-requests", json={"id": ID})
        assert [it["line"] for it in answer.json()["requests"]] == ["mine", "yours"]
        told = house.caller.get(answer.headers["location"]).json()
        assert (told["id"], told["requests"]) == (ID, answer.json()["requests"])
        answered(house)
        assert [it["state"] for it in house.caller.get(f"/balance-requests/{ID}").json()["requests"]] == [
            "ok",
            "waiting",
        ]


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"line": "yours"}, 422, "no_carrier"),
        ({"line": "his"}, 422, "unknown_line"),
        ({"lines": "mine"}, 422, "unknown_field"),
        ({"line": ["mine"]}, 422, "bad_payload"),
        ({"id": "a b"}, 422, "bad_payload"),
        ("mine", 400, "bad_payload"),
    ],
)
def test_a_question_that_can_not_be_put_is_refused(caller: httpx.Client, asked: object, status: int, code: str) -> None:
    answer = caller.post("/balance-requests", json=asked)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_question_that_nobody_put_is_not_found(caller: httpx.Client) -> None:
    answer = caller.get("/balance-requests/none")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_id")
