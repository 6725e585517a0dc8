"""Driving a simulator from outside: the control connection, the served unit, its file and its manual."""

from __future__ import annotations

import json
import queue
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.submits import submit_hex
from support.terminal import Terminal
from support.units import Unit

from smsmqtt.errors import ConfigError
from smsmqtt.simulator import SimulatorConfig, manual
from smsmqtt.simulator.control import Control, obey
from smsmqtt.simulator.deeds import DEEDS
from smsmqtt.simulator.serve import read_config, serve

MANUAL = Path(__file__).parents[2] / "docs" / "SIMULATOR.md"


class Remote:
    """One control connection."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=5)
        self._lines = self._socket.makefile("rb")

    def do(self, deed: str, **rest: Any) -> dict[str, Any]:
        self._socket.sendall(json.dumps({"do": deed} | rest).encode() + b"\n")
        answer: dict[str, Any] = json.loads(self._lines.readline())
        return answer

    def close(self) -> None:
        self._lines.close()
        self._socket.close()


@pytest.fixture
def remote(unit: Unit) -> Iterator[tuple[Any, Remote]]:
    simulator = unit(modem={"reports": "stored"})
    control = Control(simulator)
    connection = Remote(control.port)
    yield simulator, connection
    connection.close()
    control.close()


def test_a_session_driven_over_the_control_connection(remote: tuple[Any, Remote]) -> None:
    simulator, control = remote
    assert control.do("deliver", module=1, **{"from": "+59899123456"}, text="ñ" * 200, order="reversed") == {
        "ok": True,
        "pdus": 2,
    }
    assert control.do("deliver", module=1, **{"from": "123"}, data="0102")["ok"]
    assert control.do("deliver_pdu", module=1, pdu="0791")["ok"]
    with Terminal(simulator) as terminal:
        terminal.hold()
        terminal.submit(submit_hex(report=True))
        stats = control.do("stats")["stats"]
        assert stats["inside"][0]["state"] == "module"
        assert control.do("say", module=1, line="+CREG: 1")["ok"]
        terminal.expect("+CREG: 1\r\n")
        assert control.do("snatch", module=1)["ok"]
        terminal.expect("]")
        assert control.do("call", module=1, **{"from": "+59899123456"}) == {"ok": True, "noticed": True}
        assert "busy" in terminal.ask("state1\r", "\r\n]")
        assert control.do("hang_up", module=1)["ok"]
    (entry,) = control.do("sent")["sent"]
    assert (entry["to"], entry["text"], entry["report"], entry["validity_s"]) == ("+59899000011", "hola", True, 86400)
    assert control.do("sent", after=1)["sent"] == []
    assert control.do("texts")["texts"][0]["text"] == "hola"
    assert control.do("report", place=0, status=65)["ok"]
    sim = control.do("sim", module=1)
    assert [slot["kind"] for slot in sim["slots"]] == ["deliver"] * 4 + ["report"] * 2
    assert sim["waiting"] == []


def test_knobs_and_faults_over_the_control_connection(remote: tuple[Any, Remote]) -> None:
    simulator, control = remote
    assert control.do("knob", knob="network.numbers.+59899000011.error", value=38)["ok"]
    assert control.do("knob", knob="modem.joining", value=False)["ok"]
    config = control.do("config")["config"]
    assert config["network"]["numbers"]["+59899000011"]["error"] == 38
    assert [module["modem"]["joining"] for module in config["modules"].values()] == [False, False]
    assert control.do("fault", fault={"do": "drop", "at": "air", "times": 2})["armed"][0]["do"] == "drop"
    assert control.do("fault", clear=True) == {"ok": True, "armed": [], "happened": 0}
    assert control.do("reboot")["ok"]
    assert simulator.measures.reboots == 1


def test_a_question_of_credit_over_the_control_connection(remote: tuple[Any, Remote]) -> None:
    simulator, control = remote
    assert control.do("leave_open", module=1, items=[2, 8, 2])["ok"]
    assert control.do("sim", module=1)["toolkit"] == {"state": "waiting", "items": [2, 8, 2]}
    with Terminal(simulator) as terminal:
        terminal.hold().ask("AT+STKSMS=0\r", "+STKPCI: 2\r\n")
    (asked,) = control.do("asked")["asked"]
    assert (asked["module"], asked["way"], asked["to"], asked["text"]) == (1, "toolkit", "123", "SALDO")
    assert control.do("sent")["sent"][0]["by"] == "card"
    assert control.do("asked", after=1)["asked"] == []


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("nonsense", "expected a JSON object with"),
        ("[]", "expected a JSON object with"),
        ("[" * 100_000, "expected a JSON object with"),
        ('{"do": "dance"}', "expected a JSON object with"),
        ('{"do": []}', "expected a JSON object with"),
        ('{"do": "leave_open", "module": 1, "items": [9]}', "'Antel' has no item 9"),
        ('{"do": "deliver"}', "module: is missing"),
        ('{"do": "deliver", "module": 1, "from": "1"}', "text: expected either text or data"),
        ('{"do": "deliver", "module": 1, "from": "1", "text": "a", "data": "00"}', "text: expected either"),
        ('{"do": "deliver", "module": 1, "from": "1", "text": 5}', "text: Input should be a valid string"),
        ('{"do": "deliver", "module": 1, "from": "1+2", "text": "a"}', "from: expected a number, or a name"),
        ('{"do": "deliver", "module": 1, "from": "1", "data": 5}', "data: expected octets as hexadecimal digits"),
        ('{"do": "deliver", "module": 1, "from": "1", "text": "a", "at": "noon"}', "at: expected a time with its"),
        ('{"do": "deliver", "module": 1, "from": "1", "text": "a", "at": "2026-11-22T10:00"}', "at: expected a time"),
        ('{"do": "deliver", "module": 1, "from": "1", "text": "a", "at": "0001-01-01T00:00Z"}', "at: expected a time"),
        ('{"do": "deliver", "module": 1, "from": "1", "text": "a", "order": {}}', "order: expected forward, reversed"),
        ('{"do": "deliver", "module": 1, "from": "1", "text": "a", "order": [2]}', "order: names a part"),
        ('{"do": "deliver", "module": 1, "from": "1", "data": "' + "00" * 300 + '"}', "text: too long"),
        ('{"do": "call", "module": 7, "from": "1"}', "module: expected 1 or 2"),
        ('{"do": "deliver_pdu", "module": 1, "pdu": "xy"}', "pdu: expected octets as hexadecimal digits"),
        ('{"do": "report", "place": 3, "status": 0}', "place: nothing was sent there"),
        ('{"do": "fault", "fault": {"do": "dance", "at": "air"}}', "fault.do: Input should be 'drop'"),
        ('{"do": "fault", "fault": {"do": "drop", "at": "air", "match": "("}}', "fault: match is no regular"),
        ('{"do": "knob", "knob": "shell.no_such", "value": 1}', "shell.no_such: unknown"),
        ('{"do": "knob", "knob": "no_such.echo", "value": 1}', "no_such: unknown"),
        ('{"do": "knob", "knob": "shell.echo.loud", "value": 1}', "knob: there is none called shell.echo.loud"),
        ('{"do": "knob", "knob": "modules.x.sim", "value": 1}', "knob: there is none called modules.x.sim"),
        ('{"do": "snatch", "modul": 1}', "module: is missing"),
        ('{"do": "snatch", "module": 1, "modul": 1}', "modul: unknown"),
    ],
)
def test_a_mistake_is_answered_in_a_sentence_and_changes_nothing(unit: Unit, line: str, error: str) -> None:
    simulator = unit()
    before = simulator.config
    answer = obey(simulator, line)
    assert (answer["ok"], answer["error"].startswith(error)) == (False, True), answer
    assert (simulator.config, simulator.world.faults.armed) == (before, [])
    assert "pydantic" not in answer["error"]


def test_the_connection_stays_after_a_mistake(remote: tuple[Any, Remote]) -> None:
    _, control = remote
    assert not control.do("deliver", module=1, text="hola")["ok"]
    assert not control.do("deliver", **{"\ud800": 1})["ok"]
    assert control.do("stats")["ok"]


def test_a_text_with_a_time_of_its_own(remote: tuple[Any, Remote]) -> None:
    _, control = remote
    assert control.do("deliver", module=1, **{"from": "1"}, text="hola", at="2026-11-22T10:00:00Z")["ok"]
    (slot,) = control.do("sim", module=1)["slots"]
    assert "62112270000029" in slot["pdu"]  # 07:00 three hours behind


def test_a_served_unit_says_where_it_listens_and_stops_when_told(tmp_path: Path) -> None:
    path = tmp_path / "unit.yaml"
    path.write_text('shell: {password: "0123"}\nmodules: {1: {number: "+59899000007"}}\nmodem: {joining: false}\n')
    said: queue.Queue[str] = queue.Queue()
    stop = threading.Event()
    thread = threading.Thread(target=serve, args=(path,), kwargs={"control_port": 0, "tell": said.put, "stop": stop})
    thread.start()
    welcome = said.get(timeout=5)
    places = re.findall(r"listening on 127.0.0.1:(\d+)", welcome)
    control = Remote(int(places[1]))
    config = control.do("config")["config"]
    control.close()
    with socket.create_connection(("127.0.0.1", int(places[0])), timeout=5) as connection:
        assert connection.recv(100) == b"username: "
    stop.set()
    thread.join(5)
    assert not thread.is_alive()
    assert config["modules"] == {"1": config["modules"]["1"]}
    assert config["modules"]["1"]["number"] == "+59899000007"
    assert config["modules"]["1"]["modem"]["joining"] is False


def test_a_files_mistakes_are_told_together(tmp_path: Path) -> None:
    path = tmp_path / "unit.yaml"
    path.write_text("shell: {echoo: 1}\nwire: {segment_bytes: 0}\n")
    with pytest.raises(ConfigError) as caught:
        read_config(path)
    assert [fault.key for fault in caught.value.faults] == ["shell.echoo", "wire.segment_bytes"]
    path.write_text("shell: [")
    with pytest.raises(ConfigError, match=r"unit\.yaml"):
        read_config(path)
    with pytest.raises(ConfigError, match="No such file"):
        read_config(tmp_path / "none.yaml")


def test_a_modules_own_knobs_go_before_the_common_ones() -> None:
    config = SimulatorConfig.model_validate(
        {"sim": {"capacity": 5}, "modules": {1: {"sim": {"first_index": 0}}, 2: {"sim": {"capacity": 7}}}}
    )
    assert (config.modules[1].sim.capacity, config.modules[1].sim.first_index) == (5, 0)
    assert config.modules[2].sim.capacity == 7


def test_the_manual_lists_every_knob_and_every_order() -> None:
    text = MANUAL.read_text(encoding="utf-8")
    assert manual.table() in text
    assert [deed for deed in DEEDS if f"| `{deed}` |" not in text] == []


def test_every_knob_says_what_is_known_of_it() -> None:
    for group in manual.GROUPS.values():
        for name, field in group.model_fields.items():
            if not (isinstance(field.annotation, type) and field.annotation.__name__.endswith("Knobs")):
                assert re.search(r"\[(FACT|DEDUCED|INFERENCE|UNKNOWN|SIM)\]$", field.description or ""), name
