"""Fields as clients of other programs hand them in: in the query, in a form, or as JSON."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

from smsmqtt.errors import PayloadError
from smsmqtt.payloads import strict_json

MOST_FIELDS = 200
URL_ENCODED = "application/x-www-form-urlencoded"


def media_type(request: Request) -> str:
    """Of the body, without its parameters; empty when none is given."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def url_encoded(request: Request) -> list[tuple[str, str]]:
    """The fields of a form, in their order, empty ones too; PayloadError when they can't be read."""
    try:
        text = (await request.body()).decode("utf-8")
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise PayloadError(None, "the form can't be read: expected UTF-8, and not too many fields") from error


async def any_fields(request: Request) -> list[tuple[str, str]]:
    """The fields of the query and of a body of any of the three kinds, as often as each is given.

    PayloadError when they can't be read. A body of another kind has no fields.
    """
    found = request.query_params.multi_items()
    match media_type(request):
        case "application/json":
            body = strict_json.read_object(await request.body())
            found += [(name, _text(name, value)) for name, value in body.items() if value is not None]
        case "application/x-www-form-urlencoded":
            found += await url_encoded(request)
        case "multipart/form-data":
            found += await _multipart(request)
    return found


async def _multipart(request: Request) -> list[tuple[str, str]]:
    try:
        async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
            return [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    except HTTPException as error:
        raise PayloadError(None, f"the form can't be read: {error.detail}") from error


def _text(name: str, value: object) -> str:
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, str):
        return value
    raise PayloadError(strict_json.shown(name), f"expected text, got {strict_json.kind(value)}")
