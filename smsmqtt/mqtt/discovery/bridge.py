"""The bridge's own entities: whom to text, what became of it, the guard."""

from __future__ import annotations

from smsmqtt.intake.directory import Directory
from smsmqtt.model import MessageState
from smsmqtt.mqtt.discovery.device import Component
from smsmqtt.mqtt.discovery.entities import Entities

RESULT = "{{ dict(value_json, event_type=value_json.state) | tojson }}"
"""A status with its state as the type of the event, so that automations can pick the states they are about."""


def bridge(entities: Entities, directory: Directory) -> dict[str, Component]:
    return {
        **{f"notify_{name}": entities.notify(name, "mdi:message-text") for name in directory.contacts},
        **{f"notify_{name}": entities.notify(name, "mdi:account-group") for name in directory.groups},
        "message": entities.event("Message", "status", (it.value for it in MessageState), RESULT, "mdi:message-fast"),
        "reset_guard": entities.request(
            "Reset the guard", "guard", {"reset": True}, icon="mdi:shield-refresh", entity_category="config"
        ),
    }
