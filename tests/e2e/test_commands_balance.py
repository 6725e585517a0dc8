"""``balance`` as a process: a real broker, a running daemon, and carriers that answer by USSD."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.bridge import Bridge
from support.broker import require_mosquitto

OWN = """\
name: Own
country: UY
ask: {ussd: {code: "*100#"}}
currency: UYU
low: 20
patterns: ['You have (?P<credit>[0-9.]+)(?: until (?P<expires>[0-9/]+))?']
"""
MUTE = OWN.replace("*100#", "*200#")
GOOD = {"text": "You have 12.50 until 01/02/2030"}


@pytest.fixture
def bridge(tmp_path: Path) -> Iterator[Bridge]:
    require_mosquitto()
    own = tmp_path / "carriers"
    own.mkdir()
    (own / "own.yaml").write_text(OWN)
    (own / "mute.yaml").write_text(MUTE)
    knobs = {"network": {"ussd": {"*100#": GOOD, "*200#": {"text": "Try later", "delay_s": 0.3}}}}
    with Bridge(tmp_path, knobs=knobs, carriers={"mine": "own"}, balance={"min_interval": "0"}) as running:
        yield running


def turn(bridge: Bridge, **answer: Any) -> None:
    bridge.unit.turn("network.ussd", {"*100#": answer})


def asked(bridge: Bridge) -> int:
    return len(bridge.unit.network.asked)


def test_a_line_is_asked_and_its_answer_told(bridge: Bridge) -> None:
    bridge.start()
    ended = bridge.command("balance")
    assert ended.code == 0, ended.err
    assert ended.out.startswith("ok mine 12.50 UYU until 2030-02-01 LOW (2")
    (told,) = bridge.command("balance", "+598 99 000 001", "--json").objects
    assert (told["line"], told["credit"], told["low"], told["expiring"]) == ("mine", 12.5, True, False)
    assert asked(bridge) == 2


def test_an_answer_that_is_none_ends_with_1_and_the_last_one_stands(bridge: Bridge) -> None:
    bridge.start()
    turn(bridge, text="Try\x1b later")
    ended = bridge.command("balance", "mine")
    assert ended.code == 1
    assert ended.out.startswith("failed mine (")
    assert "\x1b" not in ended.out
    assert ended.out.endswith("nothing is known yet\n")
    turn(bridge, **GOOD)
    assert bridge.command("balance", "MINE").code == 0
    turn(bridge, text="Try later")
    ended = bridge.command("balance", "mine")
    assert ended.code == 1
    assert "“Try later”; last known: 12.50 UYU until 2030-02-01 LOW (2" in ended.out


def test_every_line_is_waited_for_and_one_failure_is_enough(bridge: Bridge) -> None:
    bridge.carriers["yours"] = "mute"
    bridge.rewrite()
    bridge.start()
    ended = bridge.command("balance", "--json")
    assert ended.code == 1
    assert {it["line"]: it["state"] for it in ended.objects} == {"mine": "ok", "yours": "failed"}
    assert len({it["request_id"] for it in ended.objects}) == 1


@pytest.mark.parametrize("whom", [(), ("mine",), ("099000001",)])
def test_who_asks_while_a_question_is_open_waits_for_its_answer(bridge: Bridge, whom: tuple[str, ...]) -> None:
    turn(bridge, **GOOD, delay_s=2.0)
    bridge.start()
    first = bridge.command("balance", "mine", "--no-wait")
    assert (first.code, first.out) == (0, "")
    ended = bridge.command("balance", *whom)
    assert ended.code == 0, ended.err
    assert ended.out.startswith("ok mine 12.50 UYU")
    assert asked(bridge) == 1


def test_an_answer_that_takes_too_long_ends_with_1_and_the_question_stands(bridge: Bridge) -> None:
    turn(bridge, **GOOD, delay_s=2.0)
    bridge.start()
    ended = bridge.command("balance", "--timeout", "300ms")
    assert ended.code == 1
    assert ended.err == "smsmqtt: no answer for mine within 300ms; the question stands\n"


@pytest.mark.parametrize("wait", ["--wait", "--no-wait"])
@pytest.mark.parametrize(
    ("line", "said"), [("nix", "no line has this name or number"), ("yours", "the line yours has no carrier")]
)
def test_a_line_that_cannot_be_asked_is_one_sentence_and_1(bridge: Bridge, line: str, said: str, wait: str) -> None:
    bridge.start()
    ended = bridge.command("balance", line, wait)
    assert ended.code == 1
    assert ended.err.startswith(f"smsmqtt: line: {said}")
    assert len(ended.err.splitlines()) == 1


def test_without_any_carrier_nobody_can_be_asked(bridge: Bridge) -> None:
    bridge.carriers.clear()
    bridge.rewrite()
    bridge.start()
    ended = bridge.command("balance")
    assert (ended.code, ended.out) == (1, "")
    assert "no line has a carrier in the configuration" in ended.err


def test_a_daemon_that_is_away_is_asked_nothing(bridge: Bridge) -> None:
    bridge.start().stop()
    ended = bridge.command("balance")
    assert ended.code == 1
    assert "bridge/state says offline; nothing was asked of it" in ended.err
