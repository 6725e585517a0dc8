"""Delivery reports find their part.

A report names the line, the reference that the network gave (TP-MR, one octet, so it comes round) and the
recipient, which networks write in national form or leave out. Among several that fit, the time stamp of the
service centre decides. A part of which nobody knows the reference, because the answer never came or named none, is
found by line, recipient and time, when exactly one fits.
"""

from __future__ import annotations

from smsmqtt.clock import is_set
from smsmqtt.model import DeliveryReport, Reason
from smsmqtt.numbers import same_subscriber
from smsmqtt.store.database import Row
from smsmqtt.store.outbox.changes import message, move, settle
from smsmqtt.store.outbox.states import TRANSITIONS, Change
from smsmqtt.store.stamps import to_ms
from smsmqtt.store.transaction import Transaction

REFERENCE_WINDOW_MS = 24 * 3600 * 1000
"""How far our clock and the service centre's may be apart, its time zone mistakes included."""

UNCERTAIN_WINDOW_MS = 10 * 60 * 1000
"""The same where nothing but the time tells two texts to one number apart."""

ALL_TIME_MS = 2**50
"""While our clock is not set its distance from the service centre's says nothing."""

STATUS_TEXTS = {
    0x40: "remote procedure error",
    0x41: "incompatible destination",
    0x42: "the connection was rejected by the phone",
    0x43: "the number can't be obtained",
    0x44: "the quality of service is not available",
    0x45: "no interworking available",
    0x46: "its validity ended at the service centre",
    0x47: "deleted by its sender",
    0x48: "deleted by the service centre",
    0x49: "the service centre doesn't know it",
    0x60: "congestion",
    0x61: "the phone was busy",
    0x62: "no response from the phone",
    0x63: "service rejected",
    0x64: "the quality of service is not available",
    0x65: "error in the phone",
}
"""3GPP TS 23.040 §9.2.3.15, the two groups in which the service centre tries no more."""


def change_by(status: int) -> Change:
    """What a TP-ST does to a part (3GPP TS 23.040 §9.2.3.15): reserved values as the rest of their group."""
    if status < 0x20:
        return Change.REPORT_DELIVERED
    return Change.REPORT_TRYING if status < 0x40 else Change.REPORT_UNDELIVERED


def report(tx: Transaction, found: DeliveryReport) -> bool:
    """Close the part it is about; False when it is about nothing we know."""
    part = _by_reference(tx, found) or _by_time(tx, found)
    if part is None:
        return False
    change = change_by(found.status)
    if part["state"] in TRANSITIONS[change].sources:
        before = message(tx, part["message_id"])
        move(tx, change, before.id, part["seq"], _reason(found.status, change))
        tx.execute(
            "update parts set reference = ? where message_id = ? and seq = ?",
            (found.reference, before.id, part["seq"]),
        )
        settle(tx, before)
    return True


def _by_reference(tx: Transaction, found: DeliveryReport) -> Row | None:
    near = _candidates(
        tx,
        "p.reference = ? and p.state in ('sent', 'delivered', 'undelivered')",
        found,
        window_ms=REFERENCE_WINDOW_MS if is_set(tx.clock) else ALL_TIME_MS,
        params=(found.reference,),
    )
    if not found.recipient:
        return near[0] if len(near) == 1 else None
    return next((row for row in near if same_subscriber(row["recipient"], found.recipient)), None)


def _by_time(tx: Transaction, found: DeliveryReport) -> Row | None:
    if found.sent_at is None or not found.recipient:
        return None
    near = _candidates(
        tx,
        "p.reference is null and p.state in ('uncertain', 'sent')",
        found,
        window_ms=UNCERTAIN_WINDOW_MS,
    )
    fitting = [row for row in near if same_subscriber(row["recipient"], found.recipient)]
    return fitting[0] if len(fitting) == 1 else None


def _candidates(
    tx: Transaction, which: str, found: DeliveryReport, *, window_ms: int, params: tuple[int, ...] = ()
) -> list[Row]:
    """Parts of the line handed over near the service centre's stamp, the nearest first.

    A report without a stamp counts as from now.
    """
    at_ms = to_ms(found.sent_at or tx.now)
    return tx.execute(
        "select p.*, m.recipient from parts p join messages m on m.id = p.message_id"
        f" where {which} and p.submitted_at between ? and ? and m.line = ?"
        " order by abs(p.submitted_at - ?), m.nr desc",
        (*params, at_ms - window_ms, at_ms + window_ms, found.line, at_ms),
    )


def _reason(status: int, change: Change) -> Reason | None:
    if change is not Change.REPORT_UNDELIVERED:
        return None
    text = STATUS_TEXTS.get(status, "not delivered")
    return Reason(code=f"report_{status:02x}", text=f"the network's report: {text} ({status:02X} hex)")
