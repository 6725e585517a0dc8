"""The announcements for Home Assistant's discovery: what their topics should hold right now, and when to repeat them.

What was announced is remembered in the store, so that devices and entities of an earlier configuration are taken away:
a device by an empty retained message, an entity first by a component without content and then by leaving it out. Only
when the broker has taken that is it forgotten. A Home Assistant that is away doesn't see it and keeps them on file: it
is reminded of them when it comes, and told once more.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from smsmqtt import __version__
from smsmqtt.clock import Clock
from smsmqtt.mqtt import audience
from smsmqtt.mqtt.client import Outgoing
from smsmqtt.mqtt.discovery import Device, payload, reminder
from smsmqtt.mqtt.topics import Topics
from smsmqtt.store import Store, Transaction, controls

SCOPE = "discovery"
Platforms = dict[str, str]
"""What was announced under one topic: each component's key and platform."""


class Announcing:
    """``jitter_s``: how long to wait when Home Assistant came, so that not every bridge speaks at once."""

    def __init__(
        self, devices: Sequence[Device], *, topics: Topics, store: Store, clock: Clock, jitter_s: Callable[[], float]
    ) -> None:
        self._store = store
        self._clock = clock
        self._jitter_s = jitter_s
        self._devices = {topics.discovery(device.id): device for device in devices}
        self._leaving = store.write(self._remember)
        self._unseen = store.read(audience.is_away)
        self._again_at: float | None = None
        self.topics = self._topics()

    def _topics(self) -> list[Outgoing]:
        gone = [
            Outgoing(topic=topic, payload=b"", retain=True) for topic in self._leaving if topic not in self._devices
        ]
        there = [
            Outgoing(
                topic=topic,
                payload=payload(device, version=__version__, leaving=self._leaving.get(topic, {})),
                retain=True,
            )
            for topic, device in self._devices.items()
        ]
        return [*gone, *there]

    def _remember(self, tx: Transaction) -> dict[str, Platforms]:
        """Notes what will be announced before it is; what has to be taken away, by topic."""
        before = announced(tx)
        for topic, device in self._devices.items():
            _note(tx, topic, before.get(topic, {}) | device.platforms)
        leaving = {topic: self._no_more(topic, platforms) for topic, platforms in before.items()}
        return {topic: platforms for topic, platforms in leaving.items() if platforms or topic not in self._devices}

    def _no_more(self, topic: str, platforms: Platforms) -> Platforms:
        wanted = self._devices[topic].platforms if topic in self._devices else {}
        return {key: platform for key, platform in platforms.items() if wanted.get(key) != platform}

    def shows(self, topic: str) -> bool:
        """Whether this is one of the topics."""
        return topic in self._devices or topic in self._leaving

    def took(self, topic: str) -> None:
        """The broker has what was last shown there."""
        if self._unseen or self._leaving.pop(topic, None) is None:
            return
        platforms = self._devices[topic].platforms if topic in self._devices else None
        self._store.write(lambda tx: _note(tx, topic, platforms))
        self.topics = self._topics()

    # Home Assistant comes

    def came(self) -> None:
        """Everything is to be shown again, in a while."""
        if self._again_at is None:
            self._again_at = self._clock.monotonic() + self._jitter_s()

    def again(self) -> bool:
        """Whether it is time to show everything again, behind the reminders; True once."""
        due = self._again_at is not None and self._clock.monotonic() >= self._again_at
        if due:
            self._again_at = None
        return due

    def reminders(self) -> list[Outgoing]:
        """Of what was taken away while Home Assistant was away; once."""
        unseen, self._unseen = self._unseen, False
        return [
            Outgoing(topic=topic, payload=reminder(topic.split("/")[-2], platforms, version=__version__))
            for topic, platforms in self._leaving.items()
            if unseen
        ]

    def wait_s(self, most_s: float) -> float:
        """How long nothing is to be done here."""
        return most_s if self._again_at is None else max(0.0, min(most_s, self._again_at - self._clock.monotonic()))


def announced(tx: Transaction) -> dict[str, Platforms]:
    """All that may be announced right now, by topic, in this or an earlier configuration."""
    return {topic: json.loads(told) for topic, told in controls.recall(tx, SCOPE).items()}


def _note(tx: Transaction, topic: str, platforms: Platforms | None) -> None:
    controls.remember(tx, SCOPE, topic, None if platforms is None else json.dumps(platforms, sort_keys=True))
