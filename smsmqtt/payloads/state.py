"""What is said about gateways, lines and the bridge itself: the retained payloads."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from smsmqtt.payloads.times import iso

GatewayState = Literal["idle", "connected", "paused", "unreachable", "bad_login", "occupied"]
LineState = Literal["ready", "in_call", "no_sim", "sim_locked", "not_registered", "not_answering"]


@dataclass(frozen=True, kw_only=True)
class LastSession:
    """How the last session of a gateway went."""

    at: datetime
    held_s: float
    sent: int
    received: int
    turns: int


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """What is wrong since when, and what can be done."""

    code: str
    text: str
    hint: str
    since: datetime


def gateway(
    *,
    state: GatewayState,
    last_session: LastSession | None,
    held_s_hour: float,
    next_session_at: datetime | None,
    error: Trouble | None,
) -> dict[str, Any]:
    """The session state of one gateway; ``held_s_hour`` is the time held during the last hour."""
    return {
        "state": state,
        "last_session": last_session
        and {
            "at": iso(last_session.at),
            "held_s": round(last_session.held_s, 1),
            "sent": last_session.sent,
            "received": last_session.received,
            "turns": last_session.turns,
        },
        "held_s_hour": round(held_s_hour, 1),
        "next_session_at": iso(next_session_at),
        "error": error and trouble(error),
    }


def trouble(it: Trouble) -> dict[str, Any]:
    """The form of every ``error`` in a retained payload."""
    return {"code": it.code, "text": it.text, "hint": it.hint, "since": iso(it.since)}


@dataclass(frozen=True, kw_only=True)
class Sim:
    """What the module said of its SIM and the network; None where it said nothing."""

    signal_dbm: int | None = None
    operator: str | None = None
    roaming: bool | None = None
    used: int | None = None
    capacity: int | None = None


@dataclass(frozen=True, kw_only=True)
class Totals:
    """The ledger's counts for one line."""

    queue: int = 0
    sent: int = 0
    received: int = 0
    failed: int = 0


def line(
    *,
    state: LineState,
    sending: bool,
    sending_reason: str | None,
    number: str | None,
    gateway: str,
    sim: Sim,
    totals: Totals,
    at: datetime,
) -> dict[str, Any]:
    """The SIM state of one line."""
    return {
        "state": state,
        "sending": {"enabled": sending, "reason": sending_reason},
        "number": number,
        "gateway": gateway,
        "signal_dbm": sim.signal_dbm,
        "operator": sim.operator,
        "roaming": sim.roaming,
        "queue": totals.queue,
        "sim_used": sim.used,
        "sim_capacity": sim.capacity,
        "sent": totals.sent,
        "received": totals.received,
        "failed": totals.failed,
        "at": iso(at),
    }


def bridge_state(online: bool) -> dict[str, Any]:
    """Also the will's payload."""
    return {"state": "online" if online else "offline"}


def bridge_info(
    *,
    version: str,
    store_id: str,
    started_at: str,
    client_id: str,
    lines_of: dict[str, tuple[str, ...]],
    credit_lines: Collection[str],
    every_s: float,
) -> dict[str, Any]:
    """Version and configuration; no numbers, contacts, addresses or URLs.

    ``store_id``, ``started_at`` and ``client_id`` tell two bridges on one prefix apart. ``lines_of``: the names of each
    gateway's lines. ``credit_lines``: those that can be asked for their credit.
    """
    return {
        "version": version,
        "store_id": store_id,
        "started_at": started_at,
        "client_id": client_id,
        "gateways": {name: {"lines": list(lines)} for name, lines in lines_of.items()},
        "balance": {"lines": list(credit_lines)},
        "session": {"every_s": every_s},
    }


def bridge_health(
    *,
    healthy: bool,
    at: datetime,
    uptime_s: float,
    counters: dict[str, int],
    lines: dict[str, Totals],
    errors: list[dict[str, Any]],
) -> dict[str, Any]:
    """Counters since the start, the ledger's totals for each line, and what is wrong now."""
    return {
        "healthy": healthy,
        "at": iso(at),
        "uptime_s": int(uptime_s),
        "mqtt": counters,
        "lines": {
            name: {"queue": it.queue, "sent": it.sent, "received": it.received, "failed": it.failed}
            for name, it in lines.items()
        },
        "errors": errors,
    }
