"""What every route stands on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from starlette.requests import HTTPConnection

from smsmqtt.clock import Clock
from smsmqtt.config import HttpSettings, Settings
from smsmqtt.http.access import Keys
from smsmqtt.http.journal import Counts
from smsmqtt.http.ticker import Ticker
from smsmqtt.intake.credit import Credit
from smsmqtt.intake.door import Door
from smsmqtt.intake.verbs import Verbs
from smsmqtt.payloads.state import Trouble
from smsmqtt.store import Store


class Broker(Protocol):
    """What the other desk knows of the broker; the desks are strangers, so it is handed in."""

    def connected(self) -> bool: ...
    def troubles(self) -> list[Trouble]: ...
    def counters(self) -> dict[str, int]: ...


@dataclass(frozen=True, kw_only=True)
class Ground:
    """The ledger, the door, and who may come in. ``dead``: the parts of the daemon that died, by name."""

    settings: Settings
    http: HttpSettings
    store: Store
    clock: Clock
    door: Door
    credit: Credit
    verbs: Verbs
    broker: Broker
    dead: Callable[[], Sequence[str]]
    keys: Keys
    ticker: Ticker
    requests: Counts


async def ground_of(connection: HTTPConnection) -> Ground:
    """For routes: ``Depends(ground_of)``."""
    return cast("Ground", connection.app.state.ground)
