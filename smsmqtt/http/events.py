"""``GET /events``: what MQTT publishes, as server-sent events (WHATWG HTML, "Server-sent events")."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BeforeValidator

from smsmqtt.errors import StoreError
from smsmqtt.http.access import COOKIE
from smsmqtt.http.entrance import BY_EITHER, On
from smsmqtt.http.ground import Ground
from smsmqtt.http.openapi import documented
from smsmqtt.http.ticker import News, Reach, Ticker, event
from smsmqtt.logs import get_logger
from smsmqtt.store.board import Kind

KINDS = ("status", "inbox", "call", "balance", "gateway", "line")
ALL_KINDS = ",".join(KINDS)
HEARTBEAT_S = 20.0
"""More often than proxies and browsers lose patience (nginx: 60 s)."""
RETRY_MS = 3000
LARGEST_ID = 2**63 - 1
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

log = get_logger("http")
router = APIRouter(tags=["events"])


def _kinds(written: str) -> str:
    if not set(written.split(",")) <= set(KINDS):
        raise ValueError(f"expected {', '.join(KINDS)}, or several of them with commas between")
    return written


def _event_id(written: str) -> str:
    if not (written.isascii() and written.isdigit() and len(written) < 20 and int(written) <= LARGEST_ID):
        raise ValueError(f"expected a whole number from 0 to {LARGEST_ID}")
    return written


_one = f"(?:{'|'.join(KINDS)})"
Wanted = Annotated[
    str,
    BeforeValidator(_kinds),
    Query(
        alias="events",
        pattern=f"^{_one}(?:,{_one})*$",
        description="Only these kinds, separated by commas: " + ", ".join(KINDS) + ".",
        examples=["inbox,status"],
    ),
]
AskedId = Annotated[
    int | None,
    BeforeValidator(_event_id),
    Query(
        alias="last_event_id",
        ge=0,
        le=LARGEST_ID,
        description="As the header Last-Event-ID, for clients that can't set one.",
        examples=[41],
    ),
]
SeenId = Annotated[
    int | None,
    BeforeValidator(_event_id),
    Header(
        alias="Last-Event-ID",
        ge=0,
        le=LARGEST_ID,
        description="Go on behind this event. The news of a day are kept.",
        examples=[41],
    ),
]
EXAMPLE = 'id: 42\nevent: inbox\ndata: {"id": "a35dad42f61e-2", "event_type": "received", …}\n\n'


@router.get(
    "/events",
    summary="What MQTT publishes, as server-sent events",
    description="A stream that does not end by itself. It begins with the states of gateways and lines, and goes on"
    " with what happens from now on or, given an id, with what happened since. `event: gap` says that some of that is"
    " not kept any more.",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "The stream.",
            "content": {"text/event-stream": {"schema": {"type": "string"}, "example": EXAMPLE}},
        },
        **documented("unauthorized", "unknown_field", "bad_parameter", "internal", "store"),
    },
    dependencies=BY_EITHER,
    openapi_extra={"security": [{"token": []}, {"cookie": []}]},
)
async def events(
    request: Request, ground: On, wanted: Wanted = ALL_KINDS, asked_id: AskedId = None, seen_id: SeenId = None
) -> Response:
    reach = await ground.ticker.reach()
    begin = Beginning(asked_id if seen_id is None else seen_id, reach)
    kinds = frozenset(wanted.split(","))
    stream = Stream(ground.ticker, kinds, begin.after_id, _admission(request, ground))
    return StreamingResponse(_octets(ground.ticker, begin, stream), media_type="text/event-stream", headers=HEADERS)


def _admission(request: Request, ground: Ground) -> Callable[[], bool]:
    """Whether who reads may go on: a log-out ends the page's streams, too, wherever its cookie is."""
    cookie = request.cookies.get(COOKIE, "")

    def by_cookie() -> bool:
        return ground.keys.name_in(cookie, ground.clock.now()) is not None

    return by_cookie if by_cookie() else lambda: True


async def _octets(ticker: Ticker, begin: Beginning, stream: Stream) -> AsyncIterator[bytes]:
    ticker.streams += 1
    try:
        yield begin.octets()
        async for octets in stream.run():
            yield octets
    except StoreError:
        log.warning("an event stream ends: the store can't be read")
    finally:
        ticker.streams -= 1


class Beginning:
    """Where a stream begins. ``seen_id``: the last event that the client has seen; None when it never had one."""

    def __init__(self, seen_id: int | None, reach: Reach) -> None:
        self.after_id = reach.newest_id if seen_id is None else min(seen_id, reach.newest_id)
        self._seen_id = seen_id
        self._reach = reach

    def octets(self) -> bytes:
        """The place, so that who is cut off before the first news misses none either; and whether news are missing.

        An id that is still to come was another store's.
        """
        place = f"retry: {RETRY_MS}\nid: {self.after_id}\n\n".encode()
        if self._seen_id is None or self._reach.forgotten_id <= self._seen_id <= self._reach.newest_id:
            return place
        return place + event("gap", json.dumps({"last_event_id": self._seen_id, "goes_on_after": self.after_id}))


class Stream:
    """One reader: where it is in the log, and which states it was told. ``admitted``: whether it may read on."""

    def __init__(self, ticker: Ticker, kinds: frozenset[str], after_id: int, admitted: Callable[[], bool]) -> None:
        self._ticker = ticker
        self._kinds = kinds
        self._after_id = after_id
        self._told_id = after_id
        self._admitted = admitted
        self._shown: dict[tuple[Kind, str], bytes] = {}

    async def run(self) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        said_s = loop.time()
        while self._admitted() and not self._ticker.closed:
            stroke = self._ticker.next_stroke()
            async for octets in self._news():
                yield octets
                said_s = loop.time()
            while not await _struck(stroke, said_s + HEARTBEAT_S - loop.time()):
                yield self._heartbeat()
                said_s = loop.time()

    async def _news(self) -> AsyncIterator[bytes]:
        """What is wanted of all that is new."""
        if states := self._states():
            yield states
        while page := await self._ticker.news_after(self._after_id):
            if octets := self._take(page):
                yield octets

    def _states(self) -> bytes:
        """Those that changed since they were last told."""
        changed = {
            key: octets
            for key, octets in self._ticker.states().items()
            if key[0] in self._kinds and self._shown.get(key) != octets
        }
        self._shown.update(changed)
        return b"".join(changed.values())

    def _take(self, page: list[News]) -> bytes:
        self._after_id = page[-1].id
        wanted = [it for it in page if it.kind in self._kinds]
        if wanted:
            self._told_id = wanted[-1].id
        return b"".join(it.octets for it in wanted)

    def _heartbeat(self) -> bytes:
        """A comment, and where only news that are not wanted went by, how far that was."""
        if self._told_id == self._after_id:
            return b":\n\n"
        self._told_id = self._after_id
        return f":\nid: {self._after_id}\n\n".encode()


async def _struck(stroke: asyncio.Event, within_s: float) -> bool:
    try:
        await asyncio.wait_for(stroke.wait(), within_s)
    except TimeoutError:
        return False
    return True
