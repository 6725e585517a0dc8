"""Coming in with a token, and going out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from smsmqtt.http.access import COOKIE, COOKIE_KEPT
from smsmqtt.http.entrance import On, by_cookie
from smsmqtt.http.page.rendering import page, root_of
from smsmqtt.http.page.visitors import Fields, OwnForm, PageRoute, own_path, to
from smsmqtt.logs import get_logger

UNKNOWN = "This token is not known. It has to be one of http.tokens in the configuration."
NO_TOKENS = "Nobody can log in yet: the configuration has no http.tokens."

log = get_logger("http")
router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/log-in")
async def form(request: Request, ground: On, wanted: Annotated[str, Query(alias="next")] = "/") -> Response:
    if await by_cookie(request) is not None:
        return to(request, own_path(wanted))
    return page(request, "log_in.html", error=None if ground.http.tokens else NO_TOKENS, next=own_path(wanted))


@router.post("/log-in")
def log_in(request: Request, ground: On, fields: OwnForm) -> Response:
    """The cookie is sent back to this site alone, by no script, and below our own path only.

    A link on another site may bring it (a GET, which changes nothing); a form there may not.
    """
    wanted, client = own_path(fields.get("next", "/")), request.client and request.client.host
    name = ground.keys.name_of(fields.get("token", "").strip())
    if name is None:
        log.warning("log-in refused", client=client)
        error = UNKNOWN if ground.http.tokens else NO_TOKENS
        return page(request, "log_in.html", status=401, error=error, next=wanted)
    log.info("logged in", token=name, client=client)
    response = to(request, wanted)
    response.set_cookie(
        COOKIE,
        ground.keys.cookie(name, ground.clock.now()),
        max_age=int(COOKIE_KEPT.total_seconds()),
        path=root_of(request) or "/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
    return response


@router.post("/log-out")
def log_out(request: Request, ground: On, _fields: Fields) -> Response:
    """For every copy of the cookie."""
    ground.store.write(lambda tx: ground.keys.end(tx, request.cookies[COOKIE]))
    response = to(request, "/log-in")
    response.delete_cookie(COOKIE, path=root_of(request) or "/")
    return response
