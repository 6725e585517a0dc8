"""Errors as problem documents (RFC 9457), whatever went wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from math import ceil
from typing import Any

from fastapi.responses import JSONResponse

from smsmqtt.errors import PayloadError
from smsmqtt.intake.refusals import Refusal
from smsmqtt.payloads.times import iso

MEDIA_TYPE = "application/problem+json"
STATUSES = {
    "too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "id_in_use": HTTPStatus.CONFLICT,
    "paused": HTTPStatus.CONFLICT,
    "unknown_id": HTTPStatus.NOT_FOUND,
    "unknown_gateway": HTTPStatus.NOT_FOUND,
}
"""Of refusals, by their codes; the rest is 422 for a field and 400 for what could not be read at all."""


class Problem(Exception):
    """Raised by routes. ``code`` is the stable word of a refusal, ``detail`` a sentence for people."""

    def __init__(
        self, status: int, detail: str, *, code: str, headers: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.headers = headers
        self.body = {"title": HTTPStatus(status).phrase, "status": status, "detail": detail, "code": code, **more}


def response(problem: Problem) -> JSONResponse:
    headers = {"Cache-Control": "no-store", **(problem.headers or {})}
    return JSONResponse(problem.body, status_code=problem.status, headers=headers, media_type=MEDIA_TYPE)


def of_payload(error: PayloadError) -> Problem:
    """What the caller wrote can't be read, or not be done."""
    unreadable = HTTPStatus.BAD_REQUEST if error.field is None else HTTPStatus.UNPROCESSABLE_ENTITY
    return Problem(STATUSES.get(error.code, unreadable), str(error), code=error.code, field=error.field)


def of_refusals(refusals: Sequence[Refusal], now: datetime, *, id_from: str = "id") -> Problem:
    """Nobody of an order is texted: the first refusal says why, and whether trying again will help.

    ``id_from``: the field or header that the order's id came from.
    """
    refusals = [replace(it, field=id_from) if it.field == "id" else it for it in refusals]
    first = refusals[0]
    guarded = first.code.startswith("guard_")
    status = HTTPStatus.TOO_MANY_REQUESTS if guarded else STATUSES.get(first.code, HTTPStatus.UNPROCESSABLE_ENTITY)
    wait_s = max(1, ceil((first.retry_at - now).total_seconds())) if first.retry_at else None
    return Problem(
        status,
        f"{first.field}: {first.text}" if first.field else first.text,
        code=first.code,
        headers={"Retry-After": str(wait_s)} if wait_s else None,
        field=first.field,
        refusals=[refused(it) for it in refusals],
    )


def refused(refusal: Refusal) -> dict[str, Any]:
    """One recipient that is not texted, or the order as a whole (``to`` is None)."""
    return {
        "to": refusal.to,
        "code": refusal.code,
        "text": refusal.text,
        "field": refusal.field,
        "retry_at": iso(refusal.retry_at),
    }
