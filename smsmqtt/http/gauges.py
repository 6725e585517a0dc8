"""What Prometheus is told: read from the store and the board when it is asked for, kept nowhere else.

Names go by the conventions of Prometheus: base units, ``_total`` behind what only counts up. Labels are names of the
configuration, states and templates of routes, never a number or an address.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, get_args

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily as Counter
from prometheus_client.core import GaugeMetricFamily as Gauge
from prometheus_client.core import InfoMetricFamily as Info
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from smsmqtt import __version__
from smsmqtt.http.ground import Ground
from smsmqtt.payloads.state import GatewayState, LineState
from smsmqtt.store import announcements, counters, outbox
from smsmqtt.store.outbox import Waiting

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


def exposition(ground: Ground) -> bytes:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Reading(ground))
    return generate_latest(registry)


class Reading(Collector):
    """One look at everything."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def collect(self) -> Iterator[Metric]:
        yield Info("smsmqtt_build", "What runs.", {"version": __version__, "python": platform.python_version()})
        yield from self._messages()
        yield from self._sessions()
        yield from self._gateways()
        yield from self._lines()
        yield from self._credit()
        yield from self._broker()
        yield from self._http()

    def _messages(self) -> Iterator[Metric]:
        waiting, ends, totals = self._ground.store.read(
            lambda tx: (outbox.waiting(tx), counters.ends(tx), counters.counted(tx))
        )
        yield from _queue(waiting, self._ground.door.directory.lines, self._ground.clock.now())
        ended = Counter(
            "smsmqtt_messages_finished",
            "Messages that came to a final state, refusals (rejected, without a line) included.",
            labels=("line", "state"),
        )
        for (line, state), number in sorted(ends.items()):
            ended.add_metric((line, state), number)
        received = Counter("smsmqtt_texts_received", "Texts received.", labels=("line",))
        for line in self._ground.door.directory.lines:
            received.add_metric((line,), totals.get(line, {}).get("received", 0))
        yield from (ended, received)

    def _sessions(self) -> Iterator[Metric]:
        labels = ("gateway",)
        held = Counter("smsmqtt_sessions", "Sessions that ended, well or not.", labels=labels)
        failed = Counter("smsmqtt_sessions_failed", "Sessions that an error ended.", labels=labels)
        seconds = Counter("smsmqtt_session_held_seconds", "Time that the gateway's line was held.", labels=labels)
        turns = Counter("smsmqtt_session_turns", "Commands that were sent and answered.", labels=labels)
        last = Gauge("smsmqtt_session_last_end_timestamp_seconds", "When the last session ended.", labels=labels)
        for gateway in self._ground.door.directory.gateways:
            sessions = self._ground.store.board.sessions(gateway)
            held.add_metric((gateway,), sessions.held)
            failed.add_metric((gateway,), sessions.failed)
            seconds.add_metric((gateway,), sessions.held_s)
            turns.add_metric((gateway,), sessions.turns)
            if sessions.ended_at:
                last.add_metric((gateway,), sessions.ended_at.timestamp())
        yield from (held, failed, seconds, turns, last)

    def _gateways(self) -> Iterator[Metric]:
        posted = self._ground.store.board.snapshot("gateway")
        yield _states("smsmqtt_gateway_state", "The gateway's state: 1 at the one it is in.", posted, GatewayState)
        trouble = Gauge("smsmqtt_gateway_trouble", "Whether its last session failed.", labels=("gateway",))
        for name, shown in posted.items():
            trouble.add_metric((name,), shown["error"] is not None)
        yield trouble

    def _lines(self) -> Iterator[Metric]:
        posted = self._ground.store.board.snapshot("line")
        yield _states("smsmqtt_line_state", "The line's state: 1 at the one it is in.", posted, LineState)
        yield _told("smsmqtt_line_signal_dbm", "Strength of the signal.", posted, lambda line: line["signal_dbm"])
        yield _told("smsmqtt_line_roaming", "Whether in a foreign network.", posted, lambda line: line["roaming"])
        yield _told(
            "smsmqtt_line_sending_enabled", "Whether it may send.", posted, lambda line: line["sending"]["enabled"]
        )
        yield _told("smsmqtt_sim_slots_used", "Texts on the SIM.", posted, lambda line: line["sim_used"])
        yield _told("smsmqtt_sim_slots", "Texts that the SIM has room for.", posted, lambda line: line["sim_capacity"])

    def _credit(self) -> Iterator[Metric]:
        posted = self._ground.store.board.snapshot("balance")
        credit = Gauge("smsmqtt_credit", "Prepaid credit, in units of the currency.", labels=("line", "currency"))
        for name, shown in posted.items():
            if shown["credit"] is not None:
                credit.add_metric((name, shown["currency"]), shown["credit"])
        yield credit
        yield _told("smsmqtt_credit_low", "Whether it is below the limit.", posted, lambda it: it["low"])
        yield _told("smsmqtt_credit_expiring", "Whether it expires soon.", posted, lambda it: it["expiring"])
        yield _told(
            "smsmqtt_credit_known_timestamp_seconds",
            "When the carrier told it.",
            posted,
            lambda it: it["at"] and datetime.fromisoformat(it["at"]).timestamp(),
        )

    def _broker(self) -> Iterator[Metric]:
        counted = self._ground.broker.counters()
        pending = self._ground.store.read(announcements.pending_count)
        yield Gauge(
            "smsmqtt_broker_connected", "Whether the MQTT broker is connected.", self._ground.broker.connected()
        )
        yield Counter("smsmqtt_broker_connects", "Connections to the broker that came about.", counted["connects"])
        yield Counter("smsmqtt_broker_received", "Messages that the broker brought.", counted["received"])
        yield Counter("smsmqtt_broker_published", "News that the broker took.", counted["published"])
        yield Gauge("smsmqtt_broker_pending", "News that the broker has not taken yet.", pending)
        yield Counter("smsmqtt_store_commits", "Commits that changed the store's file.", self._ground.store.commits)

    def _http(self) -> Iterator[Metric]:
        requests = Counter("smsmqtt_http_requests", "Requests answered.", labels=("method", "route", "status"))
        for request, number in self._ground.requests.snapshot().items():
            requests.add_metric((request.method, request.route, str(request.status)), number)
        yield requests
        yield Gauge("smsmqtt_http_event_streams", "Event streams that are read now.", self._ground.ticker.streams)


def _queue(waiting: list[Waiting], lines: Iterable[str], now: datetime) -> Iterator[Metric]:
    """Zeros where nothing waits, so that an alert has something to compare with."""
    numbers = {(line, state): 0 for line in lines for state in ("queued", "sending", "sent")}
    ages = dict.fromkeys(lines, 0.0)
    for it in waiting:
        line = it.line or counters.NO_LINE
        numbers[line, it.state] = it.number
        if it.since and it.state != "sent":
            ages[line] = max(ages.get(line, 0.0), (now - it.since).total_seconds())
    queue = Gauge(
        "smsmqtt_queue_messages",
        "Messages that are not finished; those that are sent await their report.",
        labels=("line", "state"),
    )
    for (line, state), number in numbers.items():
        queue.add_metric((line, state), number)
    oldest = Gauge(
        "smsmqtt_queue_oldest_age_seconds", "How long the oldest message that may go has waited.", labels=("line",)
    )
    for line, age_s in ages.items():
        oldest.add_metric((line,), age_s)
    yield from (queue, oldest)


def _states(name: str, told: str, posted: dict[str, dict[str, Any]], states: Any) -> Gauge:
    """A row for every state that there is."""
    kind = name.split("_")[1]
    family = Gauge(name, told, labels=(kind, "state"))
    for whose, shown in posted.items():
        for state in get_args(states):
            family.add_metric((whose, state), shown["state"] == state)
    return family


def _told(
    name: str, told: str, posted: dict[str, dict[str, Any]], figure: Callable[[dict[str, Any]], float | None]
) -> Gauge:
    """By line; what is not known has no row."""
    family = Gauge(name, told, labels=("line",))
    for line, shown in posted.items():
        value = figure(shown)
        if value is not None:
            family.add_metric((line,), value)
    return family
