"""The payloads of Domochip's sms2mqtt, for those who come from it: what they write, and what they wait for.

As that bridge does it (version 1.4): of an order only number and text are read, their names in any case; a newline
inside the text needs no escape; each number is answered by one result, and an order that can't be read by the whole
payload. Times are local, without an offset.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from smsmqtt.errors import PayloadError
from smsmqtt.model import InboundText, MessageState, OrderRequest
from smsmqtt.payloads import orders, strict_json

EXAMPLE = '{"number": "+59899000001", "text": "Hello"}'
NEEDED = ("number", "text")
TAKEN = ("sent", "delivered", "undelivered")
"""The states of a message that the network took."""
NOT_SENT = {
    MessageState.FAILED: "failed",
    MessageState.EXPIRED: "its time ran out before it was sent",
    MessageState.CANCELLED: "taken back",
    MessageState.UNCERTAIN: "it may have gone out; nobody can tell",
}


def parse_order(payload: bytes) -> OrderRequest:
    """PayloadError names the field. Fields that mean nothing there are passed over; ``id`` is ours, and counts."""
    written = strict_json.read_object(payload, EXAMPLE, bare_newlines=True)
    order = {name.lower(): value for name, value in written.items()}
    for name in NEEDED:
        if name not in order:
            raise PayloadError(name, "is missing", "missing_field")
    return orders.read_order({name: order[name] for name in (*NEEDED, "id") if name in order})


def sent(status: Mapping[str, Any], *, body: str, at: datetime) -> dict[str, Any] | None:
    """The result that a status brings, in local time; None when it brings none, or none that is news.

    A message has its result once the network took it or never will; what a delivery report adds has no word there.
    """
    code = (status["reason"] or {}).get("code")
    if status["state"] in (TAKEN if status["repeat"] else TAKEN[:1]) and (code != "no_report" or status["repeat"]):
        return _result("success", number=status["to"], body=body, at=at)
    if status["state"] not in NOT_SENT:
        return None
    why = (status["reason"] or {}).get("text") or NOT_SENT[status["state"]]
    return _result(f"error : {why}", number=status["to"], body=body, at=at)


def refused(why: str, *, to: str | None, body: str, at: datetime) -> dict[str, Any]:
    """The result of one recipient that was never texted; ``to`` is None when the order as a whole is meant."""
    return _result(f"error : {why}", number=to, body=body, at=at)


def unreadable(why: str, payload: bytes) -> dict[str, Any]:
    """The result of an order that could not be read."""
    return {"result": f"error : {why}", "payload": payload.decode(errors="replace")}


def received(text: InboundText, *, sender: str | None, at: datetime) -> dict[str, Any] | None:
    """A text received, stamped ``at`` in local time; None for one that this form can't tell.

    It has no word for "again" or for "old", so that a text is told once, and what lay on the SIM at the very first
    start is not told: nobody's door opens to last year's text.
    """
    if text.again or text.found_at_first_start or text.unreadable or text.data_hex:
        return None
    return {"datetime": _written(at), "number": sender, "text": text.body}


def connected(online: bool) -> bytes:
    return b"1" if online else b"0"


def _result(result: str, *, number: str | None, body: str, at: datetime) -> dict[str, Any]:
    return {"result": result, "datetime": _written(at), "number": number, "text": body}


def _written(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S")
