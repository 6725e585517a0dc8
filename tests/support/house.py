"""A gateway's worker with a real store and a simulated unit over TCP: everything but the broker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from smsmqtt import config
from smsmqtt.clock import SystemClock
from smsmqtt.gateways.family import driver_for
from smsmqtt.intake.accept import accept_order
from smsmqtt.intake.directory import Directory
from smsmqtt.link.dial import dial
from smsmqtt.model import InboundText, Message, OrderRequest, RecipientText
from smsmqtt.session.worker import GatewayWorker
from smsmqtt.simulator import Simulator
from smsmqtt.store import Store, inbox, outbox
from support.waiting import eventually

FRIEND = "+59891234567"

SESSION = {"every": "200ms", "batch_window": "10ms", "min_gap": "10ms", "hold_budget": "100%"}


def text_of_file(unit_port: int, session: Mapping[str, object], gateway: Mapping[str, object]) -> str:
    """A configuration for one unit with two lines."""
    own = "".join(f"    {key}: {value}\n" for key, value in gateway.items())
    own_session = "".join(f"  {key}: {value}\n" for key, value in {**SESSION, **session}.items())
    return (
        f"gateways:\n  hall:\n    host: 127.0.0.1\n    port: {unit_port}\n{own}"
        "    lines:\n      mine: {module: 1, number: +59899000001}\n      yours: {module: 2, number: +59899000002}\n"
        f"session:\n{own_session}"
    )


@dataclass(kw_only=True)
class House:
    """``with House(unit=unit, folder=tmp_path) as house: house.send("hello"); house.finished(...)``."""

    unit: Simulator
    folder: Path
    session: Mapping[str, object] = field(default_factory=dict)
    gateway: Mapping[str, object] = field(default_factory=dict)
    crashes: list[BaseException] = field(default_factory=list)

    def __enter__(self) -> Self:
        path = self.folder / "config.yaml"
        path.write_text(text_of_file(self.unit.port, self.session, self.gateway))
        self.settings = config.load(path)
        self.store = Store.open(self.settings.store.path, SystemClock())
        self.directory = Directory.from_settings(self.settings)
        self.start()
        return self

    def start(self) -> None:
        settings = self.settings.gateways["hall"]
        self.worker = GatewayWorker(
            settings,
            driver_for(settings),
            lambda: dial(settings, self.settings.store.path),
            self.store,
            SystemClock(),
            attempts=self.settings.messages.attempts,
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
        acceptance = self.store.write(
            lambda tx: accept_order(tx, request, self.directory, self.settings.messages)
        )
        assert not acceptance.refusals
        return acceptance.messages[0].id

    def message(self, message_id: str) -> Message:
        return self.store.read(lambda tx: outbox.message(tx, message_id))

    def reaches(self, message_id: str, *states: str, within_s: float = 10.0) -> Message:
        """The message, as soon as it is in one of these states."""

        def there() -> Message | None:
            found = self.message(message_id)
            return found if found.state.value in states else None

        try:
            return eventually(there, within_s=within_s)
        except AssertionError:
            raise AssertionError(f"{self.message(message_id)}\n{self.unit.measures.visits[-3:]}") from None

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

    def gateway_state(self) -> dict[str, Any]:
        return self.store.board.snapshot("gateway")["hall"]

    def line_state(self, line: str = "mine") -> dict[str, Any]:
        return self.store.board.snapshot("line")[line]
