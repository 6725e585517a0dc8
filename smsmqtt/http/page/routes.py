"""What can be looked at: the overview, the conversations, one of them, and the static files."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse, Response

from smsmqtt.http.entrance import On
from smsmqtt.http.page import forms, log_in, scenes
from smsmqtt.http.page.rendering import STATIC
from smsmqtt.http.page.visitors import Known, PageRoute, to
from smsmqtt.http.paging import place
from smsmqtt.http.problems import Problem
from smsmqtt.store.conversations import Peer
from smsmqtt.store.correspondence import Place

FOR_GOOD = "public, max-age=31536000, immutable"
"""Their addresses change with them."""
LARGEST_SKIP = 1_000_000

router = APIRouter(route_class=PageRoute, include_in_schema=False)

NO_NUL = r"^[^\x00]*$"
"""SQLite would read on to there only."""

Written = Annotated[str | None, Query(alias="with", max_length=200, pattern=NO_NUL)]
Named = Annotated[str | None, Query(max_length=200, pattern=NO_NUL)]
Before = Annotated[str | None, Query(max_length=60)]
From = Annotated[str | None, Query(alias="from", max_length=60)]


@router.get("/")
def overview(request: Request, ground: On, visitor: Known) -> Response:
    return scenes.overview(request, ground, visitor)


@router.get("/conversations")
def conversations(
    request: Request, ground: On, visitor: Known, skip: Annotated[int, Query(ge=0, le=LARGEST_SKIP)] = 0
) -> Response:
    return scenes.all_conversations(request, ground, visitor, skip)


@router.get("/conversation")
def conversation(
    request: Request,
    ground: On,
    visitor: Known,
    number: Written = None,
    name: Named = None,
    before: Before = None,
    start: From = None,
) -> Response:
    if (number is None) == (name is None):
        raise Problem(400, "The address does not say whose conversation it is.", code="bad_request")
    if number is not None and (meant := ground.door.directory.number_meant(number.strip())) != number:
        return to(request, forms.conversation_of(meant))
    peer = Peer(text=number or name or "", is_name=name is not None)
    return scenes.conversation(request, ground, visitor, peer, before=_place(before), start=_place(start))


@router.get("/static/{name}")
def static(name: str) -> Response:
    if name not in STATIC:
        raise Problem(404, "There is no such file.", code="not_found")
    return FileResponse(STATIC[name], headers={"Cache-Control": FOR_GOOD})


ROUTERS = (router, log_in.router, forms.router)


def _place(cursor: str | None) -> Place | None:
    return place(cursor) if cursor else None
