"""One session: connect, log in, make the planned visits one after the other, hang up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from smsmqtt.clock import Clock
from smsmqtt.errors import GatewayError
from smsmqtt.link.base import Link
from smsmqtt.link.runner import Runner
from smsmqtt.logs import get_logger
from smsmqtt.model import Reason
from smsmqtt.session.hold import Holder
from smsmqtt.session.plan import Visit
from smsmqtt.session.send import Tally

log = get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class SessionReport:
    """``waiting``: why the messages of a line still wait. ``error``: what ended the session early."""

    began_s: float
    ended_s: float
    turns: int
    tally: Tally
    visited: tuple[str, ...]
    waiting: Mapping[str, Reason]
    error: GatewayError | None


@dataclass(kw_only=True)
class SessionRun:
    """The walk through one plan. ``logged_in`` is called when the gateway let us in, ``visiting`` with each line.

    ``interrupted``: hang up at the next safe point.
    """

    holder: Holder
    clock: Clock
    max_held_s: float
    logged_in: Callable[[], None]
    visiting: Callable[[str], None]
    interrupted: Callable[[], bool]
    _began_s: float = 0.0
    _tally: Tally = field(default_factory=Tally)
    _visited: list[str] = field(default_factory=list)
    _waiting: dict[str, Reason] = field(default_factory=dict)

    def run(self, open_link: Callable[[], Link], visits: tuple[Visit, ...]) -> SessionReport:
        """Never raises GatewayError: it is in the report. The line is held from the connection on."""
        runner, error = None, None
        try:
            link = open_link()
            self._began_s = self.clock.monotonic()
            runner = Runner(link, self.clock)
            runner.run(self.holder.driver.login())
            self.logged_in()
            self._walk(runner, visits)
            runner.run(self.holder.driver.logout())
        except GatewayError as failure:
            error = failure
        finally:
            if runner:
                runner.close()
        ended_s = self.clock.monotonic()
        return SessionReport(
            began_s=self._began_s if runner else ended_s,
            ended_s=ended_s,
            turns=runner.turns if runner else 0,
            tally=self._tally,
            visited=tuple(self._visited),
            waiting=self._waiting,
            error=error,
        )

    def _walk(self, runner: Runner, visits: tuple[Visit, ...]) -> None:
        for visit in visits:
            if self.interrupted() or (self._visited and self._held_s() >= self.max_held_s):
                return
            self._visited.append(visit.line)
            self.visiting(visit.line)
            reason = self.holder.visit(runner, visit, self._tally, self._may_begin)
            if reason:
                self._waiting[visit.line] = reason

    def _held_s(self) -> float:
        return self.clock.monotonic() - self._began_s

    def _may_begin(self, expected_s: float) -> bool:
        """The first part may begin anyhow: a slow network must not keep a line silent for ever."""
        return not self.interrupted() and (not self._tally.begun or self._held_s() + expected_s <= self.max_held_s)
