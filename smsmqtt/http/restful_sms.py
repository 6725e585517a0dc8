"""The paths of restful-sms, for programs written for it: the token stands in the path, ids are whole numbers, and an
error is a ``message``.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Coroutine, Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute

from smsmqtt import numbers
from smsmqtt.errors import PayloadError
from smsmqtt.http import problems
from smsmqtt.http import restful_sms_documents as documents
from smsmqtt.http.entrance import On
from smsmqtt.http.exchange import committed
from smsmqtt.http.forms import any_fields
from smsmqtt.http.ground import Ground
from smsmqtt.http.problems import Problem
from smsmqtt.http.receivers import callback_name
from smsmqtt.intake.accept import Acceptance, accept_order
from smsmqtt.intake.credit import accept_balance_request
from smsmqtt.intake.directory import Directory, Line
from smsmqtt.intake.guard import WITH_AN_ID
from smsmqtt.logs import get_logger
from smsmqtt.model import OrderRequest
from smsmqtt.payloads.balances import BalanceAsk
from smsmqtt.payloads.orders import read_order
from smsmqtt.store import Transaction, outbox, webhooks

log = get_logger("http")
_AN_ADDRESS = re.compile(r"[!-\[\]-~]{1,2000}")
"""Printable ASCII without the backslash, which some readers of addresses take for a slash."""


class Refused(Exception):
    """Answered as restful-sms does."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers


class InItsWords(APIRoute):
    """Whatever a client did wrong is told as ``{"message": …}``."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await handler(request)
            except Refused as refused:
                return JSONResponse({"message": str(refused)}, refused.status, refused.headers)
            except PayloadError as error:
                return JSONResponse({"message": str(error)}, 400)

        return handle


router = APIRouter(tags=["restful-sms"], route_class=InItsWords)
Token = Annotated[str, Path(description="`restful_sms.token` of the configuration.")]


@router.post("/message/{token:path}", **documents.MESSAGE)
async def message(token: Token, request: Request, ground: On) -> Response:
    let_in(token, ground)
    fields = required(await any_fields(request), "from", "to", "body")
    line = line_of(fields["from"], "from", ground.door.directory)
    order = read_order({"from": line.name, "to": fields["to"], "body": fields["body"]})
    acceptance, number = await committed(ground, lambda tx: _accept(tx, order, ground))
    if not acceptance.messages:
        raise _refused(problems.of_refusals(acceptance.refusals, ground.clock.now()))
    log.info("taken from a client of restful-sms", id=acceptance.order_id, nr=number)
    return JSONResponse({"id": number})


@router.post("/credit-request/{token:path}", **documents.CREDIT_REQUEST)
async def credit_request(token: Token, request: Request, ground: On) -> Response:
    let_in(token, ground)
    fields = required(await any_fields(request), "number", "callback_url")
    line = line_of(fields["number"], "number", ground.door.directory)
    receiver = callback_name(allowed_host(fields["callback_url"], ground))

    def unit(tx: Transaction) -> int:
        number = webhooks.await_credit(tx, receiver, line.name, fields["callback_url"])
        accept_balance_request(tx, BalanceAsk(line=line.name), ground.credit)
        return number

    try:
        return JSONResponse({"id": await committed(ground, unit)})
    except PayloadError as error:  # of the line, which has another name here
        raise PayloadError("number", error.text, error.code) from error


def let_in(token: str, ground: Ground) -> None:
    """Refused unless it is the token; compared in constant time."""
    assert ground.http.restful_sms is not None  # else there are no such routes
    own = ground.http.restful_sms.token.encode()
    if not any(hmac.compare_digest(given.encode(), own) for given in (token, token.removesuffix("/"))):
        raise Refused(401, "Invalid token", {"WWW-Authenticate": documents.CHALLENGE})


def required(given: Sequence[tuple[str, str]], *names: str) -> dict[str, str]:
    """The fields of these names; others may be there, whatever their clients mean by them."""
    fields = {name: value for name, value in given if name in names}
    missing = [name for name in names if name not in fields]
    if missing:
        raise Refused(400, f"The following parameter(s) are required: {', '.join(missing)}")
    for name, value in given:
        if fields.get(name, value) != value:
            raise PayloadError(name, "is given twice, and not alike")
    return fields


def line_of(written: str, field: str, directory: Directory) -> Line:
    """By its name or number, also in local form where no region says which country that is of."""
    alike = [line for line in directory.lines.values() if line.number and numbers.same_subscriber(line.number, written)]
    found = directory.line_called(written) or (alike[0] if len(alike) == 1 else None)
    if found is None:
        raise PayloadError(field, "no line has this name or number", "unknown_line")
    return found


def allowed_host(url: str, ground: Ground) -> str:
    """The host of an address in a body, when it is plainly one of those that the owner named; else PayloadError."""
    assert ground.http.restful_sms is not None
    host = host_of(url)
    if host is None or host not in ground.http.restful_sms.callback_hosts:
        raise PayloadError("callback_url", "expected http:// or https:// and a host of restful_sms.callback_hosts")
    return host


def host_of(url: str) -> str | None:
    """None for anything that two readers might read in two ways."""
    if not _AN_ADDRESS.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or port == 0:
        return None
    return parts.hostname


def _accept(tx: Transaction, order: OrderRequest, ground: Ground) -> tuple[Acceptance, int]:
    """With the number of its first message; 0 when nobody is texted."""
    acceptance = accept_order(tx, order, ground.door)
    return acceptance, outbox.number(tx, acceptance.messages[0].id) if acceptance.messages else 0


def _refused(problem: Problem) -> Refused:
    """It knows of one kind of mistake; what the guard holds back may pass later. Nobody can give an id here."""
    status = problem.status if problem.status == HTTPStatus.TOO_MANY_REQUESTS else HTTPStatus.BAD_REQUEST
    reason, _, _ = problem.body["detail"].partition(WITH_AN_ID)
    return Refused(status, reason, problem.headers)
