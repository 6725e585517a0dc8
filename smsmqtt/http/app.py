"""The application: its routes, and what an error looks like."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.routing import Route

from smsmqtt import __version__
from smsmqtt.config import HttpSettings
from smsmqtt.errors import PayloadError, WrongState
from smsmqtt.http import credit, events, health, lines, messages, metrics, openapi, problems, restful_sms, twilio
from smsmqtt.http.ground import Ground
from smsmqtt.http.head import ENDLESS, HeadAsGet
from smsmqtt.http.page import routes as page
from smsmqtt.http.page import visitors
from smsmqtt.http.problems import Problem
from smsmqtt.http.threshold import Threshold

DESCRIPTION = "SMS through GSM gateways. Every route wants a bearer token unless it says otherwise."
ROUTERS = (
    *(messages.router, credit.router, lines.router, events.router, health.router, metrics.router, openapi.router),
    *page.ROUTERS,
)


def build(ground: Ground) -> FastAPI:
    app = FastAPI(
        title="smsmqtt",
        version=__version__,
        description=DESCRIPTION,
        openapi_url=None,  # it would want no token
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # it would believe the client's Host
    )
    app.state.ground = ground
    app.state.routers = list(_routers(ground.http))
    for router in app.state.routers:
        app.include_router(router, include_in_schema=router is not metrics.router or ground.http.metrics)
    for kind in (Problem, PayloadError, WrongState, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, _on_error)
    app.add_middleware(HeadAsGet)
    app.add_middleware(Threshold)
    openapi.describe(app)
    return app


def _routers(http: HttpSettings) -> Iterator[APIRouter]:
    yield from ROUTERS
    if http.restful_sms:
        yield restful_sms.router
    if http.twilio:
        yield twilio.router


async def _on_error(request: Request, error: Exception) -> Response:
    problem = _problem(request, error)
    if isinstance(error, HTTPException) and "text/html" in request.headers.get("accept", ""):
        return visitors.lost(request, problem)
    return problems.response(problem)


def _problem(request: Request, error: Exception) -> Problem:
    match error:
        case Problem():
            return error
        case PayloadError():
            return problems.of_payload(error)
        case WrongState():
            return Problem(409, error.detail, code=error.code)
        case RequestValidationError():
            return _of_validation(error)
        case HTTPException(status_code=404):
            return Problem(404, "nothing is here", code="not_found")
        case HTTPException(status_code=405):
            allowed = ", ".join(sorted(_methods(request)))
            return Problem(
                405, f"only {allowed} can be done here", code="method_not_allowed", headers={"Allow": allowed}
            )
        case HTTPException():
            return Problem(error.status_code, str(error.detail), code="bad_request", headers=error.headers)
    raise TypeError(error)


def _methods(request: Request) -> set[str]:
    """All that the routes of this path take; each route knows its own only."""
    path = request.url.path.removeprefix(request.scope.get("root_path", ""))
    routes = [*request.app.routes, *(route for router in request.app.state.routers for route in router.routes)]
    found = [route.methods for route in routes if isinstance(route, Route) and route.path_regex.match(path)]
    methods = {method for methods in found for method in methods or ()}
    return methods | {"HEAD"} if "GET" in methods and path != ENDLESS else methods


def _of_validation(error: RequestValidationError) -> Problem:
    """What FastAPI checked itself: the first thing that it found."""
    first = error.errors()[0]
    field = str(first["loc"][-1])
    text = first["msg"].removeprefix("Value error, ")  # what a validator of ours said
    return Problem(422, f"{field}: {text}", code="bad_payload", field=field)
