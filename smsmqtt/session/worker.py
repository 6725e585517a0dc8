"""The thread of one gateway: waits for the time of the next session, holds it, says what came of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from threading import Event, Thread
from typing import Any

from smsmqtt.clock import Clock
from smsmqtt.config import GatewaySettings, MessageSettings
from smsmqtt.errors import BadDialogue, GatewayError
from smsmqtt.gateways.base import Driver
from smsmqtt.intake.credit import Credit
from smsmqtt.intake.guard import Guard, Sendable
from smsmqtt.link.base import Link
from smsmqtt.logs import get_logger
from smsmqtt.model import Message, PartState, Reason
from smsmqtt.payloads.state import GatewayState, LastSession
from smsmqtt.session import held
from smsmqtt.session.diary import Diary
from smsmqtt.session.hold import Holder
from smsmqtt.session.plan import plan_session
from smsmqtt.session.run import SessionReport, SessionRun
from smsmqtt.session.schedule import BUDGET_WINDOW_S, Hold, Situation, next_session
from smsmqtt.session.standing import Standing, gateway_state
from smsmqtt.session.waits import OpenLines, Waits
from smsmqtt.store import Store, Transaction, balances, controls, outbox

LONGEST_WAIT_S = 3600.0
BREATH_S = 0.1
"""The shortest step: a burst of orders is looked at in a few strokes, not one by one. What comes alone waits for no
breath."""
MOVE_AFTER_S = 600.0
"""A line that was down for so long hands its messages to another one."""
ASIDE = Reason(code="prefix_taken", text="another bridge is at work on this prefix")
PAUSED = Reason(code="paused", text="the gateway is paused")
BUDGET_SPENT = Reason(code="hold_budget", text="the line was held long enough within the last hour")

log = get_logger(__name__)


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
        guard: Guard,
        credit: Credit,
        on_crash: Callable[[BaseException], None],
    ) -> None:
        self._gateway = gateway
        self._open_link = open_link
        self._store = store
        self._clock = clock
        self._on_crash = on_crash
        self._guard = guard
        self._standing = Standing(gateway, store, clock, guard)
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
        self._diary = Diary(store.read(lambda tx: held.recall(tx, gateway.name)))
        self._polled = False
        self._waits = Waits(gateway.lines, store, clock)
        self._error: GatewayError | None = None
        self._shown: GatewayState | None = None  # the state that was posted last
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
            self._stopping.wait(max(0.0, BREATH_S - (self._clock.monotonic() - began_s)))
        if self._shown == "connected":  # it is retained, and nobody corrects it any more
            self._post(gateway_state(self._error), in_s=None)
        if not self._store.failure:
            self._store.write(lambda tx: held.remember(tx, self._gateway.name, self._diary.holds))
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
            self._waits.lift(self._lines)
        lines = self._waits.open_lines()
        due_ids, asking = self._waits.due_ids(lines.ready), self._asking(lines)
        situation = self._diary.situation(
            now_s,
            self._clock.now(),
            work=bool(due_ids or asking),
            next_due_at=self._waits.next_due_at(lines),
            urgent=any(due_ids.values()),
            urgent_news=self._waits.is_news(due_ids),
            polled=self._polled,
            budget_s=self._gateway.session.hold_budget * BUDGET_WINDOW_S,
        )
        coming = next_session(situation, self._gateway.session)
        if coming.at_s > now_s:
            self._explain_the_wait(situation, lines)
            self._standing.post_lines()
            self._post(gateway_state(self._error), in_s=coming.at_s - now_s)
            self._listener.wait(min(coming.at_s - now_s, LONGEST_WAIT_S))
        else:
            # when every line is visited, what waits on a blocked one may go, too
            due = self._waits.due(lines.on if coming.look else lines.ready)
            self._session(due, asking, look=coming.look, urgent_only=situation.budget_spent)

    def _rest(self, until: datetime | None, reason: Reason) -> None:
        """Stay away, so that calls can be placed, or another bridge does the work."""
        self._waits.explain(self._lines, reason)
        wait_s = LONGEST_WAIT_S if until is None else (until - self._clock.now()).total_seconds()
        self._standing.post_lines()
        self._post("paused", in_s=None if until is None else wait_s)
        self._listener.wait(min(max(wait_s, 0.0), LONGEST_WAIT_S))

    def _interrupted(self, planned: Collection[str]) -> bool:
        """Stopping, paused, or something urgent came that isn't in the plan: hang up, and begin anew for it."""
        paused = self._store.read(lambda tx: controls.paused(tx, [self._gateway.name]))
        if paused or self._store.board.aside or self._stopping.is_set():
            return True
        due_ids = self._waits.due_ids(self._waits.open_lines().ready)
        return any(urgent and message_id not in planned for message_id, urgent in due_ids.items())

    def _asking(self, lines: OpenLines) -> list[str]:
        """The lines whose credit is to be asked for now."""
        requests = self._store.read(lambda tx: balances.waiting(tx, lines.ready))
        return [request.line for request in requests]

    def _session(self, due: Sequence[Message], asking: Sequence[str], *, look: bool, urgent_only: bool) -> None:
        self._polled = False
        if self._shown == "paused":  # it is over; any other state stands until the log-in tells
            self._post(gateway_state(self._error), in_s=None)
        self._waits.session_opens(due)
        visits = plan_session(
            self._lines, due, asking, look=look, urgent_only=urgent_only, visited_s=self._diary.visited_s
        )
        planned = {message.id for visit in visits for message in visit.messages}
        run = SessionRun(
            holder=self._holder,
            clock=self._clock,
            max_held_s=self._gateway.session.max_held_s,
            logged_in=lambda: self._post("connected", in_s=None),
            visiting=lambda line: self._diary.note_visit(line, self._clock.monotonic()),
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
            self._waits.explain(self._waits.open_lines().on, _failing(report.error))
        self._waits.lift(report.visited)
        for line, reason in report.waiting.items():
            self._waits.block(line, reason)
        self._standing.post_lines()

    def _explain_the_wait(self, situation: Situation, lines: OpenLines) -> None:
        """One reason only, or two would be announced by turns."""
        self._waits.explain_closed(lines)
        if self._error:
            self._waits.explain(lines.ready, _failing(self._error))
        elif situation.budget_spent:
            self._waits.explain(lines.ready, BUDGET_SPENT, urgent_too=False)

    def _move_away(self) -> None:
        """A line that is down for long hands over what it has not begun and what was not meant for it by name."""
        board = self._store.board.snapshot("line")
        others = [name for name, line in board.items() if self._works(line)]
        for line in self._lines:
            if self._standing.down_for_s(line) < MOVE_AFTER_S or not others:
                continue
            for message in self._waits.due([line]):
                if not message.line_fixed and all(part.state is PartState.QUEUED for part in message.parts):
                    self._store.write(partial(self._move, message=message, line=others[0]))

    def _works(self, line: Mapping[str, Any]) -> bool:
        """As far as it is known: its own state is the one of the last visit."""
        gateway = self._store.board.snapshot("gateway").get(line["gateway"])
        goes = gateway and gateway["state"] in ("idle", "connected") and not gateway["error"]
        return bool(goes and line["state"] == "ready" and line["sending"]["enabled"])

    def _move(self, tx: Transaction, message: Message, line: str) -> None:
        """It counts for the other line, too, whose guard may refuse it: then it stays."""
        parts = len(message.parts)
        text = Sendable(line=line, recipient=message.recipient, body=message.body, parts=parts, named=True)
        if self._guard.admit(tx, text) is None:
            outbox.move_line(tx, message.id, line)
            log.info("message moved to another line", id=message.id, line=line)

    def _post(self, state: GatewayState, *, in_s: float | None) -> None:
        next_at = None if in_s is None else self._clock.now() + timedelta(seconds=in_s)
        held_s_hour = self._diary.held_s(self._clock.monotonic())
        self._shown = state
        self._standing.post_gateway(state, held_s_hour=held_s_hour, next_session_at=next_at)


def _failing(error: GatewayError) -> Reason:
    return Reason(code=f"gateway_{error.code}", text=error.hint)
