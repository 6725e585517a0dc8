"""Telnet's own octets are taken out and every option is refused, at every chunking."""

from __future__ import annotations

import pytest

from smsmqtt.at.telnet import TelnetFilter

CASES = [
    (b"plain", b"plain", b""),
    (b"\xff\xfb\x01username: ", b"username: ", b"\xff\xfe\x01"),  # WILL ECHO: DONT
    (b"\xff\xfd\x18", b"", b"\xff\xfc\x18"),  # DO TERMINAL-TYPE: WONT
    (b"\xff\xfc\x01\xff\xfe\x01a", b"a", b""),  # WONT and DONT need no answer (RFC 1143)
    (b"a\xff\xffb", b"a\xffb", b""),  # doubled: data
    (b"a\xff\xf1b\xff\xf9c", b"abc", b""),  # NOP, GO AHEAD
    (b"a\xff\xfa\x18\x01x]\xff\xf0b", b"ab", b""),  # a subnegotiation
    (b"a\xff\xfa\x18\xff\xff\xff\xf0b", b"ab", b""),  # with a doubled 255 in it
    (b"\x00a\x11b\x13c\r\x00\n", b"abc\r\n", b""),  # NUL, XON, XOFF
    (b"\xff\xfb\x00\xff\xfb\x11", b"", b"\xff\xfe\x00\xff\xfe\x11"),  # options numbered like the noise
    (b"\xff", b"", b""),
]


@pytest.mark.parametrize(("said", "data", "answer"), CASES)
@pytest.mark.parametrize("size", [1, 2, 3, 99])
def test_a_chunk_gives_data_and_refusals(said: bytes, data: bytes, answer: bytes, size: int) -> None:
    telnet = TelnetFilter()
    chunks = [telnet.feed(said[place : place + size]) for place in range(0, len(said), size)]

    assert b"".join(chunk for chunk, _ in chunks) == data
    assert b"".join(refusal for _, refusal in chunks) == answer
