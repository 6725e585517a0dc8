"""``GET /healthz``: is it alive, and does it do its work? For systemd, Docker and uptime checkers; no token."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from smsmqtt.http.entrance import On
from smsmqtt.http.ground import Ground
from smsmqtt.intake.line_troubles import line_troubles
from smsmqtt.store import webhooks

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """Codes only: whoever can reach the port may read them."""

    status: Literal["ok", "degraded", "failed"] = Field(
        description="degraded: it works, and something outside doesn't; failed: it can't do its work."
    )
    reasons: list[str] = Field(description="Codes, sorted; empty when all is well.", examples=[["broker_unreachable"]])


@router.get(
    "/healthz",
    summary="Liveness with reasons; needs no token",
    responses={
        200: {"description": "Alive: ok, or degraded."},
        503: {"description": "It can't do its work, or is about to stop for that.", "model": Health},
    },
)
async def healthz(ground: On, response: Response) -> Health:
    health = health_of(ground)
    response.status_code = 503 if health.status == "failed" else 200
    response.headers["Cache-Control"] = "no-store"
    return health


def health_of(ground: Ground) -> Health:
    """What is dead outweighs what is only away."""
    dead = [f"{part}_dead" for part in ground.dead()]
    if ground.store.failure:
        dead.append(ground.store.failure.code)
    if dead:
        return Health(status="failed", reasons=sorted(dead))
    away = {trouble.code for trouble in ground.broker.troubles()}
    for gateway in ground.store.board.snapshot("gateway").values():
        if gateway.get("error"):
            away.add(f"gateway_{gateway['error']['code']}")
    receivers, of_lines = ground.store.read(
        lambda tx: (webhooks.standings(tx), line_troubles(tx, ground.door.guard, ground.door.directory))
    )
    away |= {trouble.code for trouble in of_lines.values()}
    if any(it.gone or it.error for it in receivers):
        away.add("webhook")
    return Health(status="degraded" if away else "ok", reasons=sorted(away))
