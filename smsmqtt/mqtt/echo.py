"""A message to ourselves: that it comes back is the only proof that we may read our command topics.

Brokers grant subscriptions that their access list then starves. After each connect a message without content goes to
our own outbox, where it means nothing. An order that comes proves as much, and where we may not write, nothing is
asked again.
"""

from __future__ import annotations

from smsmqtt.clock import Clock
from smsmqtt.mqtt.client import Outgoing
from smsmqtt.mqtt.denials import Denials
from smsmqtt.mqtt.pace import Pace
from smsmqtt.mqtt.topics import Topics


class Echo:
    """For one thread."""

    def __init__(self, topics: Topics, clock: Clock, pace: Pace, denials: Denials) -> None:
        self.topic = topics.outbox
        self._clock = clock
        self._pace = pace
        self._denials = denials
        self._due_at: float | None = None
        self._may_call = True

    def connection_ended(self) -> None:
        """mosquitto 2.0 hangs up on a publish that it refuses, and on 3.1.1 says no more."""
        if self._due_at is not None:
            self.refused()

    def call(self) -> Outgoing | None:
        """The message; None when it is known that we may not write it."""
        if not self._may_call:
            return None
        self._due_at = self._clock.monotonic() + self._pace.deaf_s
        return Outgoing(topic=self.topic, payload=b"")

    def heard(self) -> None:
        """This message or another one came."""
        self._due_at = None
        self._denials.lift(self._deaf)

    def refused(self) -> None:
        """We may not write there, and need not."""
        self._due_at, self._may_call = None, False

    def look(self) -> None:
        """Says so when it is overdue."""
        if self._due_at is not None and self._clock.monotonic() >= self._due_at:
            self._due_at = None
            self._denials.add(self._deaf)

    @property
    def _deaf(self) -> str:
        return f"read {self.topic}, or to write it: a message to ourselves did not come back"
