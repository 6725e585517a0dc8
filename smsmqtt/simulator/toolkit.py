"""The application on one module's SIM: a session that walks the menu and does what the chosen item does.

A session goes from an envelope (an item of the root menu is chosen) to the end that the module tells. In between, SIM
and holder take turns: the SIM asks something (``asked``), the holder responds or gives the go-ahead. States: idle;
``waiting`` for the holder; ``thinking`` while the SIM's answer is under way; ``mute`` when its answer was lost or never
comes, which any response ends. What the holder gave is taken, and what it costs is asked for, before the fault at
``toolkit`` can strike; only the answer is lost by it.

Here are no AT commands (``toolkit_commands``) and no lines (``toolkit_lines``). Everything runs inside the world's
lock.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from smsmqtt.simulator import proactive, sending, services, toolkit_lines, toolkit_steps, toolkit_text
from smsmqtt.simulator.proactive import Proactive, Response
from smsmqtt.simulator.settings import Refused
from smsmqtt.simulator.toolkit_knobs import Step, ToolkitKnobs

if TYPE_CHECKING:
    from smsmqtt.simulator.modem import Modem

Said = Callable[[], None]
Reaction = tuple[float, bool]  # seconds until the SIM goes on, and whether the session goes on


class Toolkit:
    """See the module's text."""

    def __init__(self, modem: Modem) -> None:
        self._modem = modem
        self.state: Literal["idle", "waiting", "thinking", "mute"] = "idle"
        self.asked: Proactive | None = None  # what the holder should answer
        self.path: tuple[int, ...] = ()  # items chosen so far
        self._steps: list[Step] = []
        self._menu_due = False
        self._inserted_due = False
        self._number = 0
        self._typed = ""
        self._answer = ""

    @property
    def knobs(self) -> ToolkitKnobs:
        return self._modem.world.config.modules[self._modem.number].toolkit

    @property
    def telling(self) -> bool:
        """The module tells what the SIM asks."""
        return self.knobs.dialect in ("mediatek", "3gpp") or self._modem.settings.toolkit

    # Lent and given back

    def acquired(self) -> None:
        if self.knobs.announce == "acquired":
            self.announce()
        if self.knobs.left_open and self.state == "idle":
            self.leave_open(self.knobs.left_open)

    def released(self) -> None:
        if self.knobs.session_after_release == "ended":
            self._over()

    def announce(self) -> None:
        """SET UP MENU."""
        if self._modem.sim_state != "ready" or self.state != "idle" or not self.telling:
            return
        command = self.knobs.menu(self.knobs.item_at(()), root=True)
        self._tell(command)
        if self.knobs.menu_answer == "needed":
            self._wait(command)

    def leave_open(self, path: tuple[int, ...]) -> None:
        """As if somebody had chosen these items and gone away."""
        self.knobs.item_at(path)
        self._open(path)
        self._inserted_due = False
        asked = self._next()
        if asked is not None:
            self._wait(asked)

    # What the holder gives: taken at once; the reaction follows

    def select(self, item: int) -> Reaction:
        """An item of the root menu, by envelope."""
        if self.state != "idle":
            raise Refused("CME", 3)
        self._open((item,))
        return 0.0, any(inner.id == item for inner in self.knobs.items)

    def respond(self, response: Response) -> Reaction:
        """A terminal response."""
        if self.state == "mute":
            return 0.0, False
        if self.state == "idle":
            set_up = response.details is not None and response.details[1] == proactive.TYPES["set_up"]
            if not set_up and self.knobs.idle_response == "error":
                raise Refused("CME", 3)
            return 0.0, False
        asked = self.asked
        if self.state != "waiting" or asked is None:
            raise Refused("CME", 3)
        if asked.kind != "raw" and response.details not in (None, asked.details):
            if self.knobs.wrong_response == "error":
                raise Refused("CME", 3)
            if self.knobs.wrong_response == "ended":
                return 0.0, False
        return 0.0, self._goes_on(asked, response)

    def _goes_on(self, asked: Proactive, response: Response) -> bool:
        """What the card makes of the response."""
        result = response.result
        if result == proactive.BACK and asked.kind in ("menu", "text", "input"):
            return self._back()
        if proactive.ENDED <= result < proactive.CANNOT_NOW or asked.kind in ("raw", "set_up"):
            return False
        if asked.kind in ("text", "other"):
            return True
        if asked.kind in ("sms", "ussd"):
            if result < proactive.ENDED and self.knobs.dialect != "3gpp":
                raise Refused("CME", 3)  # nothing was sent yet
            return result < proactive.ENDED
        if result >= proactive.CANNOT_NOW:
            return False
        return self._chosen(response) if asked.kind == "menu" else self._input(asked, response)

    def _back(self) -> bool:
        above = self.path[:-1]
        if not above:
            return False
        self._open(above)
        return True

    def _chosen(self, response: Response) -> bool:
        path = (*self.path, response.item or 0)
        if not any(item.id == response.item for item in self.knobs.item_at(self.path).items):
            return False
        self._open(path)
        return True

    def _input(self, asked: Proactive, response: Response) -> bool:
        if response.text is None:
            return False
        self._typed = toolkit_text.read_text_string(response.text)
        least, most = asked.lengths or (1, 1)
        return least <= len(self._typed) <= most

    def go_ahead(self, kind: Literal["sms", "ussd"], word: int) -> Reaction:
        """The holder's word on SEND SMS or SEND USSD: 0 and 4 send, anything else declines."""
        if self.state != "waiting" or self.asked is None or self.asked.kind != kind:
            raise Refused("CME", 3)
        return self._send(self.asked) if word in (0, 4) else (0.0, False)

    def again(self) -> None:
        """The command that waits is told once more."""
        if self.asked is not None:
            self._tell(self.asked)

    # The SIM's turn

    def mute(self) -> None:
        """What the SIM says next gets lost, unless ``react`` follows."""
        self.state = "mute"

    def react(self, reaction: Reaction, said: Said) -> None:
        """The SIM's answer, when it is due; ``said`` when it is out."""
        self.state = "thinking"
        wait_s, goes_on = reaction
        self._modem.later(self.knobs.delay_s + wait_s, lambda: self._go_on(said) if goes_on else self._end(said))

    def _go_on(self, said: Said) -> None:
        asked = self._next()
        if asked is None:
            self._end(said)
        elif asked.kind == "handled":
            self._tell(asked)
            self._go_on(said)
        elif asked.kind in ("sms", "ussd") and self.knobs.go_ahead != "needed":
            if self.knobs.go_ahead != "hidden":
                self._tell(asked)
            self.react(self._send(asked), said)
        else:
            self._wait(asked)
            self._tell(asked)
            said()

    def _wait(self, asked: Proactive) -> None:
        self.state = "waiting"
        self.asked = asked
        if self.knobs.patience_s is not None:
            self._modem.later(self.knobs.patience_s, lambda: self._lose_patience(asked))

    def _lose_patience(self, asked: Proactive) -> None:
        if self.state == "waiting" and self.asked is asked:
            self._end(lambda: None)

    def _tell(self, command: Proactive) -> None:
        if self.telling:
            for line in toolkit_lines.told(self.knobs, command):
                self._modem.say(line)

    def _end(self, said: Said) -> None:
        def over() -> None:
            self._over()
            if self.knobs.end == "told" and self.telling:
                self._modem.say(toolkit_lines.END[self.knobs.dialect])
            said()

        self.state = "thinking"
        self._modem.later(self.knobs.end_delay_s, over)

    def _over(self) -> None:
        self.state = "idle"
        self.asked = None
        self.path = ()
        self._steps = []
        self._number = 0

    # What comes next

    def _open(self, path: tuple[int, ...]) -> None:
        """An item is about to show its menu, or to do what it does."""
        self.asked = None
        self.path = path
        self._inserted_due = self.knobs.inserted is not None and not self._number
        self._menu_due = True

    def _next(self) -> Proactive | None:
        """None: the session is over."""
        self.asked = None
        self._number = 1 if self.knobs.numbering == "one" else self._number % 254 + 1
        if self.knobs.raw is not None:
            return Proactive(kind="raw", type=0, raw=bytes.fromhex(self.knobs.raw))
        if self._inserted_due:
            self._inserted_due = False
            return Proactive(kind="other", type=self.knobs.inserted or 0, number=self._number)
        if self._menu_due:
            self._menu_due = False
            item = self.knobs.item_at(self.path)
            if item.items:
                return self.knobs.menu(item, self._number)
            self._steps = list(item.does)
        if not self._steps:
            return None
        words = {"{input}": self._typed, "{answer}": self._answer}
        return toolkit_steps.command(self.knobs, self._steps.pop(0), self._number, words)

    # Into the network

    def _send(self, command: Proactive) -> Reaction:
        """On the air, or not; a card that hears of a failure gives up."""
        self.asked = None
        modem = self._modem
        if not modem.on_network:
            return 0.0, False
        if command.tpdu is not None:
            wait_s = sending.from_card(modem, command.tpdu)
            return (0.0, False) if wait_s is None else (wait_s, True)
        code = toolkit_text.read_text_string(b"\x00" + (command.ussd or b"")[1:]).rstrip("\r@")
        answer, _ = services.ask_ussd(modem.network, modem.number, code, way="toolkit")
        self._answer = answer.text or ""
        services.text_later(modem.network, modem.number, answer)
        return answer.delay_s, answer.error is None and not answer.never
