"""The front desk: one thread that hears what the broker says and sees it into the ledger.

What came on a connection is handled batch by batch: every message of a batch is handed to the store, then each commit
is awaited and its message acknowledged, in the order of arrival. A batch is whatever came while the one before was
committed, so a burst costs a handful of commits, and nothing is acknowledged that could still be lost.

A new connection is looked at first: the presence topics are subscribed to before the command topics, and what comes
meanwhile (a kept session delivers at once) is held back, unacknowledged. The answer to the second SUBSCRIBE says that
the retained messages of the first are here. Then either another bridge is at work, and we step aside with nothing
acknowledged; or we are on duty.
"""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread

from smsmqtt.clock import Clock
from smsmqtt.errors import PrefixTaken
from smsmqtt.logs import get_logger
from smsmqtt.mqtt import audience
from smsmqtt.mqtt.client import Connected, Event, Incoming, Subscribed
from smsmqtt.mqtt.deliveries import Deliveries
from smsmqtt.mqtt.denials import Denials
from smsmqtt.mqtt.pace import Pace
from smsmqtt.mqtt.presence import Bridge, Presence
from smsmqtt.mqtt.publisher import Publisher
from smsmqtt.mqtt.topics import Topics
from smsmqtt.mqtt.troubles import Troubles
from smsmqtt.mqtt.uplink import Uplink
from smsmqtt.store import Store, Transaction, receipts

log = get_logger("mqtt")
BATCH = 500


@dataclass(kw_only=True)
class Number:
    """The store's number of a connection, once the unit of work that notes it has run."""

    value: int = 0

    def read(self) -> int:
        return self.value


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A message handed to the store, not acknowledged yet."""

    incoming: Incoming
    number: Number
    commit: Future[None]


class Reception:
    """See above."""

    def __init__(
        self,
        *,
        own: Bridge,
        store: Store,
        clock: Clock,
        pace: Pace,
        topics: Topics,
        deliveries: Deliveries,
        uplink: Uplink,
        publisher: Publisher,
        denials: Denials,
        troubles: Troubles,
    ) -> None:
        self.received = 0
        self._own = own
        self._store = store
        self._clock = clock
        self._pace = pace
        self._topics = topics
        self._deliveries = deliveries
        self._uplink = uplink
        self._publisher = publisher
        self._denials = denials
        self._troubles = troubles
        self._events: SimpleQueue[Event | None] = SimpleQueue()
        self._gone: str | None = None
        self._presence = Presence(own, None)
        self._number = Number()
        self._held: list[Incoming] = []
        self._on_duty = False
        self._sign_at = 0.0
        self._begun: list[Begun] = []
        self._thread = Thread(target=self._run, name="mqtt-reception", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """What was begun is finished first."""
        self._events.put(None)
        self._thread.join()

    def alive(self) -> bool:
        return self._thread.is_alive()

    def hear(self, event: Event) -> None:
        """From the network thread: only a place in the queue."""
        self._events.put(event)

    def _run(self) -> None:
        while True:
            events = self._batch()
            for event in events:
                if event is not None:
                    self._handle(event)
            self._finish()
            if None in events:
                return
            self._look_around()

    def _batch(self) -> list[Event | None]:
        """Waits for one, and takes along what is there."""
        batch: list[Event | None] = []
        try:
            batch.append(self._events.get(timeout=self._pace.tick_s))
            while len(batch) < BATCH:
                batch.append(self._events.get_nowait())
        except Empty:
            pass
        return batch

    def _handle(self, event: Event) -> None:
        if event.connection is not self._uplink.current:
            return
        match event:
            case Connected():
                self._look(event)
            case Subscribed(filters=self._topics.filters):
                self._decide(event)
            case Incoming() if event.topic in (self._topics.bridge_info, self._topics.bridge_state):
                self._hear_presence(event)
            case Incoming() if event.topic == self._topics.bridge_health:
                self._sign_at = self._clock.monotonic() if not event.retain else self._sign_at
            case Incoming() if self._on_duty:
                self._begin(event)
            case Incoming():
                self._held.append(event)

    # Looking who else is there

    def _look(self, event: Connected) -> None:
        self._presence = Presence(self._own, self._gone)
        self._held = []
        self._on_duty = False
        self._sign_at = self._clock.monotonic()
        log.info("connected to the broker", version=event.connection.version, kept=event.session_present)
        presence = [self._topics.bridge_state, self._topics.bridge_info]
        if self._uplink.aside:
            event.connection.subscribe([*presence, self._topics.bridge_health], qos=0)
            self._publisher.begin(event.connection, on_duty=False)
            return
        self._number = self._note_connection(event.session_present)
        event.connection.subscribe(presence, qos=0)
        event.connection.subscribe(self._topics.filters, qos=1, as_published=True)

    def _note_connection(self, session_present: bool) -> Number:
        number = Number()

        def note(tx: Transaction) -> None:
            number.value = receipts.open_connection(tx, session_present)

        self._store.submit(note)
        return number

    def _decide(self, event: Subscribed) -> None:
        for it in event.filters:
            (self._denials.add if it in event.refused else self._denials.lift)(f"subscribe to {it}")
        rival = self._presence.rival
        if rival:
            self._step_aside(rival)
            return
        self._troubles.over(PrefixTaken)
        self._on_duty = True
        self._store.board.stand(aside=False)
        self._publisher.begin(event.connection, on_duty=True)
        held, self._held = self._held, []
        for incoming in held:
            self._begin(incoming)

    def _hear_presence(self, incoming: Incoming) -> None:
        if incoming.topic == self._topics.bridge_state:
            online = self._presence.hear_state(incoming.payload)
            if not online and self._on_duty and not incoming.retain:
                self._publisher.repeat_presence()  # the will of somebody else, or our own come late
            if not online and self._uplink.aside:
                self._uplink.step_in()
            return
        other = self._presence.hear_info(incoming.payload)
        if other and self._on_duty:
            if other.came_before(self._own):
                self._step_aside(other)
            else:
                self._publisher.repeat_presence()

    def _step_aside(self, rival: Bridge) -> None:
        self._on_duty = False
        self._held = []
        self._store.board.stand(aside=True)
        self._troubles.note(PrefixTaken(f"prefix {self._topics.prefix}, at work since {rival.started_at}"))
        self._uplink.step_aside(shared_session=rival.client_id == self._own.client_id)

    def _look_around(self) -> None:
        """The silence of a rival is noticed by nobody's message."""
        silent_s = self._clock.monotonic() - self._sign_at
        connection = self._uplink.current
        if self._uplink.aside and connection and connection.is_open and silent_s > self._pace.rival_silent_s:
            log.info("the other bridge has gone silent", silent_s=round(silent_s))
            self._gone = self._presence.rival.store_id if self._presence.rival else None
            self._uplink.step_in()

    # Into the ledger

    def _begin(self, incoming: Incoming) -> None:
        self.received += 1
        if incoming.topic == self._topics.home_assistant:
            self._hear_home_assistant(incoming)
        else:
            self._publisher.heard_something()
        commit = self._store.submit(self._deliveries.unit(incoming, self._number.read))
        self._begun.append(Begun(incoming=incoming, number=self._number, commit=commit))

    def _hear_home_assistant(self, incoming: Incoming) -> None:
        """It counts just as well when it is retained: some have it so."""
        if incoming.payload == audience.CAME:
            self._publisher.home_assistant_came()

    def _finish(self) -> None:
        begun, self._begun = self._begun, []
        for it in begun:
            if self._committed(it):
                it.incoming.connection.acknowledge(it.incoming)

    def _committed(self, it: Begun) -> bool:
        """False when the store can't keep it: then it stays with the broker."""
        try:
            it.commit.result()
        except Exception:
            if self._store.failure:
                return False
            log.exception("a message from the broker could not be handled and is set aside", topic=it.incoming.topic)
            return self._set_aside(it)
        return True

    def _set_aside(self, it: Begun) -> bool:
        try:
            self._store.write(self._deliveries.setting_aside(it.incoming, it.number.read))
        except Exception:
            log.exception("a message from the broker could not even be set aside", topic=it.incoming.topic)
            return not self._store.failure
        return True
