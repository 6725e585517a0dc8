"""What is known of a gateway and its lines now, posted on the board whenever it changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from smsmqtt.clock import Clock
from smsmqtt.config import GatewaySettings
from smsmqtt.errors import GatewayError, SmsmqttError
from smsmqtt.intake.guard import Guard
from smsmqtt.intake.switches import switches
from smsmqtt.payloads import state as payloads
from smsmqtt.payloads.state import GatewayState, LastSession, LineState, Sim, Totals, Trouble
from smsmqtt.store import Store, outbox
from smsmqtt.store.board import Course


class Standing:
    """One gateway's. Lines begin as not answering: nobody has asked them yet."""

    def __init__(self, gateway: GatewaySettings, store: Store, clock: Clock, guard: Guard) -> None:
        self._gateway = gateway
        self._guard = guard
        self._store = store
        self._clock = clock
        self._error: Trouble | None = None
        self._last: LastSession | None = None
        self._lines: dict[str, LineState] = dict.fromkeys(gateway.lines, "not_answering")
        self._sims: dict[str, Sim] = {name: Sim() for name in gateway.lines}
        self._seen_at: dict[str, datetime] = dict.fromkeys(gateway.lines, clock.now())
        self._down_since_s: dict[str, float] = {}

    def failed(self, error: SmsmqttError) -> None:
        """The gateway is in trouble; the same trouble keeps its time."""
        text = error.detail or error.hint.partition(". ")[0]
        if self._error is None or self._error.code != error.code:
            self._error = Trouble(code=error.code, text=text, hint=error.hint, since=self._clock.now())
        else:
            self._error = replace(self._error, text=text)

    def succeeded(self) -> None:
        """A session was held to its end."""
        self._error = None

    def session_ended(self, last: LastSession) -> None:
        self._last = last

    def post_gateway(self, state: GatewayState, *, held_s_hour: float, next_session_at: datetime | None) -> None:
        payload = payloads.gateway(
            state=state,
            last_session=self._last,
            held_s_hour=held_s_hour,
            next_session_at=next_session_at,
            error=self._error,
        )
        self._store.board.post("gateway", self._gateway.name, payload)

    def line(self, name: str, state: LineState, sim: Sim | None = None, *, detail: str = "") -> None:
        """``sim`` None: what was known of it stands. ``detail``: what is known of why."""
        courses = self._store.board.courses
        before = courses.get(name) if state == self._lines[name] else None
        courses[name] = Course(since=before.since if before else self._clock.now(), detail=detail)
        self._lines[name] = state
        self._sims[name] = sim or (Sim() if state == "no_sim" else self._sims[name])
        self._seen_at[name] = self._clock.now()
        if state in ("ready", "in_call"):
            self._down_since_s.pop(name, None)
        else:
            self._down_since_s.setdefault(name, self._clock.monotonic())

    def line_state(self, name: str) -> LineState:
        return self._lines[name]

    def all_lines(self, state: LineState) -> None:
        for name in self._lines:
            self.line(name, state)

    def down_for_s(self, name: str) -> float:
        """How long the line could not have sent; 0 when it can."""
        now_s = self._clock.monotonic()
        return now_s - self._down_since_s.get(name, now_s)

    def post_lines(self) -> None:
        """With the ledger's counts, the switch and the guard's cap, which others change."""
        with self._store.board.lines:
            self._post_lines()

    def _post_lines(self) -> None:
        totals, switched = self._store.read(
            lambda tx: (outbox.totals(tx), switches(tx, self._guard, self._gateway.lines))
        )
        for name, settings in self._gateway.lines.items():
            payload = payloads.line(
                state=self._lines[name],
                sending=switched[name].enabled,
                sending_reason=switched[name].reason,
                number=settings.number,
                gateway=self._gateway.name,
                sim=self._sims[name],
                totals=Totals(**totals.get(name, {})),
                at=self._seen_at[name],
            )
            self._store.board.post("line", name, payload)


def gateway_state(error: GatewayError | None) -> GatewayState:
    """How the last session shows between sessions; what is not of the gateway itself stands in ``error`` only."""
    codes: dict[str, GatewayState] = {
        "unreachable": "unreachable",
        "link_lost": "unreachable",
        "bad_login": "bad_login",
        "occupied": "occupied",
    }
    return codes.get(error.code, "idle") if error else "idle"
