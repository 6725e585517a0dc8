"""Gateways and their lines as the templates show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from smsmqtt.http.ground import Ground
from smsmqtt.http.page import words
from smsmqtt.http.page.plots import CreditPlot, HoldPlot, credit_plot, hold_plot
from smsmqtt.http.page.words import Word
from smsmqtt.store import Transaction, balances, controls

HISTORY = timedelta(days=90)
Posted = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Credit:
    """What is known of a line's credit. ``amount`` is None when no good answer ever came; ``asked``: one is due."""

    amount: str | None
    expires: date | None
    at: datetime | None
    asked: bool
    warning: Word | None
    reason: str | None
    plot: CreditPlot | None


@dataclass(frozen=True, kw_only=True)
class Line:
    """``facts``: the payload of ``sms/line``; ``credit`` is None for a line that can't be asked for it.

    ``since``: when it came into its state, ``detail``: what is known of why.
    """

    name: str
    state: Word
    facts: Posted
    credit: Credit | None
    hold: HoldPlot | None
    since: datetime | None
    detail: str

    @property
    def held_back(self) -> bool:
        return not self.facts["sending"]["enabled"]


@dataclass(frozen=True, kw_only=True)
class Gateway:
    """``until``: of the pause, None where it has no end."""

    name: str
    state: Word
    paused: bool
    until: datetime | None
    last: Posted | None
    last_at: datetime | None
    next_at: datetime | None
    error: Posted | None
    lines: tuple[Line, ...]


def gateways(tx: Transaction, ground: Ground) -> tuple[Gateway, ...]:
    """In the order of the configuration; those that their sessions have told of."""
    posted = ground.store.board.snapshot("gateway")
    paused = controls.paused(tx, posted)
    return tuple(
        _gateway(tx, ground, name, posted[name], paused) for name in ground.settings.gateways if name in posted
    )


def _gateway(
    tx: Transaction, ground: Ground, name: str, told: Posted, paused: Mapping[str, datetime | None]
) -> Gateway:
    lines = ground.store.board.snapshot("line")
    last = told["last_session"]
    return Gateway(
        name=name,
        state=_state(told["state"], paused=name in paused),
        paused=name in paused,
        until=paused.get(name),
        last=last,
        last_at=_moment(last and last["at"]),
        next_at=_moment(told["next_session_at"]),
        error=told["error"],
        lines=tuple(
            _line(tx, ground, line, lines[line], seen=last is not None or told["error"] is not None)
            for line in ground.settings.gateways[name].lines
            if line in lines
        ),
    )


def _state(told: str, *, paused: bool) -> Word:
    """A pause is not there before the session has ended."""
    if not paused:
        return words.GATEWAY[told]
    return words.HANGING_UP if told == "connected" else words.GATEWAY["paused"]


def _line(tx: Transaction, ground: Ground, name: str, facts: Posted, *, seen: bool) -> Line:
    holds, course = ground.store.board.holds, ground.store.board.courses.get(name)
    return Line(
        name=name,
        state=words.LINE[facts["state"]] if seen else words.UNSEEN,
        facts=facts,
        credit=_credit(tx, ground, name) if name in ground.credit.profiles else None,
        hold=hold_plot(holds.last_day(name, tx.now), holds.since, tx.now),
        since=course.since if course else None,
        detail=course.detail if course else "",
    )


def _credit(tx: Transaction, ground: Ground, line: str) -> Credit:
    told = ground.store.board.snapshot("balance").get(line, {})
    reply = balances.last_reply(tx, line)
    return Credit(
        amount=f"{reply.credit:,.2f} {reply.currency}" if reply else None,
        expires=reply.expires if reply else None,
        at=reply.at if reply else None,
        asked=balances.open_request(tx, line) is not None,
        warning=_warning(told),
        reason=told["reason"]["text"] if told.get("reason") else None,
        plot=credit_plot(balances.history(tx, line, tx.now - HISTORY), tx.now),
    )


def _warning(told: Posted) -> Word | None:
    if told.get("low"):
        return words.CREDIT_LOW
    if told.get("expiring"):
        return words.CREDIT_EXPIRES
    return words.CREDIT_UNKNOWN if told.get("state") in ("failed", "timeout") else None


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None
