from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from support.fake_clock import NOON, FakeClock
from support.letters import RECIPIENT, place, report, send
from support.sms import receive, receive_part

from smsmqtt.model import BalanceReply, Message, Reason
from smsmqtt.store import Store, Transaction, announcements, balances, controls, correspondence, inbox, outbox

UNSET = datetime(1970, 1, 1, 0, 5, tzinfo=UTC)
BEHIND = NOON - timedelta(days=3)
MINUTE = timedelta(minutes=1)
BUSY = Reason(code="in_call", text="the line is in a call")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(BEHIND)


def anything(_tx: Transaction) -> None:
    """Each transaction notices a step, whatever it is about."""


def step(store: Store, clock: FakeClock, to: datetime) -> None:
    clock.set(to)
    store.write(anything)


def valid_until(store: Store, message_id: str = "a") -> datetime | None:
    return store.read(lambda tx: outbox.message(tx, message_id)).valid_until


def test_a_step_moves_what_was_computed_before_it(store: Store, clock: FakeClock) -> None:
    store.write(lambda tx: place(tx, valid_until=tx.now + 10 * MINUTE))
    store.write(lambda tx: outbox.wait_because(tx, "a", BUSY, tx.now + MINUTE))
    store.write(lambda tx: controls.pause(tx, "hall", tx.now + 5 * MINUTE))
    step(store, clock, NOON)
    assert valid_until(store) == NOON + 10 * MINUTE
    assert store.read(lambda tx: outbox.message(tx, "a")).next_attempt_at == NOON + MINUTE
    assert store.read(lambda tx: controls.paused(tx, ["hall"])) == {"hall": NOON + 5 * MINUTE}
    assert store.write(outbox.expire) == 0
    clock.advance(600)
    assert store.write(outbox.expire) == 1


def test_a_step_is_noticed_once(store: Store, clock: FakeClock) -> None:
    step(store, clock, NOON)
    commits = store.commits
    store.write(anything)
    assert store.commits == commits


def test_a_step_back_counts_too(store: Store, clock: FakeClock) -> None:
    store.write(lambda tx: place(tx, valid_until=tx.now + 10 * MINUTE))
    step(store, clock, BEHIND - timedelta(hours=1))
    assert valid_until(store) == BEHIND - timedelta(hours=1) + 10 * MINUTE


def test_up_to_a_minute_is_no_step(store: Store, clock: FakeClock) -> None:
    store.write(lambda tx: place(tx, valid_until=NOON))
    step(store, clock, BEHIND + MINUTE)
    assert valid_until(store) == NOON


def test_time_that_passes_is_no_step(store: Store, clock: FakeClock) -> None:
    store.write(lambda tx: place(tx, valid_until=NOON))
    clock.advance(100_000)
    store.write(anything)
    assert valid_until(store) == NOON


def test_what_another_boot_computed_stays(store: Store, path: Path, clock: FakeClock) -> None:
    store.write(lambda tx: place(tx, "before", valid_until=NOON))
    store.close()
    clock.reboot(BEHIND)
    store = Store.open(path, clock)
    store.write(lambda tx: place(tx, "after", valid_until=NOON))
    step(store, clock, NOON)
    assert (valid_until(store, "before"), valid_until(store, "after")) == (NOON, NOON + timedelta(days=3))
    store.close()


def test_a_step_while_the_daemon_was_away_is_found_when_it_is_back(store: Store, path: Path, clock: FakeClock) -> None:
    store.write(lambda tx: place(tx, valid_until=tx.now + MINUTE))
    store.close()
    clock.advance(10)
    clock.set(NOON)
    store = Store.open(path, clock)
    store.write(anything)
    assert valid_until(store) == NOON + timedelta(seconds=50)
    store.close()


def test_the_wait_for_a_report_moves_along_and_so_does_its_match(store: Store, clock: FakeClock) -> None:
    store.write(place)
    store.write(send)
    step(store, clock, NOON)
    assert store.write(lambda tx: outbox.close_unreported(tx, 3600)) == 0
    assert store.write(lambda tx: outbox.report(tx, report(NOON)))


def test_a_date_to_send_at_is_the_callers(store: Store, clock: FakeClock) -> None:
    store.write(lambda tx: place(tx, send_at=NOON + MINUTE))
    step(store, clock, NOON)
    assert store.read(lambda tx: outbox.message(tx, "a")).send_at == NOON + MINUTE


def test_under_a_clock_never_set_a_date_in_our_days_was_given_by_the_caller(path: Path) -> None:
    clock = FakeClock(UNSET)
    store = Store.open(path, clock)
    store.write(lambda tx: place(tx, "date", valid_until=NOON + MINUTE))
    store.write(lambda tx: place(tx, "duration", valid_until=tx.now + MINUTE))
    step(store, clock, NOON)
    assert (valid_until(store, "date"), valid_until(store, "duration")) == (NOON + MINUTE, NOON + MINUTE)
    store.close()


def test_a_report_finds_its_part_under_a_clock_never_set(path: Path) -> None:
    store = Store.open(path, FakeClock(UNSET))
    store.write(place)
    store.write(send)
    assert store.write(lambda tx: outbox.report(tx, report(NOON)))
    store.close()


def test_the_window_of_an_id_moves_along(store: Store, clock: FakeClock) -> None:
    store.write(place)
    store.write(lambda tx: outbox.cancel(tx, "a"))
    step(store, clock, NOON)
    found = store.read(lambda tx: outbox.find_order(tx, "a"))
    assert found is not None
    assert found.accepted_at == NOON


# What happened


MONTHS = timedelta(days=200)
WEEK_S = 7 * 86400.0


def told(store: Store) -> list[str]:
    """Messages by their ids, texts by what they say, the newest first."""
    page = store.read(lambda tx: correspondence.page(tx, correspondence.Wanted(), before=None, limit=10))
    return [it.letter.id if isinstance(it.letter, Message) else it.letter.body for it in page]


def hand_out(store: Store) -> list[int]:
    ids = [it.id for it in store.read(lambda tx: announcements.pending(tx, 0, 100))]
    store.write(lambda tx: announcements.published(tx, ids))
    return ids


def test_a_part_that_just_came_awaits_the_others_as_long_as_ever(store: Store, clock: FakeClock) -> None:
    receive_part(store, "one", sender=RECIPIENT, total=2)
    step(store, clock, NOON)
    clock.advance(599)
    assert store.write(lambda tx: inbox.close_incomplete(tx, 600)) == []
    clock.advance(1)
    (text,) = store.write(lambda tx: inbox.close_incomplete(tx, 600))
    assert text.received_at == NOON


def test_parts_without_a_stamp_are_joined_across_a_step(store: Store, clock: FakeClock) -> None:
    receive_part(store, "one ", sender=RECIPIENT, total=2, sent_at=None)
    clock.set(NOON)
    text = receive_part(store, "two", sender=RECIPIENT, total=2, seq=2, sent_at=None)
    assert text is not None
    assert (text.body, text.received_at) == ("one two", NOON)


def test_texts_just_received_are_not_forgotten(store: Store, clock: FakeClock) -> None:
    receive(store, "hola", sender=RECIPIENT)
    store.write(unreadable)
    hand_out(store)
    clock.set(BEHIND + MONTHS)
    assert store.write(lambda tx: inbox.prune(tx, WEEK_S)) == 0
    texts = store.read(lambda tx: inbox.texts(tx, None, 10))
    assert [text.received_at for text in texts] == 2 * [BEHIND + MONTHS]


def unreadable(tx: Transaction) -> None:
    (raw,) = inbox.put_raw(tx, "mine", [(None, "pdu", "00", False)])
    inbox.unreadable(tx, raw.id, Reason(code="bad_pdu", text="too short"))


def test_what_is_received_right_after_a_step_has_the_new_time(store: Store, clock: FakeClock) -> None:
    clock.set(NOON)
    assert receive(store, "hola", sender=RECIPIENT).received_at == NOON
    store.write(anything)
    assert [text.received_at for text in store.read(lambda tx: inbox.texts(tx, None, 10))] == [NOON]


def test_a_record_kept_before_a_boot_and_understood_after_it_is_not_moved(path: Path, clock: FakeClock) -> None:
    store = Store.open(path, clock)
    store.write(lambda tx: inbox.put_raw(tx, "mine", [(None, "pdu", "00", False)]))
    store.close()
    clock.reboot()
    store = Store.open(path, clock)
    (raw,) = store.read(inbox.not_understood)
    store.write(lambda tx: inbox.unreadable(tx, raw.id, Reason(code="bad_pdu", text="too short")))
    step(store, clock, NOON)
    assert [text.received_at for text in store.read(lambda tx: inbox.texts(tx, None, 10))] == [BEHIND]
    store.close()


def test_news_just_handed_out_stay_in_the_log(store: Store, clock: FakeClock) -> None:
    store.write(place)
    ids = hand_out(store)
    clock.set(BEHIND + MONTHS)
    store.write(announcements.prune)
    assert [it.id for it in store.read(lambda tx: announcements.log(tx, 0, 10))] == ids
    assert store.read(announcements.forgotten_id) == 0


def test_a_message_that_just_ended_is_not_forgotten(store: Store, clock: FakeClock) -> None:
    store.write(place)
    store.write(lambda tx: outbox.cancel(tx, "a"))
    hand_out(store)
    clock.set(BEHIND + MONTHS)
    assert store.write(lambda tx: outbox.prune(tx, WEEK_S, 0)) == 0
    clock.advance(WEEK_S)
    assert store.write(lambda tx: outbox.prune(tx, WEEK_S, 0)) == 1


def test_question_and_answer_keep_their_order_when_the_clock_goes_back(store: Store, clock: FakeClock) -> None:
    store.write(lambda tx: place(tx, "question"))
    clock.advance(5)
    receive(store, "answer", sender=RECIPIENT)
    step(store, clock, BEHIND - timedelta(hours=1))
    clock.advance(5)
    store.write(lambda tx: place(tx, "thanks"))
    assert told(store) == ["thanks", "answer", "question"]


def test_a_message_changed_last_when_its_timeline_says_so(store: Store, clock: FakeClock) -> None:
    store.write(place)
    clock.advance(5)
    store.write(lambda tx: outbox.cancel(tx, "a"))
    step(store, clock, NOON)
    (item,) = store.read(lambda tx: correspondence.page(tx, correspondence.Wanted(), before=None, limit=10))
    assert isinstance(item.letter, Message)
    assert (item.letter.created_at, item.changed_at) == (NOON - timedelta(seconds=5), NOON)


def test_questions_for_credit_and_their_answers_move_along(store: Store, clock: FakeClock) -> None:
    store.write(lambda tx: balances.put(tx, "q", "mine", 600))
    store.write(lambda tx: balances.asking(tx, "mine", 600))
    store.write(
        lambda tx: balances.answered(
            tx, BalanceReply(line="mine", credit=Decimal(1), currency="UYU", expires=None, raw="1", at=tx.now)
        )
    )
    step(store, clock, NOON)
    question, answer = store.read(lambda tx: (balances.latest(tx, "mine"), balances.last_reply(tx, "mine")))
    assert (question and question.created_at, answer and answer.at) == (NOON, NOON)
