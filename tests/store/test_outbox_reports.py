from __future__ import annotations

from datetime import timedelta

import pytest
from support.fake_clock import FakeClock
from support.letters import place, report, send

from smsmqtt.model import Message, Reason
from smsmqtt.store import Store, Transaction, announcements, counters, outbox
from smsmqtt.store.outbox.reports import change_by
from smsmqtt.store.outbox.states import Change

OTHER = "+59899000002"
CUT = Reason(code="no_answer", text="no answer after the body")


def message(store: Store, message_id: str = "a") -> Message:
    return store.read(lambda tx: outbox.message(tx, message_id))


def parts(store: Store, message_id: str = "a") -> list[str]:
    return [part.state.value for part in message(store, message_id).parts]


def out(tx: Transaction, message_id: str = "a", *, reference: int = 7, **fields: object) -> None:
    place(tx, message_id, **fields)
    send(tx, message_id, reference=reference)


def in_doubt(tx: Transaction, message_id: str = "a", **fields: object) -> None:
    place(tx, message_id, **fields)
    outbox.claim(tx, message_id)
    outbox.submitting(tx, message_id, 1)
    outbox.uncertain(tx, message_id, 1, CUT)


@pytest.mark.parametrize(
    ("first", "last", "change"),
    [
        (0x00, 0x1F, Change.REPORT_DELIVERED),
        (0x20, 0x3F, Change.REPORT_TRYING),
        (0x40, 0x5F, Change.REPORT_UNDELIVERED),
        (0x60, 0x7F, Change.REPORT_UNDELIVERED),
        (0x80, 0xFF, Change.REPORT_UNDELIVERED),
    ],
)
def test_a_status_belongs_to_its_group(first: int, last: int, change: Change) -> None:
    assert {change_by(status) for status in range(first, last + 1)} == {change}


def test_a_report_delivers(store: Store) -> None:
    store.write(out)
    assert store.write(lambda tx: outbox.report(tx, report(tx.now)))
    assert (message(store).state, message(store).final) == ("delivered", True)


def test_a_report_of_failure_says_why(store: Store) -> None:
    store.write(out)
    assert store.write(lambda tx: outbox.report(tx, report(tx.now, status=0x62)))
    standing = message(store)
    assert (standing.state, standing.final) == ("undelivered", True)
    assert standing.reason == Reason(code="report_62", text="the network's report: no response from the phone (62 hex)")


def test_still_trying_closes_nothing(store: Store) -> None:
    store.write(out)
    assert store.write(lambda tx: outbox.report(tx, report(tx.now, status=0x30)))
    assert (message(store).state, message(store).final) == ("sent", False)


def test_a_long_text_is_delivered_with_its_last_part(store: Store) -> None:
    store.write(lambda tx: place(tx, parts=2))
    store.write(send)
    store.write(lambda tx: outbox.submitting(tx, "a", 2))
    store.write(lambda tx: outbox.sent(tx, "a", 2, 8))
    store.write(lambda tx: outbox.report(tx, report(tx.now, reference=8)))
    assert message(store).state.value == "sent"
    store.write(lambda tx: outbox.report(tx, report(tx.now)))
    assert message(store).state.value == "delivered"


@pytest.mark.parametrize("recipient", ["+59899000001", "099000001", "99000001", "0059899000001", ""])
def test_networks_write_the_recipient_as_they_like(store: Store, recipient: str) -> None:
    store.write(out)
    assert store.write(lambda tx: outbox.report(tx, report(tx.now, recipient=recipient)))
    assert parts(store) == ["delivered"]


@pytest.mark.parametrize(
    "fields", [{"recipient": OTHER}, {"line": "other"}, {"reference": 8}], ids=lambda fields: next(iter(fields))
)
def test_a_report_about_something_else_is_not_taken(store: Store, fields: dict[str, object]) -> None:
    store.write(out)
    assert not store.write(lambda tx: outbox.report(tx, report(tx.now, **fields)))
    assert parts(store) == ["sent"]


def test_without_a_recipient_two_that_fit_are_left_alone(store: Store) -> None:
    store.write(out)
    store.write(lambda tx: out(tx, "b", recipients=(OTHER,)))
    assert not store.write(lambda tx: outbox.report(tx, report(tx.now, recipient="")))


def test_without_a_recipient_one_of_long_ago_does_not_count(store: Store, clock: FakeClock) -> None:
    store.write(out)
    clock.advance(2 * 86400)
    store.write(lambda tx: out(tx, "b", recipients=(OTHER,)))
    assert store.write(lambda tx: outbox.report(tx, report(tx.now, recipient="")))
    assert (parts(store, "a"), parts(store, "b")) == (["sent"], ["delivered"])


def test_of_two_with_one_reference_the_time_stamp_decides(store: Store, clock: FakeClock) -> None:
    first_at = clock.now()
    store.write(out)
    clock.advance(3600)
    store.write(lambda tx: out(tx, "b"))
    late = report(first_at + timedelta(minutes=5))
    assert store.write(lambda tx: outbox.report(tx, late))
    assert (parts(store, "a"), parts(store, "b")) == (["delivered"], ["sent"])


def test_a_report_without_a_stamp_is_about_the_newest(store: Store, clock: FakeClock) -> None:
    store.write(out)
    clock.advance(3600)
    store.write(lambda tx: out(tx, "b"))
    assert store.write(lambda tx: outbox.report(tx, report(None)))
    assert (parts(store, "a"), parts(store, "b")) == (["sent"], ["delivered"])


def test_a_report_that_comes_twice_changes_nothing_the_second_time(store: Store) -> None:
    store.write(out)
    store.write(lambda tx: outbox.report(tx, report(tx.now)))
    before = store.read(announcements.pending_count)
    assert store.write(lambda tx: outbox.report(tx, report(tx.now)))
    assert store.read(announcements.pending_count) == before


def test_a_repeated_report_does_not_settle_an_uncertain_text_to_the_same_number(store: Store) -> None:
    store.write(out)
    store.write(lambda tx: in_doubt(tx, "b"))
    for _ in range(2):
        store.write(lambda tx: outbox.report(tx, report(tx.now)))
    assert parts(store, "b") == ["uncertain"]


def test_an_old_orphan_with_the_same_reference_is_not_taken(store: Store, clock: FakeClock) -> None:
    store.write(out)
    clock.advance(3 * 86400)
    assert not store.write(lambda tx: outbox.report(tx, report(tx.now)))


def test_an_uncertain_text_is_found_by_its_time(store: Store, clock: FakeClock) -> None:
    store.write(in_doubt)
    at = clock.now() + timedelta(minutes=2)
    clock.advance(7200)
    assert store.write(lambda tx: outbox.report(tx, report(at, reference=99)))
    standing = message(store)
    assert (standing.state, standing.final, standing.reason) == ("delivered", True, None)
    assert standing.parts[0].reference == 99
    assert store.read(outbox.totals)["mine"]["sent"] == 1


def test_still_trying_proves_that_an_uncertain_text_went_out(store: Store) -> None:
    store.write(in_doubt)
    assert store.write(lambda tx: outbox.report(tx, report(tx.now, status=0x20)))
    assert (message(store).state, message(store).final) == ("sent", False)


def test_two_uncertain_texts_at_one_time_stay_so(store: Store) -> None:
    store.write(in_doubt)
    store.write(lambda tx: in_doubt(tx, "b"))
    assert not store.write(lambda tx: outbox.report(tx, report(tx.now)))
    assert (parts(store, "a"), parts(store, "b")) == (["uncertain"], ["uncertain"])


@pytest.mark.parametrize("fields", [{"recipient": ""}, {"recipient": OTHER}, {"line": "other"}, {"sent_at": None}])
def test_an_uncertain_text_needs_line_number_and_time(store: Store, fields: dict[str, object]) -> None:
    store.write(in_doubt)
    assert not store.write(lambda tx: outbox.report(tx, report(tx.now, **fields)))


def test_an_uncertain_text_of_another_hour_is_not_taken(store: Store, clock: FakeClock) -> None:
    store.write(in_doubt)
    assert not store.write(lambda tx: outbox.report(tx, report(tx.now + timedelta(hours=1))))


def test_sent_ends_when_no_report_came_in_time(store: Store, clock: FakeClock) -> None:
    store.write(out)
    clock.advance(3599)
    assert store.write(lambda tx: outbox.close_unreported(tx, 3600)) == 0
    clock.advance(1)
    assert store.write(lambda tx: outbox.close_unreported(tx, 3600)) == 1
    standing = message(store)
    assert (standing.state, standing.final, standing.reason and standing.reason.code) == ("sent", True, "no_report")
    assert store.write(lambda tx: outbox.close_unreported(tx, 3600)) == 0


def test_a_late_report_still_delivers(store: Store, clock: FakeClock) -> None:
    at = clock.now()
    store.write(out)
    clock.advance(7200)
    store.write(lambda tx: outbox.close_unreported(tx, 3600))
    assert store.write(lambda tx: outbox.report(tx, report(at)))
    assert (message(store).state, message(store).reason) == ("delivered", None)


def test_a_late_report_for_one_part_does_not_reopen_the_text(store: Store, clock: FakeClock) -> None:
    at = clock.now()
    store.write(lambda tx: place(tx, parts=2))
    store.write(send)
    store.write(lambda tx: outbox.submitting(tx, "a", 2))
    store.write(lambda tx: outbox.sent(tx, "a", 2, 8))
    clock.advance(7200)
    store.write(lambda tx: outbox.close_unreported(tx, 3600))
    store.write(lambda tx: outbox.report(tx, report(at)))
    assert (message(store).final, parts(store)) == (True, ["delivered", "sent"])


def test_a_part_taken_without_a_reference_is_found_by_its_time(store: Store) -> None:
    store.write(place)
    store.write(lambda tx: outbox.claim(tx, "a"))
    store.write(lambda tx: outbox.submitting(tx, "a", 1))
    store.write(lambda tx: outbox.sent(tx, "a", 1, None))
    assert store.write(lambda tx: outbox.report(tx, report(tx.now)))
    assert message(store).state.value == "delivered"


def test_a_message_that_ended_twice_counts_in_both_states(store: Store) -> None:
    store.write(in_doubt)
    assert store.read(counters.ends) == {("mine", "uncertain"): 1}
    store.write(lambda tx: outbox.report(tx, report(tx.now)))
    assert store.read(counters.ends) == {("mine", "uncertain"): 1, ("mine", "delivered"): 1}
    assert store.read(counters.counted) == {"mine": {"sent": 1, "received": 0, "failed": 0}}
