"""Who looks at the page, whether a form is the page's own, and what every answer of the page carries."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from fastapi.routing import APIRoute

from smsmqtt.errors import PayloadError, StoreError
from smsmqtt.http.access import COOKIE
from smsmqtt.http.entrance import On, by_cookie
from smsmqtt.http.page.rendering import page, root_of
from smsmqtt.http.problems import Problem

SEE_OTHER = 303
MOST_FIELDS = 20
OWN_PATH = re.compile(r"/(?:(?!/)[!-[\]-~]+)?")
"""A slash, and no second one: that would be a host. A backslash would be taken for a slash."""
INGRESS = "/api/hassio_ingress/"
"""What Home Assistant's Ingress puts in front of our paths."""
RULES = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
)
FOREIGN_FORM = (
    "This form does not come from this page. Go back, reload and try again."
    " A proxy on the way has to pass on the host that you asked for, or http.public_url has to be set."
)


class Stranger(Exception):
    """Nobody whose cookie counts: sent to the log-in."""


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Somebody logged in. ``form_token``: what each form has to bring back; ``names``: contacts by number."""

    form_token: str
    names: Mapping[str, str]


class PageRoute(APIRoute):
    """Errors become pages, and strangers are sent to the log-in."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                response = await handle(request)
            except Stranger:
                response = to(request, _log_in_for(request))
            except Problem as problem:
                response = sorry(request, problem.status, str(problem))
            except (RequestValidationError, PayloadError):
                response = sorry(request, 400, "The address of this page has a mistake.")
            except StoreError as error:
                response = sorry(request, 503, error.hint)
            return _strict(request, response)

        return guarded


async def visitor(request: Request, ground: On) -> Visitor:
    if await by_cookie(request) is None:
        raise Stranger
    names = {number: name for name, number in ground.door.directory.contacts.items()}
    return Visitor(form_token=ground.keys.form_token(request.cookies[COOKIE]), names=names)


async def own_form(request: Request, ground: On) -> Mapping[str, str]:
    """The fields of a form that one of our pages sent, whoever is logged in. Browsers end lines with CR LF there."""
    if not _same_origin(request, ground.http.public_url):
        raise Problem(403, FOREIGN_FORM, code="forbidden")
    try:
        fields = parse_qsl((await request.body()).decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise Problem(400, "The form can't be read.", code="bad_request") from None
    return {name: value.replace("\r\n", "\n") for name, value in fields}


def own_form_of(visitor: Known, fields: OwnForm) -> Mapping[str, str]:
    """The fields of a form that was made for this visitor."""
    if not hmac.compare_digest(fields.get("form_token", "").encode(), visitor.form_token.encode()):
        raise Problem(403, FOREIGN_FORM, code="forbidden")
    return fields


Known = Annotated[Visitor, Depends(visitor)]
OwnForm = Annotated[Mapping[str, str], Depends(own_form)]
Fields = Annotated[Mapping[str, str], Depends(own_form_of)]


def to(request: Request, path: str) -> RedirectResponse:
    """Go there; with a GET."""
    return RedirectResponse(root_of(request) + path, SEE_OTHER)


def own_path(wanted: str) -> str:
    """A path of ours that an address or a form asked to be led to; ours is what no browser takes for another host."""
    return wanted if OWN_PATH.fullmatch(wanted) else "/"


def lost(request: Request, problem: Problem) -> Response:
    """For somebody with a browser, at an address that is none of the page's."""
    response = sorry(request, problem.status, "There is nothing to see at this address.")
    response.headers.update(problem.headers or {})
    return _strict(request, response)


def _log_in_for(request: Request) -> str:
    """The log-in, which leads on to what was to be looked at."""
    path = request.url.path.removeprefix(root_of(request))
    asked = f"{path}?{request.url.query}" if request.url.query else path
    return "/log-in" if request.method != "GET" or asked == "/" else f"/log-in?{urlencode({'next': asked})}"


def _same_origin(request: Request, public_url: str | None) -> bool:
    """As the browser says. An old one says nothing; then the form's own token has to do."""
    fetched_by = request.headers.get("sec-fetch-site")
    if fetched_by is not None:
        return fetched_by == "same-origin"
    origin = request.headers.get("origin")
    own = {request.headers.get("host"), urlsplit(public_url or "").netloc} - {""}
    return origin is None or origin.partition("://")[2] in own


def sorry(request: Request, status: int, sentence: str) -> Response:
    return page(request, "problem.html", status=status, sentence=sentence)


def _strict(request: Request, response: Response) -> Response:
    """Home Assistant shows us in a frame of its own, and nobody else may.

    (Only the owner or a trusted proxy can give us a path.)
    """
    ancestors = "'self'" if root_of(request).startswith(INGRESS) else "'none'"
    headers = {
        "Content-Security-Policy": RULES.format(ancestors=ancestors),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
    for name, value in headers.items():
        response.headers.setdefault(name, value)
    return response
