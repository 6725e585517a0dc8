"""The OpenAPI document: what FastAPI knows of the routes, and how their errors look."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import Response

from smsmqtt.http.access import COOKIE
from smsmqtt.http.entrance import BY_TOKEN
from smsmqtt.http.exchange import answer
from smsmqtt.http.problems import MEDIA_TYPE

router = APIRouter(include_in_schema=False, dependencies=BY_TOKEN)

PROBLEM = {
    "description": "What went wrong (RFC 9457).",
    "type": "object",
    "required": ["title", "status", "detail", "code"],
    "properties": {
        "title": {"type": "string", "description": "The status in words."},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence, for people."},
        "code": {"type": "string", "description": "Stable, for programs."},
        "field": {"type": ["string", "null"], "description": "The field, parameter or header that is meant."},
        "refusals": {
            "description": "Of an order, why each of its recipients is not texted.",
            "type": "array",
            "items": {"$ref": "#/components/schemas/Refused"},
        },
    },
}
SECURITY = {
    "token": {"type": "http", "scheme": "bearer"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": "What a log-in at the page brings."},
}
CASES: dict[str, tuple[int, str, str | None]] = {
    "bad_payload": (400, "not JSON: Expecting value at line 1, column 8", None),
    "unauthorized": (401, "a bearer token is needed", None),
    "bad_signature": (403, "the signature is not Twilio's, or made for another address", None),
    "unknown_id": (404, "no message, order or text has this id", None),
    "unknown_gateway": (404, "no gateway has this name", None),
    "unknown_line_in_path": (404, "no line has this name or number", None),
    "not_found": (404, "Not Found", None),
    "metrics_off": (404, "metrics are switched off", None),
    "too_slow": (408, "the body was not here within 10 s", None),
    "id_in_use": (409, "id: was used for another order a short while ago", "id"),
    "too_late": (409, "message door-17: it is sent already", None),
    "paused": (409, "gateway: paused: hall; resume first", "gateway"),
    "too_large": (413, "the body has more than 65536 octets", None),
    "unsupported_media_type": (415, "expected application/json", None),
    "unknown_field": (422, "limt: unknown field; did you mean limit?", "limt"),
    "bad_parameter": (422, "last_event_id: expected a whole number from 0 to 9223372036854775807", "last_event_id"),
    "bad_cursor": (422, "cursor: expected the cursor of an earlier answer", "cursor"),
    "unknown_line": (422, "line: no line has this name or number", "line"),
    "unknown_recipient": (422, "to: no contact or group has this name", "to"),
    "no_carrier": (422, "line: the line yours has no carrier in the configuration", "line"),
    "guard_per_hour": (429, "the line mine has sent 30 parts within the hour", None),
    "internal": (500, "smsmqtt made a mistake; its log says more", None),
    "store": (503, "the ledger can't be used; the log says more", None),
}
"""By code, the status and an example of each problem; ``_in_path`` is left out of the code."""


def documented(*cases: str) -> dict[int | str, dict[str, Any]]:
    """For a route's ``responses``: the problems that may be answered."""
    responses: dict[int | str, dict[str, Any]] = {}
    for case in cases:
        status, detail, field = CASES[case]
        found = responses.setdefault(status, _response(status))
        title, code = HTTPStatus(status).phrase, case.removesuffix("_in_path")
        example = {"title": title, "status": status, "detail": detail, "code": code}
        found["content"][MEDIA_TYPE]["examples"][code] = {"value": example | ({"field": field} if field else {})}
    return responses


def headers_of(status: int, challenge: str = "Bearer") -> dict[str, Any]:
    """The headers that say how to come in, or when to try again."""
    told = {
        401: {"WWW-Authenticate": challenge},
        429: {"Retry-After": "Seconds, where trying again will help."},
    }.get(status, {})
    return {name: {"description": text, "schema": {"type": "string"}} for name, text in told.items()}


def _response(status: int) -> dict[str, Any]:
    return {
        "description": HTTPStatus(status).phrase,
        "headers": headers_of(status),
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {}}},
    }


def _mend(operation: dict[str, Any]) -> None:
    """Who may be told 401 by a problem needs a token, unless the route says more; what FastAPI would say of a bad
    parameter is a problem too.
    """
    responses = operation["responses"]
    if MEDIA_TYPE in responses.get("401", {}).get("content", {}):
        operation.setdefault("security", [{"token": []}])
    if "HTTPValidationError" in str(responses.get("422")):
        responses["422"] = documented("bad_parameter")[422]


@router.get("/openapi.json")
async def openapi(request: Request) -> Response:
    return answer({**request.app.openapi(), "servers": [{"url": request.scope.get("root_path") or "/"}]})


def describe(app: FastAPI) -> None:
    """Have ``/openapi.json`` know what a problem is."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            made["components"]["schemas"]["Problem"] = PROBLEM
            made["components"]["securitySchemes"] = SECURITY
            for operation in (it for methods in made["paths"].values() for it in methods.values()):
                _mend(operation)
            for form in ("HTTPValidationError", "ValidationError"):
                made["components"]["schemas"].pop(form, None)
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]
