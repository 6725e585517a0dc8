"""How commands end: exit codes, sentences instead of tracebacks, and what is not loaded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest
from support.command import Ended, call, run

from smsmqtt import __version__, errors
from smsmqtt.cli import FAMILIES
from smsmqtt.cli.advice import ADVICE, advised
from smsmqtt.cli.endings import run_to_the_end
from smsmqtt.errors import BrokerUnreachable

BAD_CONFIG = """\
mqtt: {prot: 1883}
gateways:
  hall: {host: 127.0.0.1, lines: {mine: {module: one}}}
contacts: {ana: "12"}
"""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No configuration of this machine is found."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SMSMQTT_CONFIG", raising=False)
    monkeypatch.setattr("smsmqtt.cli.settings.PLACES", (Path("config.yaml"),))


def test_version() -> None:
    assert call("--version") == Ended(0, f"smsmqtt {__version__}\n", "")


def test_the_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "carriers").mkdir()
    (tmp_path / "carriers" / "own.yaml").write_text("name: X\nask: {foo: 1}\n")
    file = tmp_path / "bad.yaml"
    file.write_text("gateways: {hall: {host: h, lines: {mine: {module: 1, carrier: own}}}}\nfoo: 1\n")

    for command in ("check-config", "run"):
        ended = call(command, "-c", str(file))
        assert ended.code == 78
        assert "bad.yaml:2: foo: unknown key" in ended.err
        assert "own.yaml:2: ask.foo: unknown key" in ended.err
        assert "own.yaml: patterns: is missing" in ended.err


def test_help_names_every_command() -> None:
    listed = call("--help").out.partition("Commands:")[2]
    assert [line.split()[0] for line in listed.splitlines() if line.strip()] == list(FAMILIES)


@pytest.mark.parametrize("command", FAMILIES)
def test_every_command_explains_itself_with_an_example(command: str) -> None:
    told = call(command, "--help")
    assert told.code == 0
    assert f"\n  smsmqtt {command}" in told.out


@pytest.mark.parametrize(
    "arguments",
    [(), ("sned",), ("--colour",), ("pdu", "--foo"), ("explain",), ("send", "ana"), ("simulate", "--port", "x"),
     ("cancel",), ("cancel", "x", "--all"), ("send", "--timeout", "soon", "ana", "hi")],
)  # fmt: skip
def test_what_cannot_be_understood_ends_with_64(arguments: tuple[str, ...]) -> None:
    ended = call(*arguments)
    assert ended.code == 64
    assert ended.out == ""
    assert "Usage:" in ended.err


@pytest.mark.parametrize(
    "arguments", [("run",), ("check-config",), ("doctor",), ("queue",), ("send", "a", "b"), ("poll",)]
)
def test_every_fault_of_the_configuration_is_told_and_the_end_is_78(arguments: tuple[str, ...], tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(BAD_CONFIG)
    ended = call(*arguments[:1], "-c", file, *arguments[1:])
    assert ended.code == 78
    assert [line.split(": ")[:2] for line in ended.err.splitlines()] == [
        [f"{file}:1", "mqtt.prot"],
        [f"{file}:3", "gateways.hall.lines.mine.module"],
        [f"{file}:4", "contacts.ana"],
    ]


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.mkdir(), lambda path: path.write_bytes(b"\xff")])
def test_a_configuration_that_cannot_be_read_is_one_line_and_78(make, tmp_path: Path) -> None:
    file = tmp_path / "there.yaml"
    make(file)
    ended = call("check-config", "-c", file)
    assert ended.code == 78
    assert ended.err.startswith(str(file))
    assert len(ended.err.splitlines()) == 1


def test_without_a_configuration_the_places_are_named() -> None:
    ended = call("run")
    assert ended.code == 78
    assert "config.yaml; name one with -c FILE" in ended.err


@pytest.mark.parametrize("way", ["before", "behind", "variable", "here"])
def test_the_configuration_is_found(way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / ("config.yaml" if way == "here" else "mine.yaml")
    file.write_text("gateways: {hall: {host: h, lines: {mine: {module: 1}}}}\n")
    if way == "variable":
        monkeypatch.setenv("SMSMQTT_CONFIG", str(file))
    arguments = {"before": ("-c", file, "check-config"), "behind": ("check-config", "-c", file)}
    ended = call(*arguments.get(way, ("check-config",)))
    assert ended.code == 0
    assert "mine.yaml: no faults; gateways: 1, lines: 1" in ended.out or way == "here"


def test_check_config_reports_what_only_shows_when_all_is_put_together(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("groups: {family: [nobody]}\n")
    ended = call("check-config", "-c", file)
    assert ended.code == 78
    assert f"{file}:1: groups.family" in ended.err


def test_the_schema_needs_no_configuration() -> None:
    ended = call("check-config", "--schema")
    assert ended.code == 0
    assert '"$schema"' in ended.out


def test_ctrl_c_ends_with_130() -> None:
    @click.command()
    def interrupted() -> None:
        raise KeyboardInterrupt

    assert run_to_the_end(interrupted, []) == 130


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied", "x"), BrokerUnreachable("host:1")])
def test_what_goes_wrong_is_one_line_and_1(error: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    @click.command()
    def failing() -> None:
        raise error

    assert run_to_the_end(failing, []) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_mistake_of_smsmqtt_itself_keeps_its_traceback() -> None:
    @click.command()
    def broken() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_to_the_end(broken, [])


def test_advice_is_for_errors_that_exist() -> None:
    codes = {it.code for it in vars(errors).values() if isinstance(it, type) and issubclass(it, errors.SmsmqttError)}
    assert ADVICE.keys() <= codes


def test_a_person_is_not_told_what_the_daemon_would_do() -> None:
    assert "daemon" not in advised(BrokerUnreachable("host:1"))


@pytest.mark.parametrize(
    ("arguments", "not_loaded"),
    [
        (["--help"], ["pydantic", "paho", "sqlite3", "yaml", "smsmqtt.app", "smsmqtt.simulator", "smsmqtt.demo"]),
        (["run", "-c", "/nowhere"], ["smsmqtt.simulator", "smsmqtt.demo", "smsmqtt.mqtt.caller", "smsmqtt.cli.send"]),
        (["segments", "x"], ["pydantic", "paho", "sqlite3"]),
    ],
)
def test_a_command_loads_only_what_it_needs(arguments: list[str], not_loaded: list[str]) -> None:
    program = (
        "import sys\nfrom smsmqtt.cli import main\n"
        f"try: main({arguments!r})\nexcept SystemExit: print([it for it in {not_loaded!r} if it in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert out.splitlines()[-1] == "[]"


def test_a_terminal_that_lacks_a_character_shows_its_code() -> None:
    ended = run("segments", "smile \N{GRINNING FACE}", env={"PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"})
    assert ended.code == 0
    assert "\\U0001f600" in ended.out


def test_there_are_no_colours_in_a_pipe() -> None:
    assert "\x1b" not in run("--help").out
