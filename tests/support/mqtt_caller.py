"""Somebody on the other side of the broker: publishes orders, and keeps all that is said."""

from __future__ import annotations

import json
from dataclasses import dataclass
from threading import Event
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from support.broker import Broker
from support.waiting import eventually


@dataclass(frozen=True)
class Heard:
    """One message as it came."""

    topic: str
    payload: bytes
    retain: bool
    correlation: bytes | None

    @property
    def fields(self) -> dict[str, Any]:
        value = json.loads(self.payload)
        assert isinstance(value, dict)
        return value


class Caller:
    """An MQTT 5 client that subscribes to everything. Use as a context manager.

    ``kept_as``: the client id under which the broker keeps its session for an hour; None: it keeps none.
    """

    def __init__(
        self,
        broker: Broker,
        *,
        username: str | None = None,
        password: str | None = None,
        kept_as: str | None = None,
    ) -> None:
        self.heard: list[Heard] = []
        self._ready = Event()
        self._client = Client(CallbackAPIVersion.VERSION2, kept_as or "", protocol=MQTTProtocolVersion.MQTTv5)
        self._client.max_inflight_messages_set(1000)
        self._client.username, self._client.password = username, password
        self._client.on_connect = lambda client, *_: client.subscribe("#", qos=1)
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.on_message = self._on_message
        kept = Properties(PacketTypes.CONNECT)
        kept.SessionExpiryInterval = 3600 if kept_as else 0
        self._client.connect(broker.host, broker.port, clean_start=not kept_as, properties=kept)

    def __enter__(self) -> Caller:
        self._client.loop_start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def publish(
        self,
        topic: str,
        payload: bytes | str | dict[str, Any],
        *,
        retain: bool = False,
        reply_to: str | None = None,
        correlation: bytes | None = None,
        expiry_s: int | None = None,
        wait: bool = True,
    ) -> None:
        """Returns once the broker has it."""
        properties = Properties(PacketTypes.PUBLISH)
        if reply_to is not None:
            properties.ResponseTopic = reply_to
        if correlation is not None:
            properties.CorrelationData = correlation
        if expiry_s is not None:
            properties.MessageExpiryInterval = expiry_s
        content = json.dumps(payload) if isinstance(payload, dict) else payload
        info = self._client.publish(topic, content, qos=1, retain=retain, properties=properties)
        if wait:
            info.wait_for_publish(10)

    def on(self, topic: str) -> list[Heard]:
        return [it for it in self.heard if it.topic == topic and it.payload]

    def fields_on(self, topic: str, **matching: Any) -> list[dict[str, Any]]:
        """What came there with these fields."""
        told = [it.fields for it in self.on(topic)]
        return [it for it in told if all(it.get(name) == value for name, value in matching.items())]

    def wait_for(self, topic: str, *, within_s: float = 10.0, **matching: Any) -> dict[str, Any]:
        """The first message there with these fields."""
        return eventually(
            lambda: self.fields_on(topic, **matching),
            within_s=within_s,
            what=lambda: f"{topic} {matching} in {self.heard[-5:]}",
        )[0]

    def _on_message(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        correlation = getattr(message.properties, "CorrelationData", None)
        self.heard.append(
            Heard(topic=message.topic, payload=bytes(message.payload), retain=message.retain, correlation=correlation)
        )
