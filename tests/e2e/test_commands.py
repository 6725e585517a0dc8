"""The commands that talk with a daemon, as processes, against a real broker and a running daemon."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from support.bridge import ANA, BRUNO, NOBODY, NUMBERS, Bridge
from support.broker import Broker, free_port, require_mosquitto
from support.command import Running, call, run
from support.waiting import eventually

from smsmqtt.cli import broker as broker_choice
from smsmqtt.cli import inbox
from smsmqtt.mqtt import caller


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    require_mosquitto()
    with Bridge(tmp_path_factory.mktemp("bridge")) as running:
        yield running.start()


@pytest.fixture(scope="module")
def asleep(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    """Its daemon opens no session by itself: what is sent stays in the queue."""
    require_mosquitto()
    with Bridge(tmp_path_factory.mktemp("asleep"), session={"early": "false", "every": "1h"}) as running:
        yield running.start()


def test_sending_ends_when_the_order_is_queued(bridge: Bridge) -> None:
    ended = bridge.command("send", "ana", "see", "you")
    assert ended.code == 0, ended.err
    assert ended.out.startswith(f"queued {ANA} over ")


def test_waiting_tells_every_state_until_the_report(bridge: Bridge) -> None:
    ended = bridge.command("send", "--wait", "--json", "--id", "waited-1", "ana", "only once")
    assert ended.code == 0, ended.err
    states = [it["state"] for it in ended.objects]
    assert states[0] == "queued"
    assert states[-1] == "delivered"
    again = bridge.command("send", "--wait", "--json", "--id", "waited-1", "ana", "only once")
    assert again.code == 0
    assert [(it["state"], it["repeat"]) for it in again.objects] == [("delivered", True)]
    assert len([it for it in bridge.unit.network.texts() if it.text == "only once"]) == 1


@pytest.mark.parametrize(("to", "state"), [("bruno", "undelivered"), ("nobody", "failed")])
def test_waiting_for_what_does_not_arrive_ends_with_1(bridge: Bridge, to: str, state: str) -> None:
    ended = bridge.command("send", "--wait", to, "hola")
    assert ended.code == 1
    assert ended.out.splitlines()[-1].startswith(state)


def test_a_group_is_waited_for_whole(bridge: Bridge) -> None:
    ended = bridge.command("send", "--wait", "--json", "friends", "hola")
    last = {it["to"]: it["state"] for it in ended.objects}
    assert last == {ANA: "delivered", BRUNO: "undelivered"}
    assert ended.code == 1


def test_a_refusal_is_told_and_ends_with_1(bridge: Bridge) -> None:
    ended = bridge.command("send", "stranger", "hola")
    assert ended.code == 1
    assert "rejected stranger" in ended.out
    assert bridge.command("send", "--wait", "ana,stranger", "hola").code == 1


def test_an_id_in_use_is_a_refusal_whatever_became_of_the_other(bridge: Bridge) -> None:
    assert bridge.command("send", "--id", "used-1", "--wait", "ana", "one").code == 0
    ended = bridge.command("send", "--id", "used-1", "--wait", "--json", "ana", "two")
    assert ended.code == 1
    assert [it["reason"]["code"] for it in ended.objects] == ["id_in_use"]


@pytest.mark.parametrize("arguments", [("--id", "a b", "ana", "x"), ("ana", ""), ("", "x"), ("ana", "x" * 70_000)])
def test_what_can_be_refused_here_needs_no_broker(arguments: tuple[str, ...]) -> None:
    ended = run("send", "--broker", f"mqtt://127.0.0.1:{free_port()}", *arguments)
    assert ended.code == 1
    assert "refused" not in ended.err
    assert len(ended.err.splitlines()) == 1


def test_a_body_comes_from_standard_input_by_url(bridge: Bridge) -> None:
    body = "ñandú €\nsecond line 😀"
    ended = run("send", "--broker", bridge.url, "--wait", "--from", "yours", ANA, "-", stdin=f"{body}\n".encode())
    assert ended.code == 0, ended.err
    assert [(it.module, it.text) for it in bridge.unit.network.texts() if it.text == body] == [(2, body)]


def test_the_url_can_be_hidden_in_the_environment(bridge: Bridge) -> None:
    assert run("poll", env={"SMSMQTT_BROKER": bridge.url}).code == 0
    nobody = {"SMSMQTT_BROKER": f"mqtt://127.0.0.1:{free_port()}"}
    assert run("poll", env=nobody).code == 1
    assert run("poll", "-c", bridge.config, env=nobody).code == 0


def test_texts_received_are_listed(bridge: Bridge) -> None:
    bridge.unit.deliver(1, ANA, "listed\n\x1b[2J")

    def there() -> list[Any]:
        return [it for it in bridge.command("inbox", "--json", "--limit", 1000).objects if "listed" in it["body"]]

    (text,) = bridge.wait_for(there)
    assert (text["from"], text["contact"], text["line"]) == (ANA, "ana", "mine")
    shown = bridge.command("inbox", "--since", "1h").out
    assert f"{ANA} (ana) to mine: listed\n    " in shown
    assert "\x1b" not in shown
    assert bridge.command("inbox", "--since", "2199-01-01T00:00:00Z", "--json").out == ""


def test_texts_are_followed_until_ctrl_c(bridge: Bridge) -> None:
    with Running("inbox", "-c", bridge.config, "--follow", "--json", "--limit", 1) as following:
        bridge.unit.deliver(2, ANA, "followed")
        assert '"body": "followed"' in following.says("followed")
        assert following.end(signal.SIGINT) == 130
    assert "Traceback" not in "".join(following.lines)


def test_following_texts_keeps_nothing_of_what_it_does_not_show(
    bridge: Bridge, capsys: pytest.CaptureFixture[str]
) -> None:
    interrupted = Event()
    with broker_choice.caller(bridge.config, None) as caller:
        topic, answers = (caller.topics.of_announcement(it) for it in ("inbox", "response/inbox"))
        caller.follow(topic, answers, caller.topics.bridge_state)

        def follow() -> None:
            with pytest.raises(KeyboardInterrupt):
                inbox._show_what_comes(caller, topic, {("seen", 0)}, True, interrupted)

        for where, text in ((answers, "other"), (topic, "seen"), (topic, "new")):
            caller.publish(where, {"id": text, "again": 0, "body": "x"})
        following = Thread(target=follow)
        following.start()
        shown = eventually(lambda: capsys.readouterr().out)
        interrupted.set()
        following.join()
        assert [json.loads(line)["id"] for line in shown.splitlines()] == ["new"]
        assert caller.hear(0.0) is None


def test_pausing_and_resuming(bridge: Bridge) -> None:
    assert bridge.command("pause", "hall", "--for", "1h").out.startswith("paused until 20")
    assert bridge.command("pause").out == "paused until smsmqtt resume: every gateway\n"
    ended = bridge.command("send", "--wait", "--timeout", "300ms", "ana", "paused")
    assert ended.code == 1
    assert "is not finished within 300ms; it goes on" in ended.err
    assert bridge.command("resume").out == "resumed: every gateway\n"
    bridge.wait_for(lambda: [it for it in bridge.unit.network.texts() if it.text == "paused"])


@pytest.mark.parametrize(
    "arguments", [("poll", "nix"), ("pause", "nix"), ("pause", "--for", "0"), ("cancel", "nix"), ("resend", "nix")]
)
def test_what_the_daemon_refuses_is_one_line_and_1(bridge: Bridge, arguments: tuple[str, ...]) -> None:
    ended = run(*arguments, "--broker", bridge.url)
    assert ended.code == 1
    assert len(ended.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("poll", "nix"), "there is no gateway nix; known are hall"),
        (("pause", "nix"), "there is no gateway nix; known are hall"),
        (("resume", "nix"), "there is no gateway nix; known are hall"),
        (("capture", "nix"), "there is no gateway nix; known are hall"),
        (("pause", "--for", "soon"), "--for: expected a duration such as"),
        (("inbox", "--since", "yesterday"), "--since: expected a duration such as 30m, 2h or 1d, or a time with its"),
        (("inbox", "--since", "2026-11-22T08:00:00"), "--since: expected a duration"),
    ],
)
def test_what_can_be_seen_to_be_wrong_here_is_64(tmp_path: Path, arguments: tuple[str, ...], expected: str) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("gateways: {hall: {host: 127.0.0.1, lines: {mine: {module: 1}}}}\n")
    ended = call(*arguments, "-c", config)
    assert ended.code == 64
    assert f"Error: {expected}" in ended.err


def test_what_waits_can_be_looked_at_and_taken_back(asleep: Bridge) -> None:
    asleep.command("pause")
    for order in ("first", "second", "third"):
        assert asleep.command("send", "--id", order, "ana", "hola").code == 0
    waiting = asleep.command("queue", "--json").objects[0]
    assert [it["id"] for it in waiting] == ["first", "second", "third"]
    assert ANA not in asleep.command("queue").out
    assert asleep.command("cancel", "second").out == "cancelled: 1\n"
    assert asleep.command("cancel", "--all").out == "cancelled: 2\n"
    assert "cancelled" in asleep.command("explain", "second").out
    assert asleep.command("queue").out == "every message is finished\n"


def test_what_failed_is_sent_again(bridge: Bridge) -> None:
    assert bridge.command("send", "--id", "again", "--wait", "nobody", "hola").code == 1
    bridge.unit.turn("network.numbers", {})

    ended = bridge.command("resend", "again")

    assert (ended.code, ended.out) == (0, "to be sent again: 1\n")
    bridge.wait_for(lambda: [it for it in bridge.unit.network.texts() if it.recipient == NOBODY])
    bridge.unit.turn("network.numbers", NUMBERS)


def test_what_the_guard_keeps_back_says_when_it_would_pass_and_ends_with_1(tmp_path: Path) -> None:
    require_mosquitto()
    other = "+59899123458"
    with Bridge(tmp_path, guard={"per_hour": 3}) as bridge:
        bridge.unit.turn("network.numbers", {NOBODY: {"error": 30}, other: {"error": 30}})
        bridge.start()
        assert bridge.command("send", "--id", "both", "--wait", f"nobody,{other}", "hola").code == 1

        ended = bridge.command("resend", "both")
        assert (ended.code, ended.out) == (1, "to be sent again: 1\n")
        (refused,) = ended.err.splitlines()
        assert "message both.2: 3 of 3 parts" in refused
        assert "would pass at" in refused

        bridge.wait_for(lambda: bridge.command("queue").out == "every message is finished\n")
        ended = bridge.command("resend", "both")
        assert (ended.code, ended.out) == (1, "to be sent again: 0\n")
        assert [line.partition(" parts")[0] for line in ended.err.splitlines()] == [
            f"smsmqtt: message both.{number}: 3 of 3" for number in (1, 2)
        ]


def test_a_daemon_that_is_away_is_asked_nothing(tmp_path: Path) -> None:
    require_mosquitto()
    with Bridge(tmp_path) as bridge:
        bridge.start().stop()
        for command in (("send", "ana", "hola"), ("poll",), ("inbox",)):
            ended = bridge.command(*command)
            assert ended.code == 1
            assert "bridge/state says offline; nothing was asked of it" in ended.err
        bridge.start()
        assert bridge.command("inbox", "--json").out == ""
        assert bridge.unit.network.sent == []


def test_where_nobody_answers_it_is_said_how_to_ask_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    require_mosquitto()
    monkeypatch.setattr(broker_choice, "ANSWER_S", 0.3)
    monkeypatch.setattr(caller, "RETAINED_S", 0.1)
    broker = Broker(tmp_path).start()
    try:
        url = f"mqtt://{broker.host}:{broker.port}/other"
        sent, polled = call("send", "--broker", url, "--id", "a-1", "ana", "hi"), call("poll", "--broker", url)
    finally:
        broker.stop()
    assert (sent.code, polled.code) == (1, 1)
    assert "the same with --id a-1 does not send twice" in sent.err
    assert "no answer on other/bridge/response/poll" in polled.err


def test_the_broker_s_troubles_are_four_different_lines(tmp_path: Path) -> None:
    require_mosquitto()
    with Bridge(tmp_path, users={"ana": "right"}) as bridge:
        port = bridge.broker.port
        urls = (f"mqtt://127.0.0.1:{free_port()}", f"mqtt://ana:wrong@127.0.0.1:{port}", f"mqtts://127.0.0.1:{port}")
        bridge.unit.turn("shell.second_connection", "close")
        with socket.create_connection((bridge.unit.host, bridge.unit.port)):
            told = [run("poll", "--broker", url) for url in (*urls, f"mqtt://127.0.0.1:{bridge.unit.port}")]
    assert [it.code for it in told] == [1, 1, 1, 1]
    assert [len(it.err.splitlines()) for it in told] == [1, 1, 1, 1]
    words = ("does not answer", "user name or password", "secure connection", "not behave like an MQTT broker")
    for word, ended in zip(words, told, strict=True):
        assert word in ended.err
    assert "wrong" not in "".join(it.err for it in told)


def test_the_simulator_tells_its_ports_and_ends_on_sigterm() -> None:
    with Running("simulate", "--control-port", 0) as simulator:
        simulator.says("gateway listening on 127.0.0.1:")
        simulator.says("control listening on 127.0.0.1:")
        assert simulator.end(signal.SIGTERM) == 0


def test_the_line_that_the_simulator_prints_brings_a_text_in() -> None:
    with Running("simulate", "--control-port", 0) as simulator:
        simulator.says("control listening on 127.0.0.1:")
        simulator.says("try: echo")
        line = next(it for it in simulator.lines if "try: echo" in it).partition("try: ")[2]
        done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, timeout=20, check=True)
    assert json.loads(done.stdout)["ok"] is True


def test_faults_of_the_simulator_s_file_are_78(tmp_path: Path) -> None:
    file = tmp_path / "unit.yaml"
    file.write_text("shell: {ehco: true}\nmodem: {radio_s: soon}\n")
    ended = run("simulate", "-c", file)
    assert ended.code == 78
    assert "shell.ehco" in ended.err
    assert "Traceback" not in ended.err
