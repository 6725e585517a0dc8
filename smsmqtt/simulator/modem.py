"""One GSM module: bytes in, bytes out, a SIM, and whoever holds it.

Bytes from the holder gather in ``_input`` and are worked off one at a time: into a command line, or, after +CMGS gave
the prompt, into a body. While a command is being carried out (``_busy``: latency, radio time) they wait. What the
module writes goes to the holder; without one it is kept for the next, so a text that is finished after release shows
at the next acquire. Unsolicited lines never come inside an answer or between prompt and Ctrl-Z, except where a fault
puts them.

Everything here runs inside the world's lock.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from smsmqtt.simulator import commands, reception, sending
from smsmqtt.simulator.card import Card, Record
from smsmqtt.simulator.command_line import Ask
from smsmqtt.simulator.faults import Fault, Point
from smsmqtt.simulator.knobs import ModemKnobs, ModuleKnobs, SimKnobs
from smsmqtt.simulator.network import Network
from smsmqtt.simulator.settings import Refused, Settings
from smsmqtt.simulator.toolkit import Toolkit
from smsmqtt.simulator.ussd import Ussd
from smsmqtt.simulator.world import Action, World

CTRL_Z, ESC, BACKSPACE, CR, LF = 0x1A, 0x1B, 0x08, 0x0D, 0x0A


class Holder(Protocol):
    """The connection that a module is lent to."""

    def write(self, data: bytes, *, gap_s: float = 0.0) -> None: ...
    def cut(self, *, reset: bool = False) -> None: ...
    def taken_away(self) -> None: ...
    def turn(self, text: str) -> None: ...
    def needless(self) -> None: ...


@dataclass(kw_only=True)
class Entry:
    """A body on its way: what asked for it, and the bytes so far."""

    ask: Ask
    body: bytearray = field(default_factory=bytearray)
    after_cr: bool = True  # the LF of a CR LF may follow


class Modem:
    """See the module's text."""

    def __init__(self, world: World, number: int, network: Network, reboot: Action) -> None:
        self.world = world
        self.number = number
        self.network = network
        self.card = Card()
        self.memory = Card()
        self.holder: Holder | None = None
        self.caller: str | None = None  # a call is on, or rings
        self.ringing = False
        self.reference = self.knobs.reference_start
        self.last_send_s = float("-inf")
        self._reboot_unit = reboot
        self._generation = 0
        self._reset()
        self.stale = bytearray()
        network.receivers[number] = lambda incoming: reception.take(self, incoming)

    def _reset(self) -> None:
        self.settings = self.fresh_settings()
        self.toolkit = Toolkit(self)
        self.ussd = Ussd(self)
        self.cnmi = self.knobs.cnmi_at_start
        self.arrives_in: str | None = None  # as +CPMS has it
        self.pin_ok = False
        self.pin_tries = 3
        self._input = bytearray()
        self._line = bytearray()
        self.command = ""
        self._entry: Entry | None = None
        self._busy = False
        self._pumping = False
        self._stuck = False
        self._deaf_until_s = 0.0
        self._held_back: list[str] = []
        self._set_up: set[str] = set()
        self.abort: Action | None = None  # what ESC does while a command takes its time
        self._after_answer: list[Action] = []

    def fresh_settings(self) -> Settings:
        return replace(Settings.at_acquire(self.knobs), ussd=self._module.ussd.shown_at_acquire)

    @property
    def _module(self) -> ModuleKnobs:
        return self.world.config.modules[self.number]

    @property
    def knobs(self) -> ModemKnobs:
        return self._module.modem

    @property
    def sim(self) -> SimKnobs:
        return self._module.sim

    @property
    def sim_state(self) -> Literal["ready", "pin", "puk", "none"]:
        """As the knob has it, but for what +CPIN did since power on."""
        if self.sim.state == "pin":
            return "ready" if self.pin_ok else "pin" if self.pin_tries else "puk"
        return self.sim.state

    @property
    def on_network(self) -> bool:
        return self.sim_state == "ready" and self.sim.registration in (1, 5)

    @property
    def stores(self) -> tuple[str, str, str]:
        """What is listed, written to, and where texts arrive."""
        return self.settings.listed, "SM", self.arrives_in or self.knobs.arrives_in

    @property
    def listed(self) -> Card:
        return self.store(self.settings.listed)

    def store(self, name: str) -> Card:
        return self.memory if name == "ME" else self.card

    def room(self, name: str) -> int:
        return self.knobs.memory_capacity if name == "ME" else self.sim.capacity

    def put(self, name: str, record: Record) -> int | None:
        """Its place in this store; None: there is none."""
        return self.store(name).put(record, first_index=self.sim.first_index, capacity=self.room(name))

    @property
    def entering(self) -> bool:
        """A prompt is open."""
        return self._entry is not None

    # Lent and given back

    def acquire(self, holder: Holder) -> None:
        self.holder = holder
        self._held_since_s = self.world.monotonic()
        self._set_up = set()
        if self.knobs.settings == "lost":
            self.settings = self.fresh_settings()
        if self.knobs.cnmi == "lost":
            self.cnmi = self.knobs.cnmi_at_start
        self.write(self.knobs.stale_at_acquire)
        holder.write(bytes(self.stale))
        self.stale.clear()
        self.toolkit.acquired()

    def release(self) -> None:
        """What runs goes on; its output waits for the next holder."""
        if self.holder is None:
            return
        self.world.measures.held(self.number, self.world.monotonic() - self._held_since_s)
        self.holder = None
        self._line.clear()
        self.toolkit.released()
        if self.knobs.prompt_after_release == "aborted":
            self._entry = None

    def power_cycle(self) -> None:
        """All that is not on the SIM is gone; what was to come later never comes."""
        self._generation += 1
        self.release()
        self._reset()
        self.caller = None
        self.stale.clear()
        for line in self.knobs.boot_lines:
            self.say(line)
        if self.toolkit.knobs.announce == "boot":
            self.toolkit.announce()

    def snatch(self) -> None:
        """The unit takes the module away from its holder."""
        if self.holder is not None:
            self.world.measures.snatches += 1
            self.holder.taken_away()
            self.release()  # also when its connection was cut and it lingers

    # Bytes from the holder

    def feed(self, data: bytes) -> None:
        if ESC in data and self.abort is not None:
            self.abort()
        self._input += data
        if self._pumping:
            return
        self._pumping = True
        while self._input and not self._busy:
            self._take(self._input.pop(0))
        self._pumping = False

    def _take(self, byte: int) -> None:
        if self._entry is not None:
            self._take_body(self._entry, byte)
        elif self.world.monotonic() < self._deaf_until_s:
            return
        elif byte == CR:
            self._echo("\r" if self.knobs.echo_end == "cr" else "\r\n")
            line, self._line = self._line.decode("latin-1"), bytearray()
            self._take_line(line)
        elif byte == BACKSPACE:
            del self._line[-1:]
        elif byte >= 0x20:
            self._echo(chr(byte))
            self._line.append(byte)

    def _echo(self, text: str) -> None:
        if self.settings.echo:
            self.write(text)

    def _take_line(self, line: str) -> None:
        start = re.search("at", line, re.IGNORECASE)
        if start is None:
            return
        self.command = line[start.start() :]
        self._turn(self.command)
        self._stuck = False
        self._busy = True
        self.later(self.knobs.latency_s, lambda: self.meet("command", lambda: commands.carry_out(self, self.command)))

    def _turn(self, text: str) -> None:
        if self.holder is not None:
            self.holder.turn(text)

    def count_set_up(self, line: str, *, changed: bool) -> None:
        """A line of settings only, given before under this holder, that changed nothing was not needed."""
        if line in self._set_up and not changed and self.holder is not None:
            self.holder.needless()
        self._set_up.add(line)

    # The body

    def ask_for_body(self, wanted: Ask) -> None:
        """The prompt; what follows is a body."""

        def ask() -> None:
            self._entry = Entry(ask=wanted)
            self.write(self.knobs.prompt)
            self.idle()

        self.meet("prompt", ask)

    def _take_body(self, entry: Entry, byte: int) -> None:
        if byte == CTRL_Z:
            self._entry = None
            self._busy = True
            self._turn(f"<body {len(entry.body)}>")
            sending.take_body(self, entry.ask, bytes(entry.body))
            return
        if byte == ESC:
            self._abort()
            return
        self._echo(chr(byte))
        ends_pair, entry.after_cr = entry.after_cr and byte == LF, byte == CR
        if not self.settings.text_mode:
            entry.body.append(byte)
        elif byte == BACKSPACE and self.knobs.backspace == "edits":
            del entry.body[-1:]
        elif byte == CR:
            entry.body.append(LF)
            if self.knobs.prompt_each_line:
                self.write(self.knobs.prompt)
        elif not ends_pair or (not entry.body and self.knobs.lf_after_prompt == "body"):
            entry.body.append(byte)

    def _abort(self) -> None:
        self._entry = None
        self._turn("<esc>")
        if self.knobs.esc == "stuck":
            self._stuck = True
        elif self.knobs.esc == "nothing":
            self._flush_held_back()
        else:
            self.finish([], "OK" if self.knobs.esc == "ok" else "ERROR")

    # Answers

    def finish(self, lines: list[str], final: str | None) -> None:
        """The answer to a command line; None: no result code. A fault at ``answer`` may strike between its lines."""
        text = "".join(self.settings.information(lines, apart=self.knobs.records_apart))
        if final is not None:
            text += self.settings.result(final, self.knobs)
            self._deaf_until_s = self.world.monotonic() + self.knobs.pause_needed_s
        pieces = re.findall(r"(?:\r\n)?[^\n]*\n|[^\n]+", text)
        fault = self.world.faults.take("answer", module=self.number, command=self.command)
        first = pieces if fault is None else pieces[: fault.after_lines]
        self.write("".join(first))
        rest = "".join(pieces[len(first) :])
        if fault is not None and fault.do == "slow":
            self.write(rest, gap_s=fault.seconds)
        elif fault is not None:
            self._strike(fault)
            self.write("" if fault.do in ("silence", "error", "ok", "reboot") else rest)
        self.idle()

    def refuse(self, lines: list[str], refused: Refused) -> None:
        self.finish(lines, self.settings.refusal(refused, self.knobs))

    def idle(self) -> None:
        """Ready for the next line or the body."""
        self._busy = False
        if self._entry is None:
            self._flush_held_back()
        actions, self._after_answer = self._after_answer, []
        for action in actions:
            action()
        self.feed(b"")

    def after_answer(self, action: Action) -> None:
        """As soon as the answer to the line that is being carried out, or its prompt, is out."""
        self._after_answer.append(action)

    def write(self, text: str, *, gap_s: float = 0.0) -> None:
        data = text.encode("latin-1", errors="replace")
        if self.holder is not None:
            self.holder.write(data, gap_s=gap_s)
        elif self.knobs.output_after_release == "kept":
            self.stale += data

    def say(self, line: str, *, result: bool = False) -> None:
        """An unsolicited line (``result``: one that has a number with V0), as soon as it is not in the way."""
        text = (
            self.settings.result(line, self.knobs) if result else "".join(self.settings.information([line], apart=True))
        )
        if self._entry is not None or self._stuck:
            self._held_back.append(text)
        else:
            self.write(text)

    def _flush_held_back(self) -> None:
        if not self._stuck:
            lines, self._held_back = self._held_back, []
            self.write("".join(lines))

    def later(self, delay_s: float, action: Action) -> None:
        """As the world's, unless the power is cut before."""
        generation = self._generation

        def act() -> None:
            if generation == self._generation:
                action()

        self.world.after(delay_s, act)

    # Mishaps

    def meet(self, point: Point, go_on: Callable[[], None]) -> None:
        """Goes on unless a fault waits here. Once a text or a question is out, a lost holder stops nothing."""
        fault = self.world.faults.take(point, module=self.number, command=self.command)
        if fault is None:
            go_on()
        elif fault.do == "slow":
            self.later(fault.seconds, go_on)
        elif fault.do == "error":
            self.refuse([], Refused("CMS", fault.code) if fault.code else Refused())
        elif fault.do == "ok":
            self.finish([], "OK")
        else:
            self._strike(fault)
            if fault.do == "line" or (point in ("air", "toolkit", "ussd") and fault.do in ("drop", "reset", "snatch")):
                go_on()
            elif fault.do != "reboot":
                self.idle()

    def _strike(self, fault: Fault) -> None:
        if fault.do in ("drop", "reset") and self.holder is not None:
            self.holder.cut(reset=fault.do == "reset")
        elif fault.do == "snatch":
            self.snatch()
        elif fault.do == "reboot":
            self._reboot_unit()
        elif fault.do == "line":
            self.write("".join(self.settings.information([fault.text], apart=True)))
        elif fault.do == "error":
            self.write(self.settings.result(self.settings.refusal(Refused("CMS", fault.code), self.knobs), self.knobs))
        elif fault.do == "ok":
            self.write(self.settings.result("OK", self.knobs))
