"""What the runner does around a dialogue: checkpoints, counts, what is left when something breaks."""

from __future__ import annotations

import pytest
from support.fake_clock import FakeClock
from support.playbook import Item, ScriptedLink, Transcript

from smsmqtt.at.channel import Command, Unsolicited
from smsmqtt.at.dialogues import Attach, Dialogue, Haste, ask, escape, submit
from smsmqtt.at.module import enter_pin
from smsmqtt.errors import GatewayError, LinkLost, ModuleReleased, NoAnswer, WrongState
from smsmqtt.gateways.base import Availability
from smsmqtt.gateways.portech import PortechDriver
from smsmqtt.link.runner import Runner

DRIVER = PortechDriver(username="voip", password="1234")
GOT = r"<- got!! press 'ctrl-x' to release module 1.\r\n"


def runner_on(*lines: str) -> tuple[Runner, ScriptedLink]:
    transcript = Transcript("made_up", "", False, tuple(Item(line[:2], line[3:]) for line in lines), ())
    clock = FakeClock()
    link = ScriptedLink(transcript, clock, "whole", None)
    return Runner(link, clock), link


def test_a_checkpoint_that_says_no_frees_the_module_from_its_prompt() -> None:
    runner, link = runner_on(
        *(r"-> module1\r", GOT, r"-> AT+CMGS=1\r", r"<- \r\n>\s", r"-> \x1b", r"-> AT\r", r"<- \r\nOK\r\n")
    )

    def cancelled() -> None:
        raise WrongState("cancelled meanwhile")

    runner.run(DRIVER.acquire(1))
    with pytest.raises(WrongState):
        runner.run(submit("AT+CMGS=1", "00"), cancelled)
    assert link.never_played() == []


def test_what_the_module_had_said_stays_with_the_error() -> None:
    runner, _ = runner_on(r"-> module1\r", GOT, r"-> AT+CSQ\r", r"<- +CSQ: 1,0\r\n", ".. 10")

    runner.run(DRIVER.acquire(1))
    with pytest.raises(NoAnswer) as error:
        runner.run(ask(Command(text="AT+CSQ")))
    assert error.value.lines == ("+CSQ: 1,0",)


def test_an_error_tells_no_secret() -> None:
    runner, _ = runner_on(r"<- username:\s", r"-> voip\r", r"<- password:\s", r"-> 1234\r", ".. 8")
    with pytest.raises(NoAnswer) as error:
        runner.run(DRIVER.login())
    assert error.value.detail == "after the password"

    runner, _ = runner_on(r"-> module1\r", GOT, r'-> AT+CPIN="4711"\r', ".. 15")
    runner.run(DRIVER.acquire(1))
    with pytest.raises(NoAnswer) as error:
        runner.run(enter_pin("4711"))
    assert error.value.detail == "after 'AT+CPIN'"


def test_a_command_without_a_module_meets_the_release() -> None:
    runner, link = runner_on()

    with pytest.raises(ModuleReleased):
        runner.run(ask(Command(text="AT")))
    assert link.written == b""


def test_a_release_behind_an_answer_is_met_by_the_next_command() -> None:
    runner, _ = runner_on(r"-> module1\r", GOT, r"-> AT\r", r"<- OK\r\n\r\nrelease module 1 ...\r\n]")

    runner.run(DRIVER.acquire(1))
    assert runner.run(ask(Command(text="AT"))).result.ok
    with pytest.raises(ModuleReleased):
        runner.run(ask(Command(text="AT")))


def test_after_a_release_the_shells_late_answer_is_nobodys() -> None:
    """The command was on its way when the module was taken: the shell calls it a bad one."""
    runner, link = runner_on(
        *(r"-> module1\r", GOT, r"-> AT\r", r"<- release module 1 ...\r\n]", ".. 0.05"),
        *(r"<- bad command!!!\r\n]", r"-> state2\r", r"<- module 2: free.\r\n]"),
    )

    runner.run(DRIVER.acquire(1))
    with pytest.raises(ModuleReleased):
        runner.run(ask(Command(text="AT")))
    assert runner.run(DRIVER.availability(2)) is Availability.FREE
    assert link.never_played() == []


def test_a_release_while_drained_is_a_release() -> None:
    runner, _ = runner_on(r"-> module1\r", GOT, r"<- release module 1 ...\r\n]")

    with pytest.raises(ModuleReleased):
        runner.run(DRIVER.acquire(1))


def test_turns_count_what_was_waited_for_and_what_came_by_itself_is_given_once() -> None:
    runner, _ = runner_on(r"-> module1\r", GOT, r"-> AT\r", r"<- RING\r\nOK\r\n", r"-> \x18", r"<- ]", r"-> logout\r")

    runner.run(DRIVER.acquire(1))
    runner.run(ask(Command(text="AT")))
    runner.run(DRIVER.release(1))
    runner.run(DRIVER.logout())

    assert runner.turns == 3
    assert runner.take_unsolicited() == [Unsolicited(lines=("RING",))]
    assert runner.take_unsolicited() == []


def test_a_gateway_that_never_stops_is_drained_for_a_second_at_most() -> None:
    clock = FakeClock()

    class Babbling:
        def read(self, timeout_s: float) -> bytes:
            clock.advance(timeout_s / 2)
            return b"noise "

        def write(self, octets: bytes) -> None:
            raise LinkLost

        def close(self) -> None:
            raise AssertionError

    def attach_only() -> Dialogue[None]:
        yield Attach()

    before_s = clock.monotonic()
    Runner(Babbling(), clock).run(attach_only())

    assert clock.monotonic() - before_s == pytest.approx(1.0, abs=0.1)


def test_a_command_waits_for_the_rest_of_the_pause_behind_a_result_and_nothing_else_does() -> None:
    """Siemens modules lose what comes within 100 ms behind a final result."""
    clock = FakeClock()
    written_s: list[float] = []

    class Prompt(ScriptedLink):
        def write(self, octets: bytes) -> None:
            written_s.append(round(clock.monotonic() - 1000.0, 3))
            super().write(octets)

    lines = (
        r"-> \x1b",
        r"-> AT\r",
        r"<- OK\r\n",
        r"-> AT+CMGS=1\r",
        r"<- \r\n>\s",
        r"-> 00\x1a",
        r"<- +CMGS: 1\r\nOK\r\n",
    )
    items = tuple(Item(line[:2], line[3:]) for line in (*lines, r"-> AT\r", r"<- OK\r\n", r"-> \x18", r"<- ]"))
    runner = Runner(Prompt(Transcript("made_up", "", False, items, ()), clock, "whole", None), clock)

    def hold() -> Dialogue[None]:
        yield Attach()
        yield from escape()
        clock.advance(0.03)
        yield from submit("AT+CMGS=1", "00")
        clock.advance(5.0)
        yield from ask(Command(text="AT"))
        yield from DRIVER.release(1)

    runner.run(hold(), lambda: None)

    esc, at, cmgs, body, late, ctrl_x = written_s
    waited_s = (at - esc, cmgs - at, body - cmgs, late - body, ctrl_x - late)
    assert waited_s == pytest.approx((0.1, 0.1, 0.0, 5.0, 0.0))


def test_where_haste_is_allowed_nothing_waits_until_the_next_hold() -> None:
    clock = FakeClock()
    lines = (r"-> AT\r", r"<- OK\r\n") * 4
    items = tuple(Item(line[:2], line[3:]) for line in lines)
    runner = Runner(ScriptedLink(Transcript("made_up", "", False, items, ()), clock, "whole", None), clock)

    def hold(*, haste: bool) -> Dialogue[float]:
        yield Attach()
        yield Haste(allowed=haste)
        before_s = clock.monotonic()
        yield from ask(Command(text="AT"))
        yield from ask(Command(text="AT"))
        return clock.monotonic() - before_s

    assert runner.run(hold(haste=True)) == 0.0
    assert runner.run(hold(haste=False)) == pytest.approx(0.1)


def test_what_comes_by_itself_in_the_pause_is_heard() -> None:
    runner, _ = runner_on(
        *(r"-> module1\r", GOT, r"-> AT\r", r"<- OK\r\n", ".. 0.05", r"<- RING\r\n", r"-> AT\r", r"<- OK\r\n")
    )
    runner.run(DRIVER.acquire(1))
    runner.run(ask(Command(text="AT")))
    runner.run(ask(Command(text="AT")))

    assert runner.take_unsolicited() == [Unsolicited(lines=("RING",))]


def test_what_goes_wrong_is_thrown_into_the_dialogue_first() -> None:
    def tidy() -> Dialogue[str]:
        try:
            yield from DRIVER.release(1)
        except GatewayError as error:
            return type(error).__name__
        return "all well"

    runner, _ = runner_on(r"-> \x18", "xx")
    assert runner.run(tidy()) == "LinkLost"
