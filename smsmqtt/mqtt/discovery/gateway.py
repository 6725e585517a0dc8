"""A gateway's entities: whether it can be reached, how long it was held, and leaving it alone."""

from __future__ import annotations

from smsmqtt.mqtt.discovery.device import Component
from smsmqtt.mqtt.discovery.entities import Entities, flag

UNREACHED = '["unreachable", "bad_login", "occupied"]'
NO_ERROR = '{"code": none, "text": none, "hint": none, "since": none}'


def gateway(entities: Entities, name: str) -> dict[str, Component]:
    return {**_states(entities, entities.topics.gateway(name)), **_controls(entities, name)}


def _states(entities: Entities, topic: str) -> dict[str, Component]:
    return {
        "connection": entities.shown(
            "binary_sensor",
            "Connection",
            topic,
            flag(f"value_json.state not in {UNREACHED}"),
            device_class="connectivity",
            entity_category="diagnostic",
        ),
        "problem": entities.shown(
            "binary_sensor",
            "Problem",
            topic,
            flag("value_json.error"),
            device_class="problem",
            entity_category="diagnostic",
            json_attributes_topic=topic,
            json_attributes_template=f"{{{{ (value_json.error or {NO_ERROR}) | tojson }}}}",
        ),
        "paused": entities.shown(
            "binary_sensor",
            "Paused",
            topic,
            flag('value_json.state == "paused"'),
            icon="mdi:pause-circle",
            entity_category="diagnostic",
        ),
        "last_session": entities.shown(
            "sensor",
            "Last session",
            topic,
            "{{ value_json.last_session.at if value_json.last_session else none }}",
            device_class="timestamp",
            entity_category="diagnostic",
        ),
        "held": entities.shown(
            "sensor",
            "Held this hour",
            topic,
            "{{ value_json.held_s_hour }}",
            device_class="duration",
            unit_of_measurement="s",
            state_class="measurement",
            entity_category="diagnostic",
        ),
    }


def _controls(entities: Entities, name: str) -> dict[str, Component]:
    return {
        "poll": entities.request("Poll now", "poll", {"gateway": name}, icon="mdi:phone-sync"),
        "free": entities.request(
            "Free for ten minutes", "pause", {"gateway": name, "for": "10m"}, icon="mdi:phone-in-talk"
        ),
        "resume": entities.request("Resume", "resume", {"gateway": name}, icon="mdi:phone-check"),
    }
