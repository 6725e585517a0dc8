from __future__ import annotations

from datetime import timedelta

import pytest
from support.fake_clock import FakeClock
from support.letters import place
from support.sms import receive

from smsmqtt.model import InboundText, Message
from smsmqtt.store import Store, conversations
from smsmqtt.store.conversations import Conversation, Peer, Stretch, Turn
from smsmqtt.store.correspondence import Place

ANA, BRUNO = "+59899000001", "+59899000002"
NATIONAL = {"099000001": ANA}


def written(sender: str) -> str:
    return NATIONAL.get(sender, sender)


def said(turn: Turn) -> str:
    return turn.body


def send(store: Store, message_id: str, to: str = ANA) -> None:
    store.write(lambda tx: place(tx, message_id, recipients=(to,), body=message_id))


def latest(store: Store, skip: int = 0, limit: int = 10) -> list[Conversation]:
    return store.read(lambda tx: conversations.latest(tx, written, skip=skip, limit=limit))


def stretch(
    store: Store, peer: str = ANA, *, is_name: bool = False, limit: int = 10, **places: Place | None
) -> Stretch:
    ana = Peer(text=ANA, is_name=is_name)
    return store.read(lambda tx: conversations.stretch(tx, ana, written, limit=limit, **places))


def bodies(piece: Stretch) -> list[str]:
    return [said(turn) for turn in piece.turns]


def test_conversations_are_told_once_each_the_newest_first(store: Store, clock: FakeClock) -> None:
    send(store, "to ana")
    clock.advance(1)
    receive(store, "from bruno", sender=BRUNO)
    clock.advance(1)
    receive(store, "from ana", sender="099000001")
    clock.advance(1)
    receive(store, "from a name", sender="BANK", sender_type="name")

    assert [(it.peer, said(it.last)) for it in latest(store)] == [
        (Peer(text="BANK", is_name=True), "from a name"),
        (Peer(text=ANA), "from ana"),
        (Peer(text=BRUNO), "from bruno"),
    ]
    assert [it.peer.text for it in latest(store, skip=1, limit=1)] == [ANA]


def test_a_name_that_looks_like_a_number_is_somebody_else(store: Store) -> None:
    receive(store, "from ana", sender=ANA)
    receive(store, "forged", sender=ANA, sender_type="name")

    assert {it.peer for it in latest(store)} == {Peer(text=ANA), Peer(text=ANA, is_name=True)}
    assert bodies(stretch(store)) == ["from ana"]
    assert bodies(stretch(store, is_name=True)) == ["forged"]


def test_both_sides_stand_in_their_order(store: Store, clock: FakeClock) -> None:
    send(store, "first")
    clock.advance(1)
    receive(store, "second", sender="099000001")
    clock.advance(1)
    send(store, "not hers", to=BRUNO)
    send(store, "third")
    clock.advance(1)
    receive(store, "fourth", sender=ANA)

    piece = stretch(store)

    assert bodies(piece) == ["first", "second", "third", "fourth"]
    assert [type(turn) for turn in piece.turns] == [Message, InboundText] * 2
    assert not piece.earlier


@pytest.mark.parametrize("step_s", [1, 0, -1])
def test_pages_meet_each_text_once_also_when_the_clock_stands_or_goes_back(
    store: Store, clock: FakeClock, step_s: int
) -> None:
    for nr in range(20):
        clock.set(clock.now() + timedelta(seconds=step_s))
        send(store, f"sent {nr}")
        if nr % 3 == 0:
            receive(store, f"received {nr}", sender=ANA)

    pages, before = [], None
    while True:
        piece = stretch(store, before=before, limit=6)
        pages.append(bodies(piece))
        before = piece.begin
        if not piece.earlier:
            break

    met = [body for page in pages for body in page]
    assert len(met) == len(set(met)) == 27
    assert all(len(page) == 6 for page in pages[:-1])


@pytest.mark.parametrize("step_s", [1, 0])
def test_from_a_place_on_all_that_came_since_is_told(store: Store, clock: FakeClock, step_s: int) -> None:
    for nr in range(5):
        clock.advance(step_s)
        send(store, f"sent {nr}")
    begin = stretch(store, limit=2).begin
    for nr in range(5, 10):
        clock.advance(step_s)
        send(store, f"sent {nr}")

    piece = stretch(store, start=begin, limit=2)

    assert bodies(piece) == [f"sent {nr}" for nr in range(3, 10)]
    assert piece.earlier
    assert piece.begin == begin


def test_who_was_never_met_has_an_empty_conversation(store: Store) -> None:
    piece = stretch(store)
    assert (piece.turns, piece.earlier) == ((), False)
    send(store, "hello")
    assert bodies(stretch(store, start=piece.begin)) == ["hello"]


def test_a_text_whose_parts_are_awaited_is_not_told_yet(store: Store) -> None:
    with pytest.raises(AssertionError):
        receive(store, "half", sender=ANA, total=2, concat_reference=7)
    assert latest(store) == []
    assert stretch(store).turns == ()
