"""Credit as callers ask for it, and as it is told: ``sms/balance/request`` and ``sms/balance/<line>``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from smsmqtt.model import BalanceReply, BalanceRequest, BalanceState
from smsmqtt.payloads import fields, strict_json
from smsmqtt.payloads.times import iso

EVERY_LINE = "all"


@dataclass(frozen=True, kw_only=True)
class BalanceAsk:
    """A question for credit. ``line``: its name or number as it was written; None is every line."""

    line: str | None
    id: str | None = None


def parse_request(payload: bytes) -> BalanceAsk:
    """``all``, a line's name or number as plain text, or a JSON object; PayloadError names the field."""
    text = strict_json.read_text(payload).strip()
    return read_request(strict_json.read_object(payload) if text.startswith("{") else {"line": text})


def read_request(asked: Mapping[str, Any]) -> BalanceAsk:
    """The same from fields that were read already."""
    fields.refuse_unknown(asked, ("line", "id"))
    line = fields.line(asked, "line")
    return BalanceAsk(line=None if line == EVERY_LINE else line, id=fields.identifier(asked))


def balance(
    *,
    line: str,
    number: str | None,
    request: BalanceRequest | None,
    reply: BalanceReply | None,
    low: bool,
    expiring: bool,
) -> dict[str, Any]:
    """What is known of a line's credit.

    ``request``: the last one that came to an end; ``reply``: the last good answer, which stands when a later request
    fails. ``raw`` is then what was said to the one that failed, if anything was.
    """
    raw = reply and reply.raw
    return {
        "line": line,
        "number": number,
        "state": _state(request, reply),
        "credit": reply and amount(reply.credit),
        "currency": reply and reply.currency,
        "expires": reply and reply.expires and reply.expires.isoformat(),
        "low": low,
        "expiring": expiring,
        "raw": raw if request is None or request.raw is None else request.raw,
        "at": iso(reply.at if reply else None),
        "request_id": request and request.id,
        "reason": request and request.reason and {"code": request.reason.code, "text": request.reason.text},
    }


def _state(request: BalanceRequest | None, reply: BalanceReply | None) -> str | None:
    """A reply that nobody asked for is as good as any."""
    if request is not None:
        return request.state.value
    return BalanceState.OK.value if reply else None


def amount(credit: Decimal) -> int | float:
    """As a number of JSON: 50, not 50.0."""
    return int(credit) if credit == credit.to_integral_value() else float(credit)
