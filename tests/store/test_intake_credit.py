"""What a request for credit does, and what is shown of the answers."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from support.fake_clock import FakeClock
from support.letters import place, send

from smsmqtt.carriers import shelf
from smsmqtt.config import BalanceSettings
from smsmqtt.errors import PayloadError
from smsmqtt.intake.credit import Credit, accept_balance_request
from smsmqtt.intake.directory import Directory, Line
from smsmqtt.model import BalanceReply
from smsmqtt.payloads.balances import BalanceAsk
from smsmqtt.store import Store, announcements, balances

LINES = {
    "mine": Line(name="mine", number="+59899000001", gateway="hall"),
    "yours": Line(name="yours", number="+59899000002", gateway="hall"),
}


def _credit(store: Store, **settings: Any) -> Credit:
    return Credit(
        settings=BalanceSettings(**settings),
        profiles={"mine": shelf.load()["antel-uy"]},
        directory=Directory(contacts={}, groups={}, lines=LINES, gateways=("hall",), region="UY"),
        board=store.board,
    )


def _ask(store: Store, credit: Credit, line: str | None = None, request_id: str | None = None) -> None:
    store.write(lambda tx: accept_balance_request(tx, BalanceAsk(line=line, id=request_id), credit))


def _answer(store: Store, credit: Credit, amount: str = "50", expires: date | None = None) -> dict[str, Any]:
    def unit(tx: Any) -> None:
        balances.answered(
            tx,
            BalanceReply(line="mine", credit=Decimal(amount), currency="UYU", expires=expires, raw=amount, at=tx.now),
        )
        credit.conclude(tx, "mine")

    store.write(unit)
    return store.board.snapshot("balance")["mine"]


@pytest.mark.parametrize(("line", "code"), [("nobody", "unknown_line"), ("yours", "no_carrier")])
def test_a_line_that_can_not_be_asked_is_refused(store: Store, line: str, code: str) -> None:
    with pytest.raises(PayloadError) as refused:
        _ask(store, _credit(store), line)

    assert (refused.value.field, refused.value.code) == ("line", code)


def test_a_line_is_asked_by_its_name_or_number_or_with_all(store: Store) -> None:
    credit = _credit(store, min_interval_s=0)
    for number, line in enumerate(("mine", "+59899000001", None)):
        _ask(store, credit, line, f"q{number}")
        _answer(store, credit)

        assert store.board.snapshot("balance")["mine"]["request_id"] == f"q{number}"


def test_too_soon_after_an_answer_it_serves_again(store: Store, clock: FakeClock) -> None:
    credit = _credit(store, min_interval_s=300)
    _ask(store, credit, request_id="first")
    _answer(store, credit)
    clock.advance(299)
    _ask(store, credit, request_id="soon")
    assert store.board.snapshot("balance")["mine"]["request_id"] == "soon"
    assert store.read(lambda tx: balances.waiting(tx, ["mine"])) == []
    clock.advance(2)
    _ask(store, credit, request_id="later")

    assert [request.id for request in store.read(lambda tx: balances.waiting(tx, ["mine"]))] == ["later"]


@pytest.mark.parametrize(
    ("settings", "amount", "low"), [({"low": "20"}, "19.99", True), ({"low": "20"}, "20", False), ({}, "0.5", True)]
)
def test_little_credit_is_flagged(store: Store, settings: dict[str, Any], amount: str, low: bool) -> None:
    credit = _credit(store, **settings)
    _ask(store, credit)

    assert _answer(store, credit, amount)["low"] is low


@pytest.mark.parametrize(("days", "expiring"), [(-1, True), (7, True), (8, False), (None, False)])
def test_credit_that_ends_within_a_week_is_flagged(
    store: Store, clock: FakeClock, days: int | None, expiring: bool
) -> None:
    credit = _credit(store)
    _ask(store, credit)
    expires = None if days is None else clock.now().date() + timedelta(days=days)

    assert _answer(store, credit, expires=expires)["expiring"] is expiring


def test_a_flag_comes_up_by_itself_when_its_day_comes(store: Store, clock: FakeClock) -> None:
    credit = _credit(store)
    _ask(store, credit)
    assert not _answer(store, credit, expires=clock.now().date() + timedelta(days=8))["expiring"]
    clock.advance(86400)
    store.write(credit.upkeep)

    assert store.board.snapshot("balance")["mine"]["expiring"]


def test_it_asks_by_itself_now_and_then(store: Store, clock: FakeClock) -> None:
    credit = _credit(store, every_s=3600.0)
    for asked in (1, 1, 2):
        store.write(credit.upkeep)
        if asked > len(store.read(lambda tx: balances.history(tx, "mine", clock.now() - timedelta(days=1)))):
            _answer(store, credit)
        assert len(store.read(lambda tx: tx.execute("select 1 from balance_requests"))) == asked
        clock.advance(2000)


def test_only_what_may_be_sent_now_keeps_it_from_asking(store: Store, clock: FakeClock) -> None:
    """A report that never comes would keep a line from it for a day."""
    credit = _credit(store, every_s=3600.0)

    def asked() -> int:
        store.write(credit.upkeep)
        return len(store.read(lambda tx: tx.execute("select 1 from balance_requests")))

    store.write(lambda tx: place(tx, "goes"))
    assert asked() == 0
    store.write(lambda tx: send(tx, "goes"))
    store.write(lambda tx: place(tx, "tomorrow", send_at=clock.now() + timedelta(days=1)))
    assert asked() == 1


def test_a_line_never_asked_shows_nothing(store: Store) -> None:
    credit = _credit(store)
    store.write(credit.upkeep)

    assert store.board.snapshot("balance") == {}


def _news(store: Store) -> list[dict[str, Any]]:
    told = store.read(lambda tx: announcements.log(tx, 0, 100))
    return [json.loads(it.payload or "{}") for it in told if it.kind == "balance"]


def test_the_end_of_a_question_is_news_that_the_broker_is_not_owed(store: Store) -> None:
    credit = _credit(store)
    _ask(store, credit, request_id="q")
    assert _news(store) == []
    shown = _answer(store, credit)

    assert _news(store) == [shown]
    assert store.read(announcements.pending_count) == 0


def test_an_answer_that_serves_again_is_news_again(store: Store, clock: FakeClock) -> None:
    credit = _credit(store, min_interval_s=300)
    _ask(store, credit, request_id="first")
    _answer(store, credit)
    clock.advance(10)
    _ask(store, credit, request_id="soon")

    assert [(it["request_id"], it["state"]) for it in _news(store)] == [("first", "ok"), ("soon", "ok")]


def test_a_question_that_runs_out_of_time_is_news_once(store: Store, clock: FakeClock) -> None:
    credit = _credit(store, timeout_s=600.0)
    _ask(store, credit, request_id="q")
    clock.advance(600)
    for _ in range(2):
        store.write(credit.upkeep)

    assert [(it["request_id"], it["state"], it["reason"]["code"]) for it in _news(store)] == [
        ("q", "timeout", "not_asked")
    ]
