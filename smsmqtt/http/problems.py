"""Errors as problem documents (RFC 9457), whatever went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi.responses import JSONResponse

MEDIA_TYPE = "application/problem+json"


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
    headers = dict(problem.headers or {})
    return JSONResponse(problem.body, status_code=problem.status, headers=headers, media_type=MEDIA_TYPE)
