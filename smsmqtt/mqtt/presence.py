"""Whether another bridge is at work under our prefix, told from what it retains there.

A newcomer looks first: a foreign ``bridge/info`` beside an online ``bridge/state`` is somebody at work. When two start
in the same moment both look too early; each then sees the other's info, and the one that started later steps aside.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Bridge:
    """Who a bridge is. The client id matters since two bridges with one share their session in the broker."""

    store_id: str
    started_at: str  # ISO 8601, UTC
    client_id: str

    def came_before(self, other: Bridge) -> bool:
        return (self.started_at, self.store_id) < (other.started_at, other.store_id)


class Presence:
    """What is known of the prefix on one connection. ``gone``: the store of a bridge that is known to be no more."""

    def __init__(self, own: Bridge, gone: str | None) -> None:
        self._nobody = ("", own.store_id, gone)
        self._seen: Bridge | None = None
        self._online = False

    def hear_info(self, payload: bytes) -> Bridge | None:
        """The bridge that speaks, None when it is us or nobody."""
        fields = _fields(payload)
        seen = Bridge(
            store_id=str(fields.get("store_id", "")),
            started_at=str(fields.get("started_at", "")),
            client_id=str(fields.get("client_id", "")),
        )
        self._seen = seen if seen.store_id not in self._nobody else None
        return self._seen

    def hear_state(self, payload: bytes) -> bool:
        """Whether the prefix is said to be online."""
        self._online = _fields(payload).get("state") == "online"
        return self._online

    @property
    def rival(self) -> Bridge | None:
        """The other one that is at work, if there is one."""
        return self._seen if self._online else None


def _fields(payload: bytes) -> dict[str, Any]:
    try:
        value = json.loads(payload)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
