"""What can be done on the page. Each is a form that works without a script, and leads back to where it was sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from smsmqtt.errors import PayloadError
from smsmqtt.http.entrance import On
from smsmqtt.http.ground import Ground
from smsmqtt.http.page import scenes
from smsmqtt.http.page.counting import count
from smsmqtt.http.page.drafts import Draft, refusals_told
from smsmqtt.http.page.visitors import Fields, Known, PageRoute, Visitor, to
from smsmqtt.intake.accept import accept_order
from smsmqtt.intake.credit import accept_balance_request
from smsmqtt.payloads.balances import BalanceAsk
from smsmqtt.store.conversations import Peer

UNPROCESSABLE, CONFLICT = 422, 409
PAUSE = "10m"
LONGEST_COUNTED = 20_000
"""Characters; no text that may be sent is so long."""

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/page")


@router.post("/send")
def send(request: Request, ground: On, visitor: Known, fields: Fields) -> Response:
    draft = Draft.from_form(fields)
    try:
        order = draft.order()
    except PayloadError as error:
        return _again(request, ground, visitor, fields, UNPROCESSABLE, draft=draft.refused(error))
    done = ground.store.write(lambda tx: accept_order(tx, order, ground.door))
    refused = refusals_told(done.refusals)
    if not done.messages:
        return _again(request, ground, visitor, fields, UNPROCESSABLE, draft=draft.anew(refused))
    if refused:
        return _again(request, ground, visitor, fields, UNPROCESSABLE, problem=f"Sent, but not to all. {refused}")
    recipients = {message.recipient for message in done.messages}
    return to(request, conversation_of(recipients.pop()) if len(recipients) == 1 else "/")


@router.post("/count")
def count_parts(ground: On, _visitor: Known, fields: Fields) -> Response:
    """For the counter: a sentence, and whether the text may go at all."""
    counted = count(fields.get("body", "")[:LONGEST_COUNTED], ground.door.messages)
    return JSONResponse({"text": counted.sentence, "parts": counted.parts, "too_long": counted.too_long})


@router.post("/cancel")
def cancel(request: Request, ground: On, visitor: Known, fields: Fields) -> Response:
    return _verb("cancel", {"id": fields.get("id")}, request, ground, visitor, fields)


@router.post("/cancel-all")
def cancel_all(request: Request, ground: On, visitor: Known, fields: Fields) -> Response:
    """Everything that waits."""
    return _verb("cancel", {"all": True}, request, ground, visitor, fields)


@router.post("/resend")
def resend(request: Request, ground: On, visitor: Known, fields: Fields) -> Response:
    return _verb("resend", {"id": fields.get("id")}, request, ground, visitor, fields)


@router.post("/poll")
def poll(request: Request, ground: On, visitor: Known, fields: Fields) -> Response:
    return _verb("poll", {"gateway": fields.get("gateway")}, request, ground, visitor, fields)


@router.post("/pause")
def pause(request: Request, ground: On, visitor: Known, fields: Fields) -> Response:
    """Free the line for calls, for a while."""
    return _verb("pause", {"gateway": fields.get("gateway"), "for": PAUSE}, request, ground, visitor, fields)


@router.post("/resume")
def resume(request: Request, ground: On, visitor: Known, fields: Fields) -> Response:
    return _verb("resume", {"gateway": fields.get("gateway")}, request, ground, visitor, fields)


@router.post("/sending")
def sending(request: Request, ground: On, visitor: Known, fields: Fields) -> Response:
    """Let a line send again that was held back."""
    return _verb("sending", {"line": fields.get("line"), "enabled": True}, request, ground, visitor, fields)


@router.post("/credit")
def credit(request: Request, ground: On, visitor: Known, fields: Fields) -> Response:
    """Ask the phone company, in the next session."""
    asked = BalanceAsk(line=fields.get("line", ""))
    try:
        ground.store.write(lambda tx: accept_balance_request(tx, asked, ground.credit))
    except PayloadError as error:
        return _again(request, ground, visitor, fields, CONFLICT, problem=plainly(error.text))
    return _back(request, fields)


@router.get("/{_form:path}")
def instead(request: Request, _form: str) -> Response:
    """Who reloads, or goes back to, what a form said, sees the page as it is now."""
    return to(request, "/")


def conversation_of(number: str) -> str:
    return f"/conversation?{urlencode({'with': number})}"


def plainly(text: str) -> str:
    """A sentence of a program's answer, for people."""
    return f"{text[:1].upper()}{text[1:]}."


def _verb(
    verb: str, asked: Mapping[str, Any], request: Request, ground: Ground, visitor: Visitor, fields: Mapping[str, str]
) -> Response:
    payload = json.dumps(asked).encode()
    answer = ground.store.write(lambda tx: ground.verbs.answer(tx, verb, payload))
    problem = _problem(answer)
    if problem is None:
        return _back(request, fields)
    return _again(request, ground, visitor, fields, CONFLICT, problem=plainly(problem))


def _problem(answer: Mapping[str, Any]) -> str | None:
    """What is wrong, or was left out of what was done; None when all is well."""
    if answer["status"] != "ok":
        return str(answer["error"])
    return "; ".join(refused["text"] for refused in answer["data"].get("refused", ())) or None


def _back(request: Request, fields: Mapping[str, str]) -> Response:
    return to(request, conversation_of(fields["with"]) if fields.get("with") else "/")


def _again(
    request: Request,
    ground: Ground,
    visitor: Visitor,
    fields: Mapping[str, str],
    status: int,
    *,
    draft: Draft | None = None,
    problem: str | None = None,
) -> Response:
    """The page that the form was on, and what is wrong with it."""
    said: dict[str, Any] = {"draft": draft, "problem": problem, "status": status}
    if fields.get("with"):
        return scenes.conversation(request, ground, visitor, Peer(text=fields["with"]), **said)
    return scenes.overview(request, ground, visitor, **said)
