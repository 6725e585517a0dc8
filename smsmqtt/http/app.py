"""The application: its routes, and what an error looks like."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import Response

from smsmqtt import __version__
from smsmqtt.http import events, health, metrics, problems
from smsmqtt.http.ground import Ground
from smsmqtt.http.page import routes as page
from smsmqtt.http.problems import Problem


def build(ground: Ground) -> FastAPI:
    app = FastAPI(title="smsmqtt", version=__version__, docs_url=None, redoc_url=None)
    app.state.ground = ground
    app.include_router(events.router)
    app.include_router(health.router)
    app.include_router(metrics.router)
    app.add_exception_handler(Problem, _on_problem)
    app.include_router(page.router)
    return app


async def _on_problem(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return problems.response(error)
