"""Coming in with a token, and going out."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from smsmqtt.http.access import COOKIE, COOKIE_KEPT
from smsmqtt.http.entrance import On, by_cookie
from smsmqtt.http.page.rendering import page, root_of
from smsmqtt.http.page.visitors import Fields, OwnForm, PageRoute, to
from smsmqtt.logs import get_logger

UNKNOWN = "This token is not known. It has to be one of http.tokens in the configuration."
NO_TOKENS = "Nobody can log in yet: the configuration has no http.tokens."

log = get_logger("http")
router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/log-in")
async def form(request: Request, ground: On) -> Response:
    if await by_cookie(request) is not None:
        return to(request, "/")
    return page(request, "log_in.html", error=None if ground.http.tokens else NO_TOKENS)


@router.post("/log-in")
def log_in(request: Request, ground: On, fields: OwnForm) -> Response:
    """The cookie is sent back to this site alone, by no script, and below our own path only."""
    name = ground.keys.name_of(fields.get("token", "").strip())
    if name is None:
        log.warning("log-in refused", client=request.client and request.client.host)
        return page(request, "log_in.html", status=401, error=UNKNOWN if ground.http.tokens else NO_TOKENS)
    log.info("logged in", token=name)
    response = to(request, "/")
    response.set_cookie(
        COOKIE,
        ground.keys.cookie(name, ground.clock.now()),
        max_age=int(COOKIE_KEPT.total_seconds()),
        path=root_of(request) or "/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
    return response


@router.post("/log-out")
def log_out(request: Request, _fields: Fields) -> Response:
    response = to(request, "/log-in")
    response.delete_cookie(COOKIE, path=root_of(request) or "/")
    return response
