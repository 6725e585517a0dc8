"""USSD on one module: a code goes out, +CUSD comes back, perhaps a session stays open for further input (3GPP TS 27.007
§7.15).

The session is the network's: it outlives the holder, and a code that comes while it is open is an input to it. What was
asked is counted before the fault at ``ussd`` can strike; only the answer is lost by it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from smsmqtt.simulator import alphabet, records, services
from smsmqtt.simulator.command_line import Awaited, Command, Doer, Outcome, Resume
from smsmqtt.simulator.services import Asked
from smsmqtt.simulator.settings import Refused
from smsmqtt.simulator.status_commands import need_sim
from smsmqtt.simulator.ussd_knobs import UssdAnswer, UssdKnobs

if TYPE_CHECKING:
    from smsmqtt.simulator.modem import Modem

NEWLINES = {"lf": "\n", "crlf": "\r\n", "cr": "\r"}
UCS2 = (17, 72)
WANTS_INPUT = 1


class Ussd:
    """See the module's text."""

    def __init__(self, modem: Modem) -> None:
        self._modem = modem
        self.session: tuple[UssdAnswer, Asked] | None = None  # what came last, in answer to whom
        self._waiting = False
        self._ticket = 0  # an answer to an older one comes too late

    @property
    def knobs(self) -> UssdKnobs:
        return self._modem.world.config.modules[self._modem.number].ussd

    @property
    def active(self) -> bool:
        return self._waiting or self.session is not None

    def ask(self, words: str) -> Awaited:
        """A code, or an input to the session that is open."""
        modem, session = self._modem, self.session
        if self._waiting:
            raise Refused("CME", 3)
        if session is not None:
            answer, asked = services.go_on_ussd(*session, words), session[1]
        else:
            answer, asked = services.ask_ussd(modem.network, modem.number, words, way="ussd")
        self.cancel()
        self._waiting = True
        ticket = self._ticket

        def begin(resume: Resume) -> None:
            modem.meet("ussd", lambda: self._go_on(answer, asked, ticket, resume))

        return Awaited(begin=begin)

    def cancel(self) -> None:
        """Nothing that was asked is answered any more."""
        self._ticket += 1
        self._waiting = False
        self.session = None
        self._modem.abort = None

    def _go_on(self, answer: UssdAnswer, asked: Asked, ticket: int, resume: Resume) -> None:
        """The answer behind the result code, or before it."""
        modem = self._modem

        def tell() -> None:
            if ticket == self._ticket and not answer.never:
                self._tell(answer, asked)

        def answer_first() -> None:
            if ticket == self._ticket:
                tell()
                resume([])

        if answer.error is not None:
            modem.later(answer.delay_s, lambda: self._give_up(ticket, answer.error or 0))
        elif self.knobs.result == "before":
            modem.after_answer(lambda: modem.later(answer.delay_s, tell))
            resume([])
        else:
            modem.abort = lambda: self._give_up(ticket)
            if not answer.never:
                modem.later(answer.delay_s, answer_first)
            modem.later(self.knobs.patience_s, lambda: self._give_up(ticket, 31))

    def _give_up(self, ticket: int, code: int | None = None) -> None:
        """The command ends without an answer; nothing happens when it is over already."""
        if ticket == self._ticket and self._waiting:
            self.cancel()
            self._modem.refuse([], Refused() if code is None else Refused("CME", code))

    def _tell(self, answer: UssdAnswer, asked: Asked) -> None:
        modem = self._modem
        self.cancel()
        self._say(self._line(answer))
        if answer.result == WANTS_INPUT:
            self.session = answer, asked
        elif self.knobs.closing is not None:
            self._say(f"+CUSD: {self.knobs.closing}")
        services.text_later(modem.network, modem.number, answer)
        for more in answer.then:
            self._tell_later(more)

    def _tell_later(self, more: UssdAnswer) -> None:
        self._modem.later(more.delay_s, lambda: self._say(self._line(more)))

    def _say(self, line: str) -> None:
        if self._modem.settings.ussd:
            self._modem.say(line)

    def _line(self, answer: UssdAnswer) -> str:
        if answer.text is None:
            return f"+CUSD: {answer.result}"
        words = self._written(answer.text.replace("\n", NEWLINES[self.knobs.newline]), answer.dcs)
        dcs = f",{answer.dcs}" if self.knobs.dcs == "told" else ""
        return f'+CUSD: {answer.result},"{words}"{dcs}'

    def _written(self, text: str, dcs: int) -> str:
        if dcs in UCS2:
            return records.to_charset(text, "UCS2")
        if self.knobs.answer == "packed":
            septets = alphabet.septets_of(text)
            return alphabet.pack(septets + b"\r" if len(septets) % 8 == 7 else septets).hex().upper()
        return records.to_charset(text, self._modem.settings.charset)

    def read(self, argument: str) -> str:
        """A code or an input as it was typed; Refused where it can't be read."""
        octets = argument.encode("latin-1")
        try:
            if self.knobs.code == "plain":
                return argument
            if self.knobs.code == "packed":
                packed = bytes.fromhex(argument)
                return alphabet.text_of(alphabet.unpack(packed, len(packed) * 8 // 7)).rstrip("\r@")
            return records.from_charset(octets, self._modem.settings.charset)
        except ValueError as error:
            raise Refused("CME", 50) from error


def _cusd(modem: Modem, command: Command) -> Outcome:
    ussd = modem.ussd
    if not ussd.knobs.supported:
        raise Refused
    if command.does == "read":
        return [f"+CUSD: {int(modem.settings.ussd)}"]
    if command.does == "test":
        return ["+CUSD: (0-2)"]
    n, *rest = command.arguments or [""]
    if n not in ("0", "1", "2") or len(rest) > 2:
        raise Refused("CME", 50)
    if n == "2":
        if not ussd.active and ussd.knobs.cancel_idle == "error":
            raise Refused("CME", 3)
        ussd.cancel()
        return []
    modem.settings.ussd = n == "1"
    if not rest:
        return []
    need_sim(modem)
    if not modem.on_network:
        raise Refused("CME", 30)
    return ussd.ask(ussd.read(rest[0]))


DOERS: dict[str, Doer] = {"+CUSD": _cusd}
