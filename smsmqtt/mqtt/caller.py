"""Somebody who talks with a daemon through the broker: the commands, and the demo.

The connection's loop turns on a thread of its own and its events come through a queue, so everything here waits with
a deadline. The broker remembers nothing of a caller.
"""

from __future__ import annotations

import json
import secrets
from collections import deque
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, TypeVar

from smsmqtt.clock import Clock
from smsmqtt.config import MqttSettings
from smsmqtt.errors import BrokerDenied, BrokerProtocol, NoBridge, PayloadError
from smsmqtt.mqtt.client import Connection, Event, Incoming, Outgoing, Published, Subscribed, Version
from smsmqtt.mqtt.topics import Topics

E = TypeVar("E", Subscribed, Published)

BROKER_S = 10.0
"""The broker's own answers take at most so long."""
RETAINED_S = 1.0
"""What is retained comes right behind the answer to a subscription."""
FAREWELL_S = 2.0


class Caller:
    """Use as a context manager; BrokerError when there is no connection to be had."""

    def __init__(self, settings: MqttSettings, clock: Clock, discovery_prefix: str = "homeassistant") -> None:
        self.topics = Topics(settings.prefix, discovery_prefix)
        self._settings = settings
        self._clock = clock
        self._events: SimpleQueue[Event | None] = SimpleQueue()  # None: the connection ended
        self._heard: deque[Incoming] = deque()
        self._followed: set[str] = set()

    def __enter__(self) -> Caller:
        self._connection = self._opened()
        self._thread = Thread(target=self._serve, name="mqtt-caller", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._thread.join(FAREWELL_S)

    def follow(self, *filters: str) -> None:
        """From now on ``hear`` brings what is published there. Filters must not cover each other."""
        new = [it for it in filters if it not in self._followed]
        if not new:
            return
        self._connection.subscribe(new, qos=1)
        answer = self._answer(Subscribed, lambda _: True)
        if answer.refused:
            raise BrokerDenied(f"not allowed to read {', '.join(answer.refused)}")
        self._followed.update(new)

    def hear(self, timeout_s: float) -> Incoming | None:
        """The next message, None when none came in time."""
        deadline = self._clock.monotonic() + timeout_s
        while not self._heard:
            event = self._next(deadline)
            if event is None:
                return None
            if isinstance(event, Incoming):
                self._heard.append(event)
        return self._heard.popleft()

    def publish(self, topic: str, fields: dict[str, Any]) -> None:
        """Returns once the broker has it. BrokerDenied, where the broker tells (MQTT 5)."""
        self._publish(Outgoing(topic=topic, payload=json.dumps(fields).encode()))

    def clear(self, topic: str) -> None:
        """Takes away what is retained there; otherwise as ``publish``."""
        self._publish(Outgoing(topic=topic, payload=b"", retain=True))

    def retained(self, topic_filter: str) -> set[str]:
        """The topics that hold something."""
        self.follow(topic_filter)
        found = set()
        while (incoming := self.hear(RETAINED_S)) is not None:
            if incoming.retain:
                found.add(incoming.topic)
        return found

    def check_access(self) -> None:
        """BrokerDenied unless an order would come through. What is published is empty, which never acts."""
        self.follow(self.topics.outbox)
        self._publish(Outgoing(topic=self.topics.outbox, payload=b""))
        if self.wait_for(self.topics.outbox, lambda _: True, RETAINED_S) is None:
            raise BrokerDenied(f"what is published to {self.topics.outbox} does not arrive there")

    def check_discovery(self) -> bool:
        """Whether an announcement of a device comes back to us; BrokerDenied where the broker tells that it refuses it.

        What is published is empty, not retained, and about a device that isn't there: nobody acts on it.
        """
        topic = self.topics.discovery("smsmqtt_doctor")
        self.follow(topic)
        self._publish(Outgoing(topic=topic, payload=b""))
        return self.wait_for(topic, lambda _: True, RETAINED_S) is not None

    def bridge_errors(self) -> list[dict[str, Any]]:
        """What the daemon says is wrong now; empty where nothing tells."""
        self.follow(self.topics.bridge_health)
        found = self.wait_for(self.topics.bridge_health, lambda _: True, RETAINED_S)
        return list(found["errors"]) if found and "errors" in found else []

    def bridge_state(self) -> str | None:
        """``online`` or ``offline`` as the daemon or its will said; None when there was never one."""
        self.follow(self.topics.bridge_state)
        found = self.wait_for(self.topics.bridge_state, lambda _: True, RETAINED_S)
        return str(found.get("state")) if found else None

    def bridge_store(self) -> str | None:
        """The id of the store that the daemon keeps; None where nothing tells."""
        self.follow(self.topics.bridge_info)
        found = self.wait_for(self.topics.bridge_info, lambda _: True, RETAINED_S)
        return str(found["store_id"]) if found and "store_id" in found else None

    def expect_bridge(self) -> None:
        """NoBridge when the daemon said good-bye or was lost: what is asked now would be done at an odd time."""
        state = self.bridge_state()
        if state not in ("online", None):
            raise NoBridge(f"{self.topics.bridge_state} says {state}; nothing was asked of it")

    def ask(self, verb: str, fields: dict[str, Any], timeout_s: float) -> dict[str, Any]:
        """The ``data`` of the answer. NoBridge when none comes, PayloadError when it is a refusal."""
        response = self.topics.of_announcement(f"response/{verb}")
        transaction = secrets.token_hex(8)
        self.follow(response)
        self.publish(f"{self.topics.requests}/{verb}", {**fields, "transaction": transaction})
        answer = self.wait_for(response, lambda it: it.get("transaction") == transaction, timeout_s)
        if answer is None:
            raise NoBridge(f"no answer on {response} within {timeout_s:g} s")
        if answer.get("status") != "ok":
            raise PayloadError(None, str(answer.get("error")))
        data: dict[str, Any] = answer["data"]
        return data

    def wait_for(self, topic: str, wanted: Callable[[dict[str, Any]], bool], timeout_s: float) -> dict[str, Any] | None:
        """The first message there that is wanted, None when time is up; others stay for ``hear``."""
        deadline = self._clock.monotonic() + timeout_s
        others: list[Incoming] = []
        try:
            while (incoming := self.hear(deadline - self._clock.monotonic())) is not None:
                fields = fields_of(incoming)
                if incoming.topic == topic and wanted(fields):
                    return fields
                others.append(incoming)
        finally:
            self._heard.extendleft(reversed(others))
        return None

    def _publish(self, outgoing: Outgoing) -> None:
        packet_id = self._connection.publish(outgoing)
        answer = self._answer(Published, lambda it: it.packet_id == packet_id)
        if answer.refused:
            raise BrokerDenied(f"not allowed to publish to {outgoing.topic} ({answer.refused})")

    def _opened(self) -> Connection:
        """MQTT 5 first, 3.1.1 when the broker makes nothing of it."""
        if self._settings.version != "auto":
            return self._open(self._settings.version)
        try:
            return self._open("5")
        except BrokerProtocol:
            return self._open("3.1.1")

    def _open(self, version: Version) -> Connection:
        connection = Connection(
            self._settings,
            version=version,
            client_id=f"smsmqtt-call-{secrets.token_hex(4)}",
            remembered=False,
            will=None,
            clock=self._clock,
            hear=self._events.put,
        )
        connection.open()
        return connection

    def _serve(self) -> None:
        self._connection.serve()
        self._events.put(None)

    def _answer(self, kind: type[E], wanted: Callable[[E], bool]) -> E:
        deadline = self._clock.monotonic() + BROKER_S
        while (event := self._next(deadline)) is not None:
            if isinstance(event, Incoming):
                self._heard.append(event)
            elif isinstance(event, kind) and wanted(event):
                return event
        raise BrokerProtocol(f"{self._settings.host}:{self._settings.port} did not answer within {BROKER_S:g} s")

    def _next(self, deadline: float) -> Event | None:
        """None when time is up; BrokerProtocol when the connection ended."""
        try:
            event = self._events.get(timeout=max(0.0, deadline - self._clock.monotonic()))
        except Empty:
            return None
        if event is None:
            raise BrokerProtocol(f"{self._settings.host}:{self._settings.port} ended the connection")
        if isinstance(event, Incoming):
            self._connection.acknowledge(event)
        return event


def fields_of(incoming: Incoming) -> dict[str, Any]:
    """The JSON object of a message; empty when it is none."""
    try:
        fields = json.loads(incoming.payload)
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}
