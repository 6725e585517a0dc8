from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from support.fake_clock import FakeClock
from support.letters import RECIPIENT, order, place, send

from smsmqtt.errors import WrongState
from smsmqtt.model import Alphabet, Part, ReplyTo, TextPart
from smsmqtt.store import Store, Transaction, announcements, inbox, outbox

OTHER = "+59899000002"


def test_an_order_comes_back_as_it_was_placed(store: Store, clock: FakeClock) -> None:
    placed = order(
        "a",
        clock.now(),
        recipients=(RECIPIENT, OTHER),
        parts=2,
        line_fixed=True,
        urgent=True,
        flash=True,
        report=False,
        on_uncertain="resend",
        send_at=clock.now() + timedelta(hours=1),
        valid_until=clock.now() + timedelta(hours=2),
        alphabet=Alphabet.UCS2,
        locking_shift=1,
        single_shift=2,
        reply_to=ReplyTo(topic="answers", correlation=b"\x00"),
    )
    store.write(lambda tx: outbox.put(tx, placed))
    found = store.read(lambda tx: outbox.find_order(tx, "a"))
    assert found is not None
    assert (found.id, found.digest, found.accepted_at) == ("a", "digest", clock.now())
    assert [each.id for each in found.messages] == ["a.1", "a.2"]
    assert [replace(each, seq=0) for each in found.messages] == list(placed.messages)


def test_an_order_never_placed_is_none(store: Store) -> None:
    assert store.read(lambda tx: outbox.find_order(tx, "a")) is None


def test_an_id_means_a_message_or_all_of_an_order(store: Store) -> None:
    store.write(lambda tx: place(tx, recipients=(RECIPIENT, OTHER)))
    ids = {
        asked: [each.id for each in store.read(lambda tx, asked=asked: outbox.resolve(tx, asked))]
        for asked in ("a", "a.2", "b")
    }
    assert ids == {"a": ["a.1", "a.2"], "a.2": ["a.2"], "b": []}


def test_an_unfinished_order_keeps_its_id(store: Store) -> None:
    store.write(place)
    with pytest.raises(WrongState, match="not finished"):
        store.write(place)


def test_a_finished_order_makes_room_for_a_new_one_of_its_id(store: Store) -> None:
    store.write(place)
    store.write(lambda tx: outbox.cancel(tx, "a"))
    store.write(lambda tx: place(tx, body="again"))
    assert [each.body for each in store.read(lambda tx: outbox.resolve(tx, "a"))] == ["again"]


def test_a_message_id_of_another_order_is_taken(store: Store) -> None:
    store.write(lambda tx: place(tx, "a.1"))
    with pytest.raises(WrongState, match=r"a\.1 belongs to order a\.1"):
        store.write(lambda tx: place(tx, "a", recipients=(RECIPIENT, OTHER)))


def test_a_repeat_is_answered_with_the_state_to_who_repeated(store: Store) -> None:
    first, second = ReplyTo(topic="first"), ReplyTo(topic="second")
    store.write(lambda tx: place(tx, reply_to=first))
    before = store.read(lambda tx: announcements.pending(tx, 0, 100))[-1].id
    store.write(lambda tx: outbox.announce_repeat(tx, "a", second))
    owed = store.read(lambda tx: announcements.pending(tx, before, 100))
    assert [each.reply_to for each in owed] == [None, second]
    told = json.loads(owed[0].payload or "")
    assert (told["state"], told["repeat"], told["seq"]) == ("queued", True, 2)


def test_cancelled_is_the_end(store: Store) -> None:
    store.write(place)
    cancelled = store.write(lambda tx: outbox.cancel(tx, "a"))
    assert [(each.id, each.state, each.final) for each in cancelled] == [("a", "cancelled", True)]
    with pytest.raises(WrongState, match="it is cancelled already"):
        store.write(lambda tx: outbox.cancel(tx, "a"))


def test_what_is_claimed_can_still_be_cancelled_and_then_not_be_submitted(store: Store) -> None:
    store.write(place)
    store.write(lambda tx: outbox.claim(tx, "a"))
    store.write(lambda tx: outbox.cancel(tx, "a"))
    with pytest.raises(WrongState, match="it is cancelled"):
        store.write(lambda tx: outbox.submitting(tx, "a", 1))


def test_once_the_body_goes_out_it_is_too_late(store: Store) -> None:
    store.write(lambda tx: place(tx, parts=2))
    store.write(lambda tx: outbox.claim(tx, "a"))
    store.write(lambda tx: outbox.submitting(tx, "a", 1))
    with pytest.raises(WrongState, match="too late"):
        store.write(lambda tx: outbox.cancel(tx, "a"))
    store.write(lambda tx: outbox.sent(tx, "a", 1, 1))
    store.write(lambda tx: outbox.unclaim(tx, ["mine"]))
    with pytest.raises(WrongState, match="too late"):
        store.write(lambda tx: outbox.cancel(tx, "a"))


def test_of_an_order_what_can_be_is_cancelled(store: Store) -> None:
    store.write(lambda tx: place(tx, recipients=(RECIPIENT, OTHER)))
    store.write(lambda tx: send(tx, "a.1"))
    assert [each.id for each in store.write(lambda tx: outbox.cancel(tx, "a"))] == ["a.2"]
    with pytest.raises(WrongState, match=r"a\.1: .*too late.*a\.2: .*already"):
        store.write(lambda tx: outbox.cancel(tx, "a"))


def test_what_is_unknown_can_not_be_cancelled(store: Store) -> None:
    with pytest.raises(WrongState, match="no message b"):
        store.write(lambda tx: outbox.cancel(tx, "b"))


def test_all_that_waits_can_be_cancelled_at_once(store: Store) -> None:
    for name in "abc":
        store.write(lambda tx, name=name: place(tx, name))
    store.write(lambda tx: send(tx, "b"))
    assert store.write(outbox.cancel_all) == 2
    assert [each.id for each in store.read(outbox.queue)] == ["b"]


def test_a_waiting_message_moves_to_another_line_and_says_so(store: Store) -> None:
    store.write(place)
    moved = store.write(lambda tx: outbox.move_line(tx, "a", "other"))
    assert (moved.line, moved.state) == ("other", "queued")
    told = store.read(lambda tx: announcements.pending(tx, 0, 100))[-1].payload or ""
    assert (json.loads(told)["line"], json.loads(told)["reason"]["code"]) == ("other", "line_changed")
    assert [each.id for each in store.read(lambda tx: outbox.due(tx, ["other"], tx.now))] == ["a"]


def test_a_line_that_the_caller_named_stays(store: Store) -> None:
    store.write(lambda tx: place(tx, line_fixed=True))
    with pytest.raises(WrongState, match="named its line"):
        store.write(lambda tx: outbox.move_line(tx, "a", "other"))


def test_a_begun_text_stays_on_its_line(store: Store) -> None:
    store.write(lambda tx: place(tx, parts=2))
    store.write(send)
    store.write(lambda tx: outbox.unclaim(tx, ["mine"]))
    with pytest.raises(WrongState, match="it is sending"):
        store.write(lambda tx: outbox.move_line(tx, "a", "other"))


def test_urgent_is_due_first_then_the_oldest(store: Store, clock: FakeClock) -> None:
    for name, fields in {"a": {}, "b": {"urgent": True}, "c": {"line": "other"}, "d": {"line": "third"}}.items():
        store.write(lambda tx, name=name, fields=fields: place(tx, name, **fields))
        clock.advance(1)
    due = store.read(lambda tx: outbox.due(tx, ["other", "mine"], tx.now))
    assert [each.id for each in due] == ["b", "a", "c"]


def test_what_is_due_is_known_by_its_ids_too(store: Store, clock: FakeClock) -> None:
    store.write(lambda tx: place(tx, "a"))
    store.write(lambda tx: place(tx, "urgent", urgent=True))
    store.write(lambda tx: place(tx, "later", send_at=clock.now() + timedelta(minutes=5)))
    store.write(lambda tx: place(tx, "b", line="other"))
    store.write(lambda tx: place(tx, "c", line="third"))

    def due_ids(limit: int) -> dict[str, bool]:
        return store.read(lambda tx: outbox.due_ids(tx, ["mine", "other"], tx.now, limit=limit))

    assert due_ids(100) == {"a": False, "urgent": True, "b": False}
    assert due_ids(1) == {"urgent": True, "b": False}


def test_what_waits_for_its_time_is_not_due_before(store: Store, clock: FakeClock) -> None:
    at = clock.now() + timedelta(minutes=5)
    store.write(lambda tx: place(tx, "now"))
    store.write(lambda tx: place(tx, "later", send_at=at))
    store.write(lambda tx: place(tx, "again"))
    store.write(lambda tx: outbox.wait_because(tx, "again", None, at - timedelta(minutes=1)))

    def due() -> list[str]:
        return [each.id for each in store.read(lambda tx: outbox.due(tx, ["mine"], tx.now))]

    assert due() == ["now"]
    assert store.read(lambda tx: outbox.next_due_at(tx, ["mine"], tx.now)) == at - timedelta(minutes=1)
    clock.advance(240)
    assert due() == ["now", "again"]
    assert store.read(lambda tx: outbox.next_due_at(tx, ["mine"], tx.now)) == at
    clock.advance(60)
    assert due() == ["now", "later", "again"]
    assert store.read(lambda tx: outbox.next_due_at(tx, ["mine"], tx.now)) is None


def test_a_line_with_much_work_leaves_room_for_the_others(store: Store) -> None:
    for n in range(5):
        store.write(lambda tx, n=n: place(tx, f"a{n}"))
    store.write(lambda tx: place(tx, "b", line="other"))
    due = store.read(lambda tx: outbox.due(tx, ["mine", "other"], tx.now, limit=2))
    assert [each.id for each in due] == ["a0", "a1", "b"]


def test_what_ran_out_of_time_is_not_due_unless_some_of_it_is_out(store: Store, clock: FakeClock) -> None:
    until = clock.now() + timedelta(minutes=1)
    store.write(lambda tx: place(tx, "late", valid_until=until))
    store.write(lambda tx: place(tx, "begun", valid_until=until, parts=2))
    store.write(lambda tx: send(tx, "begun"))
    store.write(lambda tx: outbox.unclaim(tx, ["mine"]))
    clock.advance(61)
    assert [each.id for each in store.read(lambda tx: outbox.due(tx, ["mine"], tx.now))] == ["begun"]


def test_what_is_in_hand_is_not_due(store: Store) -> None:
    store.write(place)
    store.write(lambda tx: outbox.claim(tx, "a"))
    assert store.read(lambda tx: outbox.due(tx, ["mine"], tx.now)) == []


def test_the_line_last_used_with_a_number_counts_both_directions(store: Store, clock: FakeClock) -> None:
    def last() -> str | None:
        return store.read(lambda tx: outbox.last_line(tx, RECIPIENT))

    assert last() is None
    store.write(place)
    assert last() == "mine"
    clock.advance(60)

    def receive(tx: Transaction) -> None:
        (raw,) = inbox.put_raw(tx, "other", [(None, "pdu", "00", False)])
        part = TextPart(
            raw_id=raw.id,
            line="other",
            sender=RECIPIENT,
            sender_type="number",
            encoding=Alphabet.GSM7,
            received_at=tx.now,
        )
        inbox.add_part(tx, part, 60)

    store.write(receive)
    assert last() == "other"


def test_references_count_for_each_recipient_and_come_round(store: Store) -> None:
    def take(tx: Transaction, count: int) -> list[int]:
        return [outbox.next_reference(tx, RECIPIENT) for _ in range(count)]

    references = store.write(lambda tx: take(tx, 257))
    assert references == [*range(1, 256), 0, 1]
    assert store.write(lambda tx: outbox.next_reference(tx, OTHER)) == 1


def test_a_limit_leaves_the_urgent_ones_in(store: Store) -> None:
    store.write(lambda tx: place(tx, "a"))
    store.write(lambda tx: place(tx, "b", urgent=True))
    assert [each.id for each in store.read(lambda tx: outbox.due(tx, ["mine"], tx.now, limit=1))] == ["b"]


def test_a_text_is_cut_anew_before_any_part_of_it_began(store: Store) -> None:
    store.write(lambda tx: place(tx, parts=2))
    parts = tuple(Part(seq=seq, text=f"o{seq}", header_hex="050003010301") for seq in (1, 2, 3))

    store.write(lambda tx: outbox.recut(tx, "a", Alphabet.UCS2, parts))

    found = store.read(lambda tx: outbox.message(tx, "a"))
    assert (found.alphabet, found.parts) == (Alphabet.UCS2, parts)


def test_a_begun_text_is_not_cut_anew(store: Store) -> None:
    store.write(lambda tx: place(tx, parts=2))
    store.write(lambda tx: send(tx))

    with pytest.raises(WrongState):
        store.write(lambda tx: outbox.recut(tx, "a", Alphabet.UCS2, ()))
