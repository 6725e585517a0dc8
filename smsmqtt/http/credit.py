"""``/balance-requests``: questions for credit, put and asked for."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.responses import Response
from starlette.requests import Request

from smsmqtt.http import documents
from smsmqtt.http.entrance import BY_TOKEN, On
from smsmqtt.http.exchange import answer, answer_if_changed, committed, json_object, path_of
from smsmqtt.http.ground import Ground
from smsmqtt.http.problems import Problem
from smsmqtt.intake.credit import accept_balance_request
from smsmqtt.model import BalanceRequest
from smsmqtt.payloads.balances import BalanceAsk, read_request
from smsmqtt.payloads.times import iso
from smsmqtt.store import Transaction, balances

router = APIRouter(tags=["credit"], dependencies=BY_TOKEN)
Id = Annotated[str, Path(description="The id of a question.", examples=["5d2f8c1e9b0a7f34"])]


@router.post("/balance-requests", **documents.ASK_CREDIT)
async def ask(request: Request, ground: On) -> Response:
    asked = read_request(await json_object(request, may_be_empty=True))
    told = await committed(ground, lambda tx: _ask(tx, asked, ground))
    first = told[0]["id"]
    return answer(
        {"id": first, "requests": told}, 202, headers={"Location": path_of(request, "balance-requests", first)}
    )


@router.get("/balance-requests/{request_id}", **documents.CREDIT_ASKED)
def question(request_id: Id, request: Request, ground: On) -> Response:
    return answer_if_changed(request, ground.store.read(lambda tx: _found(tx, request_id, ground)))


def _ask(tx: Transaction, asked: BalanceAsk, ground: Ground) -> list[dict[str, Any]]:
    """A line's open question is joined, and then it has the id that it had."""
    return [_told(tx, request, ground) for request in accept_balance_request(tx, asked, ground.credit)]


def _found(tx: Transaction, request_id: str, ground: Ground) -> dict[str, Any]:
    """One question flat; one for several lines as a list under its id."""
    told = [_told(tx, request, ground) for request in balances.called(tx, request_id)]
    if not told:
        raise Problem(404, "no question for credit has this id", code="unknown_id")
    return told[0] if len(told) == 1 else {"id": request_id, "requests": told}


def _told(tx: Transaction, request: BalanceRequest, ground: Ground) -> dict[str, Any]:
    told = ground.credit.told(tx, request, balances.reply_to(tx, request))
    return {
        "id": told.pop("request_id"),
        **told,
        "created_at": iso(request.created_at),
        "deadline_at": iso(request.deadline_at),
    }
