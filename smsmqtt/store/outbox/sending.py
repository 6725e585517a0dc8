"""What a session does with a message: take it in hand, hand it over, and write down what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from smsmqtt.clock import is_set
from smsmqtt.errors import WrongState
from smsmqtt.model import Alphabet, Message, Part, Reason
from smsmqtt.model import PartState as P
from smsmqtt.store import uses
from smsmqtt.store.outbox import rows
from smsmqtt.store.outbox.changes import message, move, move_all, settle
from smsmqtt.store.outbox.states import IN_HAND, MAY_BE_OUT, Change
from smsmqtt.store.stamps import to_ms
from smsmqtt.store.transaction import Transaction

QUEUED = frozenset({P.QUEUED})
CLAIMED = frozenset({P.CLAIMED})
NOT_HANDED_OVER = frozenset({P.QUEUED, P.CLAIMED, P.SUBMITTING})

INTERRUPTED = Reason(
    code="interrupted", text="smsmqtt stopped after the text was handed over and before the answer came"
)
ONCE_MORE = Reason(code="resend", text="it may have gone out; it is sent once more, as on_uncertain asks")


def claim(tx: Transaction, message_id: str) -> Message | None:
    """Take in hand what is left to send; None when nothing is, or its time ran out meanwhile."""
    waiting = message(tx, message_id)
    if waiting.final or not any(part.state is P.QUEUED for part in waiting.parts) or _out_of_time(tx, waiting):
        return None
    move_all(tx, Change.CLAIM, waiting, QUEUED)
    return settle(tx, waiting)


def recut(tx: Transaction, message_id: str, alphabet: Alphabet, parts: Sequence[Part]) -> None:
    """Other parts for the same text, for a module that can't send those it was cut into; none may have begun."""
    before = message(tx, message_id)
    if any(part.state is not P.QUEUED for part in before.parts):
        raise WrongState(f"message {message_id}: a part of it has begun")
    _count_more(tx, before, len(parts) - len(before.parts))
    tx.execute("delete from parts where message_id = ?", (message_id,))
    rows.insert_parts(tx, message_id, parts)
    tx.execute(
        "update messages set alphabet = ?, locking_shift = 0, single_shift = 0 where id = ?", (alphabet, message_id)
    )


def unclaim(tx: Transaction, lines: Sequence[str]) -> None:
    """Put back what the session of these lines took in hand and did not come to."""
    for claimed in _in_hand(tx):
        if claimed.line in lines:
            _put_back(tx, claimed)


def submitting(tx: Transaction, message_id: str, seq: int) -> None:
    """The prompt is there and the body goes out next: from here on only a clear answer tells what happened."""
    before = message(tx, message_id)
    move(tx, Change.SUBMIT, message_id, seq)
    tx.execute(
        "update parts set submitted_at = ?, submitted_boot = ? where message_id = ? and seq = ?",
        (to_ms(tx.now), tx.boot, message_id, seq),
    )
    settle(tx, before)


def sent(tx: Transaction, message_id: str, seq: int, reference: int | None) -> Message:
    """The network took a part and gave it this reference (TP-MR); None: it had the part already."""
    before = message(tx, message_id)
    move(tx, Change.TAKEN, message_id, seq)
    tx.execute("update parts set reference = ? where message_id = ? and seq = ?", (reference, message_id, seq))
    return settle(tx, before)


def not_now(
    tx: Transaction, message_id: str, reason: Reason, next_attempt_at: datetime | None, *, counts: bool = True
) -> Message:
    """The module refuses for the moment: what is in hand waits. None for the time: attempts ran out, it failed.

    ``counts``: it costs one of the message's attempts; not when the line is to blame.
    """
    before = message(tx, message_id)
    if not any(part.state in IN_HAND for part in before.parts):
        raise WrongState(f"message {message_id}: nothing of it is in hand, it is {before.state}")
    if next_attempt_at is None:
        move_all(tx, Change.NEVER, before, NOT_HANDED_OVER, reason)
    else:
        move_all(tx, Change.NOT_NOW, before, IN_HAND, reason)
    return settle(tx, before, reason=reason, next_attempt_at=next_attempt_at, attempt=before.attempt + counts)


def never(tx: Transaction, message_id: str, seq: int, reason: Reason) -> Message:
    """The network or the module refuses a part for good: the rest is not sent either."""
    before = message(tx, message_id)
    move(tx, Change.NEVER, message_id, seq, reason)
    move_all(tx, Change.NEVER, message(tx, message_id), NOT_HANDED_OVER, reason)
    return settle(tx, before)


def uncertain(tx: Transaction, message_id: str, seq: int, reason: Reason) -> Message:
    """The body went out and nobody can tell what became of it. The rest goes on: the reader needs it.

    Where the caller asked for ``resend``, the first part that this happens to is queued again, once.
    """
    before = message(tx, message_id)
    move(tx, Change.UNCERTAIN, message_id, seq, reason)
    resend = before.on_uncertain == "resend" and not before.resent
    if resend:
        move(tx, Change.RESEND, message_id, seq, reason)
        _count_more(tx, before, 1)
    return settle(tx, before, reason=ONCE_MORE if resend else None, resent=before.resent or resend)


def wait_because(tx: Transaction, message_id: str, reason: Reason | None, next_attempt_at: datetime | None) -> bool:
    """Say why a message that nobody has in hand waits; False when that was said already, or it waits no more."""
    before = message(tx, message_id)
    states = {part.state for part in before.parts}
    if P.QUEUED not in states or states & IN_HAND:
        return False
    return settle(tx, before, reason=reason, next_attempt_at=next_attempt_at).seq > before.seq


def set_aside(tx: Transaction, message_id: str, reason: Reason) -> None:
    """Sending it broke the program: end it, so that it doesn't again. What may be out is uncertain."""
    found = message(tx, message_id)
    for part in found.parts:
        if part.state is P.SUBMITTING:
            uncertain(tx, message_id, part.seq, reason)
    left = message(tx, message_id)
    move_all(tx, Change.NEVER, left, NOT_HANDED_OVER, reason)
    settle(tx, left)


def recover(tx: Transaction) -> None:
    """After a crash: what was in hand waits again, what was being handed over is uncertain."""
    for found in _in_hand(tx):
        for part in found.parts:
            if part.state is P.SUBMITTING:
                uncertain(tx, found.id, part.seq, INTERRUPTED)
        _put_back(tx, message(tx, found.id))


def _count_more(tx: Transaction, of: Message, parts: int) -> None:
    """Parts that nobody knew of when the message was accepted: the guard counts them, too late to refuse them."""
    if of.line is not None and parts > 0:
        uses.add(tx, of.line, parts)


def _put_back(tx: Transaction, claimed: Message) -> None:
    move_all(tx, Change.UNCLAIM, claimed, CLAIMED)
    settle(tx, claimed)


def _in_hand(tx: Transaction) -> list[Message]:
    return rows.load(
        tx,
        "where m.id in (select p.message_id from parts p where p.state in ('claimed', 'submitting')) order by m.nr",
    )


def _out_of_time(tx: Transaction, waiting: Message) -> bool:
    if waiting.valid_until is None or not is_set(tx.clock):
        return False
    return waiting.valid_until <= tx.now and not any(part.state in MAY_BE_OUT for part in waiting.parts)
