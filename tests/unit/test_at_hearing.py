"""What a module sends by itself reaches the dialogue that waits for it."""

from __future__ import annotations

import pytest
from support.fake_clock import FakeClock

from smsmqtt.at.channel import Channel, Command, Reply, Unsolicited
from smsmqtt.at.dialogues import Attach, Dialogue, ask, forget, hear
from smsmqtt.errors import LinkLost, ModuleReleased
from smsmqtt.link.runner import Runner

USSD = b'+CUSD: 0,"Guthaben\r\n\r\n5,12 EUR",15\r\n'
SAID = '+CUSD: 0,"Guthaben\n\n5,12 EUR",15'


class Chatter:
    """Says its chunks one a read; None is a second of silence, and nothing is left to say but silence."""

    def __init__(self, clock: FakeClock, *chunks: bytes | None) -> None:
        self._clock = clock
        self._chunks = [None, *chunks]  # the first read is the draining

    def write(self, octets: bytes) -> None:
        pass

    def read(self, timeout_s: float) -> bytes:
        chunk = self._chunks.pop(0) if self._chunks else None
        if chunk == b"":
            raise LinkLost("cut")
        if chunk is None:
            self._clock.advance(timeout_s)
        return chunk or b""

    def close(self) -> None:
        pass


def heard(*chunks: bytes | None, command: bool = True, timeout_s: float = 5.0) -> str | None:
    def dialogue() -> Dialogue[str | None]:
        yield Attach(release_notice="release module")
        if command:
            yield from ask(Command(text="AT+CUSD=1"))
        return (yield from hear("+CUSD:", timeout_s))

    clock = FakeClock()
    return Runner(Chatter(clock, *chunks), clock).run(dialogue())


@pytest.mark.parametrize(
    "chunks",
    [(USSD + b"OK\r\n",), (b"OK\r\n", USSD), (b"OK\r\n", None, None, USSD), (b"OK\r\n" + USSD,), (USSD, b"OK\r\n")],
)
def test_a_line_is_heard_before_and_behind_the_result(chunks: tuple[bytes | None, ...]) -> None:
    assert heard(*chunks) == SAID


def test_nothing_is_heard_of_what_does_not_come() -> None:
    assert heard(b"OK\r\n", b"RING\r\n", b'+CMTI: "SM",3\r\n') is None


def test_what_is_said_too_late_is_not_waited_for() -> None:
    assert heard(b"OK\r\n", None, None, None, USSD, timeout_s=2.0) is None


def test_a_line_already_said_is_heard_without_waiting() -> None:
    assert heard(USSD + b"OK\r\n", timeout_s=0.0) == SAID


def test_a_cut_and_a_release_reach_who_listens() -> None:
    with pytest.raises(LinkLost):
        heard(b"OK\r\n", b"")
    with pytest.raises(ModuleReleased):
        heard(b"OK\r\n", b"release module 1 ...\r\n]")


def test_what_an_earlier_holder_is_owed_is_passed_over() -> None:
    def dialogue() -> Dialogue[str | None]:
        yield Attach()
        yield from ask(Command(text="AT"))
        yield from forget("+CUSD:")
        return (yield from hear("+CUSD:", 3.0))

    clock = FakeClock()
    stale, wanted = b'+CUSD: 0,"old",15\r\n', b'+CUSD: 0,"new",15\r\n'
    runner = Runner(Chatter(clock, stale + b"RING\r\n" + stale + b"OK\r\n", wanted), clock)

    assert runner.run(dialogue()) == '+CUSD: 0,"new",15'
    assert runner.take_unsolicited() == [Unsolicited(lines=("RING",))]


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_lines_of_a_ussd_text_are_no_answers_to_the_command(size: int) -> None:
    channel = Channel()
    channel.send(Command(text="AT+CSQ", needs="+CSQ:"))
    said = b'+CUSD: 1,"1. Saldo\r\nERROR\r\n2. OK\r\n\r\n0",15\r\n\r\n+CSQ: 1,0\r\n\r\nOK\r\n'

    events = [event for at in range(0, len(said), size) for event in channel.receive(said[at : at + size])]

    assert [event for event in events if isinstance(event, Unsolicited)] == [
        Unsolicited(lines=('+CUSD: 1,"1. Saldo\nERROR\n2. OK\n\n0",15',))
    ]
    assert [event.lines for event in events if isinstance(event, Reply)] == [("+CSQ: 1,0",)]


def test_a_text_whose_end_never_came_keeps_no_later_answer_back() -> None:
    channel = Channel()
    channel.send(Command(text="AT"))
    channel.receive(b'+CUSD: 1,"1. Saldo\r\nOK\r\n')
    channel.send(Command(text="AT"))

    assert [type(event) for event in channel.receive(b"OK\r\n")] == [Reply]


@pytest.mark.parametrize("line", ['+STKPCI: 0,"D009"', "+STKPCI: 2", '+CUSATP: "D009"', "+CUSATEND"])
def test_the_toolkits_lines_belong_to_no_command(line: str) -> None:
    channel = Channel()
    channel.send(Command(text="AT"))

    assert channel.receive(line.encode() + b"\r\n") == [Unsolicited(lines=(line,))]
