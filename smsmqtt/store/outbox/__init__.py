"""Outgoing messages, from the order to the last report.

Theory of operation
===================

A message has parts, one PDU each. Only parts move; what a message is, its parts say::

    QUEUED -> CLAIMED -> SUBMITTING -> SENT -> DELIVERED | UNDELIVERED
      |  ^       |  |        |-> QUEUED      the module said "not now", or the body had not gone out
      |  |-------'  |        |-> FAILED      the module said "never"
      |             |        `-> UNCERTAIN   no clear answer after the body
      |             `-> CANCELLED
      |-> EXPIRED | CANCELLED | FAILED (a fellow part failed)
    UNCERTAIN -> SENT | DELIVERED | UNDELIVERED   a report turned up
    UNCERTAIN, FAILED -> QUEUED                   the caller wants it sent again: on_uncertain once, resend whenever

``states`` holds the one table of transitions and the function from the parts' states to the message's.
Every change is two steps of ``changes``: ``move`` is a guarded update of one part, and raises WrongState
unless exactly one row changed; ``settle`` works out the message and, when it became something else,
announces it in the same transaction. Nothing else writes a state, and nothing is announced that is not
committed with it.

The wire decides where the commits lie. CLAIMED is in a session's hand and can be taken back. SUBMITTING
is committed after the prompt and before the body: a crash up to there leaves a text that never went out,
a crash after it one that may have. Hence after a crash CLAIMED becomes QUEUED, and SUBMITTING becomes
UNCERTAIN and is said to be (``recover``).

- ``sending`` lasts from the first part in hand to the last one out, also between two sessions.
- Cancelling and expiring count only before the first part is out: half a text helps nobody. An uncertain
  part does not stop the rest, a failed one does.
- The worst part names a finished message: failed, undelivered, uncertain, sent, delivered.
- ``sent`` is final where no report was asked for, or none came in time (``no_report``). Only a late report, or
  a resend, changes what was final.
- A waiting message is announced again whenever its reason or its next attempt changes.

``orders`` is the callers' side, ``sending`` the session's, ``reports`` the network's; ``questions``
only asks, ``upkeep`` is what time does, ``rows`` knows the columns. Not here: whether a text may be sent, how
long to wait after which answer, and when a session opens. Others decide that and write the outcome here.
"""

from smsmqtt.store.outbox.changes import message
from smsmqtt.store.outbox.orders import (
    RESENDABLE,
    announce_repeat,
    can_resend,
    cancel,
    cancel_all,
    find_order,
    move_line,
    number,
    put,
    resend,
    resolve,
)
from smsmqtt.store.outbox.questions import (
    GoneLine,
    Waiting,
    due,
    due_ids,
    ended_badly,
    gone_lines,
    last_line,
    next_due_at,
    next_expiry,
    next_reference,
    queue,
    stranded,
    timeline,
    totals,
    unsent,
    untold,
    waiting,
    waiting_for,
)
from smsmqtt.store.outbox.reports import report
from smsmqtt.store.outbox.sending import (
    claim,
    never,
    not_now,
    recover,
    recut,
    sent,
    set_aside,
    submitting,
    uncertain,
    unclaim,
    wait_because,
)
from smsmqtt.store.outbox.upkeep import close_unreported, expire, give_up, prune

__all__ = [
    "RESENDABLE",
    "GoneLine",
    "Waiting",
    "announce_repeat",
    "can_resend",
    "cancel",
    "cancel_all",
    "claim",
    "close_unreported",
    "due",
    "due_ids",
    "ended_badly",
    "expire",
    "find_order",
    "give_up",
    "gone_lines",
    "last_line",
    "message",
    "move_line",
    "never",
    "next_due_at",
    "next_expiry",
    "next_reference",
    "not_now",
    "number",
    "prune",
    "put",
    "queue",
    "recover",
    "recut",
    "report",
    "resend",
    "resolve",
    "sent",
    "set_aside",
    "stranded",
    "submitting",
    "timeline",
    "totals",
    "uncertain",
    "unclaim",
    "unsent",
    "untold",
    "wait_because",
    "waiting",
    "waiting_for",
]
