"""One hold of one line: take the module, look, receive, send, give it back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Literal

from smsmqtt.at.channel import Unsolicited
from smsmqtt.at.module import Look, ModuleFacts, enter_pin, learn, look
from smsmqtt.at.replies import Registration, SimState, fields
from smsmqtt.clock import Clock
from smsmqtt.config import GatewaySettings, LineSettings, MessageSettings
from smsmqtt.errors import ModuleBusy, ModuleReleased, NoAnswer
from smsmqtt.gateways.base import Availability, Driver
from smsmqtt.intake.credit import Credit
from smsmqtt.link.runner import Runner
from smsmqtt.logs import get_logger
from smsmqtt.model import Reason
from smsmqtt.payloads import news
from smsmqtt.payloads.state import LineState, Sim
from smsmqtt.session.plan import Pace, Visit
from smsmqtt.session.receive import keep_unsolicited, receive_all, understand_all
from smsmqtt.session.send import Sender, Tally
from smsmqtt.session.standing import Standing
from smsmqtt.store import Store, Transaction, announcements, controls

FACTS, TOOLKIT, WRONG_PIN = "facts", "toolkit", "wrong_pin"
RINGS = ("RING", "2", "+CRING", "+CLIP")

RINGING_S = 60.0
"""Nobody lets it ring longer; what is heard within it is the same call."""

WHY = {
    "in_call": "the line is in a call",
    "no_sim": "there is no SIM in the module",
    "sim_locked": "the SIM asks for its PIN or PUK",
    "not_registered": "the SIM is not registered with a network",
    "not_answering": "the module does not answer",
}
"""Why a line's messages wait, by the line's state."""

log = get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Holder:
    """What all holds of a gateway share. ``may_begin``: whether another part may be started."""

    gateway: GatewaySettings
    driver: Driver
    store: Store
    clock: Clock
    standing: Standing
    paces: dict[str, Pace]
    messages: MessageSettings
    credit: Credit
    rang_s: dict[str, float] = field(default_factory=dict)  # by line, when it was last heard ringing
    outdated: set[str] = field(default_factory=set)  # lines whose module is learnt anew in the next hold

    def visit(self, runner: Runner, visit: Visit, tally: Tally, may_begin: Callable[[float], bool]) -> Reason | None:
        """Returns why messages of this line still wait, when it isn't for want of time. Raises GatewayError."""
        settings = self.gateway.lines[visit.line]
        if self.gateway.session.check_busy:
            free = runner.run(self.driver.availability(settings.module))
            if free is Availability.BUSY:
                return self._in_call(visit.line, "in_call")
            if free is Availability.ABSENT:
                return self._waits(visit.line, "no_sim")
        began_s = self.clock.monotonic()
        try:
            runner.run(self.driver.acquire(settings.module))
            return self._hold(runner, visit, settings, tally, may_begin)
        except ModuleBusy:
            return self._in_call(visit.line, "in_call")
        except ModuleReleased:  # the gateway's shell speaks again, and the other line may be free
            log.info("the gateway took the module away", line=visit.line)
            events = self._hear(runner, visit.line, tally)
            return self._rung(visit.line, events) if _rings(events) else self._in_call(visit.line, "in_call")
        finally:
            self._hear(runner, visit.line, tally)  # whatever broke off: the module has handed it over
            self.store.board.holds.note(visit.line, self.clock.now(), self.clock.monotonic() - began_s)

    def _hold(
        self, runner: Runner, visit: Visit, settings: LineSettings, tally: Tally, may_begin: Callable[[float], bool]
    ) -> Reason | None:
        """From the module's taking to its giving back."""
        try:
            reason = self._work(runner, visit, settings, tally, may_begin)
        except NoAnswer as error:  # this module; the other one may be well
            log.warning("no answer", line=visit.line, error=str(error))
            reason = self._waits(visit.line, "not_answering", error.detail)
            self._take_time(visit.line)
        runner.run(self.driver.release(settings.module))
        return reason

    def _rung(self, line: str, events: Sequence[Unsolicited]) -> Reason:
        callers = [fields(event.lines[0])[:1] for event in events if event.lines[0].startswith("+CLIP:")]
        return self._in_call(line, "ring", next((caller for (caller,) in filter(any, callers)), None))

    def _in_call(self, line: str, event_type: Literal["ring", "in_call"], caller: str | None = None) -> Reason:
        """Out of the way, and say it: once for each call, which ends when the line is found otherwise.

        A line that rings still may look free meanwhile.
        """
        now_s = self.clock.monotonic()
        rings_on = line in self.rang_s and now_s - self.rang_s[line] < RINGING_S
        if event_type == "ring":
            self.rang_s[line] = now_s
        if self.standing.line_state(line) != "in_call" and not rings_on:
            payload = news.call(event_type=event_type, line=line, caller=caller, at=self.clock.now())
            self.store.write(lambda tx: announcements.add(tx, "call", json.dumps(payload)))
        return self._waits(line, "in_call")

    def _waits(self, line: str, state: LineState, detail: str = "") -> Reason:
        """``detail`` is for the line: messages would be told each new one."""
        self.standing.line(line, state, detail=detail)
        return Reason(code=state, text=WHY[state])

    def _work(
        self, runner: Runner, visit: Visit, settings: LineSettings, tally: Tally, may_begin: Callable[[float], bool]
    ) -> Reason | None:
        facts, seen = self._look(runner, settings)
        state = line_state(seen)
        self.standing.line(visit.line, state, None if seen.sim_missing else _sim(seen))
        if seen.records is not None:
            received = receive_all(runner, self.store, visit.line, facts, seen.records)
            tally.received += received.kept
            self.standing.line(visit.line, state, replace(_sim(seen), used=received.left))
        events = self._hear(runner, visit.line, tally)
        if state != "ready":
            return Reason(code=state, text=WHY[state])
        if _rings(events):
            return self._rung(visit.line, events)
        reason = self._send(runner, visit, facts, tally, may_begin)
        if visit.asks and reason is None:
            self._ask_for_credit(runner, visit.line, facts, may_begin)
        return reason

    def _ask_for_credit(
        self, runner: Runner, line: str, facts: ModuleFacts, may_begin: Callable[[float], bool]
    ) -> None:
        from smsmqtt.session.balance import ASKING_S, Question  # only a house with a carrier has them in memory

        if may_begin(ASKING_S):
            most_s = self.gateway.session.max_held_s
            Question(store=self.store, credit=self.credit, line=line, most_s=most_s).put(runner, facts)

    def _look(self, runner: Runner, settings: LineSettings) -> tuple[ModuleFacts, Look]:
        """With what is known of the module; it is learnt anew where that doesn't hold (any more)."""
        line = settings.name
        known = None if line in self.outdated else self._facts(line)
        self.outdated.discard(line)
        facts = known or runner.run(learn(self.gateway.at_mode))
        seen = runner.run(look(facts))
        locked = seen.sim is SimState.PIN and self._enter_pin(runner, settings)
        changed = known and seen.records is None and not seen.sim_missing and seen.sim in (None, SimState.READY)
        if seen.sim is SimState.READY:
            self._remember_wrong_pin(line, None)  # it took a PIN whose answer was lost, or somebody else's
        if locked or changed:
            facts = runner.run(learn(self.gateway.at_mode))
            seen = runner.run(look(facts))
        if facts is not known:
            facts = replace(facts, out_of_reach=seen.arrives_elsewhere)
        elif seen.arrives_elsewhere and not facts.out_of_reach:  # this hold empties the store that was listed till now
            self.outdated.add(line)
        if facts != known and seen.records is not None:  # what is learnt of a module without its SIM is wrong
            self._remember_facts(line, facts)
        return facts, seen

    def _send(
        self, runner: Runner, visit: Visit, facts: ModuleFacts, tally: Tally, may_begin: Callable[[float], bool]
    ) -> Reason | None:
        sender = Sender(
            runner=runner,
            store=self.store,
            clock=self.clock,
            facts=facts,
            pace=self.paces.setdefault(visit.line, Pace()),
            messages=self.messages,
            tally=tally,
            may_begin=lambda expected_s: not _rings(runner.unsolicited) and may_begin(expected_s),
        )
        for message in visit.messages:
            sender.send(message)
        events = self._hear(runner, visit.line, tally)
        return self._rung(visit.line, events) if _rings(events) else sender.stopped_by

    def _hear(self, runner: Runner, line: str, tally: Tally) -> Sequence[Unsolicited]:
        """Take up what came by itself, and what a listing brought; returns the former."""
        events = runner.take_unsolicited()
        if events:
            facts = self._facts(line) or ModuleFacts()
            tally.received += keep_unsolicited(self.store, line, facts, events)
            self._recognise_late(line, facts, events)
        understand_all(self.store, self.credit, [line])
        return events

    def _recognise_late(self, line: str, facts: ModuleFacts, events: Sequence[Unsolicited]) -> None:
        said = [event.lines[0] for event in events if event.lines[0].startswith("+CUSD:")]
        if said and line in self.credit.profiles:
            from smsmqtt.session.balance import recognise_late

            character_set = facts.character_set or "GSM"
            self.store.write(lambda tx: recognise_late(tx, self.credit, line, said, character_set))

    def _scope(self, line: str) -> str:
        return f"line/{line}"

    def _recall(self, line: str) -> Mapping[str, str]:
        return self.store.read(lambda tx: controls.recall(tx, self._scope(line)))

    def _facts(self, line: str) -> ModuleFacts | None:
        text = self._recall(line).get(FACTS)
        try:
            return ModuleFacts(**json.loads(text)) if text else None
        except (TypeError, ValueError):  # written by another version
            return None

    def _take_time(self, line: str) -> None:
        """A command was lost perhaps, because it came too soon after all."""
        facts = self._facts(line)
        if facts and facts.takes_haste:
            text = json.dumps(asdict(replace(facts, takes_haste=False)))
            self.store.write(lambda tx: controls.remember(tx, self._scope(line), FACTS, text))

    def _remember_facts(self, line: str, facts: ModuleFacts) -> None:
        """Another module may have another toolkit."""
        log.info("module learnt", line=line, **asdict(facts))
        text = json.dumps(asdict(facts))

        def unit(tx: Transaction) -> None:
            controls.remember(tx, self._scope(line), FACTS, text)
            controls.remember(tx, self._scope(line), TOOLKIT, None)

        self.store.write(unit)

    def _enter_pin(self, runner: Runner, settings: LineSettings) -> bool:
        """A PIN is tried once; a wrong one is remembered until the configuration names another."""
        if settings.pin is None:
            return False
        mark = hashlib.sha256(settings.pin.encode()).hexdigest()[:16]
        if self._recall(settings.name).get(WRONG_PIN) == mark:
            return False
        self._remember_wrong_pin(settings.name, mark)
        if not runner.run(enter_pin(settings.pin)).ok:
            log.error("the SIM refuses the PIN; it is not tried again", line=settings.name)
            return False
        self._remember_wrong_pin(settings.name, None)
        return True

    def _remember_wrong_pin(self, line: str, mark: str | None) -> None:
        if self._recall(line).get(WRONG_PIN) != mark:
            self.store.write(lambda tx: controls.remember(tx, self._scope(line), WRONG_PIN, mark))


def line_state(seen: Look) -> LineState:
    """How a look at the module shows to users."""
    if seen.sim_missing:
        return "no_sim"
    if seen.sim in (SimState.PIN, SimState.BLOCKED):
        return "sim_locked"
    if seen.registration is Registration.NONE:
        return "not_registered"
    return "ready" if seen.records is not None else "not_answering"


def _sim(seen: Look) -> Sim:
    return Sim(
        signal_dbm=seen.signal_dbm,
        operator=seen.operator,
        roaming=None if seen.registration is None else seen.registration is Registration.ROAMING,
        used=seen.sim_used,
        capacity=seen.sim_capacity,
    )


def _rings(events: Sequence[Unsolicited]) -> bool:
    return any(event.lines[0].startswith(RINGS) for event in events)
