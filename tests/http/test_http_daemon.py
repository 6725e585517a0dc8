"""The whole daemon with the shim switched on: to the air and back, killed in the middle, and what hinders its start."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from support.broker import free_port
from support.daemon import ROOT, write_config
from support.scene import FRIEND, STRANGER, Scene
from support.waiting import eventually

from smsmqtt.clock import SystemClock
from smsmqtt.store import Store, outbox

TOKEN = "a-long-random-text-for-tests"


@pytest.fixture
def port() -> int:
    return free_port()


def section(port: int) -> dict[str, object]:
    return {"listen": f"127.0.0.1:{port}", "tokens": {"tests": TOKEN}}


@contextmanager
def client(port: int) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=10.0) as caller:
        yield caller


def test_an_order_goes_out_and_an_answer_comes_in(scene: Scene, port: int) -> None:
    with scene.running(http=section(port)), client(port) as caller:
        placed = caller.post("/messages", json={"to": FRIEND, "body": "Hello over HTTP", "urgent": True})
        assert placed.status_code == 202
        where = placed.headers["location"]
        eventually(lambda: caller.get(where).json()["state"] == "delivered")
        assert caller.delete(where).status_code == 409
        scene.reaches(placed.json()["id"], "delivered")  # the other desk tells it, too

        scene.unit.deliver(1, STRANGER, "Hi over the air")
        (text,) = eventually(lambda: caller.get("/messages?direction=in").json()["messages"])
        assert (text["from"], text["body"], text["line"]) == (STRANGER, "Hi over the air", "mine")
        eventually(lambda: caller.get("/lines/mine").json()["received"] == 1)
        assert caller.get("/gateways/hall").json()["state"] in ("idle", "connected")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_order_that_was_answered_is_lost_when_the_daemon_is_killed(scene: Scene, port: int, seed: int) -> None:
    enough = random.Random(seed).randrange(20, 200)
    answered: dict[str, str] = {}

    def place(worker: int) -> None:
        with client(port) as caller:
            for number in range(1000):
                body = f"order {worker} {number}"
                try:
                    answer = caller.post("/messages", json={"to": FRIEND, "body": body})
                except httpx.TransportError:
                    return
                assert answer.status_code == 202
                answered[answer.json()["id"]] = body

    quiet = {"every": "1h", "batch_window": "1h"}
    with scene.running(http=section(port), session=quiet) as daemon:
        workers = [threading.Thread(target=place, args=(worker,)) for worker in range(8)]
        for worker in workers:
            worker.start()
        eventually(lambda: len(answered) >= enough, within_s=60)
        daemon.kill()
        for worker in workers:
            worker.join(20)
    store = Store.open(scene.store_path, SystemClock(), read_only=True)
    try:
        kept = {message.id: message.body for message in store.read(outbox.queue)}
    finally:
        store.close()
    assert answered.items() <= kept.items()
    assert len(set(kept.values())) == len(kept)


def test_an_order_that_was_not_answered_can_be_placed_again(scene: Scene, port: int) -> None:
    quiet = {"every": "1h", "batch_window": "1h"}
    order = {"to": FRIEND, "body": "once", "id": "once"}
    dying = {"die": "smsmqtt.http.messages:_accept", "at": 2, "after": True}
    with scene.running(http=section(port), session=quiet, doctor=dying) as daemon, client(port) as caller:
        assert caller.post("/messages", json={"to": FRIEND, "body": "before", "id": "before"}).status_code == 202
        with pytest.raises(httpx.TransportError):
            caller.post("/messages", json=order)
        daemon.wait()
    with scene.running(http=section(port), session=quiet), client(port) as caller:
        assert caller.post("/messages", json={"to": FRIEND, "body": "before", "id": "before"}).status_code == 200
        assert caller.post("/messages", json=order).status_code == 202
        assert caller.post("/messages", json=order).status_code == 200


# What hinders the start


def test_a_port_that_is_taken_is_said_to_be(scene: Scene) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        daemon = scene.daemon(http=section(port)).start()
        assert daemon.wait() == 1
    assert f"127.0.0.1:{port}: Address already in use" in daemon.log()
    assert "http.listen" in daemon.log()


def test_an_extra_that_is_not_installed_is_named(scene: Scene, port: int) -> None:
    path = write_config(scene.folder, scene.broker, scene.unit, http=section(port))
    without = "import sys; sys.modules['uvicorn'] = None; from smsmqtt.cli import main; main(sys.argv[1:])"
    done = subprocess.run(
        [sys.executable, "-c", without, "run", "-c", str(path)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "pip install '.[http]'" in done.stderr


def test_without_the_section_nothing_of_it_is_loaded(tmp_path: Path) -> None:
    loaded = (
        "import sys, smsmqtt.app; print(*sorted({'fastapi', 'uvicorn', 'starlette', 'asyncio'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", loaded], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
