"""``smsmqtt demo``, as somebody on a fresh machine runs it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest
from support.broker import require_mosquitto
from support.command import COMMAND, Running
from support.waiting import eventually

from smsmqtt.clock import SystemClock
from smsmqtt.config import MqttSettings
from smsmqtt.demo import broker as demo_broker
from smsmqtt.demo.play import play
from smsmqtt.errors import DemoFailed
from smsmqtt.mqtt.caller import Caller

ROOT = Path(__file__).parents[2]


class Demo(Running):
    """A running demo, with a folder of its own for what it makes."""

    def __init__(self, folder: Path) -> None:
        super().__init__("demo", env={"TMPDIR": str(folder)}, cwd=folder)
        self.folder = folder

    def said(self, topic: str, **matching: Any) -> list[dict[str, Any]]:
        told = [json.loads(line.removeprefix(topic)) for line in self.lines if line.startswith(f"{topic} ")]
        return [it for it in told if all(it.get(name) == value for name, value in matching.items())]

    def tells(self, topic: str, *, within_s: float = 10.0, **matching: Any) -> dict[str, Any]:
        return self.wait(lambda: self.said(topic, **matching), within_s)[0]

    def wait(self, condition: Callable[[], Any], within_s: float = 10.0) -> Any:
        return eventually(condition, within_s=within_s, what="\n".join(self.lines))

    @property
    def invitation(self) -> list[str]:
        """The lines to try."""
        return [line.strip() for line in self.lines if line.startswith("  ") and "127.0.0.1" in line]

    def children(self) -> list[int]:
        found = subprocess.run(["pgrep", "-f", str(self.folder)], capture_output=True, text=True, check=False)
        return [int(pid) for pid in found.stdout.split()]


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    require_mosquitto()
    running = Demo(tmp_path)
    yield running
    running.end(signal.SIGTERM)


def test_a_text_goes_out_and_an_answer_comes_in_within_ten_seconds(demo: Demo) -> None:
    sent = demo.tells("sms/status", state="delivered")
    answer = demo.tells("sms/inbox")
    assert answer["from"] == sent["to"]
    assert answer["body"].startswith("Hi! You wrote: ")


def test_the_lines_to_try_work_as_they_are_printed(demo: Demo) -> None:
    three = demo.wait(lambda: demo.invitation if len(demo.invitation) == 3 else None)
    assert [Path(line.split()[0]).name.startswith("mosquitto_pub") for line in three] == [True, True, False]
    if shutil.which("mosquitto_pub") is None:
        pytest.skip("mosquitto_pub is not installed: apt-get install mosquitto-clients")
    for line in three:
        subprocess.run(line, shell=True, check=True, timeout=20, cwd="/", capture_output=True)
    for body in ("¿Qué tal?", "a line of plain text", "see you at 8"):
        demo.tells("sms/inbox", body=f"Hi! You wrote: {body}", contact="ana")


def test_the_page_that_is_named_lets_in_who_has_the_token(demo: Demo) -> None:
    line = demo.wait(lambda: next((it for it in demo.lines if it.startswith("Or in a browser: ")), None))
    named = re.fullmatch(r"Or in a browser: (\S+) \(the token is (\w+)\)", line)
    assert named
    with httpx.Client(base_url=named[1], headers={"Authorization": f"Bearer {named[2]}"}) as caller:
        assert caller.get("/", follow_redirects=True).status_code == 200
        assert {it["name"] for it in caller.get("/lines").json()["lines"]} == {"mine", "yours"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_nothing_is_left_behind(number: int, demo: Demo) -> None:
    demo.tells("sms/status")
    assert len(demo.children()) >= 2
    assert demo.end(number) == 0
    assert demo.children() == []
    assert list(demo.folder.iterdir()) == []
    assert "Traceback" not in "\n".join(demo.lines)


def test_a_closed_pipe_ends_it_too(tmp_path: Path) -> None:
    require_mosquitto()
    command = " ".join(COMMAND)
    ended = subprocess.run(
        f"{command} demo | head -n 1",
        shell=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert "Traceback" not in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_without_mosquitto_there_is_the_broker_of_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("iotcore")
    monkeypatch.setattr(demo_broker.shutil, "which", lambda _: None)
    told: list[str] = []
    stop = Event()

    def tell(text: str) -> None:
        told.append(text)
        if text.startswith("sms/inbox "):
            stop.set()

    assert play(tell, stop) == 0
    assert any(it.startswith("sms/status ") for it in told)


def test_without_any_broker_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_broker.shutil, "which", lambda _: None)
    monkeypatch.setitem(sys.modules, "iotcore", None)
    with pytest.raises(DemoFailed, match="apt install mosquitto"), demo_broker.broker(tmp_path):
        pass


def test_a_broker_that_does_not_start_is_told_with_its_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_broker.shutil, "which", lambda _: "/bin/false")
    with pytest.raises(DemoFailed, match="false ended with 1"), demo_broker.broker(tmp_path):
        pass


def test_the_demo_broker_is_on_the_loopback_alone(tmp_path: Path) -> None:
    require_mosquitto()
    with demo_broker.broker(tmp_path) as port:
        assert listening_at(port) == {"0100007F"}
        with Caller(MqttSettings(host="127.0.0.1", port=port), SystemClock()) as caller:
            assert caller.bridge_state() is None


def listening_at(port: int) -> set[str]:
    """The addresses, as the kernel writes them."""
    rows = [line.split() for table in ("tcp", "tcp6") for line in Path("/proc/net", table).read_text().splitlines()[1:]]
    return {row[1].split(":")[0] for row in rows if row[3] == "0A" and row[1].endswith(f":{port:04X}")}


@pytest.mark.parametrize("is_there", [False, True])
def test_make_demo_says_that_it_sets_up_when_it_does(tmp_path: Path, is_there: bool) -> None:
    if is_there:
        (tmp_path / ".runs").touch()
    plain = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    command = ["make", "--dry-run", "demo", f"VENV={tmp_path}"]
    done = subprocess.run(command, cwd=ROOT, env=plain, capture_output=True, text=True, check=True)
    assert (f"setting up {tmp_path}" in done.stdout) != is_there
