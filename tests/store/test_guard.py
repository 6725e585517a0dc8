"""The guard over a real ledger: what is counted, who is refused, and until when."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.fake_clock import FakeClock
from support.guards import guard

from smsmqtt.config import GuardSettings, MessageSettings
from smsmqtt.intake.accept import Acceptance, accept_order
from smsmqtt.intake.directory import Directory, Line
from smsmqtt.intake.door import Door
from smsmqtt.intake.guard import Guard
from smsmqtt.intake.refusals import Refusal
from smsmqtt.model import OrderRequest, RecipientText
from smsmqtt.store import Store, announcements, outbox, uses

ANA, BRUNO, PREMIUM = "+59899123451", "+59899123452", "+5989001234"
DIRECTORY = Directory(
    contacts={"ana": ANA, "bruno": BRUNO},
    groups={"family": (ANA, BRUNO)},
    lines={
        "mine": Line(name="mine", number="+59899000001", gateway="hall"),
        "yours": Line(name="yours", number="+59899000002", gateway="hall"),
    },
    gateways=("hall",),
    region="UY",
)
LONG = "x" * 200
"""Two parts."""


class Caller:
    """Places orders at a door with this guard."""

    def __init__(self, store: Store, guard: Guard) -> None:
        self.store = store
        self.door = Door(directory=DIRECTORY, messages=MessageSettings(region="UY"), guard=guard)

    def orders(self, *to: str, body: str = "Hello", **fields: Any) -> Acceptance:
        request = OrderRequest(recipients=tuple(RecipientText(text=text) for text in to), body=body, **fields)
        return self.store.write(lambda tx: accept_order(tx, request, self.door))

    def is_refused(self, to: str = "ana", body: str = "Hello", **fields: Any) -> Refusal:
        (refusal,) = self.orders(to, body=body, **fields).refusals
        return refusal

    def is_taken(self, to: str = "ana", body: str = "Hello", **fields: Any) -> bool:
        return bool(self.orders(to, body=body, **fields).messages)

    def caps(self) -> dict[str, Any]:
        return self.store.read(self.door.guard.caps)


def caller(store: Store, **settings: Any) -> Caller:
    return Caller(store, guard(DIRECTORY, **settings))


# How much


def test_the_same_text_to_the_same_number_is_refused_within_the_window(store: Store, clock: FakeClock) -> None:
    desk = caller(store, duplicate_window_s=10.0)
    assert desk.is_taken()
    clock.advance(4)

    refusal = desk.is_refused()

    assert (refusal.code, refusal.field, refusal.to) == ("guard_duplicate", "body", ANA)
    assert refusal.retry_at == clock.now() + timedelta(seconds=6)
    assert desk.is_taken("bruno")
    assert desk.is_taken(body="Bye")
    clock.advance(6)
    assert desk.is_taken()


def test_a_text_with_an_id_of_its_own_is_no_duplicate(store: Store) -> None:
    desk = caller(store, duplicate_window_s=10.0)
    assert desk.is_taken(id="a")
    assert desk.is_taken(id="b")
    assert desk.is_refused().code == "guard_duplicate"


def test_parts_within_an_hour_are_limited_for_each_line(store: Store, clock: FakeClock) -> None:
    desk = caller(store, per_hour=3)
    first_at = clock.now()
    assert desk.is_taken(line="mine")
    clock.advance(60)
    assert desk.is_taken(body=LONG, line="mine")

    one, two = desk.is_refused(line="mine"), desk.is_refused(body=LONG, line="mine")

    assert (one.code, one.field, one.retry_at) == ("guard_per_hour", None, first_at + timedelta(hours=1))
    assert "3 of 3 parts of line mine" in one.text
    assert two.retry_at == first_at + timedelta(hours=1, minutes=1), "the second text has to leave, too"
    assert desk.is_taken(body=LONG, line="yours")
    clock.advance(3540)
    assert desk.is_taken(line="mine")
    assert desk.is_refused(line="mine").retry_at == first_at + timedelta(hours=1, minutes=1)


def test_parts_within_a_day_are_limited_and_the_later_end_is_told(store: Store, clock: FakeClock) -> None:
    desk = caller(store, per_hour=2, per_day=2)
    began_at = clock.now()
    assert desk.is_taken(body=LONG)

    refusal = desk.is_refused(urgent=True)

    assert (refusal.code, refusal.retry_at) == ("guard_per_day", began_at + timedelta(days=1))
    clock.advance(86_399.999)
    assert desk.is_refused().code == "guard_per_day"
    clock.advance(0.001)
    assert desk.is_taken()


def test_messages_to_one_number_are_limited_over_all_lines(store: Store, clock: FakeClock) -> None:
    desk = caller(store, per_recipient_hour=2)
    first_at = clock.now()
    assert desk.is_taken(body=LONG, line="mine")
    clock.advance(1)
    assert desk.is_taken(line="yours")

    refusal = desk.is_refused(line="yours")

    assert (refusal.code, refusal.retry_at) == ("guard_per_recipient_hour", first_at + timedelta(hours=1))
    assert desk.is_taken("bruno", line="yours")


def test_what_can_never_pass_says_so(store: Store) -> None:
    desk = caller(store, per_hour=1, per_day=10)
    refusal = desk.is_refused(body=LONG)
    assert (refusal.code, refusal.retry_at) == ("guard_per_hour", None)
    assert "never" in refusal.text
    assert caller(store, per_day=0).is_refused().retry_at is None


def test_what_was_refused_does_not_count(store: Store, clock: FakeClock) -> None:
    desk = caller(store, duplicate_window_s=10.0, per_hour=2)
    assert desk.is_taken()
    for _ in range(5):
        clock.advance(1)
        assert desk.is_refused().code == "guard_duplicate"
    clock.advance(5)
    assert desk.is_taken()


def test_a_list_is_refused_in_part_as_far_as_the_limit_goes(store: Store) -> None:
    acceptance = caller(store, per_hour=2).orders("ana", "bruno", "+59899123453", id="all")
    assert [it.id for it in acceptance.messages] == ["all.1", "all.2"]
    assert [(it.message_id, it.code) for it in acceptance.refusals] == [("all.3", "guard_per_hour")]


def test_a_repeat_is_answered_and_counts_nothing(store: Store) -> None:
    desk = caller(store, per_hour=1)
    desk.orders("ana", id="once")
    again = desk.orders("ana", id="once")
    assert (again.repeat, again.refusals) == (True, ())
    assert desk.is_refused("bruno").code == "guard_per_hour"


def test_a_refused_order_leaves_its_id_free_for_later(store: Store, clock: FakeClock) -> None:
    desk = caller(store, per_hour=1)
    assert desk.is_taken("bruno")
    retry_at = desk.is_refused(id="late").retry_at
    assert retry_at
    clock.advance((retry_at - clock.now()).total_seconds())
    assert desk.is_taken(id="late")


def test_what_was_cancelled_counts_all_the_same(store: Store) -> None:
    desk = caller(store, per_hour=2)
    for number in range(2):
        assert desk.is_taken(id=str(number))
        store.write(lambda tx: outbox.cancel_all(tx))
    assert desk.is_refused().code == "guard_per_hour"


def test_the_rejected_status_tells_when_it_would_pass(store: Store, clock: FakeClock) -> None:
    desk = caller(store, per_hour=1)
    desk.orders("ana")
    desk.orders("ana", id="refused")
    told = json.loads(store.read(lambda tx: announcements.pending(tx, 0, 10))[-1].payload or "")
    assert (told["state"], told["id"], told["to"]) == ("rejected", "refused", ANA)
    assert told["reason"]["code"] == "guard_per_hour"
    assert datetime.fromisoformat(told["reason"]["retry_at"]) == clock.now() + timedelta(hours=1)


# Whom


@pytest.mark.parametrize(
    ("to", "lists", "code"),
    [
        ("ana", {"deny": ("ana",)}, "guard_denied"),
        ("ana", {"deny": ("family",)}, "guard_denied"),
        ("ana", {"deny": ("+59899*",)}, "guard_denied"),
        ("ana", {"deny": ("59899*",)}, "guard_denied"),
        ("ana", {"deny": ("bruno", "+54*")}, None),
        ("ana", {"allow": ("bruno",)}, "guard_not_allowed"),
        ("ana", {"allow": ("family",)}, None),
        ("ana", {"allow": ("598*",)}, None),
        ("ana", {"allow": ("*",), "deny": (ANA,)}, "guard_denied"),
        ("ana", {"allow": ()}, "guard_not_allowed"),
        ("ana", {"allow": ("112",)}, "guard_not_allowed"),
        ("112", {}, "guard_emergency"),
        ("911", {}, "guard_emergency"),
        ("226", {}, "guard_short"),
        (PREMIUM, {}, "guard_premium"),
        ("112", {"allow": ("*",)}, "guard_emergency"),
        (PREMIUM, {"allow": ("*", "598900*")}, "guard_premium"),
        ("112", {"allow": ("*", "112")}, None),
        ("226", {"allow": ("226",)}, None),
        (PREMIUM, {"allow": (PREMIUM,)}, None),
        ("226", {"allow": ("226",), "deny": ("2*",)}, "guard_denied"),
    ],
)
def test_allow_and_deny(store: Store, to: str, lists: dict[str, Any], code: str | None) -> None:
    acceptance = caller(store, **lists).orders(to)
    assert [it.code for it in acceptance.refusals] == ([code] if code else [])
    assert [it.field for it in acceptance.refusals] == (["to"] if code else [])
    assert all(it.retry_at is None for it in acceptance.refusals)


def test_a_short_number_is_kept_as_it_is_dialled(store: Store) -> None:
    (message,) = caller(store, allow=("226",)).orders("2 26").messages
    assert message.recipient == "226"


def test_each_line_has_a_guard_of_its_own(store: Store) -> None:
    own = {"mine": GuardSettings(per_hour=1), "yours": GuardSettings(allow=(BRUNO,))}
    desk = Caller(store, Guard.of(own, DIRECTORY))
    assert desk.is_taken(line="mine")
    assert desk.is_refused(body="more", line="mine").code == "guard_per_hour"
    assert desk.is_refused(line="yours").code == "guard_not_allowed"


# The counts: over restarts, steps of the clock, resets


def test_counts_survive_a_restart(store: Store, path: Path, clock: FakeClock) -> None:
    assert caller(store, per_hour=1).is_taken()
    store.close()
    again = Store.open(path, clock)
    assert caller(again, per_hour=1).is_refused().code == "guard_per_hour"
    again.close()


def test_a_step_of_the_clock_neither_frees_nor_extends(store: Store, clock: FakeClock) -> None:
    desk = caller(store, per_hour=1)
    assert desk.is_taken()
    clock.advance(1800)
    for year in (2030, 2027, 1970):
        clock.set(datetime(year, 5, 1, tzinfo=UTC))
        assert desk.is_refused().code == "guard_per_hour"
    clock.advance(1800)
    assert desk.is_taken()


@pytest.mark.parametrize("wakes_up", [datetime(1970, 1, 1, tzinfo=UTC), datetime(2026, 11, 22, 12, 5, tzinfo=UTC)])
def test_after_a_boot_whose_clock_tells_nothing_what_went_counts_as_from_now(
    store: Store, path: Path, clock: FakeClock, wakes_up: datetime
) -> None:
    if wakes_up.year != 1970:
        clock.set(datetime(1970, 1, 1, tzinfo=UTC))
    assert caller(store, per_hour=1).is_taken()
    store.close()
    clock.reboot(at=wakes_up)
    again = Store.open(path, clock)
    desk = caller(again, per_hour=1)
    again.write(lambda tx: desk.door.guard.upkeep(tx, again.board))
    assert desk.is_refused().retry_at == clock.now() + timedelta(hours=1)
    clock.set(datetime(2026, 11, 22, 13, 0, tzinfo=UTC))
    clock.advance(3600)
    assert desk.is_taken()
    again.close()


def test_a_reset_begins_anew_for_one_line_or_all(store: Store) -> None:
    desk = caller(store, per_hour=1, per_recipient_hour=2)
    for line in ("mine", "yours"):
        assert desk.is_taken(line=line)
    store.write(lambda tx: uses.forget(tx, "mine"))
    assert desk.is_refused(line="yours").code == "guard_per_hour"
    assert desk.is_taken(line="mine")
    assert desk.is_refused("bruno", line="mine").code == "guard_per_hour"
    store.write(lambda tx: uses.forget(tx, None))
    assert desk.is_taken(line="mine")
    assert desk.is_taken(line="yours")


def test_a_reset_of_one_line_leaves_what_another_sent_to_the_same_number(store: Store) -> None:
    desk = caller(store, per_recipient_hour=3)
    for line in ("mine", "yours", "mine"):
        assert desk.is_taken(line=line)
    assert desk.is_refused().code == "guard_per_recipient_hour"
    store.write(lambda tx: uses.forget(tx, "mine"))
    for _ in range(2):
        assert desk.is_taken()
    assert desk.is_refused().code == "guard_per_recipient_hour"


def test_a_line_at_its_daily_cap_tells_since_and_until_when(store: Store, clock: FakeClock) -> None:
    desk = caller(store, per_day=2)
    assert desk.is_taken(line="mine")
    assert desk.caps() == {}
    clock.advance(60)
    assert desk.is_taken(line="mine")

    trouble = desk.caps()["mine"]

    assert list(desk.caps()) == ["mine"]
    assert (trouble.code, trouble.since) == ("guard_per_day", clock.now())
    assert "until 2026-11-23T12:00:00Z" in trouble.text
    clock.advance(86_340)
    assert desk.caps() == {}


@pytest.mark.parametrize("key", ["per_hour", "per_day", "per_recipient_hour"])
def test_a_limit_of_0_is_told_as_what_it_is(store: Store, key: str) -> None:
    refusal = caller(store, **{key: 0}).is_refused()
    assert (refusal.code, refusal.retry_at) == (f"guard_{key}", None)
    assert refusal.text == f"nothing may be sent on line mine: {key} is 0"


def test_a_daily_cap_of_0_is_a_trouble_that_no_reset_ends(store: Store) -> None:
    trouble = caller(store, per_day=0).caps()["mine"]
    assert (trouble.code, trouble.text) == ("guard_per_day", "nothing may be sent on line mine: per_day is 0")
    assert "reset" not in trouble.hint
    assert "per_day" in trouble.hint


def test_the_hint_of_a_daily_cap_tells_how_to_reset_it(store: Store) -> None:
    desk = caller(store, per_day=1)
    assert desk.is_taken(line="mine")
    assert all(word in desk.caps()["mine"].hint for word in ("request guard", '{"reset": true}', "Home Assistant"))


def test_what_no_window_reaches_is_forgotten_and_an_idle_guard_commits_nothing(store: Store, clock: FakeClock) -> None:
    desk = caller(store, per_day=5)
    for _ in range(3):
        desk.orders("ana")
        clock.advance(3600)
    before = store.commits
    store.write(lambda tx: desk.door.guard.upkeep(tx, store.board))
    assert store.commits == before
    clock.advance(86_400)
    store.write(lambda tx: desk.door.guard.upkeep(tx, store.board))
    assert store.read(lambda tx: tx.execute("select * from guard_uses")) == []
    desk.orders("ana")
    assert store.read(lambda tx: uses.parts_of_day(tx, "mine")) == 1


def test_parts_that_only_sending_shows_are_counted(store: Store) -> None:
    """An automatic resend, and a text that a module in text mode needs more parts for."""
    desk = caller(store, per_hour=10)
    (message,) = desk.orders("ana", on_uncertain="resend").messages
    store.write(lambda tx: outbox.claim(tx, message.id))
    store.write(lambda tx: outbox.submitting(tx, message.id, 1))
    store.write(lambda tx: outbox.uncertain(tx, message.id, 1, message.reason or outbox.orders.AGAIN))
    assert store.read(lambda tx: uses.parts_of_day(tx, "mine")) == 2
    (other,) = desk.orders("bruno").messages
    store.write(lambda tx: outbox.recut(tx, other.id, other.alphabet, (*other.parts, replace(other.parts[0], seq=2))))
    assert store.read(lambda tx: uses.parts_of_day(tx, "mine")) == 4
