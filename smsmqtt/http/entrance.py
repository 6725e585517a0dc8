"""Letting in: the dependencies that routes name. They are coroutines: plain functions cost a thread each time."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from smsmqtt.http.access import COOKIE
from smsmqtt.http.ground import Ground, ground_of
from smsmqtt.http.problems import Problem

On = Annotated[Ground, Depends(ground_of)]


async def by_token(connection: HTTPConnection) -> str:
    """The name of the bearer token."""
    ground = await ground_of(connection)
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
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
