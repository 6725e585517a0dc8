"""Hands out news: one thread that publishes what the store says is owed, and the retained topics.

The store is the queue. An announcement is published while a connection is up, and struck off once the broker took it;
what was not confirmed when a connection ended is published again on the next. So each is published at least once, in
the order of its making.

- Everything here belongs to the one thread; others leave it errands (``begin``, ``hear`` …) and wake it.
- A publish that the broker refuses is not published. Its topic rests for a while, also over a new connection (some
  brokers hang up on a refused publish); other topics go on. Then all that is owed is gone through from the start. Only
  a refused copy for a caller's own response topic is given up: the same news stand on our topic.
- When Home Assistant comes, everything retained is shown again: its discovery first, then our presence, then states.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread

from smsmqtt.clock import Clock
from smsmqtt.errors import StoreError
from smsmqtt.intake.directory import Directory
from smsmqtt.logs import get_logger
from smsmqtt.model import Announcement
from smsmqtt.mqtt import audience
from smsmqtt.mqtt.announcing import Announcing
from smsmqtt.mqtt.client import Connection, Outgoing, Published
from smsmqtt.mqtt.compat import Compat
from smsmqtt.mqtt.denials import Denials, RestingTopics
from smsmqtt.mqtt.echo import Echo
from smsmqtt.mqtt.pace import Pace
from smsmqtt.mqtt.retained import Retained
from smsmqtt.mqtt.standing import Standing
from smsmqtt.mqtt.topics import Topics
from smsmqtt.payloads import news
from smsmqtt.store import Store, Transaction, announcements

log = get_logger("mqtt")
PAGE = 200


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A publish that the broker has not answered yet."""

    topic: str
    announcement_id: int | None = None
    text_id: str | None = None
    for_caller: bool = False  # on a response topic


class Publisher:
    """``watch`` is called now and then, ``excuse`` when a publish was refused, or may have been."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        pace: Pace,
        topics: Topics,
        directory: Directory,
        standing: Standing,
        announcing: Announcing,
        retained: Retained,
        compat: Compat | None,
        denials: Denials,
        max_queued: int,
        watch: Callable[[], None],
        excuse: Callable[[], None],
    ) -> None:
        self.published = 0
        self._store = store
        self._clock = clock
        self._pace = pace
        self._topics = topics
        self._directory = directory
        self._standing = standing
        self._announcing = announcing
        self._retained = retained
        self._compat = compat
        self._max_queued = max_queued
        self._watch = watch
        self._excuse = excuse
        self._listener = store.listen("announcements", "board")
        self._errands: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._connection: Connection | None = None
        self._on_duty = False
        self._sent: dict[int, Sent] = {}
        self._doubtful: str | None = None  # the topic of the last acknowledgement, until another one comes
        self._confirmed: list[int] = []
        self._told: dict[str, bool] = {}  # texts, and whether anybody was subscribed to them
        self._after_id = 0
        self._unreadable: set[int] = set()
        self._resting = RestingTopics(topics, clock, pace, denials)
        self._echo = Echo(topics, clock, pace, denials)
        self._stopping = False
        self._parted = False
        self._thread = Thread(target=self._run, name="mqtt-publisher", daemon=True)

    # From other threads

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> bool:
        """Says offline, and waits a little for what is under way. False when the thread died before it could."""
        self._leave(self._say_offline)
        self._thread.join()
        self._listener.close()
        return self._parted

    def alive(self) -> bool:
        return self._thread.is_alive()

    def begin(self, connection: Connection, *, on_duty: bool) -> None:
        """News go out on this connection; off duty (another bridge has the prefix) nothing retained does."""
        self._leave(lambda: self._begin(connection, on_duty))

    def hear(self, event: Published) -> None:
        self._leave(lambda: self._confirm(event))

    def repeat_presence(self) -> None:
        """Somebody overwrote it."""
        self._leave(lambda: self._retained.forget(self._topics.bridge_info, self._topics.bridge_state))

    def home_assistant_came(self) -> None:
        self._leave(self._announcing.came)

    def heard_something(self) -> None:
        """Whatever came on a command topic: we may read there."""
        self._leave(self._echo.heard)

    def troubles_changed(self) -> None:
        self._leave(self._retained.health_is_due)

    def _leave(self, errand: Callable[[], None]) -> None:
        self._errands.put(errand)
        self._listener.wake()

    # The thread

    def _run(self) -> None:
        try:
            self._publish_until_stopped()
        except StoreError:
            if not self._store.failure:
                raise
            log.error("nothing is published any more: the store can't be used")

    def _publish_until_stopped(self) -> None:
        while not self._stopping:
            self._listener.wait(self._announcing.wait_s(self._pace.tick_s))
            self._run_errands()
            self._watch()
            if self._announcing.again():
                self._show_again()
            if self._connection and self._connection.is_open and not self._stopping:
                if self._on_duty:
                    self._show(self._retained.news())
                self._announce()
                self._echo.look()
        self._part()

    def _run_errands(self) -> None:
        while True:
            try:
                errand = self._errands.get_nowait()
            except Empty:
                break
            errand()
        if self._confirmed:
            self._strike_off()

    def _strike_off(self) -> None:
        ids, self._confirmed = self._confirmed, []
        texts, self._told = self._told, {}

        def strike_off(tx: Transaction) -> None:
            if self._compat:
                self._compat.follow(tx, ids)
            announcements.published(tx, ids)
            audience.told(tx, texts)

        self._store.write(strike_off)
        self.published += len(ids)

    def _begin(self, connection: Connection, on_duty: bool) -> None:
        self._echo.connection_ended()
        for topic in self._suspects():
            self._rest(topic)
        self._connection, self._on_duty = connection, on_duty
        self._sent, self._after_id = {}, 0
        self._retained.connection_began()
        if on_duty:
            self._show(self._retained.presence())
            if call := self._echo.call():
                self._publish(call)

    def _suspects(self) -> list[str]:
        """What the last connection may have ended over (see Echo), of the topics that we can do without for a while."""
        doubtful, self._doubtful = self._doubtful, None
        topics = [*([doubtful] if doubtful else []), *(sent.topic for sent in self._sent.values())]
        return [topic for topic in topics if self._announcing.shows(topic) or self._topics.is_compat(topic)]

    def _publish(self, outgoing: Outgoing, announcement: Announcement | None = None) -> None:
        assert self._connection is not None
        packet_id = self._connection.publish(outgoing)
        if packet_id is None:
            return
        self._sent[packet_id] = Sent(
            topic=outgoing.topic,
            announcement_id=announcement.id if announcement else None,
            text_id=announcement.text.id if announcement and announcement.text else None,
            for_caller=announcement is not None and announcement.reply_to is not None,
        )

    def _confirm(self, event: Published) -> None:
        sent = self._sent.pop(event.packet_id, None) if event.connection is self._connection else None
        if sent is None:
            return
        if event.refused is None:
            self._took(sent, event.subscribed)
        elif sent.for_caller and sent.announcement_id is not None:
            log.warning("the broker refuses a caller's response topic", topic=sent.topic, why=event.refused)
            self._confirmed.append(sent.announcement_id)
        elif sent.topic == self._echo.topic:
            self._echo.refused()
        else:
            self._refused(sent)

    def _took(self, sent: Sent, subscribed: bool) -> None:
        if sent.announcement_id is not None:
            self._confirmed.append(sent.announcement_id)
        if sent.text_id is not None:
            self._told[sent.text_id] = subscribed
        assert self._connection is not None
        took: str | None = sent.topic
        if self._connection.version != "5":  # mosquitto 2.0 acknowledges what it forbids, and hangs up behind it
            took, self._doubtful = self._doubtful, took
        if took is not None:
            self._resting.took(took)
            self._announcing.took(took)
            self._retained.took(took)

    def _refused(self, sent: Sent) -> None:
        self._rest(sent.topic)
        self._retained.forget(sent.topic)
        self._after_id = 0

    def _rest(self, topic: str) -> None:
        self._resting.refused(topic)
        self._excuse()

    # Announcements

    def _announce(self) -> None:
        if self._resting.any_awake():
            self._after_id = 0
        in_hand = {sent.announcement_id for sent in self._sent.values()} | self._unreadable
        while (room := self._max_queued - len(self._sent)) > 0:
            page = self._page(min(room, PAGE))
            if not page:
                return
            for announcement in page:
                self._after_id = announcement.id
                if announcement.id not in in_hand:
                    self._announce_one(announcement)

    def _page(self, limit: int) -> list[Announcement]:
        return self._store.read(lambda tx: announcements.pending(tx, self._after_id, limit))

    def _announce_one(self, announcement: Announcement) -> None:
        if not self._topics.serves(announcement.kind):
            self._confirmed.append(announcement.id)
            return
        reply_to = announcement.reply_to
        topic = reply_to.topic if reply_to else self._topics.of_announcement(announcement.kind)
        if self._resting.rests(topic):
            return
        try:
            payload = self._payload(announcement)
        except Exception:  # poison: one that can't be worded must not keep the rest
            log.exception("an announcement can't be put into words; it stays in the store", id=announcement.id)
            self._unreadable.add(announcement.id)
            return
        correlation = reply_to.correlation if reply_to else None
        self._publish(Outgoing(topic=topic, payload=payload, correlation=correlation), announcement)

    def _payload(self, announcement: Announcement) -> bytes:
        payload = announcement.payload
        if announcement.text is not None:
            fields = news.inbox(announcement.text, directory=self._directory, now=self._clock.now())
            payload = json.dumps(fields, ensure_ascii=False)
        return (payload or "{}").encode(errors="replace")

    # Retained topics

    def _show(self, wanted: Iterable[Outgoing]) -> None:
        for outgoing in wanted:
            if not self._resting.rests(outgoing.topic):
                self._publish(outgoing)
                self._retained.shown(outgoing)

    def _show_again(self) -> None:
        if self._on_duty and self._connection:
            for reminder in self._announcing.reminders():
                self._publish(reminder)
        self._retained.show_again()

    # The end

    def _say_offline(self) -> None:
        self._stopping = True
        if self._on_duty and self._connection and self._connection.is_open:
            self._show(self._retained.states())  # the sessions have just ended
            for outgoing in self._standing.presences(online=False):
                self._publish(outgoing)
        self._parted = True

    def _part(self) -> None:
        deadline = self._clock.monotonic() + self._pace.farewell_s
        while self._sent and self._connection and self._connection.is_open:
            left_s = deadline - self._clock.monotonic()
            if left_s <= 0:
                break
            self._listener.wait(min(left_s, 0.1))
            self._run_errands()
