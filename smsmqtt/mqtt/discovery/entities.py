"""Entities in the keys of Home Assistant's MQTT discovery, all that the devices have in common.

An entity is available while the bridge is: what a gateway's trouble leaves unknown says so itself, and a text handed
to ``notify`` while a gateway is down waits in the queue. Events have no availability at all, since Home Assistant
tells an event entity's last event again when it comes back from being unavailable. No command is ever retained.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from smsmqtt.mqtt.discovery.device import Component
from smsmqtt.mqtt.topics import Topics


@dataclass(frozen=True, kw_only=True)
class Entities:
    """Makes the entities of one bridge."""

    topics: Topics

    def shown(self, platform: str, name: str, topic: str, template: str, **keys: Any) -> Component:
        """A sensor or binary sensor, whose state is read from a retained topic."""
        return self._entity(platform, name, state_topic=topic, value_template=template, **keys)

    def button(self, name: str, topic: str, fields: dict[str, Any], **keys: Any) -> Component:
        return self._entity("button", name, command_topic=topic, payload_press=json.dumps(fields), **keys)

    def request(self, name: str, verb: str, fields: dict[str, Any], **keys: Any) -> Component:
        """A button that asks something of the bridge."""
        return self.button(name, f"{self.topics.requests}/{verb}", fields, **keys)

    def event(self, name: str, kind: str, event_types: Iterable[str], template: str, icon: str) -> Component:
        """``template``: a JSON object with its ``event_type``; what it leaves empty is no event of this entity."""
        return {
            "platform": "event",
            "name": name,
            "state_topic": self.topics.of_announcement(kind),
            "event_types": list(event_types),
            "value_template": template,
            "icon": icon,
        }

    def switch(self, name: str, verb: str, on: dict[str, Any], off: dict[str, Any], **keys: Any) -> Component:
        """Its state is in ``state_topic`` and ``value_template``, as ON or OFF."""
        return self._entity(
            "switch",
            name,
            command_topic=f"{self.topics.requests}/{verb}",
            payload_on=json.dumps(on),
            payload_off=json.dumps(off),
            state_on="ON",
            state_off="OFF",
            **keys,
        )

    def notify(self, name: str, icon: str) -> Component:
        """Texts a contact or group. Not after an hour: yesterday's alarm isn't sent today."""
        order = f'{{"to": {json.dumps(name)}, "body": {{{{ value | tojson }}}}, "valid_for": "1h"}}'
        return self._entity("notify", name, command_topic=self.topics.outbox, command_template=order, icon=icon)

    def _entity(self, platform: str, name: str, **keys: Any) -> Component:
        availability = [{"topic": self.topics.bridge_state, "value_template": "{{ value_json.state }}"}]
        return {"platform": platform, "name": name, **keys, "availability": availability}


def flag(condition: str) -> str:
    """A template for ON or OFF."""
    return f'{{{{ "ON" if {condition} else "OFF" }}}}'


def of_line(line: str) -> str:
    """A template that lets only what is about this line pass."""
    return f"{{{{ value if value_json.line == {json.dumps(line)} }}}}"
