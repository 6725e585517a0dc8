"""Steps of the wall clock: a board without a clock battery starts in the past and jumps when NTP arrives.

The wall clock minus the time since boot is kept for each boot. When it changes by more than a minute, the
clock was set, and what was computed from it, or noted by it, earlier in that boot moves along. What is of another
boot stays: that clock may have been right. Each transaction looks first, so that nothing is noted by the new clock
before what is of the old one has moved.

What a caller gave as a date is not ours to move. ``send_at`` always is one and stays; ``valid_until`` mostly
comes from a duration, and counts as a date only where it can't come from the clock as it was: on or after the
day of our release, while the clock stood before it.
"""

from __future__ import annotations

from smsmqtt.clock import RELEASED_AT, Clock
from smsmqtt.logs import get_logger
from smsmqtt.store import uses
from smsmqtt.store.database import Database
from smsmqtt.store.stamps import to_ms
from smsmqtt.store.transaction import Transaction

SMALLEST_STEP_MS = 60_000

MOVED = (
    ("orders", "accepted_at", "accepted_boot"),
    ("messages", "created_at", "(select accepted_boot from orders where id = order_id)"),
    ("messages", "valid_until", "valid_until_boot"),
    ("messages", "next_attempt_at", "next_attempt_boot"),
    ("messages", "sent_at", "sent_boot"),
    ("messages", "final_at", "final_boot"),
    ("parts", "submitted_at", "submitted_boot"),
    ("timeline", "at", "at_boot"),
    ("pauses", "until", "until_boot"),
    ("balance_requests", "created_at", "created_boot"),
    ("balance_requests", "deadline_at", "deadline_boot"),
    ("balance_replies", "at", "at_boot"),
    ("guard_uses", "at", "at_boot"),
    ("raw_texts", "received_at", "received_boot"),
    ("texts", "received_at", "received_boot"),
    ("text_parts", "received_at", "(select received_boot from raw_texts where id = raw_id)"),
    ("announcements", "at", "at_boot"),
    ("missed_texts", "since", "since_boot"),
    ("deliveries", "created_at", "drop_boot"),
    ("deliveries", "drop_at", "drop_boot"),
    ("deliveries", "next_at", "next_boot"),
)
"""Table, time, and the boot whose clock the time is by."""

log = get_logger(__name__)


def boot_nr(database: Database, clock: Clock) -> int:
    """The number of this boot, noted when it is a new one."""
    known = database.execute("select nr, boot_id from boots order by nr desc limit 1")
    if known and known[0]["boot_id"] == clock.boot_id:
        return int(known[0]["nr"])
    made = database.execute(
        "insert into boots (boot_id, offset_ms) values (?, ?) returning nr", (clock.boot_id, _offset_ms(clock))
    )
    return int(made[0]["nr"])


def adjust(tx: Transaction) -> None:
    """Move what is by a clock that has been set since. For the writer, at the beginning of each transaction."""
    kept = tx.one("select offset_ms from boots where nr = ?", (tx.boot,))
    assert kept is not None  # the store notes the boot when it is opened
    step = _offset_ms(tx.clock) - int(kept["offset_ms"])
    if abs(step) <= SMALLEST_STEP_MS:
        return
    dates_from = to_ms(RELEASED_AT) if to_ms(tx.now) - step < to_ms(RELEASED_AT) else None
    for table, column, boot in MOVED:
        tx.execute(
            f"update {table} set {column} = {column} + ? where {boot} = ? and (? is null or {column} < ?)",
            (step, tx.boot, dates_from, dates_from),
        )
    tx.execute("update boots set offset_ms = ? where nr = ?", (_offset_ms(tx.clock), tx.boot))
    uses.reckon_from_now(tx)
    tx.signal("outbox")
    tx.signal("control")
    log.info("the clock was set", by_s=round(step / 1000))


def _offset_ms(clock: Clock) -> int:
    return to_ms(clock.now()) - round(clock.since_boot_s() * 1000)
