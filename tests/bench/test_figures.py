"""What the daemon costs: figures to read, with limits that only a real change for the worse passes."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack
from statistics import median
from typing import Any

import httpx
import pytest
from support.broker import free_port
from support.daemon import Daemon
from support.scene import FRIEND, STRANGER, Scene
from support.waiting import eventually

from smsmqtt.simulator.measures import Visit

AS_SHIPPED = {"every": "60s", "batch_window": "2s", "min_gap": "5s", "hold_budget": "10%"}
SYSTEMD = {"WATCHDOG_USEC": "120000000"}
REST_S = 75.0
SHIM_REST_S = 20.0
STREAMS = 300
TOKEN = "a-long-random-text-for-tests"


def _tell(what: str, figure: object) -> None:
    print(f"\n  {what:<58} {figure}")


def _seen(scene: Scene) -> bool:
    return scene.last("sms/line/yours").get("state") == "ready"


def _visits(scene: Scene) -> list[Visit]:
    with scene.unit.world:
        return [visit for visit in scene.unit.measures.visits if visit.ended_s is not None]


def test_ready_within_a_second(scene: Scene) -> None:
    taken_s = []
    for _ in range(7):
        daemon = scene.daemon().start()
        taken_s.append(daemon.wait_until_ready())
        daemon.stop()

    _tell("ready after (median, worst)", f"{median(taken_s):.2f} s, {max(taken_s):.2f} s")
    assert median(taken_s) < 1.0


@pytest.mark.timeout(180)
def test_memory_and_processor_at_rest(scene: Scene) -> None:
    scene.unit.deliver(1, STRANGER, "ñandú € " * 40)
    with scene.running(session=AS_SHIPPED, environment=SYSTEMD) as daemon:
        _do_some_work(scene)
        began_s, used_s, connections = time.monotonic(), daemon.cpu_s(), scene.unit.measures.connections
        eventually(lambda: time.monotonic() - began_s >= REST_S, within_s=REST_S + 1)
        load = (daemon.cpu_s() - used_s) / (time.monotonic() - began_s)

        _tell("resident at rest", f"{daemon.resident_kb() / 1024:.1f} MB")
        _tell(f"processor at rest, every 60 s, over {REST_S:.0f} s", f"{load:.3%}")
        _tell("sessions meanwhile", scene.unit.measures.connections - connections)
        assert daemon.resident_kb() <= 48 * 1024
        assert load < 0.002


def _do_some_work(scene: Scene) -> None:
    sent = [scene.order(f"hello {number} 😀" * 10, urgent=True) for number in range(10)]
    eventually(lambda: all(scene.caller.fields_on("sms/status", id=it, state="sent") for it in sent), within_s=30)
    eventually(lambda: scene.last("sms/gateway/hall").get("state") == "idle")


def _load(daemon: Daemon, within_s: float) -> float:
    """The share of a processor that it takes meanwhile."""
    began_s, used_s = time.monotonic(), daemon.cpu_s()
    eventually(lambda: time.monotonic() - began_s >= within_s, within_s=within_s + 1)
    return (daemon.cpu_s() - used_s) / (time.monotonic() - began_s)


@pytest.mark.timeout(180)
def test_memory_and_processor_of_the_http_shim(scene: Scene) -> None:
    with scene.running(session=AS_SHIPPED, environment=SYSTEMD) as daemon:
        _do_some_work(scene)
        without_kb = daemon.resident_kb()
    port = free_port()
    http = {"listen": f"127.0.0.1:{port}", "tokens": {"tests": TOKEN}}
    with ExitStack() as streams, scene.running(session=AS_SHIPPED, environment=SYSTEMD, http=http) as daemon:
        _do_some_work(scene)
        _tell("the HTTP shim at rest, more resident", f"{(daemon.resident_kb() - without_kb) / 1024:.1f} MB")
        load = _load(daemon, SHIM_REST_S)
        _tell("processor at rest with it", f"{load:.3%}")
        _use(port)
        used_kb = daemon.resident_kb()
        _tell("the same after everything was asked for", f"{(used_kb - without_kb) / 1024:.1f} MB")
        for _ in range(STREAMS):
            streams.enter_context(_idle_stream(port))
        _tell("each idle event stream", f"{(daemon.resident_kb() - used_kb) / STREAMS:.0f} KB")
        _tell(f"processor with {STREAMS} idle streams", f"{_load(daemon, SHIM_REST_S):.3%}")
        assert used_kb - without_kb <= 25 * 1024
        assert load < 0.004


def _use(port: int) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers) as client:
        for path in ("/healthz", "/metrics", "/openapi.json") * 20:
            assert client.get(path).status_code == 200


def _idle_stream(port: int) -> socket.socket:
    """Returned once it has begun."""
    stream = socket.create_connection(("127.0.0.1", port), timeout=10)
    stream.sendall(f"GET /events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n\r\n".encode())
    assert stream.recv(12) == b"HTTP/1.1 200"
    return stream


def test_turns_of_an_idle_session(scene: Scene) -> None:
    with scene.running():
        eventually(lambda: len(_visits(scene)) >= 5)
        turns = _visits(scene)[-1].turns

    awaited = [turn for turn in turns if turn != "logout"]
    _tell("turns of an idle session with two lines", len(awaited))
    assert len(awaited) <= 11


def test_turns_of_a_part_and_of_ten_deletions(scene: Scene) -> None:
    with scene.running(session={"every": "1h"}):
        eventually(lambda: _seen(scene) and len(_visits(scene)) == 1)
        sent = scene.order("part " * 90)
        scene.reaches(sent, "sent")
        eventually(lambda: len(_visits(scene)) == 2)
        parts = len(scene.unit.network.sent)
        submits = [turn for turn in _visits(scene)[1].turns if "CMGS" in turn or turn.startswith("<body")]
        scene.ask("poll")
        scene.reaches(sent, "delivered")
        for number in range(10):
            scene.unit.deliver(1, STRANGER, f"text {number}")
        before = len(_visits(scene))
        scene.ask("poll")
        scene.receives(10)
        eventually(lambda: len(_visits(scene)) > before)
        deletions = [turn for turn in _visits(scene)[before].turns if "CMGD" in turn]

    _tell("turns per part", f"{len(submits) / parts:.2f}")
    _tell("turns for ten deletions", len(deletions))
    assert len(submits) == 2 * parts
    assert len(deletions) == 1


def test_orders_taken_per_second(scene: Scene) -> None:
    number = 2000
    with scene.running(session={"every": "1h", "batch_window": "1h"}):
        eventually(lambda: _seen(scene))
        began_s = time.monotonic()
        for place in range(number):
            _publish(scene, {"to": FRIEND, "body": f"order {place}"})
        eventually(lambda: len(scene.caller.on("sms/status")) >= number, within_s=60)
        taken_s = time.monotonic() - began_s

    _tell("orders taken, and told so, per second", f"{number / taken_s:.0f}")
    assert number / taken_s > 50


def _publish(scene: Scene, order: dict[str, Any]) -> None:
    scene.caller.publish("sms/outbox", order, wait=False)


def test_from_the_broker_to_the_air(scene: Scene) -> None:
    taken_s = []
    with scene.running(session={"every": "1h"}):
        eventually(lambda: _seen(scene))
        for number in range(10):
            before = len(scene.unit.network.sent)
            began_s = time.monotonic()
            scene.order(f"fire {number}", urgent=True)
            assert scene.unit.wait_for(lambda seen=before: len(scene.unit.network.sent) > seen)  # type: ignore[misc]
            taken_s.append(time.monotonic() - began_s)

    _tell("from publish to the air, urgent (median, worst)", f"{median(taken_s):.3f} s, {max(taken_s):.3f} s")
    assert median(taken_s) < 1.0
