"""Questions about the outbox that a session, a desk or a command asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from smsmqtt.clock import is_set
from smsmqtt.model import Message, Reason, TimelineEntry
from smsmqtt.store import counters
from smsmqtt.store.outbox import rows
from smsmqtt.store.stamps import from_ms, to_ms
from smsmqtt.store.transaction import Transaction

FIRST_REFERENCE = 1

HAS_WORK = (
    "m.final = 0 and m.state in ('queued', 'sending')"
    " and exists (select 1 from parts p where p.message_id = m.id and p.state = 'queued')"
)


MAY_GO = (
    f"{HAS_WORK} and m.line = ?"
    " and (m.send_at is null or m.send_at <= ?) and (m.next_attempt_at is null or m.next_attempt_at <= ?)"
    " and (m.state <> 'queued' or m.valid_until is null or m.valid_until > ?)"
)
URGENT_FIRST = "order by m.urgent desc, m.nr limit ?"


def due(tx: Transaction, lines: Sequence[str], now: datetime, limit: int = 100) -> list[Message]:
    """What these lines may send now: urgent first, then oldest. At most ``limit`` for each line.

    What ran out of time is not sent any more, though nobody has ended it yet.
    """
    found = [
        each
        for line in lines
        for each in rows.load(tx, f"where {MAY_GO} {URGENT_FIRST}", (*_may_go(tx, line, now), limit))
    ]
    return sorted(found, key=lambda each: (not each.urgent, each.created_at))


def due_ids(tx: Transaction, lines: Sequence[str], now: datetime, limit: int = 100) -> dict[str, bool]:
    """The same by their ids alone, which costs a small part of it; True for the urgent ones."""
    return {
        row["id"]: bool(row["urgent"])
        for line in lines
        for row in tx.execute(
            f"select m.id, m.urgent from messages m where {MAY_GO} {URGENT_FIRST}", (*_may_go(tx, line, now), limit)
        )
    }


def untold(tx: Transaction, lines: Sequence[str], reason: Reason, *, urgent_too: bool, limit: int) -> list[str]:
    """The ids of what these lines might send now that was not told yet to wait for this reason."""
    return [
        row["id"]
        for line in lines
        for row in tx.execute(
            f"select m.id from messages m where {MAY_GO} and (m.reason_code is not ? or m.reason_text is not ?)"
            f" and m.urgent <= ? {URGENT_FIRST}",
            (*_may_go(tx, line, tx.now), reason.code, reason.text, urgent_too, limit),
        )
    ]


def _may_go(tx: Transaction, line: str, now: datetime) -> tuple[str, int, int, int]:
    late_ms = to_ms(now) if is_set(tx.clock) else 0
    return line, to_ms(now), to_ms(now), late_ms


def next_due_at(tx: Transaction, lines: Sequence[str], after: datetime) -> datetime | None:
    """When the next message of these lines that has to wait may go; None when none waits for its time."""
    due_at = (
        "case when coalesce(m.send_at, 0) > coalesce(m.next_attempt_at, 0) then m.send_at else m.next_attempt_at end"
    )
    row = tx.one(
        f"select min({due_at}) as at from messages m where {HAS_WORK} and m.line in ({_marks(lines)}) and {due_at} > ?",
        (*lines, to_ms(after)),
    )
    return from_ms(row["at"]) if row else None


def queue(tx: Transaction) -> list[Message]:
    """All that is not final, in the order in which it is sent."""
    return rows.load(tx, "where m.final = 0 order by m.urgent desc, m.nr")


def unsent(tx: Transaction, limit: int) -> list[Message]:
    """What waits or is being sent, in the order in which it is sent."""
    return rows.load(
        tx, "where m.final = 0 and m.state in ('queued', 'sending') order by m.urgent desc, m.nr limit ?", (limit,)
    )


def ended_badly(tx: Transaction, since: datetime, limit: int) -> list[Message]:
    """What did not go through since then, or perhaps didn't: the newest, newest first."""
    bad = "('uncertain', 'failed', 'undelivered', 'expired')"
    return rows.load(
        tx,
        f"where m.final = 1 and m.final_at >= ? and m.state in {bad} order by m.final_at desc, m.nr desc limit ?",
        (to_ms(since), limit),
    )


def stranded(tx: Transaction, lines: Sequence[str]) -> list[Message]:
    """What is still to be sent and waits on none of these lines."""
    return rows.load(tx, f"where {HAS_WORK} and m.line not in ({_marks(lines)}) order by m.nr", lines)


def waiting_for(tx: Transaction, code: str) -> list[Message]:
    """What was told that it waits for this reason."""
    return rows.load(tx, f"where {HAS_WORK} and m.reason_code = ? order by m.nr", (code,))


@dataclass(frozen=True, kw_only=True)
class GoneLine:
    """How many messages wait for a line that isn't there, and since when they know."""

    line: str
    number: int
    since: datetime


def gone_lines(tx: Transaction, lines: Sequence[str], code: str) -> list[GoneLine]:
    """All but these lines for which messages wait, told so by this reason's code."""
    found = tx.execute(
        "select m.line, count(*) as number, min((select min(t.at) from timeline t"
        " where t.message_id = m.id and t.reason_code = m.reason_code)) as since from messages m"
        f" where m.final = 0 and m.line not in ({_marks(lines)}) and m.reason_code = ? group by m.line",
        (*lines, code),
    )
    return [GoneLine(line=row["line"], number=row["number"], since=from_ms(row["since"])) for row in found]


def next_expiry(tx: Transaction) -> datetime | None:
    """When the next message that was not begun runs out of time; None while none can: see ``upkeep.expire``."""
    if not is_set(tx.clock):
        return None
    row = tx.one("select min(valid_until) as at from messages where final = 0 and state = 'queued'")
    return from_ms(row["at"]) if row else None


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """How many messages of one line are in one state that is not final.

    ``since``: when the oldest of those whose time has come could have gone; None when none's has.
    """

    line: str | None
    state: str
    number: int
    since: datetime | None


def waiting(tx: Transaction) -> list[Waiting]:
    """All that is not finished, counted."""
    rows_found = tx.execute(
        "select line, state, count(*) as number,"
        " min(case when coalesce(send_at, 0) <= ? then max(created_at, coalesce(send_at, 0)) end) as since"
        " from messages where final = 0 group by line, state",
        (tx.now_ms,),
    )
    return [
        Waiting(line=row["line"], state=row["state"], number=row["number"], since=from_ms(row["since"]))
        for row in rows_found
    ]


def timeline(tx: Transaction, message_id: str) -> list[TimelineEntry]:
    """Every change of state of a message and of its parts, oldest first."""
    found = tx.execute("select * from timeline where message_id = ? order by nr", (message_id,))
    return [rows.timeline_entry(row) for row in found]


def totals(tx: Transaction) -> dict[str, dict[str, int]]:
    """By line: what waits (``queue``), and ``sent``, ``received``, ``failed`` since the store was made."""
    found = {line: {"queue": 0, **counts} for line, counts in counters.counted(tx).items()}
    waiting = tx.execute(
        "select line, count(*) as waiting from messages"
        " where final = 0 and state in ('queued', 'sending') and line is not null group by line"
    )
    for row in waiting:
        found.setdefault(row["line"], {"queue": 0, **dict.fromkeys(counters.TOTALS, 0)})["queue"] = row["waiting"]
    return found


def last_line(tx: Transaction, recipient: str) -> str | None:
    """The line last used with this number, in either direction; None when there was none."""
    row = tx.one(
        "select line from ("
        " select line, created_at as at from"
        " (select line, created_at from messages where recipient = ? and line is not null order by nr desc limit 1) m"
        " union all select line, received_at as at from"
        " (select line, received_at from texts where sender = ? order by nr desc limit 1) t"
        ") used order by at desc limit 1",
        (recipient, recipient),
    )
    return row["line"] if row else None


def next_reference(tx: Transaction, recipient: str) -> int:
    """A concatenation reference (3GPP TS 23.040 §9.2.3.24.1), counted for each recipient from 0 to 255."""
    made = tx.execute(
        "insert into concat_references (recipient, value) values (?, ?)"
        " on conflict (recipient) do update set value = (concat_references.value + 1) % 256 returning value",
        (recipient, FIRST_REFERENCE),
    )
    return int(made[0]["value"])


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))
