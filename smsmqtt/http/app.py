"""The application: its routes, and what an error looks like."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import Response

from smsmqtt import __version__
from smsmqtt.http import events, health, metrics, problems, restful_sms, twilio
from smsmqtt.http.ground import Ground
from smsmqtt.http.problems import Problem


def build(ground: Ground) -> FastAPI:
    app = FastAPI(title="smsmqtt", version=__version__, docs_url=None, redoc_url=None)
    app.state.ground = ground
    app.include_router(events.router)
    app.include_router(health.router)
    app.include_router(metrics.router)
    if ground.http.restful_sms:
        app.include_router(restful_sms.router)
    if ground.http.twilio:
        app.include_router(twilio.router)
    app.add_exception_handler(Problem, _on_problem)
    return app


async def _on_problem(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return problems.response(error)
