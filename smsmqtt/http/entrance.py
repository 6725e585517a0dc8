"""Letting in: the dependencies that routes name. They are coroutines: plain functions cost a thread each time."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from fastapi.routing import APIRoute
from starlette.requests import HTTPConnection, Request

from smsmqtt.http.access import COOKIE
from smsmqtt.http.exchange import query
from smsmqtt.http.ground import Ground, ground_of
from smsmqtt.http.problems import Problem
from smsmqtt.payloads.fields import refuse_unknown

On = Annotated[Ground, Depends(ground_of)]


async def by_token(connection: HTTPConnection) -> str:
    """The name of the bearer token."""
    ground = await ground_of(connection)
    scheme, _, token = _as_written(connection.headers.get("authorization", "")).partition(" ")
    name = ground.keys.name_of(token.strip()) if scheme.lower() == "bearer" else None
    if name is None:
        why = "a bearer token is needed" if not token else "the token is not known"
        raise Problem(401, why, code="unauthorized", headers={"WWW-Authenticate": "Bearer"})
    connection.state.who = name
    return name


async def by_cookie(connection: HTTPConnection) -> str | None:
    """The name behind the page's cookie; None when there is none that counts."""
    ground = await ground_of(connection)
    name = ground.keys.name_in(connection.cookies.get(COOKIE, ""), ground.clock.now())
    connection.state.who = name
    return name


async def by_either(connection: HTTPConnection) -> str:
    """The page's cookie, or a token."""
    return await by_cookie(connection) or await by_token(connection)


async def only_known(request: Request) -> None:
    """PayloadError for a parameter that the route does not describe, or that is given twice."""
    route = request.scope["route"]
    assert isinstance(route, APIRoute)
    described = [it["name"] for it in (route.openapi_extra or {}).get("parameters", ()) if it["in"] == "query"]
    refuse_unknown(query(request), [*described, *(it.alias for it in route.dependant.query_params)])


BY_TOKEN = (Depends(by_token), Depends(only_known))
BY_EITHER = (Depends(by_either), Depends(only_known))
"""For ``dependencies``. Who may not come in does not hear what is wrong with the question."""


def _as_written(header: str) -> str:
    """What is UTF-8 was meant so, though headers are read as Latin-1 (RFC 9110 §5.5)."""
    try:
        return header.encode("latin-1").decode()
    except UnicodeError:
        return header
