"""``/lines`` and ``/gateways``: how they are, and what one can ask of a gateway."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.responses import Response
from starlette.requests import Request

from smsmqtt.http import documents
from smsmqtt.http.entrance import BY_TOKEN, On
from smsmqtt.http.exchange import answer, answer_if_changed, committed, json_object
from smsmqtt.http.ground import Ground
from smsmqtt.http.problems import Problem
from smsmqtt.intake.directory import Line
from smsmqtt.payloads.fields import refuse_unknown
from smsmqtt.payloads.requests import read_request

router = APIRouter(tags=["lines and gateways"], dependencies=BY_TOKEN)
LineName = Annotated[str, Path(description="A line's name, or its number.", examples=["mine"])]
GatewayName = Annotated[str, Path(description="A gateway's name.", examples=["hall"])]


@router.get("/lines", **documents.LINES)
async def lines(request: Request, ground: On) -> Response:
    known = ground.door.directory.lines.values()
    return answer_if_changed(request, {"lines": [_line(line, ground) for line in known]})


@router.get("/lines/{line}", **documents.LINE)
async def one_line(line: LineName, request: Request, ground: On) -> Response:
    found = ground.door.directory.line_called(line)
    if found is None:
        raise Problem(404, "no line has this name or number", code="unknown_line")
    return answer_if_changed(request, _line(found, ground))


@router.get("/gateways", **documents.GATEWAYS)
async def gateways(request: Request, ground: On) -> Response:
    known = ground.door.directory.gateways
    return answer_if_changed(request, {"gateways": [_gateway(name, ground) for name in known]})


@router.get("/gateways/{gateway}", **documents.GATEWAY)
async def one_gateway(gateway: GatewayName, request: Request, ground: On) -> Response:
    _require(gateway, ground)
    return answer_if_changed(request, _gateway(gateway, ground))


@router.post("/gateways/{gateway}/poll", **documents.POLL)
async def poll(gateway: GatewayName, request: Request, ground: On) -> Response:
    return answer(await _asked("poll", gateway, request, ground), 202)


@router.post("/gateways/{gateway}/pause", **documents.PAUSE)
async def pause(gateway: GatewayName, request: Request, ground: On) -> Response:
    return answer(await _asked("pause", gateway, request, ground))


@router.post("/gateways/{gateway}/resume", **documents.RESUME)
async def resume(gateway: GatewayName, request: Request, ground: On) -> Response:
    return answer(await _asked("resume", gateway, request, ground))


async def _asked(verb: str, gateway: str, request: Request, ground: Ground) -> dict[str, Any]:
    """What the verb of the same name does over MQTT, for the gateway of the path."""
    _require(gateway, ground)
    body = await json_object(request, may_be_empty=True)
    refuse_unknown(body, ("for",) if verb == "pause" else ())  # the path says the rest
    wanted = read_request(verb, {**body, "gateway": gateway})
    return await committed(ground, lambda tx: ground.verbs.act(tx, wanted))


def _require(gateway: str, ground: Ground) -> None:
    if gateway not in ground.door.directory.gateways:
        raise Problem(404, "no gateway has this name", code="unknown_gateway")


def _line(line: Line, ground: Ground) -> dict[str, Any]:
    """As it is retained for MQTT. Before the first look at it most is unknown, and left out."""
    seen = ground.store.board.snapshot("line").get(line.name, {"state": None})
    credit = ground.store.board.snapshot("balance").get(line.name)
    return {"name": line.name, "number": line.number, "gateway": line.gateway, **seen, "credit": credit}


def _gateway(name: str, ground: Ground) -> dict[str, Any]:
    seen = ground.store.board.snapshot("gateway").get(name, {"state": None})
    own = [line.name for line in ground.door.directory.lines.values() if line.gateway == name]
    return {"name": name, "lines": own, **seen}
