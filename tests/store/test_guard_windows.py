"""Whatever is ordered when, and however often the clock is set: never more than is allowed, in any window."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st
from support.fake_clock import NOON, FakeClock
from support.guards import guard

from smsmqtt.intake.directory import Directory, Line
from smsmqtt.intake.guard import Sendable
from smsmqtt.intake.permits import Objection
from smsmqtt.store import Store, uses

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
PER_HOUR, PER_DAY, PER_RECIPIENT, DUPLICATE_MS = 6, 9, 3, 600_000
LINES, RECIPIENTS = ("mine", "yours"), ("+59899123451", "+59899123452")
DIRECTORY = Directory(
    contacts={},
    groups={},
    lines={name: Line(name=name, number=None, gateway="hall") for name in LINES},
    gateways=("hall",),
    region=None,
)
GUARD = guard(
    DIRECTORY,
    per_hour=PER_HOUR,
    per_day=PER_DAY,
    per_recipient_hour=PER_RECIPIENT,
    duplicate_window_s=DUPLICATE_MS / 1000,
)
NEVER_SET = datetime(1970, 1, 1, tzinfo=UTC)

_orders = st.builds(
    Sendable,
    line=st.sampled_from(LINES),
    recipient=st.sampled_from(RECIPIENTS),
    body=st.sampled_from(("one", "two", "three")),
    parts=st.integers(1, 4),
    named=st.booleans(),
)
_waits = st.one_of(st.sampled_from((DUPLICATE_MS, HOUR_MS, DAY_MS)), st.integers(1, 50_000_000))
_wall_clocks = st.sampled_from((timedelta(0), timedelta(days=-400), timedelta(days=400), NEVER_SET - NOON))
_steps = st.tuples(st.just("set"), _wall_clocks)
_boots = st.tuples(st.just("boot"), st.booleans())
_events = st.lists(st.one_of(_orders, _orders, _orders, _waits, _steps, _boots), max_size=40)


@dataclass(kw_only=True)
class World:
    """``true_ms``: the time that really passed. ``taken``: what was accepted, and when it really was."""

    path: Path
    clock: FakeClock = field(default_factory=FakeClock)
    true_ms: int = 0
    off: timedelta = timedelta(0)
    taken: list[tuple[int, Sendable]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = Store.open(self.path, self.clock)

    def wait(self, ms: int) -> None:
        self.true_ms += ms
        self.clock.advance(ms / 1000)

    def set(self, off: timedelta) -> None:
        """Ahead of the truth only in the first boot: later it would say that so much time has passed since the boots
        before, which is what a board without a clock battery says when it hears the time. Nobody can tell the two.
        """
        if self.clock.boot_id != "boot-1":
            off = min(off, timedelta(0))
        self.off = off
        self.clock.set(NOON + timedelta(milliseconds=self.true_ms) + off)

    def boot(self, *, knows_the_time: bool) -> None:
        """A clock that is set wrongly and starts like that tells lies that nobody can see through: not tried."""
        self.store.close()
        self.off = timedelta(0)
        self.clock.reboot(NOON + timedelta(milliseconds=self.true_ms) if knows_the_time else NEVER_SET)
        self.store = Store.open(self.path, self.clock)
        self.upkeep()

    def upkeep(self) -> None:
        self.store.write(lambda tx: GUARD.upkeep(tx, self.store.board))

    def order(self, text: Sendable) -> Objection | None:
        objection = self.store.write(lambda tx: GUARD.admit(tx, text))
        if objection is None:
            self.taken.append((self.true_ms, text))
        return objection

    def within(self, at_ms: int, window_ms: int) -> Iterator[Sendable]:
        """What was accepted in the window that ends then."""
        return (text for taken_ms, text in self.taken if at_ms - window_ms < taken_ms <= at_ms)

    def check(self) -> None:
        for place, (at_ms, last) in enumerate(self.taken):
            for line in LINES:
                assert sum(it.parts for it in self.within(at_ms, HOUR_MS) if it.line == line) <= PER_HOUR
                assert sum(it.parts for it in self.within(at_ms, DAY_MS) if it.line == line) <= PER_DAY
            assert sum(it.recipient == last.recipient for it in self.within(at_ms, HOUR_MS)) <= PER_RECIPIENT
            before = [it for taken_ms, it in self.taken[:place] if at_ms - DUPLICATE_MS < taken_ms]
            assert last.named or last.digest not in {it.digest for it in before}


@contextmanager
def world() -> Iterator[World]:
    with TemporaryDirectory() as folder:
        made = World(path=Path(folder) / "smsmqtt.db")
        try:
            yield made
        finally:
            made.store.close()


@given(_events)
def test_no_window_ever_holds_more_than_is_allowed(events: list[object]) -> None:
    with world() as it:
        for event in events:
            match event:
                case Sendable():
                    it.order(event)
                case int():
                    it.wait(event)
                case ("set", timedelta() as off):
                    it.set(off)
                case ("boot", bool() as knows):
                    it.boot(knows_the_time=knows)
        it.check()


@given(st.lists(st.one_of(_orders, _orders, _waits), max_size=40), _orders)
def test_what_is_refused_passes_when_it_was_promised_and_not_before(events: list[object], last: Sendable) -> None:
    with world() as it:
        for event in events:
            _ = it.order(event) if isinstance(event, Sendable) else it.wait(int(str(event)))
        objection = it.order(last)
        if objection is None:
            return
        assert objection.retry_at is not None
        it.wait((objection.retry_at - it.clock.now()) // timedelta(milliseconds=1) - 1)
        assert it.order(last) is not None
        it.wait(1)
        assert it.order(last) is None


@given(st.lists(st.one_of(_orders, _orders, _waits), max_size=40), st.sampled_from(LINES))
def test_after_a_reset_of_one_line_the_other_has_what_it_had(events: list[object], line: str) -> None:
    with world() as it:
        for event in events:
            _ = it.order(event) if isinstance(event, Sendable) else it.wait(int(str(event)))
        it.upkeep()
        it.store.write(lambda tx: uses.forget(tx, line))
        left = [text for text in it.within(it.true_ms, HOUR_MS) if text.line != line]
        for name in LINES:
            for recipient in RECIPIENTS:
                found = it.store.write(lambda tx, name=name, to=recipient: uses.used(tx, name, to, ""))
                assert found.parts_hour == sum(text.parts for text in left if text.line == name)
                assert found.messages_hour == sum(text.recipient == recipient for text in left)
