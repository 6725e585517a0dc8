"""Accepting orders into a real ledger."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from support.fake_clock import FakeClock
from support.guards import guard

from smsmqtt.config import MessageSettings
from smsmqtt.intake.accept import Acceptance, accept_order
from smsmqtt.intake.directory import Directory, Line
from smsmqtt.intake.door import Door
from smsmqtt.model import Alphabet, OrderRequest, RecipientText, ReplyTo, TextPart
from smsmqtt.store import Store, announcements, inbox, outbox, uses

ANA, BRUNO = "+59899123451", "+59899123452"
DIRECTORY = Directory(
    contacts={"ana": ANA, "bruno": BRUNO},
    groups={"family": (ANA, BRUNO), "nobody": ()},
    lines={
        "mine": Line(name="mine", number="+59899000001", gateway="hall"),
        "yours": Line(name="yours", number="+59899000002", gateway="hall"),
    },
    gateways=("hall",),
    region="UY",
)
SETTINGS = MessageSettings(region="UY")


def order(*to: str, body: str = "Hello", **fields: Any) -> OrderRequest:
    return OrderRequest(recipients=tuple(RecipientText(text=text) for text in to), body=body, **fields)


def door(**settings: Any) -> Door:
    return Door(directory=DIRECTORY, messages=SETTINGS.model_copy(update=settings), guard=guard(DIRECTORY))


def accept(store: Store, request: OrderRequest, **settings: Any) -> Acceptance:
    return store.write(lambda tx: accept_order(tx, request, door(**settings)))


def told(store: Store) -> list[dict[str, Any]]:
    return [json.loads(it.payload or "") for it in store.read(lambda tx: announcements.pending(tx, 0, 100))]


def refused(store: Store, request: OrderRequest, **settings: Any) -> dict[str, Any]:
    acceptance = accept(store, request, **settings)
    assert acceptance.messages == ()
    assert told(store)[-1]["state"] == "rejected"
    reason: dict[str, Any] = told(store)[-1]["reason"]
    return reason


def test_contacts_groups_and_numbers_are_resolved_and_each_number_is_texted_once(store: Store) -> None:
    acceptance = accept(store, order("family", "ana", "099 123 451", "+59899123453", id="all"))
    assert [(it.id, it.recipient) for it in acceptance.messages] == [
        ("all.1", ANA),
        ("all.2", BRUNO),
        ("all.3", "+59899123453"),
    ]
    assert {it.order_id for it in acceptance.messages} == {"all"}


def test_one_recipient_has_the_orders_own_id(store: Store) -> None:
    assert [it.id for it in accept(store, order("ana", "ana", id="one")).messages] == ["one"]


def test_an_id_is_made_where_none_is_given(store: Store) -> None:
    first, second = accept(store, order("ana")), accept(store, order("ana"))
    assert first.order_id != second.order_id
    assert len(store.read(outbox.queue)) == 2


def test_a_list_can_be_refused_in_part(store: Store) -> None:
    acceptance = accept(store, order("ana", "nadie", "12", id="some"))
    assert [it.id for it in acceptance.messages] == ["some.1"]
    states = {it["id"]: (it["state"], it["to"]) for it in told(store)}
    assert states == {"some.1": ("queued", ANA), "some.2": ("rejected", "nadie"), "some.3": ("rejected", "12")}
    assert {it.code for it in acceptance.refusals} == {"unknown_recipient", "guard_short"}


def test_what_was_refused_of_a_list_is_refused_again_when_it_is_repeated(store: Store) -> None:
    for _ in range(2):
        accept(store, order("ana", "nadie", id="some"))
    pending = store.read(lambda tx: announcements.pending(tx, 0, 100))
    found = [(it["id"], it["repeat"]) for it in (json.loads(each.payload or "") for each in pending)]
    assert sorted(found) == [("some.1", False), ("some.1", True), ("some.2", False), ("some.2", True)]


def test_a_refused_order_leaves_its_id_free(store: Store) -> None:
    assert refused(store, order("nadie", id="free"))["field"] == "to"
    assert [it.id for it in accept(store, order("ana", id="free")).messages] == ["free"]


def test_the_same_order_again_is_answered_as_it_stands(store: Store) -> None:
    accept(store, order("ana", "bruno", id="same"))
    again = accept(store, order("bruno", "ana", id="same", reply_to=ReplyTo(topic="answers/me")))
    assert again.repeat
    assert len(store.read(outbox.queue)) == 2
    assert [it["repeat"] for it in told(store)[:2]] == [False, False]
    assert {it["repeat"] for it in told(store)[2:]} == {True}


@pytest.mark.parametrize("other", [order("ana", body="Bye", id="same"), order("bruno", id="same")])
def test_an_id_with_other_content_is_in_use(store: Store, other: OrderRequest) -> None:
    accept(store, order("ana", id="same"))
    reason = refused(store, other)
    assert (reason["code"], reason["field"]) == ("id_in_use", "id")


def test_an_id_is_free_again_after_its_window_once_the_order_is_finished(store: Store, clock: FakeClock) -> None:
    accept(store, order("ana", id="same"))
    clock.advance(2 * 86400)
    assert refused(store, order("ana", body="Bye", id="same"))["code"] == "id_in_use"
    store.write(lambda tx: outbox.cancel(tx, "same"))
    assert [it.body for it in accept(store, order("ana", body="Bye", id="same")).messages] == ["Bye"]


def test_the_id_of_one_message_of_an_order_is_no_id_for_another_order(store: Store) -> None:
    accept(store, order("family", id="both"))
    assert refused(store, order("ana", id="both.1"))["code"] == "id_in_use"
    accept(store, order("ana", id="solo.1"))
    assert refused(store, order("family", id="solo"))["code"] == "id_in_use"


@pytest.mark.parametrize("named", ["yours", "YOURS", "+59899000002", "099000002"])
def test_the_line_is_the_named_one(store: Store, named: str) -> None:
    [message] = accept(store, order("ana", line=named)).messages
    assert (message.line, message.line_fixed) == ("yours", True)


def test_an_unknown_line_is_refused(store: Store) -> None:
    reason = refused(store, order("ana", line="theirs"))
    assert (reason["code"], reason["field"]) == ("unknown_line", "from")


def test_without_a_name_the_line_last_used_with_the_number_is_taken_else_the_first(store: Store) -> None:
    def receive(tx: Any) -> None:
        [raw] = inbox.put_raw(tx, "yours", [(1, "pdu", "00", False)])
        part = TextPart(
            raw_id=raw.id, line="yours", sender=ANA, sender_type="number", encoding=Alphabet.GSM7, received_at=tx.now
        )
        inbox.add_part(tx, part, 3600)

    store.write(receive)
    assert [(it.line, it.line_fixed) for it in accept(store, order("ana", "bruno")).messages] == [
        ("yours", False),
        ("mine", False),
    ]


def test_a_text_too_long_is_refused_before_anything_is_stored(store: Store) -> None:
    reason = refused(store, order("ana", "bruno", body="x" * 500), max_parts=3)
    assert (reason["code"], reason["field"]) == ("too_many_parts", "body")
    assert "4 parts" in reason["text"]
    assert len(told(store)) == 1


def test_parts_of_a_long_text_carry_one_reference_for_each_recipient(store: Store) -> None:
    first, second = accept(store, order("ana", body="x" * 200)), accept(store, order("ana", body="y" * 200))
    headers = [[part.header_hex for part in it.messages[0].parts] for it in (first, second)]
    assert all(header.startswith("050003") and header.endswith(("0201", "0202")) for pair in headers for header in pair)
    references = [{header[6:8] for header in pair} for pair in headers]
    assert [len(it) for it in references] == [1, 1]
    assert references[0] != references[1]


def test_a_short_text_needs_no_reference(store: Store) -> None:
    [message] = accept(store, order("ana", body="ñu €")).messages
    assert [part.header_hex for part in message.parts] == [""]
    assert message.alphabet is Alphabet.GSM7


def test_a_time_span_counts_from_when_the_text_may_go(store: Store, clock: FakeClock) -> None:
    later = clock.now() + timedelta(days=3)
    [message] = accept(store, order("ana", send_at=later)).messages
    assert message.valid_until == later + timedelta(days=1)
    [message] = accept(store, order("ana", valid_for_s=60.0)).messages
    assert message.valid_until == clock.now() + timedelta(seconds=60)


def test_of_two_ends_the_sooner_stands(store: Store, clock: FakeClock) -> None:
    soon, late = clock.now() + timedelta(seconds=5), clock.now() + timedelta(hours=5)
    ends = [
        accept(store, order("ana", valid_until=until, valid_for_s=60.0)).messages[0].valid_until
        for until in (soon, late)
    ]
    assert ends == [soon, clock.now() + timedelta(seconds=60)]


def test_an_order_that_comes_too_late_is_refused_and_counts_for_nothing(store: Store, clock: FakeClock) -> None:
    for until in (clock.now() - timedelta(days=1), clock.now()):
        reason = refused(store, order("ana", id="late", valid_until=until))
        assert (reason["code"], reason["text"]) == ("bad_payload", "valid_until: is in the past")
    assert store.read(lambda tx: uses.parts_of_day(tx, "mine")) == 0
    accept(store, order("ana", id="late", valid_until=clock.now() + timedelta(seconds=1)))
    assert told(store)[-1]["state"] == "queued"


def test_a_known_order_is_answered_though_its_time_is_over(store: Store, clock: FakeClock) -> None:
    known = order("ana", id="known", valid_until=clock.now() + timedelta(seconds=1))
    accept(store, known)
    clock.advance(2)
    assert accept(store, known).repeat


def test_a_clock_that_was_never_set_judges_no_date(store: Store, clock: FakeClock) -> None:
    clock.set(datetime(1970, 1, 1, tzinfo=UTC))
    accept(store, order("ana", valid_until=clock.now() - timedelta(seconds=1)))
    assert told(store)[-1]["state"] == "queued"


def test_the_orders_own_wishes_stand_before_the_settings(store: Store) -> None:
    [message] = accept(store, order("ana"), report=False, on_uncertain="resend").messages
    assert (message.report, message.on_uncertain) == (False, "resend")
    [message] = accept(store, order("ana", report=True, on_uncertain="report"), report=False).messages
    assert (message.report, message.on_uncertain) == (True, "report")


def test_a_refusal_goes_to_the_response_topic_too(store: Store) -> None:
    reply_to = ReplyTo(topic="answers/me", correlation=b"1")
    accept(store, order("nadie", reply_to=reply_to))
    pending = store.read(lambda tx: announcements.pending(tx, 0, 10))
    assert [it.reply_to for it in pending] == [None, reply_to]


@pytest.mark.parametrize("to", ["nobody", "911", "+1", "ana@example.org", "0991234519912345"])
def test_nobody_is_refused_with_a_reason(store: Store, to: str) -> None:
    assert refused(store, order(to))["field"] == "to"


def test_more_recipients_than_allowed_are_refused_after_groups_are_resolved(store: Store) -> None:
    many = tuple(f"+598991{number:05}" for number in range(251))
    crowd = replace(DIRECTORY, groups={"crowd": many})
    crowded = Door(directory=crowd, messages=SETTINGS, guard=guard(crowd))
    acceptance = store.write(lambda tx: accept_order(tx, order("crowd"), crowded))
    assert [it.code for it in acceptance.refusals] == ["too_many"]
