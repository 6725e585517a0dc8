"""Sending again, in the ledger: what moves, what stays, and what the guard says to it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from support.fake_clock import FakeClock
from support.guards import guard
from support.letters import RECIPIENT, place, report, send

from smsmqtt.config import MessageSettings
from smsmqtt.errors import WrongState
from smsmqtt.intake.directory import Directory, Line
from smsmqtt.intake.door import Door
from smsmqtt.intake.resend import resend
from smsmqtt.model import Message, Reason
from smsmqtt.store import Store, outbox, uses

OTHER = "+59899000002"
CUT, REFUSED = Reason(code="link_lost", text="cut"), Reason(code="cms_1", text="unassigned number")
DIRECTORY = Directory(
    contacts={},
    groups={},
    lines={"mine": Line(name="mine", number=None, gateway="hall")},
    gateways=("hall",),
    region=None,
)


def again(store: Store, asked_id: str = "a", **settings: Any) -> dict[str, Any]:
    door = Door(directory=DIRECTORY, messages=MessageSettings(), guard=guard(DIRECTORY, **settings))
    return store.write(lambda tx: resend(tx, outbox.resolve(tx, asked_id), door))


def message(store: Store, message_id: str = "a") -> Message:
    return store.read(lambda tx: outbox.message(tx, message_id))


def fails(store: Store, message_id: str = "a", seq: int = 1) -> None:
    store.write(lambda tx: outbox.claim(tx, message_id))
    store.write(lambda tx: outbox.never(tx, message_id, seq, REFUSED))


def gets_uncertain(store: Store, message_id: str = "a", seq: int = 1) -> None:
    store.write(lambda tx: outbox.claim(tx, message_id))
    store.write(lambda tx: outbox.submitting(tx, message_id, seq))
    store.write(lambda tx: outbox.uncertain(tx, message_id, seq, CUT))


def test_only_the_parts_go_again_that_the_network_does_not_have(store: Store) -> None:
    store.write(lambda tx: place(tx, parts=3))
    store.write(send)
    gets_uncertain(store, seq=2)
    fails(store, seq=3)
    before = message(store)
    assert [part.state.value for part in before.parts] == ["sent", "uncertain", "failed"]

    assert again(store) == {"resent": 1, "refused": []}

    after = message(store)
    assert [part.state.value for part in after.parts] == ["sent", "queued", "queued"]
    assert [(part.text, part.header_hex) for part in after.parts] == [
        (part.text, part.header_hex) for part in before.parts
    ]
    assert (after.state, after.final, after.attempt, after.reason and after.reason.code) == (
        "sending",
        False,
        0,
        "resend",
    )
    assert [it.id for it in store.read(lambda tx: outbox.due(tx, ["mine"], tx.now))] == ["a"]
    assert store.read(lambda tx: uses.parts_of_day(tx, "mine")) == 2


def test_its_time_begins_anew(store: Store, clock: FakeClock) -> None:
    store.write(lambda tx: place(tx, valid_until=tx.now + timedelta(minutes=1)))
    fails(store)
    clock.advance(3600)

    again(store)

    assert message(store).valid_until == clock.now() + timedelta(days=1)
    assert store.write(outbox.expire) == 0
    claimed = store.write(lambda tx: outbox.claim(tx, "a"))
    assert claimed is not None


def test_a_message_that_was_sent_again_can_end_in_any_way_and_be_sent_once_more(store: Store, clock: FakeClock) -> None:
    store.write(place)
    fails(store)
    again(store)
    fails(store)
    again(store)
    store.write(lambda tx: send(tx, reference=9))
    store.write(lambda tx: outbox.report(tx, report(clock.now(), reference=9)))
    assert message(store).state == "delivered"
    with pytest.raises(WrongState, match="it is delivered"):
        again(store)


@pytest.mark.parametrize("end", ["queued", "sending", "sent", "undelivered", "cancelled", "expired"])
def test_nothing_else_is_sent_again(store: Store, clock: FakeClock, end: str) -> None:
    store.write(lambda tx: place(tx, valid_until=tx.now + timedelta(minutes=1)))
    match end:
        case "sending":
            store.write(lambda tx: outbox.claim(tx, "a"))
        case "sent" | "undelivered":
            store.write(send)
        case "cancelled":
            store.write(lambda tx: outbox.cancel(tx, "a"))
        case "expired":
            clock.advance(60)
            store.write(outbox.expire)
    if end == "undelivered":
        store.write(lambda tx: outbox.report(tx, report(clock.now(), status=0x41)))

    with pytest.raises(WrongState, match=f"message a: it is {end}; only what failed or is uncertain"):
        again(store)
    with pytest.raises(WrongState, match="can't be sent again"):
        store.write(lambda tx: outbox.resend(tx, "a", tx.now))
    assert message(store).state == end


def test_of_an_order_only_those_go_again_that_failed(store: Store) -> None:
    store.write(lambda tx: place(tx, recipients=(RECIPIENT, OTHER)))
    store.write(lambda tx: send(tx, "a.1"))
    fails(store, "a.2")
    assert again(store) == {"resent": 1, "refused": []}
    assert [message(store, each).state.value for each in ("a.1", "a.2")] == ["sent", "queued"]


def test_the_guard_keeps_back_what_is_too_much_and_says_until_when(store: Store, clock: FakeClock) -> None:
    store.write(lambda tx: place(tx, recipients=(RECIPIENT, OTHER)))
    for each in ("a.1", "a.2"):
        fails(store, each)

    answer = again(store, per_hour=1)

    assert answer["resent"] == 1
    assert [(it["id"], it["code"], it["retry_at"]) for it in answer["refused"]] == [
        ("a.2", "guard_per_hour", "2026-11-22T13:00:00Z")
    ]
    assert message(store, "a.2").state == "failed"
    assert again(store, per_hour=1) == {"resent": 0, "refused": answer["refused"]}
    clock.advance(3600)
    assert again(store, per_hour=1)["resent"] == 1


def test_what_must_not_be_texted_any_more_is_not_sent_again(store: Store) -> None:
    store.write(place)
    fails(store)
    answer = again(store, deny=(RECIPIENT,))
    assert answer["resent"] == 0
    assert [(it["code"], it["retry_at"]) for it in answer["refused"]] == [("guard_denied", None)]


def test_a_message_whose_line_is_gone_is_not_sent_again(store: Store) -> None:
    store.write(lambda tx: place(tx, line="sold"))
    fails(store)
    with pytest.raises(WrongState, match="its line sold is not in the configuration"):
        again(store)
