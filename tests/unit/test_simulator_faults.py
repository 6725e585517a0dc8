"""Mishaps at every point of a session, and the log of the air, which stays exact under them."""

from __future__ import annotations

import random

import pytest
from support.submits import submit_hex
from support.terminal import Terminal
from support.units import Unit

from smsmqtt.simulator.faults import Fault, Faults


def test_a_connection_can_end_before_the_login_or_after_it(unit: Unit) -> None:
    simulator = unit()
    simulator.arm(do="drop", at="connect")
    with Terminal(simulator) as terminal:
        assert terminal.to_the_end() == ""
    simulator.arm(do="drop", at="login")
    with Terminal(simulator) as terminal:
        terminal.expect("username: ")
        terminal.ask("voip\r", "password: ")
        terminal.type("1234\r")
        assert "]" not in terminal.to_the_end()


def test_a_reset_is_not_an_orderly_end(unit: Unit) -> None:
    simulator = unit()
    simulator.arm(do="reset", at="shell", match="state")
    with Terminal(simulator) as terminal:
        terminal.log_in()
        terminal.type("state1\r")
        with pytest.raises(ConnectionResetError):
            terminal.to_the_end()


STEPS = {
    "connect": ("", "username: "),
    "name": ("voip\r", "password: "),
    "login": ("1234\r", "\r\n]"),
    "shell": ("state1\r", "\r\n]"),
    "acquire": ("module1\r", "release module 1.\r\n"),
    "release": ("\x18", "]"),
}


@pytest.mark.parametrize("at", ["connect", "login", "shell", "acquire", "release"])
def test_the_unit_can_fall_silent_at_any_step(unit: Unit, at: str) -> None:
    simulator = unit(shell={"echo": False, "password_echo": "none"})
    simulator.arm(do="silence", at=at)
    with Terminal(simulator) as terminal:
        for step, (typed, answer) in STEPS.items():
            terminal.type(typed)
            if step == at:
                assert terminal.nothing_comes()
                break
            terminal.expect(answer)
    assert len(simulator.world.faults.happened) == 1


@pytest.mark.parametrize(("at", "on_air"), [("command", 0), ("prompt", 0), ("body", 0), ("air", 1), ("answer", 1)])
@pytest.mark.parametrize("deed", ["drop", "snatch", "silence", "reboot"])
def test_the_air_log_is_exact_wherever_a_send_is_broken_off(unit: Unit, at: str, on_air: int, deed: str) -> None:
    simulator = unit(shell={"reboot_s": 0.01})
    with Terminal(simulator) as terminal:
        terminal.hold()
        simulator.arm(do=deed, at=at, match="CMGS")
        terminal.type("AT+CMGS=18\r")
        if at not in ("command", "prompt"):
            terminal.expect("> ")
            terminal.type(submit_hex() + "\x1a")
        if deed in ("drop", "reboot"):
            terminal.to_the_end()
        elif deed == "snatch":
            terminal.expect("\r\nrelease module 1 ...\r\n]")
        else:
            assert terminal.nothing_comes()
            terminal.at("AT")
        assert [entry.text for entry in simulator.network.sent] == ["hola"] * on_air
        assert [fault.do for fault in simulator.world.faults.happened] == [deed]


def test_the_answer_of_a_cut_connection_greets_the_next_holder(unit: Unit) -> None:
    simulator = unit()
    with Terminal(simulator) as terminal:
        terminal.hold()
        simulator.arm(do="drop", at="air")
        terminal.ask("AT+CMGS=18\r", "> ")
        terminal.type(submit_hex() + "\x1a")
        terminal.to_the_end()
    assert simulator.wait_for(lambda: not simulator.visits)
    with Terminal(simulator) as terminal:
        terminal.log_in()
        greeting = terminal.ask("module1\r", "OK\r\n")
        assert greeting.endswith("release module 1.\r\n\r\n+CMGS: 0\r\n\r\nOK\r\n")
        assert simulator.module(1).stale == b""


@pytest.mark.parametrize(
    ("fault", "answer"),
    [
        ({"do": "error", "code": 332, "at": "air"}, "\r\n+CMS ERROR: 332\r\n"),
        ({"do": "error", "code": 0, "at": "body"}, "\r\nERROR\r\n"),
        ({"do": "error", "code": 42, "at": "body", "match": r"\+59899000011"}, "\r\n+CMS ERROR: 42\r\n"),
        ({"do": "ok", "at": "air"}, "\r\nOK\r\n"),
    ],
)
def test_a_send_can_be_answered_wrongly(unit: Unit, fault: dict[str, object], answer: str) -> None:
    simulator = unit()
    with Terminal(simulator) as terminal:
        terminal.hold()
        simulator.arm(**fault)
        assert terminal.submit(submit_hex(), answer) == answer
    assert len(simulator.network.sent) == (1 if fault["at"] == "air" else 0)


def test_an_error_can_come_instead_of_the_prompt(unit: Unit) -> None:
    simulator = unit()
    with Terminal(simulator) as terminal:
        terminal.hold()
        simulator.arm(do="error", at="prompt", code=310)
        assert terminal.ask("AT+CMGS=18\r", "310\r\n") == "\r\n+CMS ERROR: 310\r\n"
        assert terminal.at("AT") == ""


def test_lines_can_come_in_the_middle_of_an_answer(unit: Unit) -> None:
    simulator = unit()
    with Terminal(simulator) as terminal:
        terminal.hold()
        simulator.deliver(1, "+59899123456", "hola")
        simulator.arm(do="line", at="answer", match="CMGL", text="^RSSI: 9", after_lines=1)
        lines = terminal.at("AT+CMGL=4").split("\r\n")
        assert (lines[1][:9], lines[3], lines[4][:2]) == ("+CMGL: 1,", "^RSSI: 9", "07")


def test_lines_can_come_before_an_answer_a_prompt_and_after_acquire(unit: Unit) -> None:
    simulator = unit()
    with Terminal(simulator) as terminal:
        terminal.log_in()
        simulator.arm(do="line", at="acquire", text="+CMGS: 9")
        terminal.ask("module1\r", "release module 1.\r\n")
        assert terminal.expect("9\r\n") == "+CMGS: 9\r\n"
        simulator.arm(do="line", at="command", text="\x80garbage")
        assert terminal.ask("AT\r", "0\r\n") == "\x80garbage\r\n0\r\n"
        simulator.arm(do="line", at="prompt", text="2")
        assert terminal.ask("AT+CMGS=18\r", "> ") == "2\r\n\r\n> "


@pytest.mark.parametrize("after_lines", range(4))
def test_an_answer_can_break_off_after_any_line(unit: Unit, after_lines: int) -> None:
    simulator = unit()
    with Terminal(simulator) as terminal:
        terminal.hold()
        simulator.deliver(1, "+59899123456", "hola")
        simulator.deliver(1, "+59899123456", "hola")
        simulator.arm(do="drop", at="answer", match="CMGL", after_lines=after_lines)
        terminal.type("AT+CMGL=4\r")
        heard = terminal.to_the_end()
    assert len([line for line in heard.split("\r\n") if line]) == after_lines
    assert simulator.module(1).stale


def test_bytes_can_come_slowly_and_answers_late(unit: Unit) -> None:
    simulator = unit()
    with Terminal(simulator) as terminal:
        terminal.hold()
        simulator.arm(do="slow", at="answer", seconds=0.002)
        terminal.chunks.clear()
        terminal.at("AT+CSQ")
        assert len(terminal.chunks) > 1
        simulator.arm(do="slow", at="command", seconds=0.03)
        began_s = simulator.world.monotonic()
        terminal.at("AT")
        assert simulator.world.monotonic() - began_s >= 0.03


def test_a_module_can_be_snatched_from_outside(unit: Unit) -> None:
    simulator = unit()
    with Terminal(simulator) as terminal:
        terminal.hold()
        simulator.snatch(1)
        assert terminal.expect("]") == "\r\nrelease module 1 ...\r\n]"
        assert "free" in terminal.ask("state1\r", "\r\n]")


def test_faults_wait_their_turn_their_times_and_their_module() -> None:
    faults = Faults(random.Random(1))
    faults.arm(Fault(do="silence", at="command", module=2, skip=1, times=2, match="CSQ"))
    passes = [(1, "AT+CSQ"), (2, "AT"), (2, "AT+CSQ"), (2, "AT+CSQ"), (2, "AT+CSQ"), (2, "AT+CSQ")]
    assert [bool(faults.take("command", module=module, command=line)) for module, line in passes] == [
        False,
        False,
        False,
        True,
        True,
        False,
    ]
    assert faults.armed == []


@pytest.mark.parametrize(("do", "at"), [("error", "login"), ("ok", "acquire"), ("snatch", "shell")])
def test_faults_that_can_not_happen_are_refused(unit: Unit, do: str, at: str) -> None:
    with pytest.raises(ValueError, match="is for"):
        unit().arm(do=do, at=at)


def test_faults_by_probability_follow_the_seed_and_stay_armed() -> None:
    def run(seed: int) -> list[bool]:
        faults = Faults(random.Random(seed))
        faults.arm(Fault(do="drop", at="air", times=None, probability=0.3))
        return [faults.take("air") is not None for _ in range(200)]

    assert run(7) == run(7) != run(8)
    assert 30 < sum(run(7)) < 90


def test_a_hundred_broken_sessions_leave_an_exact_log(unit: Unit) -> None:
    simulator = unit(seed=5)
    for at in ("command", "prompt", "body", "air"):
        simulator.arm(do="drop", at=at, match="CMGS", times=None, probability=0.2)
    answered = 0
    for number in range(100):
        with Terminal(simulator) as terminal:
            terminal.hold()
            terminal.type("AT+CMGS=18\r")
            text = submit_hex(f"n{number:03d}")
            try:
                terminal.expect("> ")
                terminal.ask(text + "\x1a", "+CMGS: ")
                answered += 1
            except AssertionError:
                continue
            finally:
                terminal.close()
                simulator.wait_for(lambda: not simulator.visits)
    at_air = sum(fault.at == "air" for fault in simulator.world.faults.happened)
    texts = [entry.text for entry in simulator.network.sent]
    assert len(texts) == len(set(texts)) == answered + at_air
    assert 20 < answered < 80
