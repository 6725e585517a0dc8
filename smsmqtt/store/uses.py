"""What was accepted lately, for the guard to count.

Each row carries the running totals of its line and of its recipient, so that what lies within a window is the
difference of two of them, and asking costs the same whether ten texts went or ten thousand.

A use counts from when the order was accepted, whatever becomes of it; otherwise a loop that orders and cancels would
never be noticed. ``at`` never goes back from one row to the next. Where the clock of an earlier boot tells nothing
about how long ago that was (it is ahead of ours, or was never set), the use counts as from now: rather too long than
not at all. A clock that jumps ahead is believed: it may well have stood still while the machine was off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from smsmqtt.clock import RELEASED_AT
from smsmqtt.store.stamps import MILLISECOND, from_ms, to_ms
from smsmqtt.store.transaction import Transaction

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HOUR_MS, DAY_MS = HOUR // MILLISECOND, DAY // MILLISECOND
PRUNED_EVERY = timedelta(hours=1)

_OF_LINE, _OF_RECIPIENT = "from guard_uses where line = :line", "from guard_uses where recipient = :recipient"
_OLDEST, _NEWEST = "order by at, nr limit 1", "order by at desc, nr desc limit 1"
_LINE_TOTAL = f"coalesce((select line_total {_OF_LINE} {_NEWEST}), 0)"
_RECIPIENT_TOTAL = f"coalesce((select recipient_total {_OF_RECIPIENT} {_NEWEST}), 0)"
_PARTS = f"coalesce({_LINE_TOTAL} - (select line_total - parts {_OF_LINE} and at > :{{since}} {_OLDEST}), 0)"
_PARTS_HOUR, _PARTS_DAY = _PARTS.format(since="hour"), _PARTS.format(since="day")
_MESSAGES_HOUR = (
    f"coalesce({_RECIPIENT_TOTAL} - (select recipient_total - 1 {_OF_RECIPIENT} and at > :hour {_OLDEST}), 0)"
)

_ASK_DAY = f"select {_PARTS_DAY} as parts"
_ASK = (
    f"select {_PARTS_HOUR} as parts_hour, {_PARTS_DAY} as parts_day, {_MESSAGES_HOUR} as messages_hour,"
    f" (select at from guard_uses where digest = :digest {_NEWEST}) as text_ms"
)
_ADD = (
    "insert into guard_uses (at, at_boot, line, parts, line_total, recipient, recipient_total, digest)"
    " values (max(:now, coalesce((select at from guard_uses order by nr desc limit 1), 0)), :boot,"
    f" :line, :parts, {_LINE_TOTAL} + :parts,"
    f" :recipient, iif(:recipient is null, null, {_RECIPIENT_TOTAL} + 1), :digest)"
)
"""Written once: each order asks and adds, and long statements are not put together for nothing."""


@dataclass(frozen=True, kw_only=True)
class Used:
    """Parts of a line within the last hour and day, messages to a recipient within the last hour.

    ``text_at``: when the same text was last taken, None when it wasn't lately.
    """

    parts_hour: int
    parts_day: int
    messages_hour: int
    text_at: datetime | None


def used(tx: Transaction, line: str, recipient: str, digest: str) -> Used:
    now_ms = tx.now_ms
    row = tx.execute(
        _ASK,
        {"line": line, "recipient": recipient, "digest": digest, "hour": now_ms - HOUR_MS, "day": now_ms - DAY_MS},
    )[0]
    return Used(
        parts_hour=row["parts_hour"],
        parts_day=row["parts_day"],
        messages_hour=row["messages_hour"],
        text_at=from_ms(row["text_ms"]),
    )


def parts_of_day(tx: Transaction, line: str) -> int:
    """Of a line within the last day."""
    return int(tx.execute(_ASK_DAY, {"line": line, "day": tx.now_ms - DAY_MS})[0]["parts"])


def last_at(tx: Transaction, line: str) -> datetime | None:
    """When a line was last used; None when it wasn't lately."""
    row = tx.one(f"select at {_OF_LINE} {_NEWEST}", {"line": line})
    return from_ms(row["at"]) if row else None


def line_frees_at(tx: Transaction, line: str, window: timedelta, over: int) -> datetime | None:
    """When so many of the parts within the window will have left it; None: more than there are."""
    return _frees_at(tx, "line = :line", "line_total", "parts", window, {"line": line, "over": over})


def recipient_frees_at(tx: Transaction, recipient: str, window: timedelta, over: int) -> datetime | None:
    """The same for messages to a recipient."""
    whose = "recipient = :recipient"
    return _frees_at(tx, whose, "recipient_total", "1", window, {"recipient": recipient, "over": over})


def _frees_at(
    tx: Transaction, whose: str, total: str, amount: str, window: timedelta, params: Mapping[str, str | int]
) -> datetime | None:
    """Those leave it first that came first: up to the one whose total has grown by so many."""
    within = f"from guard_uses where {whose} and at > :since"
    row = tx.one(
        f"select at {within} and {total} >= :over + (select {total} - {amount} {within} {_OLDEST}) {_OLDEST}",
        {**params, "since": to_ms(tx.now - window)},
    )
    return from_ms(row["at"]) + window if row else None


def add(tx: Transaction, line: str, parts: int, *, recipient: str | None = None, digest: str | None = None) -> None:
    """Parts that a line sends. With a recipient it is a message to somebody."""
    tx.execute(
        _ADD,
        {"now": tx.now_ms, "boot": tx.boot, "line": line, "parts": parts, "recipient": recipient, "digest": digest},
    )


def forget(tx: Transaction, line: str | None) -> None:
    """The counts begin anew: of one line, with what it sent to anybody, or of all."""
    tx.execute("delete from guard_uses where :line is null or line = :line", {"line": line})
    tx.execute(
        "update guard_uses set recipient_total = summed.total from"
        " (select nr, row_number() over (partition by recipient order by nr) as total from guard_uses) as summed"
        " where summed.nr = guard_uses.nr and guard_uses.recipient is not null"
    )


def reckon_from_now(tx: Transaction) -> None:
    """What an earlier boot's clock tells nothing about counts as from now, and so does all that came later."""
    tx.execute(
        "update guard_uses set at = :now, at_boot = :boot where nr >="
        " (select min(nr) from guard_uses where at_boot <> :boot and (at > :now or at < :released))",
        {"now": tx.now_ms, "boot": tx.boot, "released": to_ms(RELEASED_AT)},
    )


def upkeep(tx: Transaction, keep: timedelta) -> None:
    """Forget what no window reaches, seldom, so that not each of them is a commit of its own."""
    reckon_from_now(tx)
    oldest = tx.one("select at from guard_uses order by nr limit 1")
    if oldest and oldest["at"] <= to_ms(tx.now - keep - PRUNED_EVERY):
        tx.execute("delete from guard_uses where at <= ?", (to_ms(tx.now - keep),))
