"""The application: its routes, and what an error looks like."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from smsmqtt import __version__
from smsmqtt.errors import PayloadError, WrongState
from smsmqtt.http import credit, events, health, lines, messages, metrics, problems, restful_sms, twilio
from smsmqtt.http.ground import Ground
from smsmqtt.http.openapi import describe
from smsmqtt.http.problems import Problem
from smsmqtt.http.threshold import Threshold

DESCRIPTION = "SMS through GSM gateways. Every route wants a bearer token unless it says otherwise."
CODES = {404: "not_found", 405: "method_not_allowed"}


def build(ground: Ground) -> FastAPI:
    app = FastAPI(title="smsmqtt", version=__version__, description=DESCRIPTION, docs_url=None, redoc_url=None)
    app.state.ground = ground
    app.include_router(messages.router)
    app.include_router(credit.router)
    app.include_router(lines.router)
    app.include_router(events.router)
    app.include_router(health.router)
    app.include_router(metrics.router)
    if ground.http.restful_sms:
        app.include_router(restful_sms.router)
    if ground.http.twilio:
        app.include_router(twilio.router)
    for kind in (Problem, PayloadError, WrongState, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, _on_error)
    app.add_middleware(Threshold)
    describe(app)
    return app


async def _on_error(_request: Request, error: Exception) -> Response:
    return problems.response(_problem(error))


def _problem(error: Exception) -> Problem:
    match error:
        case Problem():
            return error
        case PayloadError():
            return problems.of_payload(error)
        case WrongState():
            return Problem(409, error.detail, code=error.code)
        case RequestValidationError():
            return _of_validation(error)
        case HTTPException():
            return Problem(
                error.status_code, str(error.detail), code=CODES.get(error.status_code, "http"), headers=error.headers
            )
    raise TypeError(error)


def _of_validation(error: RequestValidationError) -> Problem:
    """What FastAPI checked itself: the first thing that it found."""
    first = error.errors()[0]
    field = str(first["loc"][-1])
    return Problem(422, f"{field}: {first['msg']}", code="bad_payload", field=field)
