"""The retained topics: what the broker was told to keep on each, and what is to be shown there next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from smsmqtt.clock import Clock
from smsmqtt.mqtt.announcing import Announcing
from smsmqtt.mqtt.client import Outgoing
from smsmqtt.mqtt.identity import remember_retained, retained_topics
from smsmqtt.mqtt.pace import Pace
from smsmqtt.mqtt.standing import Standing
from smsmqtt.store import Store


class Retained:
    """For one thread. What it hands out is news until it is told that it was ``shown``.

    Topics of an earlier configuration that may still hold something are cleared, a while after a connection began.
    """

    def __init__(self, standing: Standing, announcing: Announcing, *, store: Store, clock: Clock, pace: Pace) -> None:
        self._standing = standing
        self._announcing = announcing
        self._store = store
        self._clock = clock
        self._pace = pace
        self._shown: dict[str, Outgoing] = {}
        self._stale = set(store.read(retained_topics) - standing.topics())
        self._clear_at = 0.0
        self._health_at = 0.0
        self._unwell: set[tuple[str, str]] = set()  # as the health last told it

    def connection_began(self) -> None:
        """Nothing is known of what this broker keeps."""
        self._clear_at = self._clock.monotonic() + self._pace.parting_s
        self.show_again()

    def show_again(self) -> None:
        self._shown = {}
        self.health_is_due()

    def forget(self, *topics: str) -> None:
        """What stands there is not what was shown."""
        for topic in topics:
            self._shown.pop(topic, None)

    def health_is_due(self) -> None:
        self._health_at = 0.0

    def shown(self, outgoing: Outgoing) -> None:
        self._shown[outgoing.topic] = outgoing

    def took(self, topic: str) -> None:
        """The broker has what was shown there."""
        if topic in self._stale:
            self._stale.discard(topic)
            if not self._stale:
                self._store.write(lambda tx: remember_retained(tx, self._standing.topics()))

    def news(self) -> Iterator[Outgoing]:
        """What is to be shown: discovery first, then our presence, then states."""
        yield from self._unlike(self._announcing.topics)
        yield from self.presence()
        if self._clock.monotonic() >= self._clear_at:
            yield from self._unlike(Outgoing(topic=topic, payload=b"", retain=True) for topic in sorted(self._stale))
        yield from self.states()
        if self._health_due():
            yield from self._unlike([self._standing.health()])

    def presence(self) -> Iterator[Outgoing]:
        return self._unlike([self._standing.info(), *self._standing.presences(online=True)])

    def states(self) -> Iterator[Outgoing]:
        """Of gateways, lines and credit."""
        return self._unlike(self._standing.board())

    def _unlike(self, wanted: Iterable[Outgoing]) -> Iterator[Outgoing]:
        return (outgoing for outgoing in wanted if self._shown.get(outgoing.topic) != outgoing)

    def _health_due(self) -> bool:
        """Now and then, and when something went wrong or came right."""
        unwell, now = self._standing.unwell(), self._clock.monotonic()
        due = unwell != self._unwell or now >= self._health_at
        if due:
            self._unwell, self._health_at = unwell, now + self._pace.health_s
        return due
