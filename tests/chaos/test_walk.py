"""Mishaps of every kind at every point, at random and by a seed: whatever happens, the promises hold.

Time runs twenty times faster in the daemon, so that a minute of silence is over in three seconds. A unit that reboots
loses reports, so some texts end as sent.
"""

from __future__ import annotations

import os
import random
from collections import Counter

import pytest
from support.scene import STRANGER, Scene
from support.waiting import eventually

from smsmqtt.model import PartState
from smsmqtt.simulator import Simulator, SimulatorConfig

FULL = os.environ.get("SMSMQTT_CHAOS") == "full"
FIRST_SEED = int(os.environ.get("SMSMQTT_SEED", "1"))
SEEDS = range(FIRST_SEED, FIRST_SEED + (12 if FULL else 1))
ORDERS, TEXTS, MISHAPS = (60, 30, 60) if FULL else (20, 10, 12)
OUT = {PartState.SENT, PartState.DELIVERED, PartState.UNDELIVERED}

ANYWHERE = ("connect", "login", "shell", "acquire", "command", "answer", "prompt", "body", "air", "release")
AT_A_MODULE = ("command", "answer", "prompt", "body", "air")
NOISE = ("RING", "\x80garbage\xff", "OK", "+CMGS: 77", "0", "ERROR", '+CMTI: "SM",3', "> ")


NOT_A_TEXT = "^(?!.*CMGS)"
"""A module that says a clear no about a text that is on the air would be believed, and can't be found out."""


def _arm_all(unit: Simulator, chance: random.Random) -> None:
    """Some mishaps for each point, each with its own probability."""
    for point in ANYWHERE:
        deeds = ["drop", "reset", "silence", "reboot", "slow"]
        if point in AT_A_MODULE:
            deeds += ["snatch", "line", "line", *(["error"] if point != "air" else [])]
        if point == "acquire":
            deeds += ["snatch", "line"]
        for do in chance.sample(deeds, 3):
            unit.arm(
                do=do,
                match=NOT_A_TEXT if (do, point) == ("error", "answer") else "",
                at=point,
                times=None,
                probability=chance.choice((0.01, 0.03)),
                text=chance.choice(NOISE[:3] if point in ("answer", "body", "air") else NOISE),
                seconds=0.005,
                code=chance.choice((500, 38, 332, 331, 0)),
                after_lines=chance.randrange(3),
            )


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", SEEDS)
def test_the_promises_hold_whatever_happens_at_the_gateway(scene: Scene, seed: int) -> None:
    chance = random.Random(seed)
    unit = scene.open_unit(SimulatorConfig(seed=seed).turn("shell.reboot_s", 0.05).turn("sim.capacity", 6))
    with scene.running(doctor={"hurry": 20.0}, messages={"attempts": 100, "report_wait": "5m"}) as daemon:
        eventually(lambda: scene.last("sms/line/yours").get("state") == "ready")
        _arm_all(unit, chance)
        bodies = [f"order {number}" + " and so on" * chance.choice((0, 0, 30)) for number in range(ORDERS)]
        sent = [
            scene.order(body, to=f"+5989111{number:04}", **{"from": chance.choice(("mine", "yours"))})
            for number, body in enumerate(bodies)
        ]
        texts = [f"text {number}" + " and more" * chance.choice((0, 0, 30)) for number in range(TEXTS)]
        for text in texts:
            unit.deliver(chance.choice((1, 2)), STRANGER, text, order="shuffled")
        eventually(
            lambda: scene.ask("poll") and len(unit.world.faults.happened) >= MISHAPS, within_s=120, what=daemon.log
        )
        with unit.world:
            unit.world.faults.clear()

        eventually(lambda: _all_told(scene, sent), within_s=120, what=lambda: _unfinished(scene))
        received = scene.receives(TEXTS, within_s=60)

        assert "Traceback" not in daemon.log()
    assert sorted(text["body"] for text in received) == sorted(texts)
    ledger = scene.ledger()
    wanted = Counter((it.recipient, part.text) for it in ledger for part in it.parts)
    certain = Counter((it.recipient, part.text) for it in ledger for part in it.parts if part.state in OUT)
    air = scene.parts_on_air()
    assert air <= wanted, f"on the air twice, or never asked for: {air - wanted}"
    assert certain <= air, f"said to be out and not on the air: {certain - air}"


def _all_told(scene: Scene, sent: list[str]) -> bool:
    """Every message has come to an end; those that wait for better times are asked for."""
    scene.ask("poll")
    return {it["id"] for it in scene.caller.fields_on("sms/status", final=True)} >= set(sent)


def _unfinished(scene: Scene) -> str:
    return f"unfinished: {[it for it in scene.ledger() if not it.final]}"
