"""The thread of one gateway: waits for the time of the next session, holds it, says what came of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event, Thread

from smsmqtt.clock import Clock
from smsmqtt.config import GatewaySettings, MessageSettings
from smsmqtt.errors import BadDialogue, GatewayError
from smsmqtt.gateways.base import Driver
from smsmqtt.intake.credit import Credit
from smsmqtt.link.base import Link
from smsmqtt.logs import get_logger
from smsmqtt.model import Message, PartState, Reason
from smsmqtt.payloads.state import GatewayState, LastSession
from smsmqtt.session.diary import Diary
from smsmqtt.session.hold import Holder
from smsmqtt.session.plan import plan_session
from smsmqtt.session.run import SessionReport, SessionRun
from smsmqtt.session.schedule import BUDGET_WINDOW_S, Hold, Situation, next_session
from smsmqtt.session.standing import Standing, gateway_state
from smsmqtt.store import Store, balances, controls, outbox

LONGEST_WAIT_S = 3600.0
MOVE_AFTER_S = 600.0
"""A line that was down for so long hands its messages to another one."""
BLOCKED_S, URGENT_BLOCKED_S = 30.0, 5.0
"""A line that could not send (in a call, without a network) isn't tried again sooner than this, unless it is looked
at anyway."""
MOST_EXPLAINED = 1000
"""Messages of a line that are told at once why they wait; the oldest, the urgent first."""
SWITCHED_OFF = Reason(code="sending_disabled", text="sending is switched off for this line")
ASIDE = Reason(code="prefix_taken", text="another bridge is at work on this prefix")
PAUSED = Reason(code="paused", text="the gateway is paused")
BUDGET_SPENT = Reason(code="hold_budget", text="the line was held long enough within the last hour")

log = get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Block:
    """Since when a line could not send, and why."""

    since_s: float
    reason: Reason


class GatewayWorker:
    """One for each gateway; ``alive`` is for the watchdog."""

    def __init__(
        self,
        gateway: GatewaySettings,
        driver: Driver,
        open_link: Callable[[], Link],
        store: Store,
        clock: Clock,
        *,
        messages: MessageSettings,
        credit: Credit,
        on_crash: Callable[[BaseException], None],
    ) -> None:
        self._gateway = gateway
        self._open_link = open_link
        self._store = store
        self._clock = clock
        self._on_crash = on_crash
        self._standing = Standing(gateway, store, clock)
        self._holder = Holder(
            gateway=gateway,
            driver=driver,
            store=store,
            clock=clock,
            standing=self._standing,
            paces={},
            messages=messages,
            credit=credit,
        )
        self._lines = list(gateway.lines)
        self._diary = Diary()
        self._polled = False
        self._blocks: dict[str, Block] = {}
        self._tried: set[str] = set()  # the urgent messages that were due when a session was last opened
        self._error: GatewayError | None = None
        self._stopping = Event()
        self._listener = store.listen("outbox", "control")
        self._thread = Thread(target=self._run, name=f"gateway-{gateway.name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Hang up at the next safe point; returns at once."""
        self._stopping.set()
        self._listener.wake()

    def join(self, timeout_s: float) -> bool:
        """Whether the thread has ended."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            began_s = self._clock.monotonic()
            try:
                self._step()
            except Exception as error:  # a bug of ours: the session ends, the daemon stays
                if self._store.failure:  # unless nothing can be recorded any more
                    break
                self._on_crash(error)
                self._recover(began_s)
        self._listener.close()

    def _recover(self, began_s: float) -> None:
        self._store.write(lambda tx: outbox.unclaim(tx, self._lines))
        hold = Hold(began_s=began_s, ended_s=self._clock.monotonic())
        self._diary.note_session(hold, BadDialogue("an error of smsmqtt itself"), looked=True, active=False)

    def _step(self) -> None:
        """Wait for the next session, or hold it when it is time."""
        now_s = self._clock.monotonic()
        paused = self._store.read(lambda tx: controls.paused(tx, [self._gateway.name]))
        if self._store.board.aside:
            self._rest(None, ASIDE)
            return
        if paused:
            self._rest(paused[self._gateway.name], PAUSED)
            return
        if self._store.board.take_poll(self._gateway.name):
            self._polled = True
            self._blocks.clear()
        due, next_due_at = self._work()
        asking = self._asking()
        situation = self._diary.situation(
            now_s,
            self._clock.now(),
            due=due,
            asking=asking,
            next_due_at=next_due_at,
            urgent_news=any(message.urgent and message.id not in self._tried for message in due),
            polled=self._polled,
            budget_s=self._gateway.session.hold_budget * BUDGET_WINDOW_S,
        )
        coming = next_session(situation, self._gateway.session)
        if coming.at_s > now_s:
            self._explain_the_wait(situation)
            self._standing.post_lines()
            self._post(gateway_state(self._error), in_s=coming.at_s - now_s)
            self._listener.wait(min(coming.at_s - now_s, LONGEST_WAIT_S))
        else:
            self._session(due, asking, look=coming.look, urgent_only=situation.budget_spent)

    def _work(self) -> tuple[list[Message], datetime | None]:
        """What is due on lines that may send now, and when more will be."""
        on, ready = self._open_lines()
        for line in self._lines:
            if line not in on:
                self._explain([line], SWITCHED_OFF)
        now, now_s = self._clock.now(), self._clock.monotonic()
        later = [
            now + timedelta(seconds=self._block_ends_s(line) - now_s)
            for line in on
            if line not in ready and self._due([line])
        ]
        next_due_at = self._store.read(lambda tx: outbox.next_due_at(tx, on, tx.now))
        return self._due(ready), min([*later, *([next_due_at] if next_due_at else [])], default=None)

    def _open_lines(self) -> tuple[list[str], list[str]]:
        """The lines that are switched on, and of these the ones to try now."""
        switches = self._store.read(lambda tx: controls.sending(tx, self._lines))
        on = [line for line in self._lines if switches[line]]
        now_s = self._clock.monotonic()
        return on, [line for line in on if self._block_ends_s(line) <= now_s]

    def _block_ends_s(self, line: str) -> float:
        """When a line is to be tried again; 0 when it may be now, as for something urgent and new."""
        block = self._blocks.get(line)
        urgent = {message.id for message in self._due([line]) if message.urgent} if block else set()
        if block is None or urgent - self._tried:
            return 0.0
        return block.since_s + (URGENT_BLOCKED_S if urgent else BLOCKED_S)

    def _due(self, lines: Sequence[str]) -> list[Message]:
        return self._store.read(lambda tx: outbox.due(tx, lines, tx.now))

    def _rest(self, until: datetime | None, reason: Reason) -> None:
        """Stay away, so that calls can be placed, or another bridge does the work."""
        self._explain(self._lines, reason)
        wait_s = LONGEST_WAIT_S if until is None else (until - self._clock.now()).total_seconds()
        self._standing.post_lines()
        self._post("paused", in_s=None if until is None else wait_s)
        self._listener.wait(min(max(wait_s, 0.0), LONGEST_WAIT_S))

    def _interrupted(self, planned: Collection[str]) -> bool:
        """Stopping, paused, or something urgent came that isn't in the plan: hang up, and begin anew for it."""
        paused = self._store.read(lambda tx: controls.paused(tx, [self._gateway.name]))
        if paused or self._store.board.aside or self._stopping.is_set():
            return True
        return any(message.urgent and message.id not in planned for message in self._due(self._open_lines()[1]))

    def _asking(self) -> list[str]:
        """The lines whose credit is to be asked for now."""
        requests = self._store.read(lambda tx: balances.waiting(tx, self._open_lines()[1]))
        return [request.line for request in requests]

    def _session(self, due: Sequence[Message], asking: Sequence[str], *, look: bool, urgent_only: bool) -> None:
        self._polled = False
        self._post("connected", in_s=None)
        if look:  # every line is visited: what waits on a blocked one may go, too
            due = self._due(self._open_lines()[0])
        self._tried = {message.id for message in due if message.urgent}
        visits = plan_session(
            self._lines, due, asking, look=look, urgent_only=urgent_only, visited_s=self._diary.visited_s
        )
        planned = {message.id for visit in visits for message in visit.messages}
        run = SessionRun(
            holder=self._holder,
            clock=self._clock,
            max_held_s=self._gateway.session.max_held_s,
            interrupted=lambda: self._interrupted(planned),
        )
        report = run.run(self._open_link, visits)
        self._note(report, look=look)
        self._say(report)
        self._move_away()

    def _note(self, report: SessionReport, *, look: bool) -> None:
        hold = Hold(began_s=report.began_s, ended_s=report.ended_s)
        active = bool(report.tally.sent or report.tally.received)
        self._diary.note_session(hold, report.error, looked=look, active=active)
        for line in report.visited:
            self._diary.visited_s[line] = report.ended_s
        self._error = report.error
        self._store.board.count_session(
            self._gateway.name,
            held_s=hold.held_s,
            turns=report.turns,
            failed=report.error is not None,
            ended_at=self._clock.now(),
        )
        if report.error:
            self._standing.failed(report.error)
            log.warning("session failed", gateway=self._gateway.name, code=report.error.code, error=str(report.error))
        else:
            self._standing.succeeded()
        if report.error is None or report.turns:
            self._standing.session_ended(
                LastSession(
                    at=self._clock.now(),
                    held_s=hold.held_s,
                    sent=report.tally.sent,
                    received=report.tally.received,
                    turns=report.turns,
                )
            )
        log.debug("session", gateway=self._gateway.name, held_s=round(hold.held_s, 2), turns=report.turns)

    def _say(self, report: SessionReport) -> None:
        """Tell the waiting messages why, and the board how things are."""
        if report.error and not report.visited:
            self._standing.all_lines("not_answering")
        if report.error:
            self._explain(self._open_lines()[0], _failing(report.error))
        for line in report.visited:
            self._blocks.pop(line, None)
        for line, reason in report.waiting.items():
            self._blocks[line] = Block(since_s=self._clock.monotonic(), reason=reason)
            self._explain([line], reason)
        self._standing.post_lines()

    def _explain_the_wait(self, situation: Situation) -> None:
        """One reason only, or two would be announced by turns."""
        on, ready = self._open_lines()
        for line in on:
            if line not in ready:
                self._explain([line], self._blocks[line].reason)
        if self._error:
            self._explain(ready, _failing(self._error))
        elif situation.budget_spent:
            self._explain(ready, BUDGET_SPENT, urgent_too=False)

    def _explain(self, lines: Sequence[str], reason: Reason, *, urgent_too: bool = True) -> None:
        """Tell all that waits on these lines why. Written, and announced, only where it is news."""
        waiting = self._store.read(lambda tx: outbox.due(tx, lines, tx.now, limit=MOST_EXPLAINED))
        untold = [it.id for it in waiting if it.reason != reason and (urgent_too or not it.urgent)]
        if untold:
            self._store.write(lambda tx: [outbox.wait_because(tx, message_id, reason, None) for message_id in untold])

    def _move_away(self) -> None:
        """A line that is down for long hands over what it has not begun and what was not meant for it by name."""
        board = self._store.board.snapshot("line")
        others = [name for name, line in board.items() if line["state"] == "ready" and line["sending"]["enabled"]]
        for line in self._lines:
            if self._standing.down_for_s(line) < MOVE_AFTER_S or not others:
                continue
            for message in self._due([line]):
                if not message.line_fixed and all(part.state is PartState.QUEUED for part in message.parts):
                    self._move(message.id, others[0])

    def _move(self, message_id: str, line: str) -> None:
        log.info("message moved to another line", id=message_id, line=line)
        self._store.write(lambda tx: outbox.move_line(tx, message_id, line))

    def _post(self, state: GatewayState, *, in_s: float | None) -> None:
        next_at = None if in_s is None else self._clock.now() + timedelta(seconds=in_s)
        held_s_hour = self._diary.held_s(self._clock.monotonic())
        self._standing.post_gateway(state, held_s_hour=held_s_hour, next_session_at=next_at)


def _failing(error: GatewayError) -> Reason:
    return Reason(code=f"gateway_{error.code}", text=error.hint)
