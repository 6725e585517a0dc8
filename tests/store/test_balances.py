"""Questions for credit: one open at most, asked once, and every good answer kept."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from support.fake_clock import FakeClock

from smsmqtt.errors import WrongState
from smsmqtt.model import BalanceReply, BalanceState, Reason
from smsmqtt.store import Store, Transaction, balances

REASON = Reason(code="no_answer_now", text="later")


def _reply(tx: Transaction, credit: str = "12.50") -> BalanceReply:
    return BalanceReply(
        line="mine", credit=Decimal(credit), currency="UYU", expires=date(2030, 12, 31), raw="$ 12.50", at=tx.now
    )


def _state(store: Store) -> BalanceState:
    found = store.read(lambda tx: balances.latest(tx, "mine"))
    assert found is not None
    return found.state


def test_a_question_waits_is_asked_and_answered(store: Store) -> None:
    asked = store.write(lambda tx: balances.put(tx, "q", "mine", 600))
    store.write(lambda tx: balances.asking(tx, "mine", 600))
    reply = _reply_stored(store)

    assert (asked.id, _state(store)) == ("q", BalanceState.OK)
    assert store.read(lambda tx: balances.last_reply(tx, "mine")) == reply
    assert store.read(lambda tx: balances.open_request(tx, "mine")) is None


def _reply_stored(store: Store) -> BalanceReply:
    def unit(tx: Transaction) -> BalanceReply:
        reply = _reply(tx)
        balances.answered(tx, reply)
        return reply

    return store.write(unit)


def test_who_asks_meanwhile_joins(store: Store) -> None:
    store.write(lambda tx: balances.put(tx, "q", "mine", 600))

    assert store.write(lambda tx: balances.put(tx, "other", "mine", 600)).id == "q"


def test_only_what_waits_is_for_a_session_to_ask(store: Store) -> None:
    store.write(lambda tx: balances.put(tx, "q", "mine", 600))
    store.write(lambda tx: balances.put(tx, "r", "yours", 600))
    store.write(lambda tx: balances.asking(tx, "mine", 600))

    found = store.read(lambda tx: balances.waiting(tx, ["mine", "yours"]))

    assert [request.id for request in found] == ["r"]
    assert store.read(lambda tx: balances.waiting(tx, ["mine"])) == []


def test_asking_may_be_marked_twice_but_not_without_a_question(store: Store) -> None:
    store.write(lambda tx: balances.put(tx, "q", "mine", 600))
    store.write(lambda tx: balances.asking(tx, "mine", 600))
    store.write(lambda tx: balances.asking(tx, "mine", 600))

    with pytest.raises(WrongState):
        store.write(lambda tx: balances.asking(tx, "yours", 600))


def test_a_failure_leaves_the_last_good_answer_standing(store: Store) -> None:
    store.write(lambda tx: balances.put(tx, "q", "mine", 600))
    reply = _reply_stored(store)
    store.write(lambda tx: balances.put(tx, "r", "mine", 600))
    store.write(lambda tx: balances.failed(tx, "mine", REASON, "try later"))

    failed = store.read(lambda tx: balances.last_finished(tx, "mine"))

    assert failed is not None
    assert (failed.id, failed.state, failed.reason, failed.raw) == ("r", BalanceState.FAILED, REASON, "try later")
    assert store.read(lambda tx: balances.last_reply(tx, "mine")) == reply


def test_an_answer_to_no_question_is_refused(store: Store) -> None:
    with pytest.raises(WrongState):
        _reply_stored(store)

    assert store.read(lambda tx: balances.last_reply(tx, "mine")) is None


@pytest.mark.parametrize(("asked", "code"), [(True, "timeout"), (False, "not_asked")])
def test_what_takes_too_long_times_out(store: Store, clock: FakeClock, asked: bool, code: str) -> None:
    store.write(lambda tx: balances.put(tx, "q", "mine", 600))
    if asked:
        clock.advance(500)
        store.write(lambda tx: balances.asking(tx, "mine", 600))
    clock.advance(599)
    assert store.write(balances.time_out) == []
    clock.advance(2)
    assert store.write(balances.time_out) == ["mine"]

    ended = store.read(lambda tx: balances.last_finished(tx, "mine"))

    assert ended is not None
    assert ended.reason is not None
    assert (ended.state, ended.reason.code) == (BalanceState.TIMEOUT, code)


def test_an_answer_that_serves_again_is_a_question_of_its_own(store: Store) -> None:
    store.write(lambda tx: balances.put(tx, "q", "mine", 600))
    _reply_stored(store)
    store.write(lambda tx: balances.answered_before(tx, "again", "mine"))

    finished = store.read(lambda tx: balances.last_finished(tx, "mine"))

    assert finished is not None
    assert (finished.id, finished.state) == ("again", BalanceState.OK)


def test_every_good_answer_is_kept_and_the_last_question_of_each_line(store: Store, clock: FakeClock) -> None:
    began = clock.now()
    for number in range(3):
        store.write(lambda tx, number=number: balances.put(tx, f"q{number}", "mine", 600))
        _reply_stored(store)
        clock.advance(86400)
    store.write(lambda tx: balances.prune(tx, 3600))

    assert len(store.read(lambda tx: balances.history(tx, "mine", began))) == 3
    assert len(store.read(lambda tx: balances.history(tx, "mine", began + timedelta(days=1)))) == 2
    assert store.read(lambda tx: tx.execute("select id from balance_requests"))[0]["id"] == "q2"


def test_a_question_is_found_by_its_id_with_the_answer_that_it_got(store: Store, clock: FakeClock) -> None:
    def ask(request_id: str, amount: str | None) -> None:
        def unit(tx: Transaction) -> None:
            balances.put(tx, request_id, "mine", 600.0)
            if amount:
                balances.answered(tx, _reply(tx, amount))

        store.write(unit)
        clock.advance(1)

    def answer(request_id: str) -> Decimal | None:
        (request,) = store.read(lambda tx: balances.called(tx, request_id))
        reply = store.read(lambda tx: balances.reply_to(tx, request))
        return reply.credit if reply else None

    ask("first", "50")
    ask("again", "40")
    ask("again", "30")
    store.write(lambda tx: balances.answered_before(tx, "served", "mine"))
    ask("open", None)
    assert [answer(it) for it in ("first", "again", "served", "open")] == [50, 30, 30, None]
    assert store.read(lambda tx: balances.called(tx, "none")) == []
