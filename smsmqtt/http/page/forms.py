"""What can be done on the page. Each is a form that works without a script, and leads back to where it was sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
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


@dataclass(frozen=True, kw_only=True)
class Submitted:
    """A form that a visitor sent, and the ways on from it."""

    request: Request
    ground: Ground
    visitor: Visitor
    fields: Mapping[str, str]

    def verb(self, verb: str, **asked: Any) -> Response:
        """Does what the verb of this name does over MQTT."""
        payload = json.dumps(asked).encode()
        answer = self.ground.store.write(lambda tx: self.ground.verbs.answer(tx, verb, payload))
        problem = _problem(answer)
        return self.back() if problem is None else self.again(CONFLICT, problem=plainly(problem))

    def back(self) -> Response:
        """To the page that the form was on."""
        peer = self.fields.get("with")
        return to(self.request, conversation_of(peer) if peer else "/")

    def again(self, status: int, *, draft: Draft | None = None, problem: str | None = None) -> Response:
        """The page that the form was on, and what is wrong with it."""
        said: dict[str, Any] = {"draft": draft, "problem": problem, "status": status}
        peer = self.fields.get("with")
        if peer:
            return scenes.conversation(self.request, self.ground, self.visitor, Peer(text=peer), **said)
        return scenes.overview(self.request, self.ground, self.visitor, **said)


async def submitted(request: Request, ground: On, visitor: Known, fields: Fields) -> Submitted:
    return Submitted(request=request, ground=ground, visitor=visitor, fields=fields)


Form = Annotated[Submitted, Depends(submitted)]
router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/page")


@router.post("/send")
def send(form: Form) -> Response:
    ground, draft = form.ground, Draft.from_form(form.fields)
    try:
        order = draft.order()
    except PayloadError as error:
        return form.again(UNPROCESSABLE, draft=draft.refused(error))
    done = ground.store.write(lambda tx: accept_order(tx, order, ground.door))
    refused = refusals_told(done.refusals)
    if not done.messages:
        return form.again(UNPROCESSABLE, draft=draft.anew(refused))
    if refused:
        return form.again(UNPROCESSABLE, problem=f"Sent, but not to all. {refused}")
    recipients = {message.recipient for message in done.messages}
    return to(form.request, conversation_of(recipients.pop()) if len(recipients) == 1 else "/")


@router.post("/count")
def count_parts(form: Form) -> Response:
    """For the counter: a sentence, and whether the text may go at all."""
    counted = count(form.fields.get("body", "")[:LONGEST_COUNTED], form.ground.door.messages)
    return JSONResponse({"text": counted.sentence, "parts": counted.parts, "too_long": counted.too_long})


@router.post("/cancel")
def cancel(form: Form) -> Response:
    return form.verb("cancel", id=form.fields.get("id"))


@router.post("/cancel-all")
def cancel_all(form: Form) -> Response:
    """Everything that waits."""
    return form.verb("cancel", all=True)


@router.post("/resend")
def resend(form: Form) -> Response:
    return form.verb("resend", id=form.fields.get("id"))


@router.post("/poll")
def poll(form: Form) -> Response:
    return form.verb("poll", gateway=form.fields.get("gateway"))


@router.post("/pause")
def pause(form: Form) -> Response:
    """Free the line for calls, for a while."""
    return form.verb("pause", gateway=form.fields.get("gateway"), **{"for": PAUSE})


@router.post("/resume")
def resume(form: Form) -> Response:
    return form.verb("resume", gateway=form.fields.get("gateway"))


@router.post("/sending")
def sending(form: Form) -> Response:
    """Let a line send again that was held back."""
    return form.verb("sending", line=form.fields.get("line"), enabled=True)


@router.post("/credit")
def credit(form: Form) -> Response:
    """Ask the phone company, in the next session."""
    ground, asked = form.ground, BalanceAsk(line=form.fields.get("line", ""))
    try:
        ground.store.write(lambda tx: accept_balance_request(tx, asked, ground.credit))
    except PayloadError as error:
        return form.again(CONFLICT, problem=plainly(error.text))
    return form.back()


@router.get("/{_form:path}")
def instead(request: Request, _form: str) -> Response:
    """Who reloads, or goes back to, what a form said, sees the page as it is now."""
    return to(request, "/")


def conversation_of(number: str) -> str:
    return f"/conversation?{urlencode({'with': number})}"


def plainly(text: str) -> str:
    """A sentence of a program's answer, for people."""
    return f"{text[:1].upper()}{text[1:]}."


def _problem(answer: Mapping[str, Any]) -> str | None:
    """What is wrong, or was left out of what was done; None when all is well."""
    if answer["status"] != "ok":
        return str(answer["error"])
    return "; ".join(refused["text"] for refused in answer["data"].get("refused", ())) or None
