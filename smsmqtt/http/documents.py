"""What the OpenAPI document says of each route of REST, as keyword arguments for the route."""

from __future__ import annotations

from typing import Any

from smsmqtt.http import models
from smsmqtt.http.openapi import documented
from smsmqtt.payloads.fields import LONGEST_S
from smsmqtt.payloads.queries import DIRECTIONS, MOST, STATES, USUAL_LIMIT

Document = dict[str, Any]


def _document(summary: str, *problems: str, status: int = 200, body: Document | None = None, **more: Any) -> Document:
    """``problems``: the codes of what may be answered instead."""
    answers = more.pop("answers")
    return {
        "summary": summary,
        "status_code": status,
        "responses": {**answers, **documented("unauthorized", "unknown_field", *problems, "internal", "store")},
        "openapi_extra": more.pop("extra", {}) | ({"requestBody": body} if body else {}),
        **more,
    }


def _answer(model: Any, description: str, **headers: str) -> Document:
    told = {
        name.replace("_", "-"): {"description": text, "schema": {"type": "string"}} for name, text in headers.items()
    }
    return {"model": model, "description": description, "headers": told}


def _body(schema: Document, *, required: bool, **examples: Document) -> Document:
    shown = {name: {"value": value} for name, value in examples.items()}
    return {"required": required, "content": {"application/json": {"schema": schema, "examples": shown}}}


def _object(properties: Document, **more: Any) -> Document:
    return {"type": "object", "properties": properties, "additionalProperties": False, **more}


def _parameter(name: str, where: str, description: str, example: object, **schema: Any) -> Document:
    return {
        "name": name,
        "in": where,
        "description": description,
        "schema": {"type": "string", **schema},
        "example": example,
    }


NOT_CHANGED = {304: {"description": "You have it: `If-None-Match` names its ETag."}}
UNREADABLE = ("bad_payload", "too_large", "too_slow", "unsupported_media_type")
IF_NONE_MATCH = _parameter("If-None-Match", "header", "The ETag of an earlier answer.", '"d41d8cd98f00b204"')

_TO = {
    "description": "A number, a contact, a group; a list of them; or several with `;` or `,` between.",
    "anyOf": [
        {"type": "string", "minLength": 1},
        {"type": "integer", "minimum": 1},
        {"type": "array", "minItems": 1, "items": {"type": ["string", "integer"]}},
    ],
}
_WORDS = {"description": "The text; a number is taken as text.", "type": ["string", "number"], "minLength": 1}
_SPAN = {
    "type": ["string", "number"],
    "pattern": r"^[0-9]+(\.[0-9]+)?(ms|s|m|h|d)?$",
    "exclusiveMinimum": 0,
    "maximum": LONGEST_S,
    "examples": ["2h"],
}
_LINE = {"type": ["string", "integer"], "minimum": 1, "minLength": 1}
_MOMENT = {"type": "string", "format": "date-time", "examples": ["2026-11-22T19:35:00Z"]}
ORDER = _object(
    {
        "to": _TO,
        **{alias: {**_TO, "description": "The same as `to`."} for alias in ("number", "recipient", "phone_number")},
        "body": _WORDS,
        **{alias: {**_WORDS, "description": "The same as `body`."} for alias in ("text", "message")},
        "from": {"description": "The line, by name or number.", **_LINE},
        "id": {"description": "Your own id.", "type": "string", "pattern": "^[A-Za-z0-9._:-]{1,64}$"},
        "urgent": {"description": "Open a session at once.", "type": "boolean"},
        "flash": {"description": "Shown at once by the telephone, and not kept.", "type": "boolean"},
        "report": {"description": "Ask the network for a delivery report.", "type": "boolean"},
        "send_at": {"description": "Not before.", **_MOMENT},
        "valid_for": {"description": "Not after so long.", **_SPAN},
        "valid_until": {"description": "Not after; one of the two.", **_MOMENT},
        "on_uncertain": {"description": "When nobody can tell whether it was sent.", "enum": ["report", "resend"]},
    },
    allOf=[
        {"oneOf": [{"required": [name]} for name in ("to", "number", "recipient", "phone_number")]},
        {"oneOf": [{"required": [name]} for name in ("body", "text", "message")]},
        {"not": {"required": ["valid_for", "valid_until"]}},
    ],
)

PLACE = _document(
    "Place an order",
    *UNREADABLE,
    *("unknown_recipient", "id_in_use", "guard_per_hour"),
    status=202,
    description="Answered when it is on disk. The same `id`, or the same `Idempotency-Key` in place of one, is the same"
    " order: 200, and what was answered first. `GET` tells how it stands.",
    answers={
        202: _answer(models.Placed, "Accepted.", Location="The order."),
        200: _answer(models.Placed, "Accepted before: the first answer.", Location="The order."),
    },
    body=_body(
        ORDER,
        required=True,
        one={"to": "+59899123456", "body": "The door is open", "id": "door-17", "urgent": True},
        several={"to": ["+59899123456", "family"], "body": "Dinner!", "send_at": "2026-11-22T19:35:00Z"},
    ),
    extra={
        "parameters": [
            _parameter(
                "Idempotency-Key",
                "header",
                "The order's id, when it has none of its own: 1 to 255 printable characters.",
                "8e03978e-40d5-43dd-bc93-6894a57f9324",
            )
        ]
    },
)
LIST = _document(
    "Messages and texts, newest first",
    *("bad_cursor", "unknown_line"),
    answers={200: _answer(models.Page, "A page.", ETag="Of this page.", Link='`rel="next"`: what comes next.')}
    | NOT_CHANGED,
    extra={
        "parameters": [
            _parameter("direction", "query", "Only texts received, or only messages.", "out", enum=list(DIRECTIONS)),
            _parameter("state", "query", "Only in this state.", "delivered", enum=list(STATES)),
            _parameter("line", "query", "Only of this line, by name or number.", "mine", minLength=1),
            _parameter("number", "query", "Only to or from: a contact, a group, a number, a name.", "ana", minLength=1),
            _parameter("since", "query", "Accepted or received since.", "2026-11-22T19:35:00Z", format="date-time"),
            _parameter("limit", "query", "How many.", USUAL_LIMIT, type="integer", minimum=1, maximum=MOST),
            _parameter("cursor", "query", "The `next` of the page before.", "MTc2NDA5Njc2NDAwMC1vdXQtMQ"),
            IF_NONE_MATCH,
        ]
    },
)
LETTER = _document(
    "A message, an order, or a text received",
    "unknown_id",
    answers={
        200: _answer(models.SentWithTimeline | models.SentToSeveral | models.Received, "As it stands.", ETag="Of this.")
    }
    | NOT_CHANGED,
    extra={"parameters": [IF_NONE_MATCH]},
)
CANCEL = _document(
    "Take back a message, or what can be taken back of an order",
    *("unknown_id", "too_late"),
    answers={200: _answer(models.SentWithTimeline | models.SentToSeveral, "Taken back; as it stands now.")},
)
ASK_CREDIT = _document(
    "Ask for a line's credit, or every line's",
    *(*UNREADABLE, "no_carrier"),
    status=202,
    description="A question that is open is joined, and one that comes too soon is answered by the last answer.",
    answers={202: _answer(models.Questions, "The question of each line.", Location="The first question.")},
    body=_body(
        _object(
            {
                "line": {"description": "By name or number; none is every line.", **_LINE},
                "id": {"description": "Your own id.", "type": "string", "pattern": "^[A-Za-z0-9._:-]{1,64}$"},
            }
        ),
        required=False,
        one={"line": "mine"},
        every={},
    ),
)
CREDIT_ASKED = _document(
    "A question for credit, and its answer",
    "unknown_id",
    answers={200: _answer(models.Question | models.Questions, "As it stands.", ETag="Of this.")} | NOT_CHANGED,
    extra={"parameters": [IF_NONE_MATCH]},
)


def _look(summary: str, model: Any, *problems: str) -> Document:
    return _document(
        summary,
        *problems,
        answers={200: _answer(model, "As last seen.", ETag="Of this.")} | NOT_CHANGED,
        extra={"parameters": [IF_NONE_MATCH]},
    )


LINES = _look("Every line", models.Lines)
LINE = _look("A line", models.Line, "unknown_line_in_path")
GATEWAYS = _look("Every gateway", models.Gateways)
GATEWAY = _look("A gateway", models.Gateway, "unknown_gateway")


def _verb(summary: str, model: Any, *problems: str, status: int = 200, fields: Document | None = None) -> Document:
    return _document(
        summary,
        *(*UNREADABLE, "unknown_gateway", *problems),
        status=status,
        answers={status: _answer(model, "Done." if status == 200 else "Asked for.")},
        body=_body(_object(fields or {}), required=False),
    )


POLL = _verb("A session now", models.Asked, "paused", status=202)
PAUSE = _verb(
    "Hang up at the next safe point and stay away",
    models.Paused,
    fields={"for": {**_SPAN, "description": "How long; none is until it is resumed."}},
)
RESUME = _verb("The end of a pause", models.Asked)
