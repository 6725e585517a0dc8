"""Questions for credit and their answers.

    WAITING → ASKED → OK | FAILED | TIMEOUT        WAITING → FAILED | TIMEOUT

ASKED is written before anything that may cost money, so a crash never asks twice: the answer is awaited, or times
out. A line has one open question at most; who asks meanwhile joins it. Every good answer is kept with its time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from smsmqtt.clock import is_set
from smsmqtt.errors import WrongState
from smsmqtt.model import BalanceReply, BalanceRequest, BalanceState, Reason
from smsmqtt.store.database import Row
from smsmqtt.store.stamps import from_ms, seconds_before, to_ms
from smsmqtt.store.transaction import Transaction

TIMED_OUT = Reason(code="timeout", text="no answer came in time")
NEVER_ASKED = Reason(code="not_asked", text="no session could ask in time")
_OPEN = "('waiting', 'asked')"


def put(tx: Transaction, request_id: str, line: str, timeout_s: float) -> BalanceRequest:
    """A new question, unless one is open: then that one."""
    standing = open_request(tx, line)
    if standing:
        return standing
    deadline_at = tx.now + timedelta(seconds=timeout_s)
    _insert(tx, request_id, line, BalanceState.WAITING, deadline_at)
    tx.signal("outbox")
    return latest_of(tx, line)


def answered_before(tx: Transaction, request_id: str, line: str) -> BalanceRequest:
    """A question that the last good answer serves: too soon for another that costs money."""
    _insert(tx, request_id, line, BalanceState.OK, tx.now)
    tx.execute(
        "update balance_requests set reply_nr = (select max(nr) from balance_replies where line = ?)"
        " where nr = (select max(nr) from balance_requests)",
        (line,),
    )
    return latest_of(tx, line)


def open_request(tx: Transaction, line: str) -> BalanceRequest | None:
    """The line's question that has no answer yet."""
    row = tx.one(f"select * from balance_requests where line = ? and state in {_OPEN} order by nr limit 1", (line,))
    return _request(row) if row else None


def waiting(tx: Transaction, lines: Sequence[str]) -> list[BalanceRequest]:
    """The questions that a session is to ask."""
    rows = tx.execute("select * from balance_requests where state = 'waiting' order by nr")
    return [_request(row) for row in rows if row["line"] in lines]


def latest(tx: Transaction, line: str) -> BalanceRequest | None:
    """The line's last question, whatever became of it."""
    row = tx.one("select * from balance_requests where line = ? order by nr desc limit 1", (line,))
    return _request(row) if row else None


def last_finished(tx: Transaction, line: str) -> BalanceRequest | None:
    """The line's last question that came to an end."""
    row = tx.one(
        f"select * from balance_requests where line = ? and state not in {_OPEN} order by nr desc limit 1", (line,)
    )
    return _request(row) if row else None


def latest_of(tx: Transaction, line: str) -> BalanceRequest:
    found = latest(tx, line)
    assert found is not None
    return found


def called(tx: Transaction, request_id: str) -> list[BalanceRequest]:
    """The questions with this id, each line's last one: one id may have gone to several lines."""
    rows = tx.execute("select * from balance_requests where id = ? order by nr", (request_id,))
    return list({row["line"]: _request(row) for row in rows}.values())


def reply_to(tx: Transaction, request: BalanceRequest) -> BalanceReply | None:
    """The good answer that a question got, or that served it."""
    row = tx.one(
        "select r.* from balance_requests q join balance_replies r on r.nr = q.reply_nr"
        " where q.id = ? and q.line = ? order by q.nr desc limit 1",
        (request.id, request.line),
    )
    return _reply(row) if row else None


def last_reply(tx: Transaction, line: str) -> BalanceReply | None:
    """The line's last good answer."""
    row = tx.one("select * from balance_replies where line = ? order by nr desc limit 1", (line,))
    return _reply(row) if row else None


def asking(tx: Transaction, line: str, timeout_s: float) -> None:
    """The question goes out next; its answer has this long."""
    tx.execute(
        "update balance_requests set state = 'asked', deadline_at = ?, deadline_boot = ?"
        " where line = ? and state = 'waiting'",
        (to_ms(tx.now + timedelta(seconds=timeout_s)), tx.boot, line),
    )
    if not _is_asked(tx, line):
        raise WrongState(f"line {line}: no question for credit is open")


def answered(tx: Transaction, reply: BalanceReply) -> None:
    """A good answer: kept, and the open question has it."""
    kept = tx.execute(
        "insert into balance_replies (line, credit, currency, expires, raw, at, at_boot)"
        " values (?, ?, ?, ?, ?, ?, ?) returning nr",
        (
            reply.line,
            str(reply.credit),
            reply.currency,
            reply.expires and reply.expires.isoformat(),
            reply.raw,
            to_ms(reply.at),
            tx.boot,
        ),
    )
    _end(tx, reply.line, BalanceState.OK, reply_nr=kept[0]["nr"])


def failed(tx: Transaction, line: str, reason: Reason, raw: str | None = None) -> None:
    """The open question came to nothing; the last good answer stands."""
    _end(tx, line, BalanceState.FAILED, reason, raw)


def time_out(tx: Transaction) -> list[str]:
    """End the questions whose time is over; the lines. Nothing while the clock is not set."""
    if not is_set(tx.clock):
        return []
    late = tx.execute(f"select * from balance_requests where state in {_OPEN} and deadline_at <= ?", (to_ms(tx.now),))
    for row in late:
        reason = TIMED_OUT if row["state"] == BalanceState.ASKED else NEVER_ASKED
        _end(tx, row["line"], BalanceState.TIMEOUT, reason)
    return [row["line"] for row in late]


def history(tx: Transaction, line: str, since: datetime) -> list[BalanceReply]:
    """The good answers since then, oldest first."""
    rows = tx.execute("select * from balance_replies where line = ? and at >= ? order by nr", (line, to_ms(since)))
    return [_reply(row) for row in rows]


def prune(tx: Transaction, keep_s: float) -> None:
    """Forget old questions; each line's last one stays, and every answer."""
    if is_set(tx.clock):
        tx.execute(
            f"delete from balance_requests where state not in {_OPEN} and created_at <= ?"
            " and nr not in (select max(nr) from balance_requests group by line)",
            (seconds_before(tx.now, keep_s),),
        )


def _is_asked(tx: Transaction, line: str) -> bool:
    return tx.one("select 1 from balance_requests where line = ? and state = 'asked'", (line,)) is not None


def _insert(tx: Transaction, request_id: str, line: str, state: BalanceState, deadline_at: datetime) -> None:
    tx.execute(
        "insert into balance_requests (id, line, state, created_at, created_boot, deadline_at, deadline_boot)"
        " values (?, ?, ?, ?, ?, ?, ?)",
        (request_id, line, state, to_ms(tx.now), tx.boot, to_ms(deadline_at), tx.boot),
    )


def _end(
    tx: Transaction,
    line: str,
    state: BalanceState,
    reason: Reason | None = None,
    raw: str | None = None,
    reply_nr: int | None = None,
) -> None:
    ended = tx.execute(
        "update balance_requests set state = ?, reason_code = ?, reason_text = ?, raw = ?, reply_nr = ?"
        f" where line = ? and state in {_OPEN} returning nr",
        (state, reason and reason.code, reason and reason.text, raw, reply_nr, line),
    )
    if len(ended) != 1:
        raise WrongState(f"line {line}: no question for credit is open")


def _request(row: Row) -> BalanceRequest:
    return BalanceRequest(
        id=row["id"],
        line=row["line"],
        state=BalanceState(row["state"]),
        created_at=from_ms(row["created_at"]),
        deadline_at=from_ms(row["deadline_at"]),
        raw=row["raw"],
        reason=Reason(code=row["reason_code"], text=row["reason_text"]) if row["reason_code"] else None,
    )


def _reply(row: Row) -> BalanceReply:
    return BalanceReply(
        line=row["line"],
        credit=Decimal(row["credit"]),
        currency=row["currency"],
        expires=date.fromisoformat(row["expires"]) if row["expires"] else None,
        raw=row["raw"],
        at=from_ms(row["at"]),
    )
