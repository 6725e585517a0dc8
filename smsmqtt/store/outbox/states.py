"""The table of transitions, and what its parts make of a message. Nothing else decides a state."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from smsmqtt.model import MessageState as M
from smsmqtt.model import PartState as P
from smsmqtt.model import Reason


class Change(StrEnum):
    """What can happen to a part."""

    CLAIM = "claim"
    UNCLAIM = "unclaim"
    SUBMIT = "submit"
    TAKEN = "taken"
    NOT_NOW = "not now"
    NEVER = "never"
    UNCERTAIN = "uncertain"
    RESEND = "resend"
    CANCEL = "cancel"
    EXPIRE = "expire"
    REPORT_TRYING = "report: still trying"
    REPORT_DELIVERED = "report: delivered"
    REPORT_UNDELIVERED = "report: undelivered"


@dataclass(frozen=True, kw_only=True)
class Transition:
    """A change is possible from any of the sources and leads to the target."""

    sources: frozenset[P]
    target: P


def _to(target: P, *sources: P) -> Transition:
    return Transition(sources=frozenset(sources), target=target)


TRANSITIONS = {
    Change.CLAIM: _to(P.CLAIMED, P.QUEUED),
    Change.UNCLAIM: _to(P.QUEUED, P.CLAIMED),
    Change.SUBMIT: _to(P.SUBMITTING, P.CLAIMED),
    Change.TAKEN: _to(P.SENT, P.SUBMITTING),
    Change.NOT_NOW: _to(P.QUEUED, P.CLAIMED, P.SUBMITTING),
    Change.NEVER: _to(P.FAILED, P.QUEUED, P.CLAIMED, P.SUBMITTING),
    Change.UNCERTAIN: _to(P.UNCERTAIN, P.SUBMITTING),
    Change.RESEND: _to(P.QUEUED, P.UNCERTAIN, P.FAILED),
    Change.CANCEL: _to(P.CANCELLED, P.QUEUED, P.CLAIMED),
    Change.EXPIRE: _to(P.EXPIRED, P.QUEUED),
    Change.REPORT_TRYING: _to(P.SENT, P.UNCERTAIN),
    Change.REPORT_DELIVERED: _to(P.DELIVERED, P.SENT, P.UNCERTAIN),
    Change.REPORT_UNDELIVERED: _to(P.UNDELIVERED, P.SENT, P.UNCERTAIN),
}

IN_HAND = frozenset({P.CLAIMED, P.SUBMITTING})
TAKEN = frozenset({P.SENT, P.DELIVERED, P.UNDELIVERED})
MAY_BE_OUT = TAKEN | {P.UNCERTAIN}
"""Handed over and not refused: nothing of the message can be taken back."""

FIRST_THAT_OCCURS = (
    (P.FAILED, M.FAILED),
    (P.EXPIRED, M.EXPIRED),
    (P.CANCELLED, M.CANCELLED),
    (P.UNDELIVERED, M.UNDELIVERED),
    (P.UNCERTAIN, M.UNCERTAIN),
    (P.SENT, M.SENT),
    (P.DELIVERED, M.DELIVERED),
)
"""With nothing left to do, the worst part names the message: one missing part spoils a text."""

ALL_TAKEN = frozenset({M.SENT, M.DELIVERED, M.UNDELIVERED})
ENDS = frozenset({M.DELIVERED, M.UNDELIVERED, M.FAILED, M.EXPIRED, M.CANCELLED, M.UNCERTAIN})

NO_REPORT = Reason(code="no_report", text="no delivery report came in time")


def message_state(parts: Collection[P]) -> M:
    """The state of a message whose parts are in these states."""
    occurring = frozenset(parts)
    if occurring & IN_HAND:
        return M.SENDING
    if P.QUEUED in occurring:
        return M.SENDING if occurring & MAY_BE_OUT else M.QUEUED
    return next(state for part, state in FIRST_THAT_OCCURS if part in occurring)


def is_final(state: M, *, report: bool, reason: Reason | None) -> bool:
    """Whether nothing more is awaited. ``sent`` ends where no report was asked for, or none came in time."""
    return state in ENDS or (state is M.SENT and (not report or reason == NO_REPORT))
