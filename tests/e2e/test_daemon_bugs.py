"""Bugs of our own that end a thread or the main loop: told in the log, masked, and the daemon starts anew."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.doctored import UNLUCKY
from support.scene import Scene
from support.waiting import eventually

PARTS = {
    "mqtt": ["smsmqtt.mqtt.reception:Reception._begin", "smsmqtt.mqtt.publisher:Publisher._announce"],
    "session": ["smsmqtt.session.worker:GatewayWorker._run"],
}


def told(log: str) -> list[dict[str, Any]]:
    """Every line of the log, each an object of its own."""
    return [json.loads(line) for line in log.splitlines()]


def tracebacks(log: str) -> list[str]:
    """Of our bugs; what they name is masked in them."""
    assert UNLUCKY not in log
    return [it["exception"] for it in told(log) if "no luck with" in it.get("exception", "")]


@pytest.mark.parametrize(("part", "place"), [(part, place) for part, places in PARTS.items() for place in places])
def test_the_death_of_a_part_is_told_and_ends_the_daemon(scene: Scene, part: str, place: str) -> None:
    daemon = scene.daemon(doctor={"fail": place}).start()
    assert daemon.wait() == 1, daemon.log()
    assert tracebacks(daemon.log())
    assert [it["dead"] for it in told(daemon.log()) if "dead" in it] == [[part]]
    assert daemon.notices.at_s("STOPPING=1")
    eventually(lambda: scene.last("sms/bridge/state") == {"state": "offline"})


@pytest.mark.parametrize("call", [1, 2])
def test_a_bug_in_the_main_thread_is_told_and_ends_the_daemon(scene: Scene, call: int) -> None:
    """At the start, and while it runs."""
    daemon = scene.daemon(doctor={"fail": "smsmqtt.app:Daemon._upkeep_unit", "at": call}).start()
    assert daemon.wait() == 1, daemon.log()
    assert tracebacks(daemon.log())
    assert bool(daemon.notices.at_s("STOPPING=1")) == (call > 1)


def test_a_network_thread_that_dies_is_replaced_and_ends_nothing(scene: Scene) -> None:
    with scene.daemon(doctor={"fail": "smsmqtt.mqtt.client:Connection.serve"}) as daemon:
        eventually(lambda: len(tracebacks(daemon.log())) > 1, within_s=20)
    assert not [it for it in told(daemon.log()) if "dead" in it]
