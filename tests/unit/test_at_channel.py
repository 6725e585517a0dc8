"""The channel by tables of octets and events. Whole conversations are in ``transcripts``."""

from __future__ import annotations

import pytest

from smsmqtt.at.channel import Channel, Command, Early, Event, Prompt, Released, Reply, Stray, Unsolicited
from smsmqtt.at.lines import LONGEST, LineBuffer
from smsmqtt.at.results import ERROR, OK, Result

CSQ = Command(text="AT+CSQ", needs="+CSQ:")
CMGS = Command(text="AT+CMGS=4", prompts=True)
LISTING = Command(text='AT+CMGL="ALL";+CPMS?', needs="+CPMS:", listing=True)
UNMARKED = Command(text='AT+CMGL="ALL"', listing=True)
HEADER = '+CMGL: 1,"REC READ","1",,""'


def events_of(command: Command | None, said: bytes) -> list[Event]:
    channel = Channel(release_notice="release module")
    if command is not None:
        assert channel.send(command) == command.text.encode() + b"\r"
    return channel.receive(said)


def reply(*lines: str, result: Result = OK) -> Reply:
    return Reply(lines=lines, result=result)


def by_itself(*lines: str) -> Unsolicited:
    return Unsolicited(lines=lines)


@pytest.mark.parametrize(
    ("command", "said", "events"),
    [
        (CSQ, b"\r\n+CSQ: 1,0\r\n\r\nOK\r\n", [reply("+CSQ: 1,0")]),
        (CSQ, b"+CSQ: 1,0\r\n0\r", [reply("+CSQ: 1,0")]),
        (CSQ, b"at+csq\r\r\n+CSQ: 1,0\r\n\r\nOK\r\n", [reply("+CSQ: 1,0")]),
        (CSQ, b"\r\nOK\r\n", [Early()]),
        (CSQ, b"\r\nERROR\r\n", [reply(result=ERROR)]),
        (CSQ, b"2\r\n3\r\n+CSQ: 1,0\r\n0\r\n", [by_itself("2"), by_itself("3"), reply("+CSQ: 1,0")]),
        (CSQ, b"\r\n> ", [Stray()]),
        (None, b"\r\n> ", [Stray()]),
        (None, b"OK\r\n+CMGS: 7\r\n4\r\n", []),
        (None, b"RING\r\n", [by_itself("RING")]),
        (CMGS, b"\r\n> ", [Prompt()]),
        (CMGS, b"\r\n> > ", [Prompt()]),
        (CMGS, b"\r\nOK\r\n> ", [Early(), Prompt()]),
        (CMGS, b"\r\n+CMS ERROR: 38\r\n", [reply(result=Result(kind="cms", code=38))]),
        (CMGS, b">", []),
        (CSQ, b"release module 1 ...\r\n\r\n]", [Released()]),
        (CSQ, b"release module 1 ...\r\n+CSQ: 1\r\n]", []),
        (CSQ, b"]\r\n+CSQ: 1,0\r\nOK\r\n", [reply("]", "+CSQ: 1,0")]),
        (LISTING, b"+CPMS: 1\r\nOK\r\n", [reply("+CPMS: 1")]),
        (
            LISTING,
            HEADER.encode() + b"\r\nOK\r\n\r\n> \r\nERROR\r\n+CPMS: 1\r\nOK\r\n",
            [reply(HEADER, "OK", "", "> ", "ERROR", "+CPMS: 1")],
        ),
        (UNMARKED, b"OK\r\n", [reply()]),
        (UNMARKED, f"{HEADER}\r\nOK\r\n".encode(), [Early()]),
        (CSQ, b"+CDS: 25\r\nOK\r\n", [Early()]),
        *(
            (CSQ, f"{text}\r\n+CSQ: 1,0\r\nOK\r\n".encode(), [by_itself(text), reply("+CSQ: 1,0")])
            for text in (
                '+CUSD: 0,"5,12\n> more",15',
                '+CUSD: 0,"> 5,12\n> more"',
                '+CUSD: 0,"Plan "Max"\n5,12",15',
                '+CUSD: 0,"Plan "Max"\n5,12"',
                '+CUSD: 0,"5,12\nsay "yes"\nand more"',
                '+CUSD: 0,"19" screen",15',
                '+CUSD: 0,"\n5,12",15',
                '+CUSD: 0,"5,12\n",15',
            )
        ),
        (
            CSQ,
            b'+CMT: "1",,"26/01/01,00:00:00+00"\r\n> hola\r\n',
            [by_itself('+CMT: "1",,"26/01/01,00:00:00+00"', "> hola")],
        ),
        (CSQ, b"+CDS: 25\r\n\r\n00112233445566778899\r\n", [by_itself("+CDS: 25", "00112233445566778899")]),
    ],
)
def test_octets_become_events(command: Command | None, said: bytes, events: list[Event]) -> None:
    assert events_of(command, said) == events


@pytest.mark.parametrize(
    "line",
    [
        "NO CARRIER",
        "BUSY",
        "NO ANSWER",
        "NO DIALTONE",
        "NO DIAL TONE",
        "RDY",
        "Call Ready",
        "SMS Ready",
        "NORMAL POWER DOWN",
        "UNDER-VOLTAGE WARNNING",
        "+CRING: VOICE",
        '+CLIP: "+59899000017",145',
        '+CMTI: "SM",-1',
        '+CDSI: "SM",11',
        "+CUSD: 2",
        "+STKPCI: 2",
        "+EIND: 128",
        "+EUSIM: 0",
        "+CGREG: 1",
        "^RSSI:18",
        "^SRVST:2",
        "^MODE:3,3",
        "^BOOT:1,0",
        "^SYSSTART",
        '+CDS: 6,47,"+375",145,"12/05/23,04:29:55+12","12/05/23,04:30:02+12",0',
    ],
)
def test_what_a_module_says_by_itself_is_nobodys_answer(line: str) -> None:
    said = f"\r\n{line}\r\n+CSQ: 1,0\r\n{line}\r\nOK\r\n".encode()

    assert events_of(CSQ, said) == [by_itself(line), by_itself(line), reply("+CSQ: 1,0")]


def test_after_a_body_only_cmgs_is_success() -> None:
    channel = Channel()
    channel.send(CMGS)
    channel.receive(b"\r\n> ")

    assert channel.send_body("0011") == b"0011\x1a"
    assert channel.receive(b"\r\nOK\r\n") == [Early()]
    assert channel.lines == ()
    assert channel.receive(b"+CMGS: 5\r\n") == [reply("+CMGS: 5")]
    assert channel.receive(b"OK\r\n") == []


def test_a_body_that_is_a_result_code_is_dropped_where_it_comes_back_and_nowhere_else() -> None:
    for echo, said in ((b"AT+CMGS=4\r\n", b"OK\r\n+CMGS: 5\r\n\r\nOK\r\n"), (b"", b"+CMGS: 5\r\n\r\nOK\r\n")):
        channel = Channel()
        channel.send(CMGS)
        channel.receive(echo + b"> ")
        channel.send_body("OK")

        assert channel.receive(said) == [reply("+CMGS: 5")], echo


def test_a_listing_without_a_mark_ends_when_its_last_line_is_a_result() -> None:
    channel = Channel()
    channel.send(UNMARKED)
    channel.receive(f"{HEADER}\r\nOK\r\nx\r\n".encode())
    assert channel.conclude() is None

    channel.receive(b"\r\nOK\r\n\r\n")
    assert channel.conclude() == reply(HEADER, "OK", "x", "")


@pytest.mark.parametrize(
    ("said", "lines"),
    [
        (b"a\r\nb\rc\nd", ["a", "b", "c"]),
        (b"\r\n\r\n", ["", ""]),
        (b"\n\r", ["", ""]),
        (b"\r\r\n", ["", ""]),
        (b"\xe9\r", ["é"]),
        (b"x" * (LONGEST + 1) + b"\r", ["x" * LONGEST, "x"]),
    ],
)
def test_lines_end_at_cr_lf_or_both(said: bytes, lines: list[str]) -> None:
    whole, bit_by_bit = LineBuffer(), LineBuffer()

    assert whole.feed(said) == lines
    assert [line for octet in said for line in bit_by_bit.feed(bytes((octet,)))] == lines
    assert whole.partial == bit_by_bit.partial
