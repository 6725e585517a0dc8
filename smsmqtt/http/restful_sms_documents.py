"""What the OpenAPI document says of the paths of restful-sms, as keyword arguments for the routes."""

from __future__ import annotations

from typing import Any

from smsmqtt.http.openapi import documented, headers_of

Document = dict[str, Any]
ERROR = {
    "type": "object",
    "required": ["message"],
    "properties": {"message": {"type": "string", "description": "What is wrong, for people."}},
}
CHALLENGE = 'Basic realm="restful-sms"'
KINDS = ("application/x-www-form-urlencoded", "application/json", "multipart/form-data")


def _document(summary: str, description: str, example: Document, about: dict[str, str], missing: str) -> Document:
    """``about``: the fields, each of which may stand in the query or in the body."""
    fields = {name: {"type": "string", "description": text} for name, text in about.items()}
    body = {"schema": {"type": "object", "properties": fields}, "example": example}
    return {
        "summary": summary,
        "description": f"{description} The fields stand in the query, in a form, or in JSON.",
        "responses": {
            200: _response("Taken: it is on disk.", _whole_number(), {"id": 17}),
            400: _response("A field is missing or wrong.", ERROR, _required(missing)),
            401: _response("Not the token.", ERROR, {"message": "Invalid token"})
            | {"headers": headers_of(401, CHALLENGE)},
            429: _response("The guard holds it back.", ERROR, {"message": "the line has sent enough for now"})
            | {"headers": headers_of(429)},
            **documented("not_found", "too_slow", "too_large", "internal", "store"),
        },
        "openapi_extra": {
            "parameters": [
                {"name": name, "in": "query", "description": text, "schema": {"type": "string"}}
                for name, text in about.items()
            ],
            "requestBody": {"required": False, "content": dict.fromkeys(KINDS, body)},
        },
    }


def _response(description: str, schema: Document, example: Document) -> Document:
    return {"description": description, "content": {"application/json": {"schema": schema, "example": example}}}


def _whole_number() -> Document:
    return {
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"type": "integer", "description": "Its number."}},
    }


def _required(missing: str) -> Document:
    return {"message": f"The following parameter(s) are required: {missing}"}


MESSAGE = _document(
    "Send a text, as clients of restful-sms do",
    "The number of the text is answered.",
    {"from": "099000001", "to": "099123456", "body": "The door is open"},
    {"from": "The line, by name or number.", "to": "The recipient.", "body": "The text."},
    "from, body",
)
CREDIT_REQUEST = _document(
    "Ask for a line's credit, as clients of restful-sms do",
    "The answer is posted to `callback_url` as JSON, with `credit_request_id`, `credit` and `credit_expiration`.",
    {"number": "099000001", "callback_url": "http://192.168.0.7/credit"},
    {"number": "The line, by name or number.", "callback_url": "Where the answer is posted; a host of yours."},
    "callback_url",
)
