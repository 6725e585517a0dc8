from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from support.fake_clock import FakeClock

from smsmqtt.errors import WrongState
from smsmqtt.model import Alphabet, InboundText, Reason, TextPart
from smsmqtt.store import Store, Transaction, announcements, inbox, outbox

WINDOW_S = 3600.0
Receive = Callable[..., InboundText | None]


@pytest.fixture
def receive(store: Store, clock: FakeClock) -> Receive:
    """Take up one part: ``receive("text", seq=2)`` is the second of three with the reference 5."""

    def unit(tx: Transaction, text: str, sent_at: datetime, fields: dict[str, Any]) -> InboundText | None:
        (raw,) = inbox.put_raw(tx, "mine", [(None, "pdu", text.encode().hex(), False)])
        standard: dict[str, Any] = {
            "raw_id": raw.id,
            "line": "mine",
            "sender": "+59899123450",
            "sender_type": "number",
            "encoding": Alphabet.GSM7,
            "text": text,
            "sent_at": sent_at,
            "received_at": tx.now,
            "concat_reference": 5,
            "total": 3,
        }
        return inbox.add_part(tx, TextPart(**(standard | fields)), WINDOW_S)

    def do(text: str, *, sent_at: datetime | None = None, **fields: Any) -> InboundText | None:
        return store.write(lambda tx: unit(tx, text, sent_at or tx.now, fields))

    return do


def announced(store: Store) -> list[InboundText]:
    owed = store.read(lambda tx: announcements.pending(tx, 0, 1000))
    return [each.text for each in owed if each.text is not None]


def bodies(store: Store) -> list[str]:
    return [text.body for text in announced(store)]


def test_a_text_in_one_part_is_whole_at_once(store: Store, receive: Receive, clock: FakeClock) -> None:
    text = receive("hola", concat_reference=None, total=1)
    assert text is not None
    assert (text.body, text.complete, text.parts, text.again) == ("hola", True, 1, 0)
    assert announced(store) == [text]
    assert text.id.startswith(f"{store.id}-")
    assert store.read(outbox.totals)["mine"]["received"] == 1


def test_two_equal_texts_are_two(store: Store, receive: Receive) -> None:
    first, second = (receive("hola", concat_reference=None, total=1) for _ in range(2))
    assert first is not None
    assert second is not None
    assert first.id != second.id
    assert bodies(store) == ["hola", "hola"]


@pytest.mark.parametrize("order", list(permutations((1, 2, 3))))
def test_parts_join_in_any_order(store: Store, receive: Receive, order: tuple[int, ...]) -> None:
    results = [receive(f"<{seq}>", seq=seq) for seq in order]
    assert results[:2] == [None, None]
    assert bodies(store) == ["<1><2><3>"]


def test_a_duplicate_part_is_dropped(store: Store, receive: Receive) -> None:
    for seq in (1, 1, 2, 3, 3, 1):
        receive(f"<{seq}>", seq=seq)
    assert bodies(store) == ["<1><2><3>"]


def test_a_reference_that_comes_round_with_other_content_is_a_new_text(store: Store, receive: Receive) -> None:
    for text, seq in (("A1", 1), ("A2", 2), ("A3", 3), ("B1", 1), ("B2", 2), ("B3", 3)):
        receive(text, seq=seq)
    assert bodies(store) == ["A1A2A3", "B1B2B3"]


def test_other_content_begins_a_new_text_beside_one_not_whole(store: Store, receive: Receive, clock: FakeClock) -> None:
    receive("A1", seq=1)
    clock.advance(60)
    for text, seq in (("B1", 1), ("B2", 2), ("B3", 3)):
        receive(text, seq=seq)
    assert bodies(store) == ["B1B2B3"]


def test_parts_far_apart_in_time_are_not_joined(store: Store, receive: Receive, clock: FakeClock) -> None:
    receive("A1", seq=1)
    clock.advance(WINDOW_S + 1)
    receive("B2", seq=2)
    receive("B3", seq=3)
    assert bodies(store) == []
    receive("B1", seq=1)
    assert bodies(store) == ["B1B2B3"]


def test_the_window_is_about_the_stamps_not_the_arrival(store: Store, receive: Receive, clock: FakeClock) -> None:
    at = clock.now()
    for seq in (1, 2, 3):
        receive(str(seq), seq=seq, sent_at=at + timedelta(seconds=seq))
        clock.advance(5 * WINDOW_S)
    assert bodies(store) == ["123"]
    assert announced(store)[0].sent_at == at + timedelta(seconds=1)


@pytest.mark.parametrize(
    "fields", [{"sender": "+59899123451"}, {"line": "other"}, {"concat_reference": 6}, {"total": 2}]
)
def test_what_differs_in_its_key_is_not_joined(store: Store, receive: Receive, fields: dict[str, Any]) -> None:
    receive("1", seq=1)
    receive("2", seq=2)
    receive("3", **({"seq": 3} | fields | ({"seq": 2} if "total" in fields else {})))
    assert bodies(store) == []


def test_what_waits_too_long_is_announced_with_gaps(store: Store, receive: Receive, clock: FakeClock) -> None:
    receive("uno ", seq=1)
    receive(" tres", seq=3)
    clock.advance(599)
    assert store.write(lambda tx: inbox.close_incomplete(tx, 600)) == []
    clock.advance(1)
    (text,) = store.write(lambda tx: inbox.close_incomplete(tx, 600))
    assert (text.body, text.complete, text.parts) == ("uno … tres", False, 3)
    assert store.write(lambda tx: inbox.close_incomplete(tx, 600)) == []


def test_a_late_part_makes_it_whole_under_the_same_id(store: Store, receive: Receive, clock: FakeClock) -> None:
    receive("uno ", seq=1)
    receive(" tres", seq=3)
    clock.advance(600)
    (incomplete,) = store.write(lambda tx: inbox.close_incomplete(tx, 600))
    whole = receive("dos", seq=2)
    assert whole is not None
    assert (whole.id, whole.body, whole.complete, whole.again) == (incomplete.id, "uno dos tres", True, 1)
    assert [text.again for text in announced(store)] == [0, 1]
    assert store.read(outbox.totals)["mine"]["received"] == 1


def test_a_surrogate_pair_cut_in_two_is_joined(store: Store, receive: Receive) -> None:
    octets = "a😀b".encode("utf-16-be")
    halves = (octets[:4], octets[4:])
    for seq, half in enumerate(halves, start=1):
        text = half.decode("utf-16-be", "replace")
        receive(text, seq=seq, total=2, encoding=Alphabet.UCS2, data_hex=half.hex())
    assert bodies(store) == ["a😀b"]
    assert announced(store)[0].data_hex == ""


def test_binary_parts_join_as_octets(store: Store, receive: Receive) -> None:
    for seq, octets in ((2, "0304"), (1, "0102")):
        receive("", seq=seq, total=2, encoding=Alphabet.DATA, data_hex=octets)
    (text,) = announced(store)
    assert (text.encoding, text.body, text.data_hex) == (Alphabet.DATA, "", "01020304")


def test_a_text_in_two_alphabets_is_called_by_the_wider(store: Store, receive: Receive) -> None:
    receive("ascii ", seq=1, total=2)
    receive("ж", seq=2, total=2, encoding=Alphabet.UCS2)
    (text,) = announced(store)
    assert (text.encoding, text.body) == (Alphabet.UCS2, "ascii ж")


def test_a_record_is_taken_up_once(store: Store, receive: Receive) -> None:
    receive("hola", concat_reference=None, total=1)
    with pytest.raises(WrongState, match="understood before"):
        store.write(lambda tx: inbox.understood_report(tx, 1))


def test_texts_are_told_newest_last_and_announced_again_only_when_asked(
    store: Store, receive: Receive, clock: FakeClock
) -> None:
    at = clock.now()
    for n in range(4):
        receive(f"t{n}", concat_reference=None, total=1)
        clock.advance(60)
    receive("waiting", seq=1)
    listed = store.read(lambda tx: inbox.texts(tx, None, 3))
    assert [text.body for text in listed] == ["t1", "t2", "t3"]
    since = store.read(lambda tx: inbox.texts(tx, at + timedelta(seconds=120), 100))
    assert [text.body for text in since] == ["t2", "t3"]
    assert store.write(lambda tx: inbox.republish(tx, [listed[0].id, "unknown"])) == 1
    assert [(text.body, text.again) for text in announced(store)][-1] == ("t1", 1)


def test_what_nobody_understands_is_announced_as_octets(store: Store) -> None:
    (raw,) = store.write(lambda tx: inbox.put_raw(tx, "mine", [(3, "pdu", "07C0FFEE", True)]))
    why = Reason(code="bad_pdu", text="too short")
    text = store.write(lambda tx: inbox.unreadable(tx, raw.id, why))
    assert (text.unreadable, text.data_hex, text.encoding, text.body) == (why, "07C0FFEE", Alphabet.DATA, "")
    assert text.found_at_first_start
    assert announced(store) == [text]
    assert store.read(inbox.not_understood) == []
    assert store.read(outbox.totals) == {}


@pytest.mark.parametrize(("form", "content"), [("pdu", "not hex"), ("pdu", "ABC"), ("text", "0123")])
def test_what_is_no_hex_is_announced_as_it_is(store: Store, form: Any, content: str) -> None:
    (raw,) = store.write(lambda tx: inbox.put_raw(tx, "mine", [(3, form, content, False)]))
    text = store.write(lambda tx: inbox.unreadable(tx, raw.id, Reason(code="bad_pdu", text="what is this")))
    assert (text.body, text.data_hex) == (content, "")


def test_old_texts_are_forgotten_when_they_were_published(store: Store, receive: Receive, clock: FakeClock) -> None:
    receive("old", concat_reference=None, total=1)
    receive("waiting", seq=1)
    clock.advance(1000)
    receive("new", concat_reference=None, total=1)
    assert store.write(lambda tx: inbox.prune(tx, 500)) == 0
    ids = [each.id for each in store.read(lambda tx: announcements.pending(tx, 0, 10))]
    store.write(lambda tx: announcements.published(tx, ids))
    assert store.write(lambda tx: inbox.prune(tx, 500)) == 1
    assert [text.body for text in store.read(lambda tx: inbox.texts(tx, None, 10))] == ["new"]
    assert store.read(lambda tx: tx.execute("select count(*) from raw_texts"))[0][0] == 2
    assert store.read(lambda tx: tx.execute("select count(*) from text_parts"))[0][0] == 2
