"""What the broker remembers of us longer than we run: a session under our client id, and retained topics."""

from __future__ import annotations

import json
from dataclasses import dataclass

from smsmqtt.store import Transaction, controls

SCOPE = "mqtt"


@dataclass(frozen=True, kw_only=True)
class Identity:
    """What the session in the broker hangs on; a change of any of it ends the old session."""

    client_id: str
    prefix: str
    filters: tuple[str, ...]


def last_identity(tx: Transaction) -> Identity | None:
    """None before the first start."""
    told = controls.recall(tx, SCOPE).get("identity")
    if told is None:
        return None
    client_id, prefix, filters = json.loads(told)
    return Identity(client_id=client_id, prefix=prefix, filters=tuple(filters))


def remember_identity(tx: Transaction, identity: Identity) -> None:
    controls.remember(tx, SCOPE, "identity", json.dumps([identity.client_id, identity.prefix, list(identity.filters)]))


def retained_topics(tx: Transaction) -> frozenset[str]:
    """Every topic that may hold a retained message of ours."""
    return frozenset(json.loads(controls.recall(tx, SCOPE).get("retained", "[]")))


def remember_retained(tx: Transaction, topics: frozenset[str]) -> None:
    """Writes only when it is news."""
    if topics != retained_topics(tx):
        controls.remember(tx, SCOPE, "retained", json.dumps(sorted(topics)))
