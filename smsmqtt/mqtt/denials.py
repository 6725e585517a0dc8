"""What the broker's access list keeps from us: one trouble that names it all, and topics that rest meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock

from smsmqtt.clock import Clock
from smsmqtt.errors import BrokerDenied
from smsmqtt.mqtt.pace import Pace
from smsmqtt.mqtt.topics import Topics
from smsmqtt.mqtt.troubles import Troubles


class Denials:
    """``publish to sms/inbox``, ``subscribe to sms/outbox`` … May be used from any thread."""

    def __init__(self, troubles: Troubles) -> None:
        self._troubles = troubles
        self._lock = Lock()
        self._denied: set[str] = set()

    def add(self, what: str) -> None:
        with self._lock:
            self._denied.add(what)
            self._tell()

    def lift(self, what: str) -> None:
        with self._lock:
            if what in self._denied:
                self._denied.discard(what)
                self._tell()

    def _tell(self) -> None:
        if self._denied:
            self._troubles.note(BrokerDenied("not allowed to " + ", ".join(sorted(self._denied))))
        else:
            self._troubles.over(BrokerDenied)


@dataclass(frozen=True, kw_only=True)
class Rest:
    """A topic left alone until then."""

    until: float
    pause_s: float


class RestingTopics:
    """Topics whose publishes were refused; each rests longer every time. For one thread.

    Those that are allowed or forbidden together rest together.
    """

    def __init__(self, topics: Topics, clock: Clock, pace: Pace, denials: Denials) -> None:
        self._together = topics.allowed_with
        self._clock = clock
        self._pace = pace
        self._denials = denials
        self._rests: dict[str, Rest] = {}

    def refused(self, topic: str) -> None:
        """Several refusals during one rest are one."""
        if self.rests(topic):
            return
        topic = self._together(topic)
        known = self._rests.get(topic)
        pause_s = min(known.pause_s * 2, self._pace.denied_most_s) if known else self._pace.denied_first_s
        self._rests[topic] = Rest(until=self._clock.monotonic() + pause_s, pause_s=pause_s)
        self._denials.add(f"publish to {topic}")

    def took(self, topic: str) -> None:
        """The broker allows it after all."""
        topic = self._together(topic)
        if self._rests.pop(topic, None):
            self._denials.lift(f"publish to {topic}")

    def rests(self, topic: str) -> bool:
        rest = self._rests.get(self._together(topic))
        return rest is not None and rest.until > self._clock.monotonic()

    def any_awake(self) -> bool:
        """Whether a topic that was refused may be tried again."""
        return any(not self.rests(topic) for topic in self._rests)
