"""What event streams read: the log of news and the states on the board, put into words once for all of them.

One thread, begun by the first stream, listens to the store and strikes; every stream waits for the next stroke and then
reads on from where it is. Who keeps up finds the page that another stream has just read; who is slow reads the store's
log at a pace of its own. So a stream costs no thread, no queue, and nothing while there is no news.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass
from threading import Thread

from starlette.concurrency import run_in_threadpool

from smsmqtt.clock import Clock
from smsmqtt.model import Announcement
from smsmqtt.payloads import news
from smsmqtt.payloads.news import AddressBook
from smsmqtt.store import Listener, Store, Transaction, announcements
from smsmqtt.store.board import Kind

PAGE = 100
STATES: tuple[Kind, ...] = ("gateway", "line")


@dataclass(frozen=True, kw_only=True)
class News:
    """One piece of the log. ``id`` is its place there, ``octets`` the event as it is sent."""

    id: int
    kind: str
    octets: bytes


@dataclass(frozen=True, kw_only=True)
class Reach:
    """How far the log goes: the newest id, and the newest that was forgotten."""

    newest_id: int
    forgotten_id: int


class Ticker:
    """For the loop alone, but for ``close``. ``streams``: how many read now."""

    def __init__(self, store: Store, directory: AddressBook, clock: Clock) -> None:
        self.streams = 0
        self._store = store
        self._directory = directory
        self._clock = clock
        self._closing = False
        self._listener: Listener | None = None
        self._stroke = asyncio.Event()
        self._strokes = 0
        self._reading = asyncio.Lock()
        self._page: tuple[tuple[int, int], list[News]] = ((0, -1), [])
        self._states: tuple[int, dict[tuple[Kind, str], bytes]] = (-1, {})

    @property
    def closed(self) -> bool:
        return self._closing

    def close(self) -> None:
        """The streams end; from any thread."""
        self._closing = True
        if self._listener:
            self._listener.wake()

    def next_stroke(self) -> asyncio.Event:
        """Set once there is more to read, or the end has come. Ask for it before reading, or news slip between."""
        if self._listener is None:
            self._listener = self._store.listen("announcements", "board")
            arguments = (self._listener, asyncio.get_running_loop())
            Thread(target=self._listen, args=arguments, name="http-ticker", daemon=True).start()
        return self._stroke

    async def reach(self) -> Reach:
        return await run_in_threadpool(self._store.read, _reach)

    async def news_after(self, after_id: int) -> list[News]:
        """At most a page; empty when there are none. One read at a time, so that a crowd leaves the store alone."""
        async with self._reading:
            asked = (self._strokes, after_id)
            if self._page[0] != asked:
                self._page = (asked, await run_in_threadpool(self._read, after_id))
            return self._page[1]

    def states(self) -> dict[tuple[Kind, str], bytes]:
        """The events that tell how gateways and lines stand, by kind and name. A change of the board is a stroke."""
        if self._states[0] != self._strokes:
            self._states = (self._strokes, self._worded_states())
        return self._states[1]

    def _worded_states(self) -> dict[tuple[Kind, str], bytes]:
        return {
            (kind, name): event(kind, json.dumps({"name": name, **payload}, ensure_ascii=False))
            for kind in STATES
            for name, payload in self._store.board.snapshot(kind).items()
        }

    def _read(self, after_id: int) -> list[News]:
        found = self._store.read(lambda tx: announcements.log(tx, after_id, PAGE))
        return [News(id=it.id, kind=it.kind, octets=event(it.kind, self._payload(it), it.id)) for it in found]

    def _payload(self, it: Announcement) -> str:
        if it.text is None:
            return it.payload or "{}"
        return json.dumps(news.inbox(it.text, directory=self._directory, now=self._clock.now()), ensure_ascii=False)

    def _listen(self, listener: Listener, loop: asyncio.AbstractEventLoop) -> None:
        with suppress(RuntimeError):  # the loop is no more
            while not self._closing:
                listener.wait()
                loop.call_soon_threadsafe(self._strike)
        listener.close()

    def _strike(self) -> None:
        self._strokes += 1
        struck, self._stroke = self._stroke, asyncio.Event()
        struck.set()


def event(kind: str, data: str, event_id: int | None = None) -> bytes:
    """One server-sent event. ``data`` is JSON on one line."""
    place = "" if event_id is None else f"id: {event_id}\n"
    return f"{place}event: {kind}\ndata: {data}\n\n".encode(errors="replace")


def _reach(tx: Transaction) -> Reach:
    return Reach(newest_id=announcements.newest_id(tx), forgotten_id=announcements.forgotten_id(tx))
