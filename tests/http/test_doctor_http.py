"""``smsmqtt doctor`` looks at the HTTP shim: is it there, and whose is its address?"""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from typing import Any

import pytest
from support.broker import free_port
from support.command import call
from support.http_house import HttpHouse, settings_for


def said(folder: Path, **http: Any) -> list[tuple[str, str]]:
    """Its findings about HTTP with this section, at a house without gateway and broker."""
    nobody = {"host": "127.0.0.1", "port": free_port()}
    lines = {"mine": {"module": 1, "number": "+59899000001"}}
    settings = settings_for(folder, http, {"mqtt": nobody, "gateways": {"hall": {**nobody, "lines": lines}}})
    return findings(settings.path)


def findings(path: Path) -> list[tuple[str, str]]:
    ended = call("doctor", "--json", "-c", path)
    return [(it["level"], it["text"]) for it in ended.objects if it["where"] == "http"]


def test_without_the_section_nothing_is_said(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(f"gateways: {{hall: {{host: 127.0.0.1, port: {free_port()}, lines: {{mine: {{module: 1}}}}}}}}\n")
    assert findings(path) == []


def test_an_address_that_is_free_is_well(tmp_path: Path) -> None:
    listen = f"127.0.0.1:{free_port()}"
    assert said(tmp_path, listen=listen) == [("ok", f"{listen} is free; the daemon will listen there")]


@pytest.mark.usefixtures("log")
def test_the_address_of_the_running_daemon_is_well(tmp_path: Path) -> None:
    with HttpHouse(folder=tmp_path / "house") as house:
        listen = f"127.0.0.1:{house.port}"
        assert said(tmp_path, listen=listen) == [("ok", f"the daemon answers at {listen}")]


@pytest.mark.usefixtures("log")
def test_a_daemon_of_which_a_part_died_is_not(tmp_path: Path) -> None:
    with HttpHouse(folder=tmp_path / "house", dead=lambda: ["mqtt"]) as house:
        ((level, text),) = said(tmp_path, listen=f"127.0.0.1:{house.port}")
    assert (level, "a part of it died" in text) == ("FAIL", True)


def test_an_address_that_somebody_else_has_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smsmqtt.cli.checkup.shim.ANSWER_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        told = said(tmp_path, listen=listen)
    assert told == [("FAIL", f"{listen}: Address already in use, and no smsmqtt answers there")]


def test_an_address_that_this_machine_does_not_have_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smsmqtt.cli.checkup.shim.ANSWER_S", 0.2)
    ((level, text),) = said(tmp_path, listen="192.0.2.1:8080")
    assert (level, "Cannot assign requested address" in text) == ("FAIL", True)


def test_an_extra_that_is_not_installed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "smsmqtt.http.desk", raising=False)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    ((level, text),) = said(tmp_path, listen=f"127.0.0.1:{free_port()}")
    assert (level, text.startswith("the extra http is not installed")) == ("FAIL", True)
