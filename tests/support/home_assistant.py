"""What Home Assistant's MQTT integration makes of an announcement, written down from its source and documentation.

The rules hold for both 2025.4 and 2026.11, the oldest and the newest that were looked at: an unknown root key has the
whole device refused; an unknown component key is dropped, so it is a fault here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from jinja2.sandbox import ImmutableSandboxedEnvironment

TOPIC = re.compile(r"[^+#]+/device/[a-zA-Z0-9_-]+/config")
ROOT = {"dev", "o", "avty", "avty_mode", "qos", "cmps"}
DEVICE = {"identifiers", "name", "manufacturer", "model", "sw_version", "via_device"}
ORIGIN = {"name", "sw", "url"}

ANY = {"platform", "unique_id", "name", "icon", "qos", "entity_category", "availability"}
ATTRIBUTES = {"json_attributes_topic", "json_attributes_template"}
READ = {"state_topic", "value_template", "device_class", *ATTRIBUTES}
KEYS: dict[str, tuple[set[str], set[str]]] = {
    "notify": ({"command_topic"}, {"command_template"}),
    "event": ({"state_topic", "event_types"}, {"value_template", "device_class"}),
    "sensor": (
        {"state_topic"},
        READ | {"unit_of_measurement", "state_class", "expire_after", "suggested_display_precision", "options"},
    ),
    "binary_sensor": ({"state_topic"}, READ | {"payload_on", "payload_off", "expire_after"}),
    "button": ({"command_topic"}, {"payload_press", "device_class"}),
    "switch": (
        {"command_topic"},
        {"state_topic", "value_template", "payload_on", "payload_off", "state_on", "state_off", "device_class"},
    ),
}
"""By platform: the keys that it needs, and those that it takes besides."""

UNITS = {"signal_strength": {"dB", "dBm"}, "duration": {"d", "h", "min", "s", "ms"}}
CLASSES = {
    "sensor": {"monetary", "date", "timestamp", "signal_strength", "duration"},
    "binary_sensor": {"connectivity", "problem"},
}
STATE_CLASSES = {"measurement", "total", "total_increasing"}
WITHOUT_STATE_CLASS = {"monetary", "date", "timestamp"}
"""``monetary`` may have ``total`` only, and dates have none."""


def faults(topic: str, payload: bytes) -> Iterator[str]:
    """What Home Assistant would refuse, drop or warn of."""
    fields = json.loads(payload)
    if not TOPIC.fullmatch(topic):
        yield f"topic {topic}"
    yield from (f"root key {key}" for key in fields.keys() - ROOT)
    yield from (f"device key {key}" for key in fields["dev"].keys() - DEVICE)
    yield from (f"origin key {key}" for key in fields["o"].keys() - ORIGIN)
    if not fields["dev"]["identifiers"] or not fields["o"]["name"]:
        yield "no identifiers or origin"
    for key, component in fields["cmps"].items():
        yield from (f"{key}: {fault}" for fault in _component(component))


def _component(it: dict[str, Any]) -> Iterator[str]:
    platform = it.get("platform")
    if platform not in KEYS:
        yield f"platform {platform}"
        return
    needed, taken = KEYS[platform]
    yield from (f"{platform} lacks {key}" for key in (needed | {"unique_id", "name"}) - it.keys())
    yield from (f"{platform} knows no {key}" for key in it.keys() - needed - taken - ANY)
    if it.get("qos") != 1:
        yield "qos 1 is said in each component"
    if it.get("entity_category") not in (None, "config", "diagnostic"):
        yield f"category {it['entity_category']}"
    if platform == "event" and "availability" in it:
        yield "an event that comes back from unavailable is told again"
    if platform in ("sensor", "binary_sensor") and it.get("entity_category") == "config":
        yield "what is read is not configuration"
    if not it.get("icon", "mdi:x").startswith("mdi:"):
        yield f"icon {it['icon']}"
    yield from _read(platform, it)


def _read(platform: str, it: dict[str, Any]) -> Iterator[str]:
    kind, state_class = it.get("device_class"), it.get("state_class")
    if kind is not None and kind not in CLASSES.get(platform, set()):
        yield f"device class {kind}"
    if kind in UNITS and it.get("unit_of_measurement") not in UNITS[kind]:
        yield f"{kind} in {it.get('unit_of_measurement')}"
    if kind == "monetary" and not re.fullmatch("[A-Z]{3}", it.get("unit_of_measurement", "")):
        yield "monetary without a currency"
    if state_class is not None and (state_class not in STATE_CLASSES or kind in WITHOUT_STATE_CLASS):
        yield f"{kind} with state class {state_class}"
    if not isinstance(it.get("expire_after", 1), int) or it.get("expire_after", 1) <= 0:
        yield "expire_after is a positive whole number"


def rendered(template: str, payload: dict[str, Any]) -> str:
    """As a value template renders a payload: what is round it in white space is dropped."""
    return _ENVIRONMENT.from_string(template).render(value=json.dumps(payload), value_json=payload).strip()


def composed(template: str, message: str) -> str:
    """As a command template renders what a user typed."""
    return _ENVIRONMENT.from_string(template).render(value=message)


_ENVIRONMENT = ImmutableSandboxedEnvironment()
