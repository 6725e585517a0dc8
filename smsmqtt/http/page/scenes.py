"""The pages as a whole: what each asks of the ledger, in one look."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from smsmqtt.http.ground import Ground
from smsmqtt.http.page.drafts import Draft
from smsmqtt.http.page.lines import gateways
from smsmqtt.http.page.rendering import page
from smsmqtt.http.page.telling import last_said, said, sent, somebody
from smsmqtt.http.page.troubles import troubles
from smsmqtt.http.page.visitors import Visitor
from smsmqtt.http.paging import cursor
from smsmqtt.http.problems import Problem
from smsmqtt.intake import stranded
from smsmqtt.model import MessageState
from smsmqtt.numbers import WRITTEN
from smsmqtt.store import Transaction, conversations, outbox, webhooks
from smsmqtt.store.conversations import Peer
from smsmqtt.store.correspondence import Place

NOBODY = "There are no texts from this sender, and it is no number that could be written to."
ON_OVERVIEW, ON_A_LIST, ON_A_PAGE = 8, 50, 40
AT_ONCE, MOST_WAITING, MOST_FAILED = 10, 50, 10
FAILED_LATELY = timedelta(days=1)
WAITS = (MessageState.QUEUED, MessageState.SENDING)


def overview(
    request: Request,
    ground: Ground,
    visitor: Visitor,
    *,
    draft: Draft | None = None,
    problem: str | None = None,
    status: int = 200,
) -> Response:
    """``problem``: why what was just asked for was not done."""
    values = ground.store.read(lambda tx: _overview(tx, ground))
    return page(
        request,
        "overview.html",
        status=status,
        problem=problem,
        **values,
        **_compose(ground, visitor, draft or Draft()),
    )


def conversation(
    request: Request,
    ground: Ground,
    visitor: Visitor,
    peer: Peer,
    *,
    before: Place | None = None,
    start: Place | None = None,
    draft: Draft | None = None,
    problem: str | None = None,
    status: int = 200,
) -> Response:
    """Its end, the piece before a place, or all from a place on."""
    who, written = somebody(peer, ground.door.directory), ground.door.directory.written
    piece, line = ground.store.read(
        lambda tx: (
            conversations.stretch(tx, peer, written, before=before, start=start, limit=ON_A_PAGE),
            outbox.last_line(tx, peer.text),
        )
    )
    can_answer = not peer.is_name and WRITTEN.fullmatch(peer.text) is not None
    if not (can_answer or piece.turns):
        raise Problem(404, NOBODY, code="not_found")
    return page(
        request,
        "conversation.html",
        status=status,
        problem=problem,
        who=who,
        turns=[said(turn, who) for turn in piece.turns],
        begin=piece.begin and cursor(piece.begin),
        earlier=piece.earlier,
        at_end=before is None,
        can_answer=can_answer,
        last_line=line,
        **_compose(ground, visitor, draft or Draft(to=peer.text)),
    )


def all_conversations(request: Request, ground: Ground, visitor: Visitor, skip: int) -> Response:
    directory = ground.door.directory
    found = ground.store.read(lambda tx: conversations.latest(tx, directory.written, skip=skip, limit=ON_A_LIST + 1))
    return page(
        request,
        "conversations.html",
        visitor=visitor,
        conversations=[last_said(each, directory) for each in found[:ON_A_LIST]],
        more=len(found) > ON_A_LIST,
        skip=skip,
        step=ON_A_LIST,
    )


def _overview(tx: Transaction, ground: Ground) -> dict[str, Any]:
    directory = ground.door.directory
    shown = gateways(tx, ground)
    waiting = sum(it.number for it in outbox.waiting(tx) if it.state in WAITS)
    latest = conversations.latest(tx, directory.written, limit=ON_OVERVIEW + 1)
    return {
        "gateways": shown,
        "troubles": troubles(
            ground.broker.troubles(), shown, gone=stranded.troubles(tx, directory), receivers=webhooks.standings(tx)
        ),
        "waiting": [sent(message, directory) for message in outbox.unsent(tx, MOST_WAITING)],
        "at_once": AT_ONCE,
        "waiting_in_all": waiting,
        "failed": [sent(it, directory) for it in outbox.ended_badly(tx, tx.now - FAILED_LATELY, MOST_FAILED)],
        "conversations": [last_said(each, directory) for each in latest[:ON_OVERVIEW]],
        "more": len(latest) > ON_OVERVIEW,
    }


def _compose(ground: Ground, visitor: Visitor, draft: Draft) -> dict[str, Any]:
    """What the form for a new text needs."""
    directory = ground.door.directory
    return {
        "visitor": visitor,
        "draft": draft,
        "people": [*directory.contacts, *directory.groups],
        "own_lines": list(directory.lines),
    }
