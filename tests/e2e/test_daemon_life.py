"""How the daemon starts, ends, and what it says when it can't go on."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest
from support.daemon import Daemon
from support.scene import FRIEND, STRANGER, Scene
from support.waiting import eventually

from smsmqtt.simulator import SimulatorConfig

MOST_KB = 48 * 1024
READY_S = 2.0
"""On a machine that does nothing else it is well under one second; here other tests run beside."""


def test_it_is_ready_at_once(scene: Scene) -> None:
    taken_s = []
    for _ in range(3):
        daemon = scene.daemon().start()
        taken_s.append(daemon.wait_until_ready())
        assert daemon.stop() == 0

    assert median(taken_s) < READY_S, taken_s


def test_it_is_ready_without_broker_and_gateway(scene: Scene) -> None:
    scene.unit.close()
    scene.broker.kill()
    with scene.daemon() as daemon:
        assert daemon.notices.at_s("READY=1")


def test_the_watchdog_is_fed(scene: Scene) -> None:
    with scene.daemon() as daemon:
        fed = eventually(lambda: at_s if len(at_s := daemon.notices.at_s("WATCHDOG=1")) > 5 else [])

        assert max(later - earlier for earlier, later in pairwise(fed)) < 0.6


def test_it_stays_small(scene: Scene) -> None:
    with scene.running() as daemon:
        scene.unit.deliver(1, STRANGER, "ñandú € " * 40)
        last = [scene.order(f"hello {number} 😀" * 10) for number in range(10)][-1]
        scene.reaches(last, "delivered", within_s=30)
        scene.receives(1)

        assert daemon.resident_kb() <= MOST_KB


def test_the_end_of_an_idle_daemon_is_quick_and_said(scene: Scene) -> None:
    with scene.running() as daemon:
        eventually(lambda: scene.last("sms/gateway/hall").get("state") == "idle")

        assert daemon.stop(within_s=5) == 0

        assert daemon.notices.at_s("STOPPING=1")
        eventually(lambda: scene.last("sms/bridge/state") == {"state": "offline"})
        assert not scene.unit.visits


def test_a_part_in_the_air_is_awaited_on_sigterm(scene: Scene) -> None:
    scene.open_unit(modem_radio_s=1.5)
    body = "part " * 60
    with scene.running() as daemon:
        sent = scene.order(body)
        assert scene.unit.wait_for(lambda: bool(scene.unit.network.sent), timeout_s=15.0)

        assert daemon.stop() == 0

        eventually(lambda: scene.last("sms/bridge/state") == {"state": "offline"})
        assert len(scene.unit.network.sent) == 1
        (message,) = scene.ledger()
        assert [part.state for part in message.parts] == ["sent", "queued"]
        assert scene.unit.measures.visits[-1].turns[-2:] == ["<ctrl-x>", "logout"]
        assert scene.unit.module(1).holder is None
    with scene.running():
        scene.reaches(sent, "delivered")
        assert scene.on_air() == [body]


def test_a_second_daemon_on_one_store_says_whose_it_is(scene: Scene) -> None:
    with scene.running() as daemon:
        second = scene.daemon().start()

        assert second.wait() == 74

        assert "Another smsmqtt holds this store" in second.log()
        assert f"process {daemon.process.pid}" in second.log()
        assert "Traceback" not in second.log()
        scene.reaches(scene.order("the first one goes on"), "delivered")


@pytest.mark.parametrize("content", [b"this is no database " * 500, b"SQLite format 3\x00" + b"\xff" * 8000])
def test_a_broken_store_is_said_and_not_touched(scene: Scene, content: bytes) -> None:
    daemon = scene.daemon()
    scene.store_path.write_bytes(content)

    assert daemon.start().wait() == 74

    assert "Move it away to start afresh" in daemon.log()
    assert "Traceback" not in daemon.log()
    assert scene.store_path.read_bytes() == content


def test_a_wrong_configuration_is_told_whole_and_nothing_is_started(scene: Scene) -> None:
    daemon = scene.daemon(messages={"attempts": "many", "colour": "blue"})

    assert daemon.start().wait() == 78

    assert "messages.attempts" in daemon.log()
    assert "messages.colour" in daemon.log()
    assert not scene.store_path.exists()
    assert not scene.unit.measures.connections


def _fails(scene: Scene, daemon: Daemon) -> None:
    """Orders come until the store takes no more."""
    for number in range(200):
        scene.order(f"order {number} " * 30, id=f"n{number}", send_at="2100-01-01T00:00:00Z")
        if daemon.process.poll() is not None:
            break
    assert daemon.wait() == 74, daemon.log()
    assert "Traceback" not in daemon.log()


def test_what_can_not_be_kept_is_not_acknowledged(scene: Scene) -> None:
    """The file may not grow any more, as on a disk with a quota."""
    with scene.running() as daemon:
        size = scene.store_path.with_name("smsmqtt.db-wal").stat().st_size
        resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (size + 100_000, resource.RLIM_INFINITY))

        _fails(scene, daemon)

        assert "The store can't be used. The daemon stops" in daemon.log()
    published = {heard.fields["id"] for heard in scene.caller.on("sms/outbox")}
    with scene.running():
        eventually(lambda: {it["id"] for it in scene.caller.fields_on("sms/status", state="queued")} == published)


@contextmanager
def _small_disk(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_ends_the_daemon_with_a_reason_and_loses_nothing(scene: Scene) -> None:
    with _small_disk(scene.folder):
        with scene.running() as daemon:  # its log stands on another disk
            ballast = scene.folder / "ballast"
            with pytest.raises(OSError, match="No space left"):
                ballast.write_bytes(bytes(3_000_000))

            _fails(scene, daemon)

            assert "The disk is full" in daemon.log()
        ballast.unlink()
        published = {heard.fields["id"] for heard in scene.caller.on("sms/outbox")}
        with scene.running():
            eventually(lambda: {it["id"] for it in scene.caller.fields_on("sms/status", state="queued")} == published)


def test_a_fresh_broker_gets_the_retained_topics_again(scene: Scene) -> None:
    with scene.running():
        eventually(lambda: scene.last("sms/line/mine").get("state") == "ready")
        scene.broker.kill()
        scene.broker.start()
        wanted = {f"sms/{name}" for name in ("bridge/state", "bridge/info", "gateway/hall", "line/mine", "line/yours")}
        with scene.other_caller() as newcomer:
            eventually(lambda: wanted <= {heard.topic for heard in newcomer.heard}, within_s=20)
            newcomer.publish("sms/outbox", {"to": FRIEND, "body": "still there?", "id": "after"})
            newcomer.wait_for("sms/status", id="after", state="delivered")


def test_a_gateway_that_reboots_again_and_again_is_no_reason_to_end(scene: Scene) -> None:
    scene.open_unit(SimulatorConfig().turn("shell.reboot_s", 0.05))
    with scene.running(session={"every": "100ms"}):
        for _ in range(3):
            visits = len(scene.unit.measures.visits)
            scene.unit.reboot()
            eventually(lambda: scene.unit.listening)
            scene.ask("poll")
            eventually(lambda seen=visits: len(scene.unit.measures.visits) > seen)
        scene.ask("poll")
        scene.reaches(scene.order("all the same", urgent=True), "delivered", within_s=20)
