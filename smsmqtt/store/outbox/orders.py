"""What callers do with their orders: place them, ask for them, take them back, have them sent again."""

from __future__ import annotations

from datetime import datetime

from smsmqtt.errors import WrongState
from smsmqtt.model import Message, MessageState, Order, Reason, ReplyTo
from smsmqtt.model import PartState as P
from smsmqtt.store.outbox import rows
from smsmqtt.store.outbox.changes import announce, message, move_all, note_message, settle
from smsmqtt.store.outbox.states import MAY_BE_OUT, Change
from smsmqtt.store.stamps import from_ms, to_ms
from smsmqtt.store.transaction import Transaction

UNSENT = frozenset({P.QUEUED, P.CLAIMED})
RESENDABLE = frozenset({P.FAILED, P.UNCERTAIN})
CANCELLED = Reason(code="cancelled", text="cancelled on request")
AGAIN = Reason(code="resend", text="to be sent again, on request")


def put(tx: Transaction, order: Order) -> None:
    """Store and announce an order.

    A finished order of the same id makes room: the caller decided that its time is over. WrongState when it
    is not finished, or when another order has a message of one of these ids (``a.1`` of order ``a``).
    """
    _make_room(tx, order)
    rows.insert_order(tx, order)
    for placed in order.messages:
        rows.insert_message(tx, placed)
        note_message(tx, placed)
        announce(tx, placed)


def find_order(tx: Transaction, order_id: str) -> Order | None:
    """The order as it stands, however old; None when it was never placed or is pruned."""
    row = tx.one("select * from orders where id = ?", (order_id,))
    if row is None:
        return None
    messages = rows.load(tx, "where m.order_id = ? order by m.nr", (order_id,))
    return Order(id=row["id"], digest=row["digest"], accepted_at=from_ms(row["accepted_at"]), messages=tuple(messages))


def announce_repeat(tx: Transaction, order_id: str, reply_to: ReplyTo | None) -> None:
    """Answer who placed the same order again: the state of each message, marked as a repeat.

    What comes next goes to their response topic, too: a caller that starts anew asks again with a new one.
    """
    if reply_to:
        tx.execute(
            "update messages set reply_topic = ?, reply_correlation = ? where order_id = ?",
            (reply_to.topic, reply_to.correlation, order_id),
        )
    for standing in rows.load(tx, "where m.order_id = ? order by m.nr", (order_id,)):
        announce(tx, standing, repeat=True, reply_to=reply_to)


def resolve(tx: Transaction, any_id: str) -> list[Message]:
    """The message, or the messages of the order, with this id; none when it is unknown."""
    return rows.load(tx, "where m.id = ?", (any_id,)) or rows.load(tx, "where m.order_id = ? order by m.nr", (any_id,))


def cancel(tx: Transaction, any_id: str) -> list[Message]:
    """Take back a message, or what can still be taken back of an order; the messages that were.

    WrongState says why when nothing could be.
    """
    asked = resolve(tx, any_id)
    if not asked:
        raise WrongState(f"there is no message {any_id}")
    cancelled = [_cancel(tx, each) for each in asked if _too_late(each) is None]
    if not cancelled:
        raise WrongState("; ".join(f"message {each.id}: {_too_late(each)}" for each in asked))
    return cancelled


def cancel_all(tx: Transaction) -> int:
    """Take back all that can be; how many messages."""
    waiting = rows.load(tx, "where m.final = 0 order by m.nr")
    return len([_cancel(tx, each) for each in waiting if _too_late(each) is None])


def can_resend(of: Message) -> bool:
    """Only what ended without the network having it, or without anybody knowing."""
    return of.state in (MessageState.FAILED, MessageState.UNCERTAIN)


def resend(tx: Transaction, message_id: str, valid_until: datetime) -> Message:
    """Queue again what the network doesn't have, in the same parts: the telephone joins them with those it has."""
    before = message(tx, message_id)
    if not can_resend(before):
        raise WrongState(f"message {message_id}: it can't be sent again, it is {before.state}")
    tx.execute(
        "update messages set valid_until = ?, valid_until_boot = ? where id = ?",
        (to_ms(valid_until), tx.boot, message_id),
    )
    move_all(tx, Change.RESEND, before, RESENDABLE, AGAIN)
    return settle(tx, before, reason=AGAIN, attempt=0)


def move_line(tx: Transaction, message_id: str, line: str) -> Message:
    """Send over another line: only while nothing of it is out or in hand, and the caller named no line."""
    before = message(tx, message_id)
    if before.line_fixed or before.state is not MessageState.QUEUED:
        why = "the caller named its line" if before.line_fixed else f"it is {before.state}"
        raise WrongState(f"message {message_id}: it can't change its line, {why}")
    tx.execute("update messages set line = ? where id = ?", (line, message_id))
    moved = Reason(code="line_changed", text=f"moved from line {before.line} to {line}")
    return settle(tx, before, reason=moved)


def _make_room(tx: Transaction, order: Order) -> None:
    if tx.one("select 1 from messages where order_id = ? and final = 0", (order.id,)):
        raise WrongState(f"order {order.id} is not finished")
    tx.execute("delete from messages where order_id = ?", (order.id,))
    tx.execute("delete from orders where id = ?", (order.id,))
    for placed in order.messages:
        taken = tx.one("select order_id from messages where id = ?", (placed.id,))
        if taken:
            raise WrongState(f"message {placed.id} belongs to order {taken['order_id']}")


def _too_late(asked: Message) -> str | None:
    """Why a message can't be taken back; None when it can."""
    if asked.final:
        return f"it is {asked.state} already"
    if any(part.state in MAY_BE_OUT or part.state is P.SUBMITTING for part in asked.parts):
        return "it is too late, the network has it or is taking it"
    return None


def _cancel(tx: Transaction, waiting: Message) -> Message:
    move_all(tx, Change.CANCEL, waiting, UNSENT, CANCELLED)
    return settle(tx, waiting)
