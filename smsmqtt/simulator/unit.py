"""The whole unit on a TCP port: ``with Simulator(config) as unit: … unit.port, unit.network, unit.module(1) …``"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from smsmqtt.simulator import calls
from smsmqtt.simulator.card import Kind
from smsmqtt.simulator.faults import Fault
from smsmqtt.simulator.knobs import SimulatorConfig
from smsmqtt.simulator.measures import Measures
from smsmqtt.simulator.modem import Modem
from smsmqtt.simulator.network import Network
from smsmqtt.simulator.visit import Visit
from smsmqtt.simulator.wire import Wire
from smsmqtt.simulator.world import World


class Simulator:
    """One thread listens, two serve each connection, one keeps time. Safe to use from any thread inside ``with
    unit.world:``."""

    def __init__(self, config: SimulatorConfig | None = None) -> None:
        config = config or SimulatorConfig()
        self.world = World(config)
        self.network = Network(self.world)
        self.modems = {
            number: Modem(self.world, number, self.network, self.reboot) for number in sorted(config.modules)
        }
        self.host = config.host
        self.port = config.port
        self._visits: list[Visit] = []
        self._silenced: list[Wire] = []
        self._listener: socket.socket | None = None
        self._closing = False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def config(self) -> SimulatorConfig:
        return self.world.config

    @property
    def measures(self) -> Measures:
        return self.world.measures

    @property
    def listening(self) -> bool:
        """False while the unit reboots."""
        return self._listener is not None

    @property
    def visits(self) -> list[Visit]:
        """Those inside now."""
        return list(self._visits)

    def module(self, number: int) -> Modem:
        return self.modems[number]

    # What tests and the control connection do

    def turn(self, knob: str, value: Any) -> None:
        """One knob, from now on; a text that waited for a SIM may come in by it."""
        with self.world:
            self.world.config = self.world.config.turn(knob, value)
            for number in self.modems:
                self.network.push(number)

    def arm(self, **fault: Any) -> None:
        """A fault by its fields: ``unit.arm(do="drop", at="air", module=1)``."""
        with self.world:
            self.world.faults.arm(Fault(**fault))

    def deliver(self, module: int, sender: str, text: str | bytes, **how: Any) -> int:
        """As ``Network.deliver``."""
        with self.world:
            return self.network.deliver(module, sender, text, **how)

    def deliver_pdu(self, module: int, pdu_hex: str, kind: Kind = "deliver") -> None:
        """Octets as they are, good or bad; they start with the service centre's address."""
        with self.world:
            self.network.bring_pdu(module, kind, bytes.fromhex(pdu_hex))

    def report(self, place: int, status: int) -> None:
        """One more delivery report for ``network.sent[place]``."""
        with self.world:
            self.network.report(self.network.sent[place], status)

    def call(self, module: int, caller: str) -> bool:
        """Somebody calls the module's number; False when nobody notices."""
        with self.world:
            return calls.ring(self.modems[module], caller)

    def hang_up(self, module: int) -> None:
        with self.world:
            calls.hang_up(self.modems[module])

    def leave_open(self, module: int, *items: int) -> None:
        """A toolkit session as if somebody had chosen these items and gone away."""
        with self.world:
            self.modems[module].toolkit.leave_open(items)

    def snatch(self, module: int) -> None:
        with self.world:
            self.modems[module].snatch()

    def say(self, module: int, line: str) -> None:
        """An unsolicited line."""
        with self.world:
            self.modems[module].say(line)

    def reboot(self) -> None:
        """Everybody is cut off, modules start afresh, and the port is closed for a while."""
        with self.world:
            self.world.measures.reboots += 1
            self._stop_listening()
            self._cut_all()
            for modem in self.modems.values():
                modem.power_cycle()
            self.world.after(max(self.config.shell.reboot_s, 0.001), self._listen)

    def wait_for(self, condition: Callable[[], bool], timeout_s: float = 5.0) -> bool:
        """As ``World.wait_for``."""
        return self.world.wait_for(condition, timeout_s)

    # Listening

    def start(self) -> None:
        with self.world:
            self._listen()

    def close(self) -> None:
        with self.world:
            self._closing = True
            self._stop_listening()
            self._cut_all()
        self.world.close()

    def _cut_all(self) -> None:
        """Nothing more goes out on any connection."""
        for visit in self.visits:
            visit.wire.cut()
            visit.end()
        for wire in self._silenced:
            wire.cut()

    def _listen(self) -> None:
        if self._closing:
            return
        listener = socket.create_server((self.host, self.port), reuse_port=False)
        self.port = listener.getsockname()[1]
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), name="simulator-listener", daemon=True).start()

    def _stop_listening(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            with suppress(OSError):  # not every system can; closing is what counts
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return  # closed
            threading.Thread(target=self._serve, args=(connection,), name="simulator-visit", daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            with self.world:
                visit, wire = self._receive(connection)
            while (data := wire.read()) is not None:
                if visit is not None:
                    with self.world:
                        visit.feed(data)
            wire.cut()
            with self.world:
                if visit is not None:
                    visit.end()
                    self._visits.remove(visit)
                elif wire in self._silenced:
                    self._silenced.remove(wire)

    def _receive(self, connection: socket.socket) -> tuple[Visit | None, Wire]:
        """A visit, or None for a client that is not let in."""
        self.measures.connections += 1
        wire = Wire(self.world, connection)
        inside = [visit for visit in self._visits if visit.state != "over" and not visit.wire.hung_up()]
        manner = self.config.shell.second_connection if inside else "accept"
        if inside:
            self.measures.second_connections += 1
        if manner == "take_over":
            for visit in inside:
                visit.cut()
        if manner == "refuse":
            wire.write(self.config.shell.refusal.encode("latin-1") + b"\r\n")
        if manner in ("refuse", "close"):
            wire.finish()
        if manner in ("refuse", "close", "silent"):
            self._silenced.append(wire)
            return None, wire
        visit = Visit(self, wire)
        self._visits.append(visit)
        visit.begin()
        return visit, wire
