"""Webhooks and callbacks as the desk sees them: news become deliveries, deliveries are carried.

One thread reads the log of announcements and puts what each receiver gets of them; how far it has read is kept in the
same transaction. Each receiver has a postman. Where there is no receiver there is no thread either.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from threading import Event, Thread
from typing import TYPE_CHECKING

from smsmqtt.clock import Clock
from smsmqtt.config import HttpSettings
from smsmqtt.errors import StoreError
from smsmqtt.http.receivers import Letter, News, Receiver, receivers
from smsmqtt.intake.directory import Directory
from smsmqtt.logs import get_logger
from smsmqtt.model import Announcement
from smsmqtt.payloads import news
from smsmqtt.store import Store, Transaction, announcements, webhooks

if TYPE_CHECKING:
    from smsmqtt.http.postman import Postman

PAGE = 200

log = get_logger("http")


class Dispatch:
    """The receivers are enlisted at once: what happens from then on is told to them, also if it is before ``start``."""

    def __init__(self, http: HttpSettings, store: Store, clock: Clock, directory: Directory) -> None:
        self._receivers = receivers(http)
        self._store = store
        self._clock = clock
        self._directory = directory
        self._read_up_to = 0
        self._stopping = Event()
        self._listener = store.listen("announcements")
        self._thread = Thread(target=self._run, name="http-dispatch", daemon=True)
        self._postmen: list[Postman] = []
        for label, count in store.write(self._enlist).items():
            log.warning("no receiver any more: dropped", receiver=label, count=count)

    def start(self) -> None:
        if not self._receivers:
            return
        from smsmqtt.http.postman import Postman  # with urllib3, for those who have somebody to tell

        self._postmen = [Postman(receiver, self._store, self._clock) for receiver in self._receivers]
        self._thread.start()
        for postman in self._postmen:
            postman.start()

    def stop(self) -> None:
        self._stopping.set()
        self._listener.wake()
        if self._thread.ident:
            self._thread.join()
        for postman in self._postmen:
            postman.stop()
        for postman in self._postmen:
            postman.join()
        self._listener.close()

    def alive(self) -> bool:
        return not self._thread.ident or (self._thread.is_alive() and all(it.alive() for it in self._postmen))

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._read_up_to = self._store.write(self._spread)
                self._listener.wait()
        except StoreError:
            if not self._store.failure:
                raise

    def _enlist(self, tx: Transaction) -> dict[str, int]:
        self._spread(tx)
        return webhooks.enlist(tx, [receiver.address for receiver in self._receivers])

    def _spread(self, tx: Transaction) -> int:
        """Make deliveries of what is new; the id up to which all is read now."""
        readers = webhooks.readers(tx)
        known = [receiver for receiver in self._receivers if receiver.address.name in readers]
        read_up_to = max(self._read_up_to, min((readers[it.address.name].after_id for it in known), default=0))
        found = False
        while known and (page := announcements.log(tx, read_up_to, PAGE)):
            for announcement in page:
                wanted = [it for it in known if readers[it.address.name].wants(announcement)]
                found |= self._put(tx, announcement, wanted)
            read_up_to = page[-1].id
        if found:
            webhooks.read_up_to(tx, read_up_to)
        return read_up_to

    def _put(self, tx: Transaction, announcement: Announcement, wanted: Iterable[Receiver]) -> bool:
        event_id = f"{self._store.id}-{announcement.id}"
        found = False
        for receiver in wanted:
            for letter in self._letters(tx, announcement, receiver):
                webhooks.put(tx, receiver.address.name, event_id, letter.body, letter.url)
                found = True
        return found

    def _letters(self, tx: Transaction, announcement: Announcement, receiver: Receiver) -> list[Letter]:
        try:
            return list(receiver.letters(tx, self._news(tx, announcement)))
        except Exception:  # poison: one that can't be worded must not keep the rest
            log.exception("an event can't be put into words", receiver=receiver.address.label, id=announcement.id)
            return []

    def _news(self, tx: Transaction, announcement: Announcement) -> News:
        text = announcement.text
        if text:
            payload = news.inbox(text, directory=self._directory, now=tx.now)
        else:
            payload = json.loads(announcement.payload or "{}")
        return News(id=announcement.id, kind=announcement.kind, at=announcement.at, payload=payload)
