"""Texts out and in as one list."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.fake_clock import FakeClock
from support.letters import RECIPIENT, place
from support.sms import receive

from smsmqtt.model import Message
from smsmqtt.store import Store, correspondence, outbox
from smsmqtt.store.correspondence import Item, Place, Wanted

OTHER = "+59899000022"


def page(store: Store, wanted: Wanted | None = None, *, before: Place | None = None, limit: int = 10) -> list[Item]:
    return store.read(lambda tx: correspondence.page(tx, wanted or Wanted(), before=before, limit=limit))


def named(items: list[Item]) -> list[str]:
    """Messages by their ids, texts by what they say."""
    return [it.letter.id if isinstance(it.letter, Message) else it.letter.body for it in items]


@pytest.fixture
def five(store: Store, clock: FakeClock) -> list[str]:
    """Newest first."""
    store.write(lambda tx: place(tx, "a"))
    receive(store, "at the same time", sender=RECIPIENT)
    clock.advance(1)
    receive(store, "b", sender=OTHER, line="yours")
    clock.advance(1)
    store.write(lambda tx: place(tx, "c", recipients=(OTHER,), line="yours"))
    store.write(lambda tx: place(tx, "d"))
    return ["d", "c", "b", "a", "at the same time"]


@pytest.mark.parametrize("limit", [1, 2, 3, 5])
def test_pages_follow_each_other_without_a_gap(store: Store, five: list[str], limit: int) -> None:
    found: list[str] = []
    before = None
    while items := page(store, before=before, limit=limit):
        found += named(items)
        before = items[-1].place
    assert found == five


def test_what_comes_later_is_before_the_first_page_even_when_the_clock_was_set_back(
    store: Store, five: list[str], clock: FakeClock
) -> None:
    first = page(store, limit=2)
    clock.set(clock.now() - timedelta(milliseconds=500))
    store.write(lambda tx: place(tx, "late"))
    assert named(page(store, before=first[-1].place)) == ["late", *five[2:]]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(direction="in"), ["b", "at the same time"]),
        (Wanted(direction="out"), ["d", "c", "a"]),
        (Wanted(state="received"), ["b", "at the same time"]),
        (Wanted(state="queued"), ["d", "c", "a"]),
        (Wanted(state="sent"), []),
        (Wanted(direction="in", state="queued"), []),
        (Wanted(line="yours"), ["c", "b"]),
        (Wanted(numbers=[OTHER]), ["c", "b"]),
        (Wanted(numbers=[OTHER, RECIPIENT], direction="out", line="mine"), ["d", "a"]),
    ],
)
def test_only_what_is_wanted_is_found(store: Store, five: list[str], wanted: Wanted, found: list[str]) -> None:
    assert named(page(store, wanted)) == found


def test_since_is_about_acceptance_and_arrival(store: Store, five: list[str], clock: FakeClock) -> None:
    assert named(page(store, Wanted(since=clock.now()))) == ["d", "c"]
    assert named(page(store, Wanted(since=clock.now() - timedelta(seconds=1)))) == ["d", "c", "b"]


def test_a_message_says_when_it_last_changed(store: Store, clock: FakeClock) -> None:
    store.write(lambda tx: place(tx, "a"))
    clock.advance(5)
    store.write(lambda tx: outbox.cancel(tx, "a"))
    (item,) = page(store)
    assert item.changed_at == clock.now()


def test_a_text_whose_parts_are_awaited_is_not_told_yet(store: Store) -> None:
    with pytest.raises(AssertionError):
        receive(store, "half", sender=OTHER, total=2, concat_reference=5)
    assert page(store) == []


def test_a_sender_is_known_by_every_spelling_but_not_by_a_name(store: Store) -> None:
    for sender in ("099000022", OTHER, "099000033"):
        receive(store, sender, sender=sender)
    receive(store, "a name", sender="0099000022", sender_type="name")

    def written(sender: str) -> str:
        return OTHER if sender.endswith("99000022") else sender

    assert store.read(lambda tx: correspondence.spellings(tx, OTHER, written)) == [OTHER, "099000022"]


def test_a_page_of_a_large_ledger_is_found_by_index(store: Store) -> None:
    for table, at in (("messages", "created_at"), ("texts", "received_at")):
        plan = store.read(
            lambda tx, table=table, at=at: tx.execute(  # type: ignore[misc]
                f"explain query plan select nr from {table} where ({at}, 'out', nr) < (1, 'out', 1)"
                f" order by {at} desc, nr desc limit 10"
            )
        )
        steps = " ".join(row["detail"] for row in plan)
        assert f"USING COVERING INDEX {table}" in steps or f"USING INDEX {table}" in steps, steps
        assert "TEMP B-TREE" not in steps
