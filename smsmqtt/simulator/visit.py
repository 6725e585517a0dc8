"""One client from ``username: `` to the end of the connection: login, the shell at ``]``, and a module on loan.

States: user → password → shell → module → shell … → over. In ``module`` every byte but Ctrl-X goes to the modem.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal, Protocol

from smsmqtt.simulator.faults import Fault, Point
from smsmqtt.simulator.knobs import ShellKnobs
from smsmqtt.simulator.measures import Visit as Record
from smsmqtt.simulator.modem import Modem
from smsmqtt.simulator.wire import Wire
from smsmqtt.simulator.world import World

CTRL_X = 0x18


class House(Protocol):
    """What a visit needs of the unit."""

    world: World
    modems: dict[int, Modem]

    def reboot(self) -> None: ...


class Visit:
    """See the module's text; everything runs inside the world's lock."""

    def __init__(self, unit: House, wire: Wire) -> None:
        self._unit = unit
        self._world = unit.world
        self.wire = wire
        self.state: Literal["user", "password", "shell", "module", "over"] = "user"
        self._line = bytearray()
        self._user = ""
        self._after_cr = False
        self._waiting = bytearray()
        self._answering = False
        self._modem: Modem | None = None
        self.record = Record(began_s=self._world.monotonic())
        self._world.measures.visits.append(self.record)
        self._last_byte_s = self._world.monotonic()

    @property
    def _knobs(self) -> ShellKnobs:
        return self._world.config.shell

    def begin(self) -> None:
        if self._world.config.wire.iac_offers:
            self.wire.offer_options()
        self._meet("connect", lambda: self._later(self._greet))
        self._watch_idle()

    def _greet(self) -> None:
        if self._knobs.present:
            self._say(self._knobs.username_prompt)
        else:
            self._take_over(self._unit.modems[min(self._unit.modems)])

    def end(self) -> None:
        """The connection is over, however that came."""
        if self.state == "over":
            return
        self.state = "over"
        self.record.ended_s = self._world.monotonic()
        self._world.measures.connected_s += self.record.ended_s - self.record.began_s
        modem, self._modem = self._modem, None
        if modem is not None and self._knobs.hold_lingers_s is not None:
            self._world.after(self._knobs.hold_lingers_s, lambda: self._unhand(modem))

    def _unhand(self, modem: Modem) -> None:
        if modem.holder is self:
            modem.release()

    # Bytes from the client

    def feed(self, data: bytes) -> None:
        self._last_byte_s = self._world.monotonic()
        self._watch_idle()
        for byte in data:
            if self.state == "module" and self._modem is not None:
                self._pass_on(self._modem, byte)
            elif self._answering:
                self._waiting.append(byte)
            else:
                self._type(byte)

    def _pass_on(self, modem: Modem, byte: int) -> None:
        if byte == CTRL_X and self._knobs.present and not (modem.entering and self._knobs.ctrl_x_at_prompt == "passed"):
            self.turn("<ctrl-x>")
            self._meet("release", self._give_back, modem)
        else:
            modem.feed(bytes([byte]))

    def _type(self, byte: int) -> None:
        if self.state == "over" or byte == 0:
            return
        after_cr, self._after_cr = self._after_cr, byte == 0x0D
        if self.state == "password" and self._knobs.password_echo == "each" and byte != 0x0D:
            self._say("*")
        if byte == 0x0A and after_cr:
            return
        if byte in (0x0D, 0x0A):
            line, self._line = self._line.decode("latin-1"), bytearray()
            self._answering = True
            self._later(lambda: self._take(line))
        elif byte in (0x08, 0x7F):
            del self._line[-1:]
        else:
            self._line.append(byte)
            if self._echoes():
                self._say(chr(byte))

    def _echoes(self) -> bool:
        return (self.state == "shell" and self._knobs.echo) or (self.state == "user" and self._knobs.username_echo)

    def _take(self, line: str) -> None:
        if self.state == "user":
            self._user = line
            self.turn(line)
            self.state = "password"
            star = "*" if self._knobs.password_echo == "star" else ""
            self._say("\r\n" + self._knobs.password_prompt + star)
        elif self.state == "password":
            self.turn("*")
            self._meet("login", lambda: self._log_in(line))
        elif line.strip():
            self.turn(line)
            self._say("\r\n" if self._knobs.echo else "")
            self._meet("shell", lambda: self._obey(line.strip()), command=line)
        else:
            self._say("\r\n]")
        self._go_on()

    def _go_on(self) -> None:
        self._answering = False
        waiting, self._waiting = bytes(self._waiting), bytearray()
        if waiting:
            self.feed(waiting)

    # Login and shell

    def _log_in(self, password: str) -> None:
        knobs = self._knobs
        if (self._user, password) == (knobs.username, knobs.password):
            self.state = "shell"
            self._say(f"\r\n{knobs.banner}\r\n command: {knobs.commands or self._commands()}\r\n]")
            return
        self._world.measures.bad_logins += 1
        self._say(f"\r\n{knobs.bad_login}\r\n")
        if knobs.after_bad_login == "close":
            self.wire.finish()
            self.end()
        else:
            self.state = "user"
            self._say(knobs.username_prompt)

    def _commands(self) -> str:
        numbers = sorted(self._unit.modems)
        modules = [f"module{number}" for number in numbers] if self._knobs.has_module else []
        states = [f"state{number}" for number in numbers] if self._knobs.has_state else []
        return ", ".join([*modules, *states, "info."])

    def _obey(self, line: str) -> None:
        knobs = self._knobs
        asked = re.fullmatch(r"(module|state)(\d*)", line)
        if asked and asked[1] == "module" and knobs.has_module and (asked[2] or knobs.bare_module):
            self._lend(int(asked[2] or min(self._unit.modems)))
        elif asked and asked[1] == "state" and asked[2] and knobs.has_state:
            self._tell_state(int(asked[2]))
        elif line == "info":
            self._answer(knobs.info)
        elif line == "logout":
            self._say(knobs.goodbye + "\r\n")
            self.wire.finish()
            self.end()
        else:
            self._answer(knobs.bad_command)

    def _answer(self, text: str) -> None:
        self._say(f"{text}\r\n]")

    def _tell_state(self, number: int) -> None:
        modem = self._unit.modems.get(number)
        if modem is None or modem.sim_state == "none":
            text: str | None = self._knobs.state_none
        else:
            taken = modem.caller is not None or modem.holder is not None
            text = self._knobs.state_call if taken else self._knobs.state_free
        if text is not None:
            self._answer(text.format(n=number))

    # A module on loan

    def _lend(self, number: int) -> None:
        modem = self._unit.modems.get(number)
        if modem is None or modem.sim_state == "none":
            self._answer(self._knobs.state_none.format(n=number))
        elif modem.caller is not None or modem.holder is not None:
            if self._knobs.busy is not None:
                self._answer(self._knobs.busy.format(n=number))
        else:
            self._meet("acquire", lambda: self._hold(modem), modem)

    def _hold(self, modem: Modem) -> None:
        number = modem.number
        before = self._knobs.getting.format(n=number)
        self._say((before + "\r\n" if before else "") + self._knobs.acquired.format(n=number) + "\r\n")
        self._take_over(modem)

    def _take_over(self, modem: Modem) -> None:
        self.state = "module"
        self._modem = modem
        modem.acquire(self)
        self._watch_hold(modem)

    def _give_back(self) -> None:
        """Ctrl-X, or the unit's own doing."""
        modem, self._modem = self._modem, None
        if modem is None:
            return
        modem.release()
        if not self._knobs.present:
            self.cut()
            return
        self.state = "shell"
        self._after_cr = False
        self._say(f"\r\n{self._knobs.released.format(n=modem.number)}\r\n]")

    # As a holder

    def write(self, data: bytes, *, gap_s: float = 0.0) -> None:
        self.wire.write(data, gap_s=gap_s)

    def taken_away(self) -> None:
        self._give_back()

    def cut(self, *, reset: bool = False) -> None:
        """What was written before still goes out, but for a reset."""
        if reset:
            self.wire.cut(reset=True)
        else:
            self.wire.finish()
        self.end()

    def turn(self, text: str) -> None:
        self.record.turns.append(text)

    def needless(self) -> None:
        self.record.needless += 1

    # Time and mishaps

    def _say(self, text: str) -> None:
        self.wire.write(text.encode("latin-1", errors="replace"))

    def _later(self, action: Callable[[], None]) -> None:
        def act() -> None:
            if self.state != "over":
                action()

        self._world.after(self._knobs.latency_s, act)

    def _watch_idle(self) -> None:
        limit_s = self._knobs.idle_timeout_s
        if limit_s is None:
            return

        def look() -> None:
            if self.state != "over" and self._world.monotonic() - self._last_byte_s >= limit_s:
                self.wire.finish()
                self.end()

        self._world.after(limit_s + 0.001, look)

    def _watch_hold(self, modem: Modem) -> None:
        limit_s = self._knobs.hold_timeout_s
        if limit_s is None:
            return

        def look() -> None:
            if self._modem is not modem:
                return
            if self._world.monotonic() - self._last_byte_s >= limit_s:
                modem.snatch()
            else:
                self._world.after(limit_s, look)

        self._world.after(limit_s, look)

    def _meet(self, at: Point, go_on: Callable[[], None], modem: Modem | None = None, *, command: str = "") -> None:
        number = modem.number if modem else None
        fault = self._world.faults.take(at, module=number, command=command)
        if fault is None:
            go_on()
        elif fault.do == "slow":
            self._world.after(fault.seconds, lambda: go_on() if self.state != "over" else None)
        else:
            self._strike(fault, go_on, modem)

    def _strike(self, fault: Fault, go_on: Callable[[], None], modem: Modem | None) -> None:
        if fault.do in ("drop", "reset"):
            self.cut(reset=fault.do == "reset")
        elif fault.do == "reboot":
            self._unit.reboot()
        elif fault.do == "line":
            if fault.at == "acquire":
                go_on()
                self._say(fault.text + "\r\n")
            else:
                self._say(fault.text + "\r\n")
                go_on()
        elif fault.do == "snatch" and modem is not None and fault.at == "release":
            modem.snatch()
            self._type(CTRL_X)
        elif fault.do == "snatch" and modem is not None:
            go_on()
            modem.snatch()
