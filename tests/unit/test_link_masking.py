"""What a transcript shows to strangers, and what it doesn't. Numbers, texts and secrets are made up."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from smsmqtt.link.masking import FROM, TO, Note, masked
from smsmqtt.link.recorder import Recorder

SECRETS = ("voip-user", "s3cret-pass")
PERSONAL = ("s3cret-pass", "voip-user", "59899123456", "099123456", "rendez", "vous", "Ana", "door", "4321")


def shown(*notes: tuple[str, bytes], in_module: bool = True) -> list[str]:
    lines = list(masked([Note(direction=it[0], octets=it[1]) for it in notes], SECRETS, in_module=in_module))
    assert not [word for word in PERSONAL if word in "\n".join(lines)]
    return lines


def test_a_login_shows_the_prompts_and_not_what_was_typed() -> None:
    lines = shown(
        (FROM, b"username: "),
        (TO, b"voip-user\r"),
        (FROM, b"voip-user\r\npassword: "),
        (TO, b"s3cret-pass\r"),
        (FROM, b"***\r\nuser level = admin.\r\n command: module1, state1.\r\n]"),
        (TO, b"module1\r"),
        in_module=False,
    )
    assert lines == [
        "<- username: ",
        "-> <9 characters><CR>",
        "<- <secret><CR><LF>",
        "<- password: ",
        "-> <11 characters><CR>",
        "<- ***<CR><LF>",
        "<- user level = admin.<CR><LF>",
        "<-  command: module1, state1.<CR><LF>",
        "<- ]",
        "-> module1<CR>",
    ]


def test_results_and_what_a_module_tells_of_itself_are_shown() -> None:
    lines = shown(
        (TO, b"ATE0V1+CMEE=1;+CSQ\r"),
        (FROM, b"ATE0V1+CMEE=1;+CSQ\r\r\n+CSQ: 20,0\r\n\r\nOK\r\n"),
        (TO, b"ATI\r"),
        (FROM, b"\r\nSIEMENS\r\nMC55\r\nIMEI 490154203237518\r\n\r\nOK\r\n"),
        (TO, b"AT+CMGF=0\r"),
        (FROM, b"\r\n+CMS ERROR: 303\r\n"),
    )
    assert "<- +CSQ: 20,0<CR><LF>" in lines
    assert "<- MC55<CR><LF>" in lines
    assert "<- IMEI <15 digits><CR><LF>" in lines
    assert "<- +CMS ERROR: 303<CR><LF>" in lines


def test_pdus_are_shown_by_their_length() -> None:
    lines = shown(
        (TO, b"AT+CMGL=4\r"),
        (FROM, b"+CMGL: 3,1,,25\r\n07918995080000F0040B918995214365F70000621122910000210361F118\r\n\r\nOK\r\n"),
    )
    assert lines[1:3] == ["<- +CMGL: 3,1,,25<CR><LF>", "<- <PDU of 30 octets><CR><LF>"]


@pytest.mark.parametrize(
    "body",
    [
        b"rendez-vous at the door",
        b"rendez\r\nOK\r\nvous",
        b"+CMGL: 1,rendez vous",
        b'+CMGL: 1,"rendez","vous',
        b"+XYZ: rendez vous",
        b"AT+rendez vous",
        b"OK\r\n+CPMS: rendez vous",
        b"pin 4321",
        b"> rendez vous",
        b"] rendez vous",
        b"got!! rendez vous",
        b"caf\xe9 rendez\x1bvous",
    ],
)
def test_texts_in_a_listing_are_hidden(body: bytes) -> None:
    listing = b'+CMGL: 1,"REC READ","+59899123456","Ana","26/11/22,20:00:00-12"\r\n' + body + b"\r\n\r\nOK\r\n"
    lines = shown((TO, b'AT+CMGL="ALL"\r'), (FROM, listing))
    assert lines[1].startswith('<- +CMGL: 1,"REC READ","<12 characters>","<3 characters>","26/11/22,20:00:00-12"')
    assert lines[-1] == "<- OK<CR><LF>"


@pytest.mark.parametrize(
    "header", [b'+CMT: "+59899123456",,"26/11/22,20:00:00-12"', b'+CMGR: "REC UNREAD","+59899123456",,""', b"+CMT: ,25"]
)
def test_texts_handed_through_are_hidden(header: bytes) -> None:
    shown((FROM, header + b"\r\nrendez-vous\r\nat the door\r\n"))


def test_a_text_begun_in_an_information_request_is_hidden() -> None:
    shown((TO, b"ATI\r"), (FROM, b'MC55\r\n+CMT: "+59899123456"\r\nrendez vous\r\nOK\r\n'))


def test_the_rest_of_a_text_that_somebody_else_asked_for_is_hidden() -> None:
    shown(
        (TO, b"module1\r"),
        (FROM, b"\r\ngot!! press 'ctrl-x' to release module 1.\r\nrendez vous\r\nOK\r\n"),
        (TO, b"AT\r"),
        in_module=False,
    )


@pytest.mark.parametrize("end", [b"\x1a", b"\x1b"])
def test_what_is_typed_as_a_text_is_hidden(end: bytes) -> None:
    lines = shown(
        (TO, b'AT+CMGS="+59899123456"\r'), (FROM, b"\r\n> "), (TO, b"rendez\rvous" + end), (FROM, b"\r\n+CMGS: 7\r\n")
    )
    assert lines[0] == '-> AT+CMGS="<12 characters>"<CR>'
    assert lines[-3:] == [f"-> <11 characters><{end.hex().upper()}>", "<- <CR><LF>", "<- +CMGS: 7<CR><LF>"]


def test_a_text_typed_in_one_go_with_its_command_is_hidden() -> None:
    assert shown((TO, b'AT+CMGS="+59899123456"\rrendez vous\x1a')) == [
        '-> AT+CMGS="<12 characters>"<CR>',
        "-> <11 characters><1A>",
    ]


def test_a_text_that_was_not_finished_is_hidden() -> None:
    shown((TO, b"AT+CMGS=25\r"), (FROM, b"> "), (TO, b"rendez vous"))


def test_after_the_release_the_shell_is_shown_again() -> None:
    lines = shown((TO, b"AT\r"), (FROM, b"0\r\n"), (TO, b"\x18"), (FROM, b"release module 1 ...\r\n]firmware 1.4\r\n"))
    assert lines[-3:] == ["-> <18>", "<- release module 1 ...<CR><LF>", "<- ]firmware 1.4<CR><LF>"]


@dataclass
class Scripted:
    """A link with its answers ready."""

    answers: list[bytes]
    written: list[bytes] = field(default_factory=list)
    closed: bool = False

    def write(self, octets: bytes) -> None:
        self.written.append(octets)

    def read(self, timeout_s: float) -> bytes:
        return self.answers.pop(0) if self.answers else b""

    def close(self) -> None:
        self.closed = True


def test_a_line_that_comes_in_pieces_is_masked_whole() -> None:
    link = Scripted(answers=[b'+CNUM: ,"+5989', b'9123456",145\r\n', b"OK\r\n"])
    recorder = Recorder(link, SECRETS, in_module=True)
    recorder.write(b"AT+CNUM\r")
    while recorder.read(0.0):
        pass
    recorder.close()
    assert recorder.transcript().splitlines() == [
        "-> AT+CNUM<CR>",
        '<- +CNUM: ,"<12 characters>",145<CR><LF>',
        "<- OK<CR><LF>",
    ]
    assert link.written == [b"AT+CNUM\r"]
    assert link.closed
