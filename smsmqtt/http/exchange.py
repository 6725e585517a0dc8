"""Between HTTP and the ledger: bodies read as every desk reads them, commits awaited, answers that need not be sent."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from fastapi.responses import Response
from starlette.requests import Request

from smsmqtt.errors import PayloadError
from smsmqtt.http.ground import Ground
from smsmqtt.http.problems import Problem
from smsmqtt.payloads.strict_json import read_object, shown
from smsmqtt.store import Transaction

T = TypeVar("T")

PRIVATE = "private, no-cache"
"""For nobody but who asked, and to be asked for again each time: then the ETag saves the sending."""


async def json_object(request: Request, *, example: str = "{}", may_be_empty: bool = False) -> dict[str, Any]:
    """The body; PayloadError or Problem when it is not a JSON object."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    body = await request.body()
    if may_be_empty and not body:
        return {}
    if kind not in ("", "application/json") and not kind.endswith("+json"):
        raise Problem(415, "expected application/json", code="unsupported_media_type", headers=_accepts())
    if coding != "identity":
        raise Problem(415, "expected a body that is not compressed", code="unsupported_media_type", headers=_accepts())
    return read_object(body, example)


def query(request: Request) -> dict[str, str]:
    """The parameters; PayloadError for one that is given twice."""
    given = request.query_params.multi_items()
    names = [name for name, _ in given]
    if len(set(names)) < len(names):
        raise PayloadError(shown(next(name for name in names if names.count(name) > 1)), "is given twice")
    return dict(given)


async def committed(ground: Ground, unit: Callable[[Transaction], T]) -> T:
    """What a unit of work came to, once it is on disk."""
    return await asyncio.wrap_future(ground.store.submit(unit))


def answer(
    payload: Mapping[str, Any], status: int = 200, *, headers: Mapping[str, str] | None = None, cache: str = "no-store"
) -> Response:
    """A JSON document."""
    return Response(
        json.dumps(payload, ensure_ascii=False, separators=(",", ":")),
        status,
        headers={"Cache-Control": cache, **(headers or {})},
        media_type="application/json",
    )


def answer_if_changed(
    request: Request, payload: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> Response:
    """The document with its ETag, or 304 when the caller has this very one (RFC 9110 §13.1.2)."""
    whole = answer(payload, headers=headers, cache=PRIVATE)
    tag = f'"{hashlib.sha256(bytes(whole.body)).hexdigest()[:32]}"'
    known = [it.strip().removeprefix("W/") for it in request.headers.get("if-none-match", "").split(",")]
    if tag in known or "*" in known:
        return Response(status_code=304, headers={"ETag": tag, "Cache-Control": PRIVATE})
    whole.headers["ETag"] = tag
    return whole


def path_of(request: Request, *steps: str) -> str:
    """A path of ours as this client sees it: a proxy may have put something in front."""
    return "/".join((request.scope.get("root_path", ""), *steps))


def _accepts() -> dict[str, str]:
    return {"Accept": "application/json"}
