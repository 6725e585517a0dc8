"""The retained messages of a daemon: what each topic should hold right now."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

from smsmqtt import __version__
from smsmqtt.clock import Clock
from smsmqtt.intake.directory import Directory
from smsmqtt.intake.guard import Guard
from smsmqtt.intake.line_troubles import line_troubles
from smsmqtt.mqtt.client import Outgoing
from smsmqtt.mqtt.presence import Bridge
from smsmqtt.mqtt.topics import Topics
from smsmqtt.mqtt.troubles import Troubles
from smsmqtt.payloads import compat, state
from smsmqtt.payloads.state import Trouble
from smsmqtt.store import Store, Transaction, announcements, outbox
from smsmqtt.store.board import Kind


class Standing:
    """``counters`` are those of the desk: what came, what went, how often it connected.

    ``credit_lines``: those that can be asked for their credit.
    """

    def __init__(
        self,
        *,
        own: Bridge,
        topics: Topics,
        directory: Directory,
        guard: Guard,
        credit_lines: Collection[str],
        every_s: float,
        store: Store,
        clock: Clock,
        troubles: Troubles,
        counters: Callable[[], dict[str, int]],
    ) -> None:
        self._own = own
        self._topics = topics
        self._directory = directory
        self._guard = guard
        self._credit_lines = credit_lines
        self._every_s = every_s
        self._store = store
        self._clock = clock
        self._troubles = troubles
        self._counters = counters
        self._began = clock.monotonic()

    def topics(self) -> frozenset[str]:
        """Every topic that may come to hold something."""
        own = self._topics
        gateways = (own.gateway(name) for name in self._directory.gateways)
        lines = (own.line(name) for name in self._directory.lines)
        balances = (own.balance(name) for name in self._credit_lines)
        bridge = [own.bridge_state, own.bridge_info, own.bridge_health]
        if own.compat_connected:
            bridge.append(own.compat_connected)
        return frozenset((*bridge, *gateways, *lines, *balances))

    def info(self) -> Outgoing:
        lines_of = {
            gateway: tuple(line.name for line in self._directory.lines.values() if line.gateway == gateway)
            for gateway in self._directory.gateways
        }
        payload = state.bridge_info(
            version=__version__,
            store_id=self._own.store_id,
            started_at=self._own.started_at,
            client_id=self._own.client_id,
            lines_of=lines_of,
            credit_lines=self._credit_lines,
            every_s=self._every_s,
        )
        return retained(self._topics.bridge_info, payload)

    def presence(self, *, online: bool) -> Outgoing:
        return retained(self._topics.bridge_state, state.bridge_state(online))

    def presences(self, *, online: bool) -> list[Outgoing]:
        """The same, and in the words of another bridge that is served too."""
        told = [self.presence(online=online)]
        if self._topics.compat_connected:
            told.append(Outgoing(topic=self._topics.compat_connected, payload=compat.connected(online), retain=True))
        return told

    def board(self) -> list[Outgoing]:
        """The states of gateways and lines and the lines' credit, as far as anybody posted them."""
        own = self._topics
        return [
            *self._posted("gateway", own.gateway, self._directory.gateways),
            *self._posted("line", own.line, self._directory.lines),
            *self._posted("balance", own.balance, self._credit_lines),
        ]

    def _posted(self, kind: Kind, topic: Callable[[str], str], names: Iterable[str]) -> Iterator[Outgoing]:
        posted = self._store.board.snapshot(kind)
        return (retained(topic(name), posted[name]) for name in names if name in posted)

    def gateway_errors(self) -> list[dict[str, Any]]:
        """What is wrong with gateways, each with its gateway's name."""
        gateways = self._store.board.snapshot("gateway")
        return [{"gateway": name, **shown["error"]} for name, shown in gateways.items() if shown.get("error")]

    def unwell(self) -> set[tuple[str, str]]:
        """The gateways and lines with which something is wrong, and what: when this changes the health does."""
        of_lines = self._store.read(self._line_troubles)
        troubles = {(error["gateway"], error["code"]) for error in self.gateway_errors()}
        return troubles | {(line, trouble.code) for line, trouble in of_lines.items()}

    def _line_troubles(self, tx: Transaction) -> dict[str, Trouble]:
        return line_troubles(tx, self._guard, self._directory)

    def health(self) -> Outgoing:
        pending, totals, of_lines = self._store.read(
            lambda tx: (announcements.pending_count(tx), outbox.totals(tx), self._line_troubles(tx))
        )
        errors = [
            *map(state.trouble, self._troubles.standing()),
            *self.gateway_errors(),
            *({"line": line, **state.trouble(trouble)} for line, trouble in of_lines.items()),
        ]
        payload = state.bridge_health(
            healthy=not errors,
            at=self._clock.now(),
            uptime_s=self._clock.monotonic() - self._began,
            counters={**self._counters(), "pending": pending},
            lines={
                name: state.Totals(**totals[name]) if name in totals else state.Totals()
                for name in self._directory.lines
            },
            errors=errors,
        )
        return retained(self._topics.bridge_health, payload)


def retained(topic: str, payload: dict[str, Any]) -> Outgoing:
    return Outgoing(topic=topic, payload=json.dumps(payload, ensure_ascii=False).encode(), retain=True)
