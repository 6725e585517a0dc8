"""A gateway's worker with a real store and a simulated unit over TCP: everything but the broker."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from support.guards import WIDE
from support.waiting import eventually

from smsmqtt import config
from smsmqtt.clock import Clock, SystemClock
from smsmqtt.gateways.family import driver_for
from smsmqtt.intake.accept import accept_order
from smsmqtt.intake.credit import Credit, accept_balance_request, carrier_profiles
from smsmqtt.intake.door import Door
from smsmqtt.link.dial import dial
from smsmqtt.model import InboundText, Message, OrderRequest, RecipientText
from smsmqtt.payloads.balances import BalanceAsk
from smsmqtt.session.worker import GatewayWorker
from smsmqtt.simulator import Simulator
from smsmqtt.store import Store, announcements, inbox, outbox

FRIEND = "+59891234567"

SESSION = {"every": "200ms", "batch_window": "10ms", "min_gap": "10ms", "hold_budget": "100%"}


class HurriedClock(SystemClock):
    """Monotonic time that runs faster: a minute of silence is over in a second."""

    def __init__(self, hurry: float) -> None:
        super().__init__()
        self._hurry = hurry

    def monotonic(self) -> float:
        return super().monotonic() * self._hurry


def text_of_file(
    unit_port: int,
    session: Mapping[str, object],
    gateway: Mapping[str, object],
    pins: Mapping[str, str],
    carriers: Mapping[str, str],
    balance: Mapping[str, object],
    guard: Mapping[str, object],
) -> str:
    """A configuration for one unit with two lines."""
    lines = "".join(
        f"      {name}: {{module: {number}, number: +5989900000{number}, pin: {pins.get(name, '')},"
        f" carrier: {carriers.get(name, '')}}}\n"
        for number, name in enumerate(("mine", "yours"), 1)
    )
    own = "".join(f"    {key}: {value}\n" for key, value in gateway.items())
    own_session = "".join(f"  {key}: {value}\n" for key, value in {**SESSION, **session}.items())
    return (
        f"gateways:\n  hall:\n    host: 127.0.0.1\n    port: {unit_port}\n{own}"
        f"    lines:\n{lines}session:\n{own_session}"
        + "".join(f"balance:\n  {key}: {value}\n" for key, value in balance.items())
        + f"guard: {json.dumps({**WIDE, **guard})}\n"
    )


@dataclass(kw_only=True)
class House:
    """``with House(unit=unit, folder=tmp_path) as house: house.send("hello"); house.finished(...)``."""

    unit: Simulator
    folder: Path
    session: Mapping[str, object] = field(default_factory=dict)
    gateway: Mapping[str, object] = field(default_factory=dict)
    pins: Mapping[str, str] = field(default_factory=dict)
    carriers: Mapping[str, str] = field(default_factory=dict)
    balance: Mapping[str, object] = field(default_factory=dict)
    guard: Mapping[str, object] = field(default_factory=dict)
    hurry: float = 1.0
    crashes: list[BaseException] = field(default_factory=list)

    def __enter__(self) -> Self:
        path = self.folder / "config.yaml"
        path.write_text(
            text_of_file(self.unit.port, self.session, self.gateway, self.pins, self.carriers, self.balance, self.guard)
        )
        self.settings = config.load(path)
        self.clock: Clock = HurriedClock(self.hurry)
        self.store = Store.open(self.settings.store.path, self.clock)
        self.door = Door.from_settings(self.settings)
        self.credit = Credit(
            settings=self.settings.balance,
            profiles=carrier_profiles(self.settings),
            directory=self.door.directory,
            board=self.store.board,
        )
        self.start()
        return self

    def start(self) -> None:
        settings = self.settings.gateways["hall"]
        self.worker = GatewayWorker(
            settings,
            driver_for(settings),
            lambda: dial(settings, self.settings.store.path),
            self.store,
            self.clock,
            messages=self.settings.messages,
            guard=self.door.guard,
            credit=self.credit,
            on_crash=self.crashes.append,
        )
        self.worker.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.worker.stop()
        assert self.worker.join(10.0)
        self.store.close()
        if error is None:
            assert self.crashes == []

    def send(self, body: str, to: str = FRIEND, **fields: Any) -> str:
        """The message's id."""
        request = OrderRequest(recipients=(RecipientText(text=to),), body=body, **fields)
        acceptance = self.store.write(lambda tx: accept_order(tx, request, self.door))
        assert not acceptance.refusals
        return acceptance.messages[0].id

    def message(self, message_id: str) -> Message:
        return self.store.read(lambda tx: outbox.message(tx, message_id))

    def reaches(self, message_id: str, *states: str, within_s: float = 10.0) -> Message:
        """The message, as soon as it is in one of these states."""

        def there() -> Message | None:
            found = self.message(message_id)
            return found if found.state.value in states else None

        return self._eventually(there, message_id, within_s)

    def _eventually(self, there: Callable[[], Message | None], message_id: str, within_s: float) -> Message:
        try:
            found = eventually(there, within_s=within_s)
        except AssertionError:
            raise AssertionError(f"{self.message(message_id)}\n{self.unit.measures.visits[-3:]}") from None
        assert found is not None
        return found

    def poll_until(self, message_id: str, *states: str, within_s: float = 10.0) -> Message:
        """Asking for sessions meanwhile, whatever the pauses are."""

        def there() -> Message | None:
            self.store.board.request_poll("hall")
            found = self.message(message_id)
            return found if found.state.value in states else None

        return self._eventually(there, message_id, within_s)

    def texts(self) -> list[InboundText]:
        return self.store.read(lambda tx: inbox.texts(tx, None, 1000))

    def receives(self, count: int, within_s: float = 10.0) -> list[InboundText]:
        """The texts received, oldest first, as soon as there are so many."""

        def enough() -> list[InboundText]:
            found = self.texts()
            return found if len(found) >= count else []

        try:
            return eventually(enough, within_s=within_s)
        except AssertionError:
            raise AssertionError(f"{self.texts()}\n{self.unit.measures.visits[-3:]}") from None

    def ask_credit(self, line: str | None = None, request_id: str | None = None) -> None:
        asked = BalanceAsk(line=line, id=request_id)
        self.store.write(lambda tx: accept_balance_request(tx, asked, self.credit))

    def texts_announced(self) -> list[InboundText]:
        pending = self.store.read(lambda tx: announcements.pending(tx, 0, 1000))
        return [announcement.text for announcement in pending if announcement.text]

    def upkeep(self) -> None:
        self.store.write(self.credit.upkeep)

    def restart(self) -> None:
        """A new worker on the same store."""
        self.worker.stop()
        assert self.worker.join(10.0)
        self.start()

    def credit_of(self, line: str = "mine") -> dict[str, Any]:
        return self.store.board.snapshot("balance").get(line, {})

    def gateway_state(self) -> dict[str, Any]:
        return self.store.board.snapshot("gateway").get("hall", {})

    def line_state(self, line: str = "mine") -> dict[str, Any]:
        return self.store.board.snapshot("line").get(line, {})
