"""Messages whose line the configuration lost: which move, what the others are told, and how they end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from support.fake_clock import FakeClock
from support.guards import guard
from support.letters import RECIPIENT, place, send

from smsmqtt.config import BalanceSettings, MessageSettings
from smsmqtt.errors import WrongState
from smsmqtt.intake import stranded
from smsmqtt.intake.credit import Credit
from smsmqtt.intake.directory import Directory, Line
from smsmqtt.intake.door import Door
from smsmqtt.model import Message, Reason
from smsmqtt.store import Store, balances, outbox, uses

OTHER = "+59899000002"
LINES = {name: Line(name=name, number=None, gateway="hall") for name in ("new", "spare")}
DIRECTORY = Directory(contacts={}, groups={}, lines=LINES, gateways=("hall",), region=None)
WITH_OLD = replace(DIRECTORY, lines={**LINES, "old": Line(name="old", number=None, gateway="hall")})


def starts(store: Store, directory: Directory = DIRECTORY, **limits: Any) -> None:
    """As a daemon with these lines does."""
    door = Door(directory=directory, messages=MessageSettings(), guard=guard(directory, **limits))
    store.write(lambda tx: stranded.settle(tx, door))


def waits(store: Store, message_id: str = "a", **fields: Any) -> None:
    store.write(lambda tx: place(tx, message_id, line="old", valid_until=tx.now + timedelta(hours=1), **fields))


def half_sent(store: Store, message_id: str = "a") -> None:
    waits(store, message_id, parts=2)
    store.write(lambda tx: send(tx, message_id))
    store.write(outbox.recover)


def message(store: Store, message_id: str = "a") -> Message:
    return store.read(lambda tx: outbox.message(tx, message_id))


def standing(store: Store, message_id: str = "a") -> tuple[str | None, str, str | None]:
    found = message(store, message_id)
    return found.line, found.state.value, found.reason and found.reason.code


def number_waiting(store: Store, directory: Directory = DIRECTORY) -> dict[str, str]:
    found = store.read(lambda tx: stranded.troubles(tx, directory))
    return {line: trouble.text.rpartition(": ")[2] for line, trouble in found.items()}


def test_what_was_not_bound_moves_to_the_line_that_a_new_order_would_go_by(store: Store) -> None:
    store.write(lambda tx: place(tx, "before", line="spare", recipients=(OTHER,)))
    waits(store)
    waits(store, "b", recipients=(OTHER,))

    starts(store)

    assert standing(store) == ("new", "queued", "line_changed")
    assert [it.id for it in store.read(lambda tx: outbox.due(tx, ["new"], tx.now))] == ["a", "b"]
    assert number_waiting(store) == {}


def test_a_move_counts_and_is_never_too_much(store: Store) -> None:
    waits(store, parts=3)
    starts(store, per_hour=1, per_day=1, per_recipient_hour=0)
    assert standing(store) == ("new", "queued", "line_changed")
    assert store.read(lambda tx: uses.parts_of_day(tx, "new")) == 3


def test_what_the_other_line_must_not_text_stays(store: Store) -> None:
    waits(store)
    starts(store, deny=(RECIPIENT,))
    assert standing(store) == ("old", "queued", "line_gone")
    assert store.read(lambda tx: uses.parts_of_day(tx, "new")) == 0


def test_what_was_ordered_from_the_line_or_is_out_in_part_stays_and_is_told_so_once(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    waits(store, "bound", line_fixed=True)
    half_sent(store, "begun")
    waits(store, "free")

    starts(store)

    assert standing(store, "bound") == ("old", "queued", "line_gone")
    assert standing(store, "begun") == ("old", "sending", "line_gone")
    assert number_waiting(store) == {"old": "2"}
    said = capsys.readouterr().out
    assert all(it in said for it in ("warning", "lines=['old']", "moved=1", "waiting=2"))
    told, commits = message(store, "bound").seq, store.commits
    starts(store)
    assert (message(store, "bound").seq, store.commits) == (told, commits)


def test_it_goes_on_when_its_line_is_back(store: Store) -> None:
    waits(store, line_fixed=True)
    starts(store)
    starts(store, WITH_OLD)
    assert standing(store) == ("old", "queued", None)
    assert number_waiting(store, WITH_OLD) == {}
    assert [it.id for it in store.read(lambda tx: outbox.due(tx, ["old"], tx.now))] == ["a"]


def test_what_waits_for_a_line_that_is_gone_can_be_taken_back_and_expires(store: Store, clock: FakeClock) -> None:
    waits(store, "unwanted", line_fixed=True)
    waits(store, "late", line_fixed=True)
    starts(store)
    store.write(lambda tx: outbox.cancel(tx, "unwanted"))
    clock.advance(3600)
    assert store.write(outbox.expire) == 1
    ended = message(store, "late")
    assert (ended.state, ended.final) == ("expired", True)
    assert ended.reason is not None
    assert "its line is not in the configuration any more" in ended.reason.text
    assert number_waiting(store) == {}


def test_what_is_out_in_part_fails_when_its_time_is_over_and_only_then(store: Store, clock: FakeClock) -> None:
    half_sent(store)
    starts(store)
    with pytest.raises(WrongState, match="too late"):
        store.write(lambda tx: outbox.cancel(tx, "a"))
    clock.advance(3599)
    store.write(lambda tx: stranded.give_up(tx, DIRECTORY))
    assert message(store).state == "sending"
    clock.advance(1)
    store.write(lambda tx: stranded.give_up(tx, WITH_OLD))
    assert message(store).state == "sending"

    store.write(lambda tx: stranded.give_up(tx, DIRECTORY))

    assert standing(store) == ("old", "failed", "line_gone")
    assert [part.state.value for part in message(store).parts] == ["sent", "failed"]
    assert number_waiting(store) == {}


def test_nothing_is_given_up_while_the_clock_is_not_set(store: Store, clock: FakeClock) -> None:
    half_sent(store)
    clock.set(datetime(1970, 1, 2, tzinfo=UTC))
    clock.advance(10 * 86400)
    store.write(lambda tx: outbox.give_up(tx, ["new"], Reason(code="x", text="x")))
    assert message(store).state == "sending"


def test_the_trouble_lasts_since_it_was_first_told(store: Store, clock: FakeClock) -> None:
    waits(store, line_fixed=True)
    starts(store)
    told_at = clock.now()
    clock.advance(60)
    waits(store, "b", line_fixed=True)
    starts(store)
    (trouble,) = store.read(lambda tx: stranded.troubles(tx, DIRECTORY)).values()
    assert (trouble.code, trouble.since, trouble.text) == ("line_gone", told_at, "messages that wait for line old: 2")


def test_a_question_for_the_credit_of_a_line_that_is_gone_times_out(store: Store, clock: FakeClock) -> None:
    credit = Credit(settings=BalanceSettings(), profiles={}, directory=DIRECTORY, board=store.board)
    store.write(lambda tx: balances.put(tx, "q", "old", 600))
    clock.advance(600)
    store.write(credit.upkeep)
    (asked,) = store.read(lambda tx: balances.called(tx, "q"))
    assert (asked.state, asked.reason and asked.reason.code) == ("timeout", "not_asked")


def test_the_next_to_expire_is_known_while_the_clock_is_set(store: Store, clock: FakeClock) -> None:
    assert store.read(outbox.next_expiry) is None
    half_sent(store, "begun")
    assert store.read(outbox.next_expiry) is None, "what is begun doesn't expire"
    for message_id, seconds in (("later", 60), ("soon", 5), ("whenever", None)):
        until = None if seconds is None else clock.now() + timedelta(seconds=seconds)
        store.write(lambda tx, own=message_id, until=until: place(tx, own, valid_until=until))
    assert store.read(outbox.next_expiry) == clock.now() + timedelta(seconds=5)
    clock.advance(5)
    store.write(outbox.expire)
    assert store.read(outbox.next_expiry) == clock.now() + timedelta(seconds=55)
    clock.set(datetime(1970, 1, 2, tzinfo=UTC))
    assert store.read(outbox.next_expiry) is None
