"""``/messages``: orders placed, asked for and taken back, and texts received."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path
from fastapi.responses import Response
from starlette.requests import Request

from smsmqtt.errors import PayloadError, WrongState
from smsmqtt.http import documents, problems
from smsmqtt.http.entrance import BY_TOKEN, On
from smsmqtt.http.exchange import answer, answer_if_changed, committed, json_object, path_of, query
from smsmqtt.http.ground import Ground
from smsmqtt.http.paging import cursor, place
from smsmqtt.http.problems import Problem
from smsmqtt.intake.accept import Acceptance, accept_order
from smsmqtt.model import Message, MessageState, OrderRequest, PartState
from smsmqtt.payloads import letters
from smsmqtt.payloads.orders import EXAMPLE, read_order
from smsmqtt.payloads.queries import MessagesAsked, read_messages_asked
from smsmqtt.store import Transaction, correspondence, inbox, outbox
from smsmqtt.store.correspondence import Item, Wanted

router = APIRouter(tags=["messages"], dependencies=BY_TOKEN)
Id = Annotated[str, Path(description="The id of a message, of an order or of a text received.", examples=["door-17"])]
_AN_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
KEY = "Idempotency-Key"
_LONGEST_KEY = 255


@router.post("/messages", **documents.PLACE)
async def place_order(request: Request, ground: On) -> Response:
    order = await json_object(request, example=EXAMPLE)
    asked = read_order(_with_id(order, request.headers.getlist(KEY)))
    acceptance, told = await committed(ground, lambda tx: _accept(tx, asked, ground))
    if not acceptance.messages:
        id_from = "id" if "id" in order else KEY
        raise problems.of_refusals(acceptance.refusals, ground.clock.now(), id_from=id_from)
    return answer(
        {"id": acceptance.order_id, "messages": told, "refusals": [problems.refused(it) for it in acceptance.refusals]},
        200 if acceptance.repeat else 202,
        headers={"Location": path_of(request, "messages", acceptance.order_id)},
    )


@router.get("/messages", **documents.LIST)
def listed(request: Request, ground: On) -> Response:
    asked = read_messages_asked(query(request))
    before = place(asked.cursor) if asked.cursor else None

    def look(tx: Transaction) -> list[Item]:
        return correspondence.page(tx, _wanted(tx, asked, ground), before=before, limit=asked.limit + 1)

    found = ground.store.read(look)
    shown = found[: asked.limit]
    following = cursor(shown[-1].place) if len(found) > len(shown) else None
    headers = {}
    if following:
        again = urlencode({**request.query_params, "cursor": following})
        headers["Link"] = f'<{path_of(request, "messages")}?{again}>; rel="next"'
    return answer_if_changed(request, {"messages": [_letter(it, ground) for it in shown], "next": following}, headers)


@router.get("/messages/{message_id}", **documents.LETTER)
def letter(message_id: Id, request: Request, ground: On) -> Response:
    return answer_if_changed(request, ground.store.read(lambda tx: _found(tx, message_id, ground)))


@router.delete("/messages/{message_id}", **documents.CANCEL)
async def cancel(message_id: Id, ground: On) -> Response:
    return answer(await committed(ground, lambda tx: _cancelled(tx, message_id, ground)))


def _with_id(order: Mapping[str, Any], keys: Sequence[str]) -> Mapping[str, Any]:
    """The order with the key for an id, when it has none of its own. Keys may be longer, and of other characters."""
    if not keys or "id" in order:
        return order
    key = keys[0]
    if any(it != key for it in keys):
        raise PayloadError(None, f"there are two different headers {KEY}", "bad_key")
    bare = key[1:-1] if len(key) > 1 and key[0] == key[-1] == '"' else key
    if not (0 < len(bare) <= _LONGEST_KEY and bare.isprintable()):
        raise PayloadError(KEY, f"expected 1 to {_LONGEST_KEY} printable characters", "bad_key")
    return {**order, "id": bare if _AN_ID.fullmatch(bare) else hashlib.sha256(bare.encode()).hexdigest()[:32]}


def _accept(tx: Transaction, asked: OrderRequest, ground: Ground) -> tuple[Acceptance, list[dict[str, Any]]]:
    """What became of it, and its messages as they were accepted, now or before."""
    acceptance = accept_order(tx, asked, ground.door)
    return acceptance, [_as_accepted(tx, message) for message in acceptance.messages]


def _wanted(tx: Transaction, asked: MessagesAsked, ground: Ground) -> Wanted:
    line = ground.door.directory.line_called(asked.line) if asked.line else None
    if asked.line and line is None:
        raise PayloadError("line", "no line has this name or number", "unknown_line")
    return Wanted(
        direction=asked.direction,
        state=asked.state,
        line=line.name if line else None,
        numbers=_numbers(tx, asked.number, ground) if asked.number else None,
        since=asked.since,
    )


def _numbers(tx: Transaction, written: str, ground: Ground) -> list[str]:
    """Of a group's members, a contact, a number in any form, or what a network shows instead of one."""
    directory = ground.door.directory
    meant = directory.groups.get(written.lower()) or (directory.number_meant(written),)
    return [it for number in meant for it in correspondence.spellings(tx, number, directory.written)]


def _letter(item: Item, ground: Ground) -> dict[str, Any]:
    if isinstance(item.letter, Message):
        return letters.sent(item.letter, at=item.changed_at or item.letter.created_at)
    return letters.received(item.letter, directory=ground.door.directory)


def _found(tx: Transaction, message_id: str, ground: Ground) -> dict[str, Any]:
    messages = outbox.resolve(tx, message_id)
    if messages:
        return _told(tx, message_id, messages)
    text = inbox.text(tx, message_id)
    if text is None:
        raise Problem(404, "no message, order or text has this id", code="unknown_id")
    return letters.received(text, directory=ground.door.directory)


def _cancelled(tx: Transaction, message_id: str, ground: Ground) -> dict[str, Any]:
    """The messages as they stand then. Once more changes nothing, and is as good."""
    messages = outbox.resolve(tx, message_id)
    if not messages:
        _found(tx, message_id, ground)
        raise Problem(409, "it was received, not sent", code="too_late")
    if any(it.state is not MessageState.CANCELLED for it in messages):
        try:
            outbox.cancel(tx, message_id)
        except WrongState as error:
            raise Problem(409, error.detail, code="too_late") from error
    return _told(tx, message_id, outbox.resolve(tx, message_id))


def _told(tx: Transaction, asked_id: str, messages: list[Message]) -> dict[str, Any]:
    """One message flat; an order for several recipients as a list under its id."""
    told = [_with_timeline(tx, message) for message in messages]
    if len(told) == 1:
        return told[0]
    return {"direction": "out", "id": asked_id, "order_id": asked_id, "messages": told}


def _as_accepted(tx: Transaction, message: Message) -> dict[str, Any]:
    first = outbox.timeline(tx, message.id)[0]
    parts = tuple(replace(part, state=PartState.QUEUED) for part in message.parts)
    begun = replace(
        message, state=MessageState.QUEUED, reason=None, attempt=0, next_attempt_at=None, final=False, parts=parts
    )
    return letters.with_timeline(begun, [first], at=first.at)


def _with_timeline(tx: Transaction, message: Message) -> dict[str, Any]:
    story = outbox.timeline(tx, message.id)
    return letters.with_timeline(message, story, at=story[-1].at if story else message.created_at)
