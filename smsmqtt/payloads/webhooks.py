"""Events as webhooks tell them, after the Standard Webhooks: type, time, and what MQTT publishes."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from smsmqtt.payloads.times import iso

SECRET_PREFIX = "whsec_"


def event(kind: str, payload: Mapping[str, Any], *, at: datetime) -> dict[str, Any]:
    """``kind``: ``inbox``, ``status`` or ``balance``; ``payload`` as its topic has it; ``at``: when it happened."""
    what = payload["event_type"] if kind == "inbox" else payload["state"]
    return {"type": f"{kind}.{what}", "timestamp": iso(at), "data": payload}


def signature(secret: str, *, event_id: str, at: datetime, body: str) -> dict[str, str]:
    """The headers of one try at ``at``; ``secret`` begins with ``whsec_``."""
    stamp = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    digest = hmac.new(key, f"{event_id}.{stamp}.{body}".encode(), hashlib.sha256).digest()
    return {
        "webhook-id": event_id,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode('ascii')}",
    }
