"""Orders and texts, and a daemon that dies by -9 again and again at every point where it hurts.

At the end the ledger, the air and what was published are held against each other: nothing lost, nothing on the air
twice, everything else said. The seed is in the test's name; ``SMSMQTT_SEED`` sets another one.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from dataclasses import dataclass, field

import pytest
from support.daemon import Daemon
from support.kill_points import POINTS, KillPoint, Trap
from support.scene import STRANGER, Scene
from support.waiting import eventually

from smsmqtt.model import Message, PartState
from smsmqtt.simulator import SimulatorConfig

FULL = os.environ.get("SMSMQTT_CHAOS") == "full"
ORDERS = 300 if FULL else 90
ROUNDS = 4 if FULL else 1
FIRST_SEED = int(os.environ.get("SMSMQTT_SEED", "1"))
SEEDS = range(FIRST_SEED, FIRST_SEED + (3 if FULL else 1))
OUT = {PartState.SENT, PartState.DELIVERED, PartState.UNDELIVERED}
FINAL = {"delivered", "uncertain"}


@dataclass
class Ordeal:
    """What was asked for, and what has to come of it."""

    scene: Scene
    chance: random.Random
    orders: Counter[tuple[str, str]] = field(default_factory=Counter)
    texts: Counter[str] = field(default_factory=Counter)
    placed: int = 0

    def place(self, number: int) -> None:
        """So many orders; half of them have ids, some are long, some come twice on purpose."""
        for _ in range(number):
            self.placed += 1
            body = f"order {self.placed - (self.placed % 10 == 0)}" + " and so on" * self.chance.choice(
                (0, 0, 0, 20, 35)
            )
            order = {
                "to": f"+5989111{self.chance.randrange(20):04}",
                "body": body,
                "from": self.chance.choice(("mine", "yours")),
            }
            if self.placed % 2:
                order["id"] = f"n{self.placed}"
            self.scene.caller.publish("sms/outbox", order, wait=False)
            self.orders[order["to"], body] += 1

    def bring(self, number: int) -> None:
        """So many texts come in; every fifth twice, some long and shuffled."""
        for _ in range(number):
            body = f"text {len(self.texts)}" + " and more" * self.chance.choice((0, 0, 30))
            for _ in range(1 + (len(self.texts) % 5 == 0)):
                self.scene.unit.deliver(self.chance.choice((1, 2)), STRANGER, body, order="shuffled")
                self.texts[body] += 1

    def die(self, point: KillPoint, count: int, orders: int) -> None:
        """One life of the daemon, ended at this point, with work for it to get there."""
        daemon = self.scene.daemon(doctor=point.doctor(count)).start()
        trap = Trap(self.scene.unit, daemon, point, count) if point.at else None
        try:
            self.place(orders)
            self.bring(2)
            self._wait_for_death(daemon, point)
        finally:
            if trap:
                trap.disarm()
            daemon.kill()
        assert "Traceback" not in daemon.log(), daemon.log()

    def _wait_for_death(self, daemon: Daemon, point: KillPoint) -> None:
        def dead() -> bool:
            self._keep_busy()
            return daemon.process.poll() is not None

        eventually(dead, within_s=20, what=lambda: f"{point}: {daemon.log()[-3000:]}")
        assert daemon.process.returncode == -9, daemon.log()

    def _keep_busy(self) -> None:
        """Some work is always there, so that every point is come to."""
        with self.scene.unit.world:
            idle = not any(self.scene.unit.network.waiting.values())
        if idle and self.chance.random() < 0.05:
            self.place(1)
            self.bring(1)


def _unit_config(seed: int) -> SimulatorConfig:
    config = SimulatorConfig(seed=seed).turn("modem.radio_s", 0.0).turn("modem.radio_jitter_s", 0.02)
    return config.turn("modem.latency_s", 0.001).turn("sim.capacity", 10)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_or_doubled_however_often_it_dies(scene: Scene, seed: int) -> None:
    scene.open_unit(_unit_config(seed))
    ordeal = Ordeal(scene, random.Random(seed))
    with scene.running():
        pass  # the broker knows the session from now on
    points = [*POINTS] * ROUNDS
    ordeal.chance.shuffle(points)
    for point in points:
        ordeal.die(point, ordeal.chance.randint(1, 3), ORDERS // len(points))
    ordeal.place(max(0, ORDERS - ordeal.placed))
    with scene.running():
        _all_is_said(ordeal)
    _ledger_and_air_agree(ordeal)
    _texts_have_one_id(ordeal)


def _all_is_said(ordeal: Ordeal) -> None:
    """Every message comes to a final state, and every one was published."""
    scene = ordeal.scene

    def done() -> bool:
        messages = scene.ledger()
        told = {it["id"]: it["state"] for it in scene.caller.fields_on("sms/status", final=True)}
        return len(messages) == ordeal.placed and all(told.get(it.id) == it.state for it in messages)

    eventually(done, within_s=120, what=lambda: _unfinished(ordeal))
    received = {text["body"] for text in scene.receives(len(ordeal.texts), within_s=60)}
    assert received == set(ordeal.texts)


def _unfinished(ordeal: Ordeal) -> str:
    open_ones = [it for it in ordeal.scene.ledger() if not it.final]
    return f"placed {ordeal.placed}, kept {len(ordeal.scene.ledger())}, unfinished {open_ones[:5]}"


def _ledger_and_air_agree(ordeal: Ordeal) -> None:
    messages = ordeal.scene.ledger()
    assert Counter((it.recipient, it.body) for it in messages) == ordeal.orders
    assert {it.state.value for it in messages} <= FINAL
    air = ordeal.scene.parts_on_air()
    wanted, certain = _parts(messages, set(PartState)), _parts(messages, OUT)
    assert air <= wanted, f"on the air twice, or never asked for: {air - wanted}"
    assert certain <= air, f"said to be out and not on the air: {certain - air}"


def _parts(messages: list[Message], states: set[PartState]) -> Counter[tuple[str, str | None]]:
    return Counter((it.recipient, part.text) for it in messages for part in it.parts if part.state in states)


def _texts_have_one_id(ordeal: Ordeal) -> None:
    ids: dict[str, set[str]] = {}
    for text in ordeal.scene.caller.fields_on("sms/inbox"):
        ids.setdefault(text["body"], set()).add(text["id"])
    assert {body: len(those) for body, those in ids.items()} == dict(ordeal.texts)
