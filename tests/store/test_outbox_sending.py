from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from support.fake_clock import FakeClock
from support.letters import place, send

from smsmqtt.errors import WrongState
from smsmqtt.model import Message, MessageState, PartState, Reason, ReplyTo
from smsmqtt.store import Store, announcements, outbox

BUSY = Reason(code="in_call", text="the line is in a call")
REFUSED = Reason(code="cms_21", text="the network refuses it")
CUT = Reason(code="no_answer", text="no answer after the body")


def message(store: Store, message_id: str = "a") -> Message:
    return store.read(lambda tx: outbox.message(tx, message_id))


def parts(store: Store, message_id: str = "a") -> list[str]:
    return [part.state.value for part in message(store, message_id).parts]


def news(store: Store) -> list[dict[str, Any]]:
    """What is owed to the status topic, oldest first."""
    owed = store.read(lambda tx: announcements.pending(tx, 0, 1000))
    return [json.loads(each.payload or "") for each in owed if each.reply_to is None]


def told(store: Store) -> list[str]:
    return [each["state"] for each in news(store)]


def test_a_text_goes_out(store: Store) -> None:
    store.write(place)
    claimed = store.write(lambda tx: outbox.claim(tx, "a"))
    assert claimed is not None
    assert claimed.parts[0].state is PartState.CLAIMED
    store.write(lambda tx: outbox.submitting(tx, "a", 1))
    store.write(lambda tx: outbox.sent(tx, "a", 1, 42))
    standing = message(store)
    assert (standing.state, standing.final, standing.parts[0].reference) == ("sent", False, 42)
    assert told(store) == ["queued", "sending", "sent"]
    assert [each["seq"] for each in news(store)] == [1, 2, 3]


def test_without_a_report_asked_for_sent_is_the_end(store: Store) -> None:
    store.write(lambda tx: place(tx, report=False))
    store.write(send)
    assert news(store)[-1]["final"]


def test_the_timeline_tells_of_parts_and_of_the_whole(store: Store) -> None:
    store.write(place)
    store.write(send)
    entries = store.read(lambda tx: outbox.timeline(tx, "a"))
    assert [(each.part, each.state) for each in entries] == [
        (None, "queued"),
        (1, "claimed"),
        (None, "sending"),
        (1, "submitting"),
        (1, "sent"),
        (None, "sent"),
    ]


def test_every_status_goes_to_who_placed_the_order_too(store: Store) -> None:
    reply_to = ReplyTo(topic="caller/answers", correlation=b"\x00\xff")
    store.write(lambda tx: place(tx, reply_to=reply_to))
    store.write(send)
    owed = store.read(lambda tx: announcements.pending(tx, 0, 100))
    assert [each.reply_to for each in owed] == [None, reply_to] * 3
    assert owed[0].payload == owed[1].payload


def test_what_is_claimed_can_not_be_claimed_again(store: Store) -> None:
    store.write(place)
    assert store.write(lambda tx: outbox.claim(tx, "a"))
    assert store.write(lambda tx: outbox.claim(tx, "a")) is None


def test_nothing_is_claimed_whose_time_ran_out(store: Store, clock: FakeClock) -> None:
    store.write(lambda tx: place(tx, valid_until=tx.now + timedelta(minutes=1)))
    clock.advance(61)
    assert store.write(lambda tx: outbox.claim(tx, "a")) is None


def test_the_rest_of_a_begun_text_is_claimed_after_its_time(store: Store, clock: FakeClock) -> None:
    store.write(lambda tx: place(tx, parts=2, valid_until=tx.now + timedelta(minutes=1)))
    store.write(send)
    store.write(lambda tx: outbox.unclaim(tx, ["mine"]))
    clock.advance(61)
    claimed = store.write(lambda tx: outbox.claim(tx, "a"))
    assert claimed is not None
    assert [part.state for part in claimed.parts] == [PartState.SENT, PartState.CLAIMED]


def test_what_a_session_did_not_come_to_waits_again(store: Store) -> None:
    store.write(lambda tx: place(tx, "a"))
    store.write(lambda tx: place(tx, "b", line="other"))
    for message_id in ("a", "b"):
        store.write(lambda tx, id=message_id: outbox.claim(tx, id))
    store.write(lambda tx: outbox.unclaim(tx, ["mine", "third"]))
    assert (message(store, "a").state, message(store, "b").state) == ("queued", "sending")


def test_not_now_waits_counts_the_attempt_and_says_why(store: Store, clock: FakeClock) -> None:
    at = clock.now() + timedelta(seconds=30)
    store.write(lambda tx: place(tx, parts=2))
    store.write(lambda tx: outbox.claim(tx, "a"))
    store.write(lambda tx: outbox.submitting(tx, "a", 1))
    store.write(lambda tx: outbox.not_now(tx, "a", BUSY, at))
    standing = message(store)
    assert (standing.state, standing.reason, standing.attempt, standing.next_attempt_at) == ("queued", BUSY, 1, at)
    assert parts(store) == ["queued", "queued"]
    assert told(store) == ["queued", "sending", "queued"]


def test_when_attempts_ran_out_it_failed(store: Store) -> None:
    store.write(lambda tx: place(tx, parts=2))
    store.write(lambda tx: outbox.claim(tx, "a"))
    store.write(lambda tx: outbox.not_now(tx, "a", BUSY, None))
    standing = message(store)
    assert (standing.state, standing.reason, standing.final) == ("failed", BUSY, True)
    assert parts(store) == ["failed", "failed"]


def test_not_now_is_only_for_what_is_in_hand(store: Store) -> None:
    store.write(place)
    with pytest.raises(WrongState, match="nothing of it is in hand"):
        store.write(lambda tx: outbox.not_now(tx, "a", BUSY, tx.now))
    store.write(lambda tx: outbox.cancel(tx, "a"))
    with pytest.raises(WrongState):
        store.write(lambda tx: outbox.not_now(tx, "a", BUSY, None))
    assert message(store).attempt == 0


def test_a_part_refused_for_good_stops_the_rest(store: Store) -> None:
    store.write(lambda tx: place(tx, parts=3))
    store.write(send)
    store.write(lambda tx: outbox.submitting(tx, "a", 2))
    store.write(lambda tx: outbox.never(tx, "a", 2, REFUSED))
    assert parts(store) == ["sent", "failed", "failed"]
    assert (message(store).state, message(store).reason, message(store).final) == ("failed", REFUSED, True)


def test_an_uncertain_part_does_not_stop_the_rest(store: Store) -> None:
    store.write(lambda tx: place(tx, parts=2))
    store.write(lambda tx: outbox.claim(tx, "a"))
    store.write(lambda tx: outbox.submitting(tx, "a", 1))
    store.write(lambda tx: outbox.uncertain(tx, "a", 1, CUT))
    assert message(store).state is MessageState.SENDING
    store.write(lambda tx: outbox.submitting(tx, "a", 2))
    store.write(lambda tx: outbox.sent(tx, "a", 2, 9))
    standing = message(store)
    assert (standing.state, standing.reason, standing.final) == ("uncertain", CUT, True)


def test_who_asked_for_resend_gets_it_once(store: Store) -> None:
    store.write(lambda tx: place(tx, on_uncertain="resend"))
    for expected in ("queued", "uncertain"):
        store.write(lambda tx: outbox.claim(tx, "a"))
        store.write(lambda tx: outbox.submitting(tx, "a", 1))
        store.write(lambda tx: outbox.uncertain(tx, "a", 1, CUT))
        assert message(store).state.value == expected
    assert message(store).resent
    assert [each["reason"] and each["reason"]["code"] for each in news(store)][-3:] == ["resend", None, "no_answer"]
    states = [each.state for each in store.read(lambda tx: outbox.timeline(tx, "a")) if each.part]
    assert states == ["claimed", "submitting", "uncertain", "queued", "claimed", "submitting", "uncertain"]


def test_why_it_waits_is_told_once_for_each_change(store: Store, clock: FakeClock) -> None:
    store.write(place)
    at = clock.now() + timedelta(minutes=1)
    assert store.write(lambda tx: outbox.wait_because(tx, "a", BUSY, at))
    assert not store.write(lambda tx: outbox.wait_because(tx, "a", BUSY, at))
    assert store.write(lambda tx: outbox.wait_because(tx, "a", BUSY, at + timedelta(minutes=1)))
    assert store.write(lambda tx: outbox.wait_because(tx, "a", None, None))
    assert [each["reason"] and each["reason"]["code"] for each in news(store)] == [None, "in_call", "in_call", None]
    assert [each["next_attempt_at"] for each in news(store)][1:3] == ["2026-11-22T12:01:00Z", "2026-11-22T12:02:00Z"]


def test_who_was_told_the_reason_is_not_told_it_again(store: Store) -> None:
    for message_id, urgent in (("a", False), ("b", False), ("c", True)):
        store.write(lambda tx, message_id=message_id, urgent=urgent: place(tx, message_id, urgent=urgent))
    store.write(lambda tx: outbox.wait_because(tx, "a", BUSY, None))

    def untold(urgent_too: bool, limit: int = 10) -> list[str]:
        return store.read(lambda tx: outbox.untold(tx, ["mine"], BUSY, urgent_too=urgent_too, limit=limit))

    assert untold(urgent_too=True) == ["c", "b"]
    assert untold(urgent_too=True, limit=1) == ["c"]
    assert untold(urgent_too=False) == ["b"]
    assert store.read(lambda tx: outbox.untold(tx, ["yours"], BUSY, urgent_too=True, limit=10)) == []


def test_a_reason_is_taken_back_after_not_now_too(store: Store) -> None:
    store.write(place)
    store.write(lambda tx: outbox.claim(tx, "a"))
    store.write(lambda tx: outbox.not_now(tx, "a", BUSY, tx.now))
    store.write(lambda tx: outbox.wait_because(tx, "a", None, None))
    assert message(store).reason is None


def test_nobody_says_why_a_text_in_hand_or_gone_waits(store: Store) -> None:
    store.write(place)
    store.write(lambda tx: outbox.claim(tx, "a"))
    assert not store.write(lambda tx: outbox.wait_because(tx, "a", BUSY, None))
    store.write(lambda tx: outbox.submitting(tx, "a", 1))
    store.write(lambda tx: outbox.sent(tx, "a", 1, 1))
    assert not store.write(lambda tx: outbox.wait_because(tx, "a", BUSY, None))


def test_the_rest_of_a_begun_text_says_why_it_waits_as_sending(store: Store) -> None:
    store.write(lambda tx: place(tx, parts=2))
    store.write(send)
    store.write(lambda tx: outbox.not_now(tx, "a", BUSY, tx.now))
    assert (news(store)[-1]["state"], news(store)[-1]["reason"]["code"]) == ("sending", "in_call")
    assert news(store)[-1]["parts"] == {"total": 2, "sent": 1, "delivered": 0}


def test_totals_count_what_was_taken_and_what_failed(store: Store) -> None:
    for name in "abc":
        store.write(lambda tx, name=name: place(tx, name))
    store.write(lambda tx: place(tx, "d", parts=2))
    store.write(lambda tx: send(tx, "a"))
    store.write(lambda tx: send(tx, "d"))
    store.write(lambda tx: outbox.claim(tx, "b"))
    store.write(lambda tx: outbox.never(tx, "b", 1, REFUSED))
    assert store.read(outbox.totals) == {"mine": {"queue": 2, "sent": 1, "received": 0, "failed": 1}}


def test_nobody_says_why_a_text_waits_that_is_partly_in_hand(store: Store) -> None:
    store.write(lambda tx: place(tx, parts=2, on_uncertain="resend"))
    store.write(lambda tx: outbox.claim(tx, "a"))
    store.write(lambda tx: outbox.submitting(tx, "a", 1))
    store.write(lambda tx: outbox.uncertain(tx, "a", 1, CUT))
    assert parts(store) == ["queued", "claimed"]
    assert not store.write(lambda tx: outbox.wait_because(tx, "a", BUSY, None))


def test_a_line_to_blame_costs_the_message_no_attempt(store: Store) -> None:
    store.write(place)
    store.write(lambda tx: outbox.claim(tx, "a"))
    store.write(lambda tx: outbox.not_now(tx, "a", BUSY, tx.now, counts=False))
    assert (message(store).attempt, message(store).state) == (0, "queued")
