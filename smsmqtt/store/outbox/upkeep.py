"""What time does to the ledger: orders expire, reports stay out, finished things are forgotten."""

from __future__ import annotations

from collections.abc import Sequence

from smsmqtt.clock import is_set
from smsmqtt.model import PartState, Reason
from smsmqtt.store.outbox import rows
from smsmqtt.store.outbox.changes import move_all, settle
from smsmqtt.store.outbox.states import NO_REPORT, Change
from smsmqtt.store.stamps import seconds_before, to_ms
from smsmqtt.store.transaction import Transaction

QUEUED = frozenset({PartState.QUEUED})


def expire(tx: Transaction) -> int:
    """End what was not begun in time; how many messages. Nothing while the clock is not set."""
    if not is_set(tx.clock):
        return 0
    late = rows.load(tx, "where m.final = 0 and m.state = 'queued' and m.valid_until <= ?", (to_ms(tx.now),))
    for each in late:
        move_all(tx, Change.EXPIRE, each, QUEUED, _why(each.reason))
        settle(tx, each)
    return len(late)


def give_up(tx: Transaction, lines: Sequence[str], reason: Reason) -> int:
    """End what is out in part, late, and on none of these lines; how many messages. ``expire`` leaves it alone."""
    if not is_set(tx.clock):
        return 0
    marks = ", ".join("?" * len(lines))
    late = rows.load(
        tx,
        f"where m.final = 0 and m.state = 'sending' and m.valid_until <= ? and m.line not in ({marks})",
        (to_ms(tx.now), *lines),
    )
    for each in late:
        move_all(tx, Change.NEVER, each, QUEUED, reason)
        settle(tx, each)
    return len(late)


def close_unreported(tx: Transaction, report_wait_s: float) -> int:
    """End what waited long enough for a delivery report; how many messages. Nothing while the clock is not set."""
    if not is_set(tx.clock):
        return 0
    waiting = rows.load(
        tx,
        "where m.final = 0 and m.state = 'sent' and m.sent_at <= ?",
        (seconds_before(tx.now, report_wait_s),),
    )
    for each in waiting:
        settle(tx, each, reason=NO_REPORT)
    return len(waiting)


def prune(tx: Transaction, keep_s: float, id_window_s: float) -> int:
    """Forget messages that ended long ago, with parts and timelines; how many.

    What has news pending stays, and so does every message of an order whose id is still remembered.
    """
    if not is_set(tx.clock):
        return 0
    forgotten = tx.execute(
        "delete from messages where final = 1 and final_at <= ?"
        " and not exists (select 1 from announcements a where a.message_id = messages.id and a.owed = 1)"
        " and order_id in (select o.id from orders o where o.accepted_at <= ?) returning id",
        (seconds_before(tx.now, keep_s), seconds_before(tx.now, id_window_s)),
    )
    if forgotten:
        tx.execute("delete from orders where not exists (select 1 from messages m where m.order_id = orders.id)")
    return len(forgotten)


def _why(waited_for: Reason | None) -> Reason:
    """The reason it waited for is what its owner needs to know."""
    because = f"; it waited because: {waited_for.text}" if waited_for else ""
    return Reason(code="expired", text=f"its time ran out before it was sent{because}")
