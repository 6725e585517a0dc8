"""A gateway's holds of the last hour over a restart: the budget is of any hour, not of one start.

They are written when a worker stops, since an idle session is to commit nothing; a crash forgets them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta

from smsmqtt.session.schedule import Hold
from smsmqtt.store import Transaction, controls
from smsmqtt.store.stamps import from_ms, to_ms

HOLDS = "holds"


def remember(tx: Transaction, gateway: str, holds: Sequence[Hold]) -> None:
    """``holds`` by the monotonic clock, which means nothing after the next boot."""
    now_s = tx.clock.monotonic()
    told = [(to_ms(tx.now - timedelta(seconds=now_s - hold.ended_s)), round(hold.held_s, 3)) for hold in holds]
    controls.remember(tx, _scope(gateway), HOLDS, json.dumps(told) if told else None)


def recall(tx: Transaction, gateway: str) -> list[Hold]:
    """Of a clock that went back since nobody knows how long ago it was: rather just now than never."""
    now_s = tx.clock.monotonic()
    told = json.loads(controls.recall(tx, _scope(gateway)).get(HOLDS, "[]"))
    ends = [(now_s - max(0.0, (tx.now - from_ms(ended_ms)).total_seconds()), held_s) for ended_ms, held_s in told]
    return [Hold(began_s=ended_s - held_s, ended_s=ended_s) for ended_s, held_s in ends]


def _scope(gateway: str) -> str:
    return f"gateway/{gateway}"
