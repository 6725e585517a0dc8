"""Whatever octets come, in whatever chunks: nothing is raised but what is documented, and chunks change nothing."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from smsmqtt.at import replies, text_mode
from smsmqtt.at.channel import Channel, Command, Event, Reply
from smsmqtt.at.lines import LONGEST, LineBuffer
from smsmqtt.at.results import parse_result
from smsmqtt.at.telnet import TelnetFilter
from smsmqtt.errors import PduError

SAID = (
    *(b"\r\nOK\r\n", b"0\r", b"4\r\n", b"\r\nERROR\r\n", b"+CMS ERROR: 38\r\n", b"+CME ERROR: what\r\n"),
    *(b"\r\n> ", b"> ", b"]", b"release module 1 ...\r\n", b"+CMGS: 7\r\n", b"+CSQ: 1,0\r\n", b"+CPMS: 1,2\r\n"),
    *(b'+CMGL: 1,"REC READ","1",,""\r\n', b"+CMGL: 1,1,,9\r\n", b"RING\r\n", b"2\r\n", b'+CMTI: "SM",3\r\n'),
    *(b"+CDS: 25\r\n", b'+CMT: "1",,"26/11/22,12"\r\n', b"00112233445566778899\r\n", b'+CUSD: 0,"', b'"\r\n'),
    *(b"AT+CSQ\r", b"hola\r\n", b"\r\n", b"\r", b"\n", b"\x1a", b"\xff"),
)
"""Pieces of what modules say; any octets alone would seldom get that far."""

octets = st.lists(st.sampled_from(SAID) | st.binary(max_size=4), max_size=25).map(b"".join)
commands = st.sampled_from(
    [
        None,
        "body",
        Command(text="AT"),
        Command(text="AT+CSQ", needs="+CSQ:"),
        Command(text="AT+CMGS=1", prompts=True),
        Command(text='AT+CMGL="ALL";+CPMS?', needs="+CPMS:", listing=True),
        Command(text='AT+CMGL="ALL"', listing=True),
    ]
)


@st.composite
def chunked(draw: st.DrawFn) -> tuple[bytes, list[bytes]]:
    whole = draw(octets)
    cuts = sorted(draw(st.sets(st.integers(0, len(whole)), max_size=12)))
    return whole, [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]


def heard(command: Command | str | None, chunks: Iterable[bytes]) -> tuple[list[Event], tuple[str, ...], Reply | None]:
    channel = Channel(release_notice="release module")
    if isinstance(command, Command):
        channel.send(command)
    elif command:
        channel.send(Command(text="AT+CMGS=1", prompts=True))
        channel.send_body("hola\rOK")
    events = [event for chunk in chunks for event in channel.receive(chunk)]
    return events, channel.lines, channel.conclude() if channel.lines else None


@given(chunked(), commands)
def test_chunks_never_change_what_a_channel_hears(
    said: tuple[bytes, list[bytes]], command: Command | str | None
) -> None:
    whole, chunks = said

    assert heard(command, chunks) == heard(command, [whole])


@given(octets)
def test_without_cmgs_no_octets_make_a_submission_succeed(said: bytes) -> None:
    events, _, _ = heard("body", [said])

    for event in events:
        if isinstance(event, Reply) and event.result.ok:
            assert any(line.startswith("+CMGS:") for line in event.lines)


@given(octets)
def test_a_command_is_answered_once(said: bytes) -> None:
    events, _, _ = heard(Command(text="AT"), [said])

    assert sum(isinstance(event, Reply) for event in events) <= 1


@given(st.lists(st.binary(max_size=6) | st.sampled_from([b"\xff\xfb\x01", b"\xff\xfa\x18", b"\xff\xf0", b"\xff\xff"])))
def test_chunks_never_change_what_the_telnet_filter_lets_through(chunks: list[bytes]) -> None:
    whole, by_chunk, by_octet = TelnetFilter(), TelnetFilter(), TelnetFilter()
    said = b"".join(chunks)
    expected = whole.feed(said)

    for telnet, pieces in ((by_chunk, chunks), (by_octet, [bytes((octet,)) for octet in said])):
        fed = [telnet.feed(piece) for piece in pieces]
        assert (b"".join(data for data, _ in fed), b"".join(answer for _, answer in fed)) == expected


@given(st.binary(max_size=200).map(lambda octets: octets.translate(None, b"\x00\x11\x13")))
def test_doubled_255_comes_through_as_it_was_meant(data: bytes) -> None:
    assert TelnetFilter().feed(data.replace(b"\xff", b"\xff\xff")) == (data, b"")


@given(st.lists(st.binary(max_size=9) | st.just(b"x" * LONGEST), max_size=5))
def test_no_line_is_longer_than_allowed_and_no_octet_is_lost(chunks: list[bytes]) -> None:
    buffer = LineBuffer()
    lines = [line for chunk in chunks for line in buffer.feed(chunk)]
    kept = "".join([*lines, buffer.partial])

    assert all(len(line) <= LONGEST for line in lines)
    assert kept.encode("latin-1") == b"".join(chunks).translate(None, b"\r\n")


STARTS = (
    "+CSQ:",
    "+CPIN:",
    "+CREG:",
    "+COPS:",
    "+CPMS:",
    "+CSCA:",
    "+CMGS:",
    "+CMGL:",
    "+CMS ERROR:",
    "+CME ERROR:",
    "",
)
values = (
    st.text(max_size=8) | st.integers(-9, 99999).map(str) | st.sampled_from(['"', '"SM"', '"REC READ"', "", "²", "٣"])
)
lines = st.builds(lambda start, row: f"{start} {','.join(row)}", st.sampled_from(STARTS), st.lists(values, max_size=12))


@given(st.lists(lines, max_size=5))
def test_no_line_makes_a_reader_of_replies_raise(said: list[str]) -> None:
    for reader in (replies.signal_dbm, replies.sim_state, replies.registration, replies.operator, replies.storages):
        reader(said)
    for reader in (replies.service_centre, replies.submitted, replies.pdu_records, replies.text_records):
        reader(said)
    for line in said:
        parse_result(line)


columns = st.lists(values | st.sampled_from(["6", '"26/11/22,12:00:00-12"', '"99/99/99,99:99:99+99"']), max_size=12)
bodies = st.text(max_size=40) | st.text("0123456789ABCDEFabcdef", max_size=40)


@given(columns, bodies, st.sampled_from(["GSM", "UCS2", ""]))
def test_any_record_is_read_or_is_one_error(row: list[str], body: str, character_set: str) -> None:
    with suppress(PduError):
        text_mode.parse_record(f"+CMGL: {','.join(row)}\n{body}", character_set)
