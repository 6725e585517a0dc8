"""One device as Home Assistant's discovery wants it, and the ids by which it knows a thing again.

The ids hang on the prefix and the name in the configuration, and on nothing that a new store would change: a bridge
that lost its SD card is the same device to Home Assistant.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Component = dict[str, Any]
Kind = Literal["bridge", "gateway", "line"]
ORIGIN = "smsmqtt"


@dataclass(frozen=True, kw_only=True)
class Device:
    """``via``: the id of the device that it is reached through. ``components``: the entities, by a key of ours."""

    id: str
    name: str
    model: str
    via: str | None = None
    components: Mapping[str, Component]

    @property
    def platforms(self) -> dict[str, str]:
        """What each component is: enough to take it away again."""
        return {key: component["platform"] for key, component in self.components.items()}


def device_id(prefix: str, kind: Kind, name: str = "") -> str:
    """The same for ever for the same thing. Two prefixes never share one."""
    return "_".join((ORIGIN, _level(prefix), kind, *([name] if name else [])))


def is_under(topic_level: str, prefix: str) -> bool:
    """Whether a device with this id is one of a bridge under this prefix."""
    return topic_level.split("_")[:2] == [ORIGIN, _level(prefix)]


def payload(device: Device, *, version: str, leaving: Mapping[str, str]) -> bytes:
    """The announcement. ``leaving``: components to be taken away, with their platforms; left out they would stay.

    An unknown key at the root has the whole device refused, and what stands there reaches the components in newer
    versions only: so the root has no more than it must.
    """
    about = {
        "identifiers": [device.id],
        "name": device.name,
        "manufacturer": ORIGIN,
        "model": device.model,
        "sw_version": version,
    }
    if device.via:
        about["via_device"] = device.via
    components = {
        key: {**component, "unique_id": f"{device.id}_{key}", "qos": 1} for key, component in device.components.items()
    }
    gone = {key: {"p": platform} for key, platform in leaving.items()}
    fields = {"dev": about, "o": {"name": ORIGIN, "sw": version}, "cmps": {**components, **gone}}
    return json.dumps(fields, ensure_ascii=False).encode()


def reminder(device: str, leaving: Mapping[str, str], *, version: str) -> bytes:
    """For a Home Assistant that was away when components were taken away, and so still has them on file.

    It is told of them once more, by no more than it needs to know them again: only then can it be told that they went.
    ``device`` is its id. Keys that a platform doesn't have are dropped.
    """
    nowhere = f"{ORIGIN}/nowhere"
    least = {"state_topic": nowhere, "command_topic": nowhere, "event_types": ["none"], "qos": 1}
    components = {
        key: {"platform": platform, "unique_id": f"{device}_{key}", **least} for key, platform in leaving.items()
    }
    fields = {"dev": {"identifiers": [device]}, "o": {"name": ORIGIN, "sw": version}, "cmps": components}
    return json.dumps(fields, ensure_ascii=False).encode()


def _level(prefix: str) -> str:
    """The prefix as part of an id: letters and digits, and when it has more than these, something of its digest."""
    plain = re.sub(r"[^a-zA-Z0-9]", "", prefix)
    return plain if plain == prefix else plain + hashlib.sha256(prefix.encode()).hexdigest()[:8]
