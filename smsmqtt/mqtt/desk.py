"""The MQTT desk as the rest sees it: start, stop, alive. Here its parts are put together."""

from __future__ import annotations

import random
from collections.abc import Callable

from smsmqtt.clock import Clock
from smsmqtt.config import Settings
from smsmqtt.intake.credit import Credit
from smsmqtt.intake.door import Door
from smsmqtt.intake.verbs import Verbs
from smsmqtt.mqtt import discovery, identity
from smsmqtt.mqtt.announcing import Announcing
from smsmqtt.mqtt.client import Event, Published
from smsmqtt.mqtt.compat import Compat
from smsmqtt.mqtt.deliveries import Deliveries
from smsmqtt.mqtt.denials import Denials
from smsmqtt.mqtt.identity import Identity
from smsmqtt.mqtt.pace import Pace
from smsmqtt.mqtt.presence import Bridge
from smsmqtt.mqtt.publisher import Publisher
from smsmqtt.mqtt.reception import Reception
from smsmqtt.mqtt.retained import Retained
from smsmqtt.mqtt.standing import Standing
from smsmqtt.mqtt.topics import Topics
from smsmqtt.mqtt.troubles import Troubles
from smsmqtt.mqtt.uplink import Uplink
from smsmqtt.payloads.state import Trouble
from smsmqtt.payloads.times import iso
from smsmqtt.store import Store


class MqttDesk:
    """Takes orders from the broker and hands out news until it is stopped; a broker that is away is waited for."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        clock: Clock,
        door: Door,
        *,
        credit: Credit,
        pace: Pace | None = None,
        jitter: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._door = door
        self._directory = door.directory
        self._credit = credit
        self._pace = pace or Pace()
        self._topics = Topics(settings.mqtt.prefix, settings.homeassistant.prefix, compat=settings.mqtt.compat.sms2mqtt)
        self._own = Bridge(store_id=store.id, started_at=iso(clock.now()) or "", client_id=settings.mqtt.client_id)
        self._identity = Identity(
            client_id=settings.mqtt.client_id, prefix=settings.mqtt.prefix, filters=self._topics.filters
        )
        self._troubles = Troubles(clock, lambda: self._publisher.troubles_changed())
        self._denials = Denials(self._troubles)
        self._standing = self._make_standing()
        self._announcing = self._make_announcing(jitter)
        self._uplink = self._make_uplink()
        self._publisher = self._make_publisher()
        self._reception = self._make_reception()

    def start(self) -> None:
        """Returns at once; the connection comes about in its own time."""
        self._reception.start()
        self._publisher.start()
        self._uplink.start()

    def stop(self) -> None:
        """What came is finished, "offline" said, and the connection closed; the store stays open."""
        self._reception.stop()
        parted = self._publisher.stop()
        self._uplink.stop(by_will=not parted)

    def alive(self) -> bool:
        """Whether every thread does its work, but for the network's, which the publisher replaces."""
        return self._reception.alive() and self._publisher.alive()

    def troubles(self) -> list[Trouble]:
        """What is wrong with the broker right now; empty when all is well."""
        return self._troubles.standing()

    def connected(self) -> bool:
        """Whether the broker is there, and orders come."""
        connection = self._uplink.current
        return connection is not None and connection.is_open

    def counters(self) -> dict[str, int]:
        """Since the start."""
        return {
            "received": self._reception.received,
            "published": self._publisher.published,
            "connects": self._uplink.connects,
        }

    def _hear(self, event: Event) -> None:
        if isinstance(event, Published):
            self._publisher.hear(event)
        else:
            self._reception.hear(event)

    def _remember(self, topics: frozenset[str]) -> str | None:
        """Notes the retained topics before there are any; the client id whose session has to end, if one has."""
        last = self._store.read(identity.last_identity)
        if last is None:
            self._remember_identity()
        self._store.write(lambda tx: identity.remember_retained(tx, identity.retained_topics(tx) | topics))
        return last.client_id if last and last != self._identity else None

    def _remember_identity(self) -> None:
        self._store.write(lambda tx: identity.remember_identity(tx, self._identity))

    # The parts, each with no more than it needs

    def _make_standing(self) -> Standing:
        return Standing(
            own=self._own,
            topics=self._topics,
            directory=self._directory,
            guard=self._door.guard,
            credit_lines=self._credit.profiles,
            every_s=self._settings.session.every_s,
            store=self._store,
            clock=self._clock,
            troubles=self._troubles,
            counters=self.counters,
        )

    def _make_announcing(self, jitter: Callable[[float, float], float]) -> Announcing:
        currencies = {line: profile.currency for line, profile in self._credit.profiles.items()}
        return Announcing(
            discovery.devices(self._settings, self._directory, currencies),
            topics=self._topics,
            store=self._store,
            clock=self._clock,
            jitter_s=lambda: jitter(0.0, self._pace.birth_jitter_s),
        )

    def _make_uplink(self) -> Uplink:
        return Uplink(
            self._settings.mqtt,
            clock=self._clock,
            pace=self._pace,
            troubles=self._troubles,
            hear=self._hear,
            will=self._standing.presence(online=False),
            old_client_id=self._remember(self._standing.topics()),
            said_farewell=self._remember_identity,
        )

    def _make_publisher(self) -> Publisher:
        return Publisher(
            store=self._store,
            clock=self._clock,
            pace=self._pace,
            topics=self._topics,
            directory=self._directory,
            standing=self._standing,
            announcing=self._announcing,
            retained=self._make_retained(),
            compat=Compat(self._directory) if self._topics.compat else None,
            denials=self._denials,
            max_queued=self._settings.mqtt.max_queued,
            watch=self._uplink.check,
            excuse=self._uplink.excuse,
        )

    def _make_retained(self) -> Retained:
        return Retained(self._standing, self._announcing, store=self._store, clock=self._clock, pace=self._pace)

    def _make_reception(self) -> Reception:
        deliveries = Deliveries(
            topics=self._topics,
            door=self._door,
            credit=self._credit,
            verbs=Verbs(door=self._door, board=self._store.board),
        )
        return Reception(
            own=self._own,
            store=self._store,
            clock=self._clock,
            pace=self._pace,
            topics=self._topics,
            deliveries=deliveries,
            uplink=self._uplink,
            publisher=self._publisher,
            denials=self._denials,
            troubles=self._troubles,
        )
