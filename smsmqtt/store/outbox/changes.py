"""The two steps that every change is made of: move parts, then settle the message."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from smsmqtt.errors import WrongState
from smsmqtt.model import Message, MessageState, PartState, Reason, ReplyTo
from smsmqtt.payloads import news
from smsmqtt.store import announcements, counters
from smsmqtt.store.outbox import rows
from smsmqtt.store.outbox.states import ALL_TAKEN, ENDS, NO_REPORT, TRANSITIONS, Change, is_final, message_state
from smsmqtt.store.stamps import to_ms
from smsmqtt.store.transaction import Transaction


def message(tx: Transaction, message_id: str) -> Message:
    """WrongState when there is none: a change was asked for of something that isn't there."""
    found = rows.load(tx, "where m.id = ?", (message_id,))
    if not found:
        raise WrongState(f"there is no message {message_id}")
    return found[0]


def move(tx: Transaction, change: Change, message_id: str, seq: int, reason: Reason | None = None) -> None:
    """One part, from a state that allows the change; anything but one changed row is WrongState."""
    transition = TRANSITIONS[change]
    marks = ", ".join("?" * len(transition.sources))
    moved = tx.execute(
        "update parts set state = ?, reason_code = ?, reason_text = ?"
        f" where message_id = ? and seq = ? and state in ({marks}) returning seq",
        (transition.target, reason and reason.code, reason and reason.text, message_id, seq, *transition.sources),
    )
    if len(moved) != 1:
        standing = tx.one("select state from parts where message_id = ? and seq = ?", (message_id, seq))
        is_now = f"it is {standing['state']}" if standing else "there is no such part"
        raise WrongState(f"message {message_id}, part {seq}: {change} is not possible, {is_now}")
    _note(tx, message_id, transition.target, seq, reason)


def move_all(
    tx: Transaction, change: Change, of: Message, states: frozenset[PartState], reason: Reason | None = None
) -> None:
    """Every part of the message that is in one of these states."""
    for part in of.parts:
        if part.state in states:
            move(tx, change, of.id, part.seq, reason)


def settle(
    tx: Transaction,
    before: Message,
    *,
    reason: Reason | None = None,
    next_attempt_at: datetime | None = None,
    attempt: int | None = None,
    resent: bool | None = None,
) -> Message:
    """Work out the message from its parts, keep it, and announce it when it changed.

    ``reason`` says why it waits; where a part decided the state, the part's reason stands.
    """
    standing = message(tx, before.id)
    state = message_state([part.state for part in standing.parts])
    reason = reason or _deciding_reason(tx, before, state)
    after = replace(
        standing,
        state=state,
        reason=reason,
        next_attempt_at=next_attempt_at,
        attempt=before.attempt if attempt is None else attempt,
        resent=before.resent if resent is None else resent,
        final=is_final(state, report=before.report, reason=reason),
    )
    return _keep(tx, before, after)


def announce(tx: Transaction, told: Message, *, repeat: bool = False, reply_to: ReplyTo | None = None) -> Message:
    """Count the announcement and make it, on the status topic and to ``reply_to``, by default who placed the order."""
    told = replace(told, seq=told.seq + 1)
    tx.execute("update messages set seq = ? where id = ?", (told.seq, told.id))
    payload = json.dumps(news.status(told, at=tx.now, repeat=repeat), ensure_ascii=False)
    announcements.add(tx, "status", payload, message_id=told.id)
    answered = reply_to if repeat else told.reply_to
    if answered is not None:
        announcements.add(tx, "status", payload, reply_to=answered, message_id=told.id)
    tx.signal("outbox")
    return told


def note_message(tx: Transaction, of: Message) -> None:
    """The message as a whole, into its timeline."""
    _note(tx, of.id, of.state, None, of.reason)


def _deciding_reason(tx: Transaction, before: Message, state: MessageState) -> Reason | None:
    if state is MessageState.SENT:  # a report for one of several parts does not reopen what was closed
        return before.reason if before.reason == NO_REPORT else None
    if state not in ENDS:
        return None
    found = tx.one(
        "select reason_code, reason_text from parts"
        " where message_id = ? and state = ? and reason_code is not null order by seq limit 1",
        (before.id, state),
    )
    return rows.reason_of(found) if found else None


def _keep(tx: Transaction, before: Message, after: Message) -> Message:
    told = _told(after) != _told(before)
    if not told and (after.attempt, after.resent) == (before.attempt, before.resent):
        return after
    columns: dict[str, Any] = {
        "state": after.state,
        "reason_code": after.reason and after.reason.code,
        "reason_text": after.reason and after.reason.text,
        "attempt": after.attempt,
        "resent": after.resent,
        "final": after.final,
        "final_at": to_ms(tx.now) if after.final else None,
        "final_boot": tx.boot,
        "next_attempt_at": to_ms(after.next_attempt_at),
        "next_attempt_boot": tx.boot,
    }
    if after.state is MessageState.SENT is not before.state:
        columns |= {"sent_at": to_ms(tx.now), "sent_boot": tx.boot}
    assignments = ", ".join(f"{column} = ?" for column in columns)
    tx.execute(f"update messages set {assignments} where id = ?", (*columns.values(), after.id))
    _count(tx, before, after)
    if (after.state, after.reason) != (before.state, before.reason):
        note_message(tx, after)
    return announce(tx, after) if told else after


def _told(of: Message) -> tuple[object, ...]:
    """What of a message is news when it changes."""
    return (of.state, of.reason, of.next_attempt_at, of.final)


def _count(tx: Transaction, before: Message, after: Message) -> None:
    if after.final and (after.state, after.final) != (before.state, before.final):
        counters.count_end(tx, after.line, after.state)
    if after.line is None:
        return
    if after.state in ALL_TAKEN and before.state not in ALL_TAKEN:
        counters.count(tx, after.line, "sent")
    if after.state is MessageState.FAILED is not before.state:
        counters.count(tx, after.line, "failed")


def _note(tx: Transaction, message_id: str, state: str, part: int | None, reason: Reason | None) -> None:
    tx.execute(
        "insert into timeline (message_id, at, at_boot, state, part, reason_code, reason_text)"
        " values (?, ?, ?, ?, ?, ?, ?)",
        (message_id, to_ms(tx.now), tx.boot, state, part, reason and reason.code, reason and reason.text),
    )
