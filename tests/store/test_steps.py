from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.fake_clock import NOON, FakeClock
from support.letters import place, report, send

from smsmqtt.model import Reason
from smsmqtt.store import Store, controls, outbox, steps

UNSET = datetime(1970, 1, 1, 0, 5, tzinfo=UTC)
BEHIND = NOON - timedelta(days=3)
MINUTE = timedelta(minutes=1)
BUSY = Reason(code="in_call", text="the line is in a call")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(BEHIND)


def valid_until(store: Store, message_id: str = "a") -> datetime | None:
    return store.read(lambda tx: outbox.message(tx, message_id)).valid_until


def test_a_step_moves_what_was_computed_before_it(store: Store, clock: FakeClock) -> None:
    store.write(lambda tx: place(tx, valid_until=tx.now + 10 * MINUTE))
    store.write(lambda tx: outbox.wait_because(tx, "a", BUSY, tx.now + MINUTE))
    store.write(lambda tx: controls.pause(tx, "hall", tx.now + 5 * MINUTE))
    clock.set(NOON)
    assert store.write(steps.adjust) == 3 * 86400
    assert valid_until(store) == NOON + 10 * MINUTE
    assert store.read(lambda tx: outbox.message(tx, "a")).next_attempt_at == NOON + MINUTE
    assert store.read(lambda tx: controls.paused(tx, ["hall"])) == {"hall": NOON + 5 * MINUTE}
    assert store.write(outbox.expire) == 0
    clock.advance(600)
    assert store.write(outbox.expire) == 1


def test_a_step_is_noticed_once(store: Store, clock: FakeClock) -> None:
    clock.set(NOON)
    assert store.write(steps.adjust) == 3 * 86400
    commits = store.commits
    assert store.write(steps.adjust) == 0
    assert store.commits == commits


def test_a_step_back_counts_too(store: Store, clock: FakeClock) -> None:
    store.write(lambda tx: place(tx, valid_until=tx.now + 10 * MINUTE))
    clock.set(BEHIND - timedelta(hours=1))
    assert store.write(steps.adjust) == -3600
    assert valid_until(store) == BEHIND - timedelta(hours=1) + 10 * MINUTE


def test_up_to_a_minute_is_no_step(store: Store, clock: FakeClock) -> None:
    store.write(lambda tx: place(tx, valid_until=NOON))
    clock.set(BEHIND + MINUTE)
    assert store.write(steps.adjust) == 0
    assert valid_until(store) == NOON


def test_time_that_passes_is_no_step(store: Store, clock: FakeClock) -> None:
    clock.advance(100_000)
    assert store.write(steps.adjust) == 0


def test_what_another_boot_computed_stays(store: Store, path: Path, clock: FakeClock) -> None:
    store.write(lambda tx: place(tx, "before", valid_until=NOON))
    store.close()
    clock.reboot(BEHIND)
    store = Store.open(path, clock)
    store.write(lambda tx: place(tx, "after", valid_until=NOON))
    clock.set(NOON)
    store.write(steps.adjust)
    assert (valid_until(store, "before"), valid_until(store, "after")) == (NOON, NOON + timedelta(days=3))
    store.close()


def test_a_step_while_the_daemon_was_away_is_found_when_it_is_back(store: Store, path: Path, clock: FakeClock) -> None:
    store.write(lambda tx: place(tx, valid_until=tx.now + MINUTE))
    store.close()
    clock.advance(10)
    clock.set(NOON)
    store = Store.open(path, clock)
    store.write(steps.adjust)
    assert valid_until(store) == NOON + timedelta(seconds=50)
    store.close()


def test_the_wait_for_a_report_moves_along_and_so_does_its_match(store: Store, clock: FakeClock) -> None:
    store.write(place)
    store.write(send)
    clock.set(NOON)
    store.write(steps.adjust)
    assert store.write(lambda tx: outbox.close_unreported(tx, 3600)) == 0
    assert store.write(lambda tx: outbox.report(tx, report(NOON)))


def test_a_date_to_send_at_is_the_callers(store: Store, clock: FakeClock) -> None:
    store.write(lambda tx: place(tx, send_at=NOON + MINUTE))
    clock.set(NOON)
    store.write(steps.adjust)
    assert store.read(lambda tx: outbox.message(tx, "a")).send_at == NOON + MINUTE


def test_under_a_clock_never_set_a_date_in_our_days_was_given_by_the_caller(path: Path) -> None:
    clock = FakeClock(UNSET)
    store = Store.open(path, clock)
    store.write(lambda tx: place(tx, "date", valid_until=NOON + MINUTE))
    store.write(lambda tx: place(tx, "duration", valid_until=tx.now + MINUTE))
    clock.set(NOON)
    store.write(steps.adjust)
    assert (valid_until(store, "date"), valid_until(store, "duration")) == (NOON + MINUTE, NOON + MINUTE)
    store.close()


def test_a_report_finds_its_part_under_a_clock_never_set(path: Path) -> None:
    store = Store.open(path, FakeClock(UNSET))
    store.write(place)
    store.write(send)
    assert store.write(lambda tx: outbox.report(tx, report(NOON)))
    store.close()


def test_the_window_of_an_id_moves_along(store: Store, clock: FakeClock) -> None:
    store.write(place)
    store.write(lambda tx: outbox.cancel(tx, "a"))
    clock.set(NOON)
    store.write(steps.adjust)
    found = store.read(lambda tx: outbox.find_order(tx, "a"))
    assert found is not None
    assert found.accepted_at == NOON
