"""Everything around a daemon: a broker, a caller, a simulated unit on TCP; the daemon itself is a process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from support.broker import Broker, require_mosquitto
from support.daemon import BEAT, Daemon, write_config
from support.mqtt_caller import Caller
from support.waiting import eventually

from smsmqtt.clock import SystemClock
from smsmqtt.model import Message
from smsmqtt.simulator import Simulator, SimulatorConfig
from smsmqtt.store import Store
from smsmqtt.store.outbox import rows

FRIEND = "+59891234567"
STRANGER = "+59895555555"


class Scene:
    """See the module's text. ``ask`` and ``order`` speak MQTT as anybody would."""

    def __init__(self, folder: Path, broker: Broker, caller: Caller) -> None:
        self.folder = folder
        self.broker = broker
        self.caller = caller
        self.units: list[Simulator] = []
        self._ids = count(1)

    @property
    def unit(self) -> Simulator:
        if not self.units:
            self.open_unit()
        return self.units[-1]

    def open_unit(self, config: SimulatorConfig | None = None, **knobs: Any) -> Simulator:
        """``modem_radio_s=1.0`` turns ``modem.radio_s``."""
        config = config or SimulatorConfig()
        for knob, value in knobs.items():
            config = config.turn(knob.replace("_", ".", 1), value)
        unit = Simulator(config)
        unit.start()
        self.units.append(unit)
        return unit

    def daemon(
        self,
        *,
        session: Mapping[str, Any] | None = None,
        doctor: Mapping[str, Any] | None = None,
        port: int | None = None,
        environment: Mapping[str, str] = BEAT,
        **sections: Any,
    ) -> Daemon:
        """Not started yet; ``port``: another than the unit's."""
        path = write_config(self.folder, self.broker, self.unit if port is None else port, session, **sections)
        return Daemon(config=path, doctor=doctor, environment=environment)

    @contextmanager
    def running(self, **how: Any) -> Iterator[Daemon]:
        """A daemon that has told the broker of itself, so that no order is lost for want of a subscription."""
        before = len(self.caller.on("sms/bridge/info"))
        with self.daemon(**how) as daemon:
            eventually(lambda: len(self.caller.on("sms/bridge/info")) > before, what=daemon.log)
            yield daemon

    @property
    def store_path(self) -> Path:
        return self.folder / "smsmqtt.db"

    def other_caller(self) -> Caller:
        """Somebody who comes later."""
        return Caller(self.broker)

    def order(self, body: str, to: str | list[str] = FRIEND, **fields: Any) -> str:
        """Publishes it with an id of its own; the id."""
        order_id = fields.pop("id", f"order-{next(self._ids)}")
        self.caller.publish("sms/outbox", {"to": to, "body": body, "id": order_id, **fields})
        return str(order_id)

    def reaches(self, message_id: str, state: str, *, within_s: float = 15.0, **matching: Any) -> dict[str, Any]:
        """The first status that says so."""
        return self.caller.wait_for("sms/status", id=message_id, state=state, within_s=within_s, **matching)

    def waits_because(self, message_id: str, code: str, *, within_s: float = 15.0) -> dict[str, Any]:
        """The first status that gives this reason."""

        def told() -> list[dict[str, Any]]:
            found = self.caller.fields_on("sms/status", id=message_id)
            return [it for it in found if (it["reason"] or {}).get("code") == code]

        return eventually(told, within_s=within_s, what=lambda: f"{message_id} {code} in {self.caller.heard[-5:]}")[0]

    def receives(self, number: int, *, within_s: float = 15.0) -> list[dict[str, Any]]:
        """So many texts on ``sms/inbox``, as they came."""
        return eventually(
            lambda: texts if len(texts := self.caller.fields_on("sms/inbox")) >= number else [],
            within_s=within_s,
            what=lambda: f"{number} texts, not {self.caller.fields_on('sms/inbox')}",
        )

    def ask(self, verb: str, **fields: Any) -> dict[str, Any]:
        """What the bridge answers to a request."""
        transaction = next(self._ids)
        self.caller.publish(f"sms/bridge/request/{verb}", {**fields, "transaction": transaction})
        answer = self.caller.wait_for(f"sms/bridge/response/{verb}", transaction=transaction)
        assert answer["status"] == "ok", answer
        data: dict[str, Any] = answer["data"]
        return data

    def last(self, topic: str) -> dict[str, Any]:
        """What a topic said last; empty when it never did."""
        told = self.caller.on(topic)
        return told[-1].fields if told else {}

    def on_air(self) -> list[str | None]:
        """What recipients read, in the order the texts began."""
        with self.unit.world:
            return [text.text for text in self.unit.network.texts()]

    def parts_on_air(self) -> Counter[tuple[str, str | None]]:
        """Recipient and text of every SUBMIT that reached the air."""
        with self.unit.world:
            return Counter((entry.recipient, entry.text) for entry in self.unit.network.sent)

    def ledger(self) -> list[Message]:
        """Every message, with its parts, as the store has it; also beside a running daemon."""
        store = Store.open(self.store_path, SystemClock(), read_only=True)
        try:
            return store.read(lambda tx: rows.load(tx, "order by m.nr"))
        finally:
            store.close()


@contextmanager
def opened(folder: Path) -> Iterator[Scene]:
    """With a broker of its own, and cleared away at the end."""
    require_mosquitto()
    broker = Broker(folder=folder / "broker").start()
    try:
        with Caller(broker) as caller:
            made = Scene(folder / "house", broker, caller)
            yield made
            for unit in made.units:
                unit.close()
    finally:
        broker.kill()


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """For one test."""
    with opened(tmp_path) as scene:
        yield scene
