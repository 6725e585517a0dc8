"""Text-mode records as devices list them, and bodies that are safe to type."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from smsmqtt.at.text_mode import ReportRecord, TextRecord, TextSubmit, encode, parse_record
from smsmqtt.errors import PduError
from smsmqtt.model import Alphabet

NOON = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
AT_NOON = '"26/11/22,12:00:00-12"'


HEAD = '+CMGL: 1,"REC READ","+59899000017",,'
HEX_NUMBER = "002B0035003900380031"


def text(body: str, **fields: Any) -> TextRecord:
    standard = TextRecord(sender="+59899000017", sent_at=NOON, body=body, encoding=Alphabet.GSM7)
    return replace(standard, **fields)


@pytest.mark.parametrize(
    ("content", "record"),
    [
        (f"{HEAD}{AT_NOON}\nhola", text("hola")),
        (f'+CMGL: 1,"REC READ","+59899000017","Ana, la de siempre",{AT_NOON}\nhola', text("hola")),
        (f'+CMGL: 1,"REC READ","+59899000017",{AT_NOON}\nhola', text("hola")),  # no column for the name
        (f"{HEAD}{AT_NOON}\na\n\nb", text("a\n\nb")),
        (f"{HEAD}{AT_NOON}", text("")),
        (HEAD + "\nx", text("x", sent_at=None)),
        (HEAD + '"26/13/40,12:00:00-12"\nx', text("x", sent_at=None)),
        (HEAD + '"26/11/22,12:00:00"\nx', text("x", sent_at=datetime(2026, 11, 22, 12, tzinfo=UTC))),
        (HEAD + '"98/11/22,12:00:00+04"\nx', text("x", sent_at=datetime(1998, 11, 22, 11, tzinfo=UTC))),
        (HEAD + '"26/11/22,12:00:00+99"\nx', text("x", sent_at=None)),
        (f"{HEAD}{AT_NOON}\n\x02 5.00 \x11 \x00", text("$ 5.00 _ @")),  # raw GSM codes
        (f"{HEAD}{AT_NOON}\n\x1be", text("€")),
        (f"{HEAD}{AT_NOON}\ncaf\xe9", text("caf\ufffd")),  # no septet
        (f"{HEAD}{AT_NOON}\n12345678", text("12345678")),
        (f"{HEAD}{AT_NOON},145,8\n12345678", text("12345678")),  # 8 characters
        (f"{HEAD}{AT_NOON},145,4\n00680069", text("hi", encoding=Alphabet.UCS2)),  # 4 octets
        (f"{HEAD}{AT_NOON},145,2\n00680069", text("hi", encoding=Alphabet.UCS2)),
    ],
)
def test_a_text_is_read_in_the_gsm_set(content: str, record: TextRecord) -> None:
    assert parse_record(content, "GSM") == record


@pytest.mark.parametrize(
    ("sender", "body", "record"),
    [
        ("002B0035", "00680069", text("hi", sender="+5")),
        ("+59899000017", "00680069", text("hi")),  # the number as it is
        ("005989912345", "00680069", text("hi", sender="005989912345")),
        ("123", "00680069", text("hi", sender="123")),
        ("0412", "0416", text("Ж", sender="0412", encoding=Alphabet.UCS2)),  # four digits are a short number
        ("041104350440", "0416", text("Ж", sender="041104350440", encoding=Alphabet.UCS2)),
        ("0411043504400044", "0416", text("Ж", sender="0411043504400044", encoding=Alphabet.UCS2)),
        ("041E0411", "0416", text("Ж", sender="ОБ", encoding=Alphabet.UCS2)),
        ("CAFE", "D83DDE00", text("😀", sender="CAFE", encoding=Alphabet.UCS2)),
        ("+1", "", text("", sender="+1")),
        ("+1", "hola", text("hola", sender="+1")),  # and some leave the body as it is
        ("+1", "D83D", text("\ufffd", sender="+1", encoding=Alphabet.UCS2)),  # half a pair
    ],
)
def test_a_text_is_read_in_the_ucs2_set(sender: str, body: str, record: TextRecord) -> None:
    assert parse_record(f'+CMGL: 1,"REC READ","{sender}",,{AT_NOON}\n{body}', "UCS2") == record


def test_reports_are_read_with_and_without_a_recipient() -> None:
    full = '+CMGL: 21,"REC READ",6,233,"+375290000017",145,"12/05/15,03:16:34+12","12/05/15,03:16:39+12",0'
    empty = '+CMGL: 9,"REC READ",6,47,,,"12/05/23,04:29:55+12","12/05/23,04:30:02+12",48'

    assert parse_record(full, "GSM") == ReportRecord(
        reference=233,
        recipient="+375290000017",
        sent_at=datetime(2012, 5, 15, 0, 16, 34, tzinfo=UTC),
        status=0,
    )
    found = parse_record(empty, "GSM")
    assert isinstance(found, ReportRecord)
    assert (found.reference, found.recipient, found.status) == (47, "", 48)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "+CMGL: 1",
        '+CMGL: 11,"REC READ",""',
        '+CMGL: 9,"REC READ",6,x,,,"","",0',
        '+CMGL: 9,"REC READ",6,47,,,"","",x',
    ],
)
def test_a_record_that_is_none_is_one_error(content: str) -> None:
    with pytest.raises(PduError):
        parse_record(content, "GSM")


STANDARD = {"number": "+5981", "header": b"", "alphabet": Alphabet.GSM7, "character_set": "GSM", "report": False}
UCS2 = {"character_set": "UCS2", "alphabet": Alphabet.UCS2}
STANDARD |= {"flash": False, "validity": 167}


@pytest.mark.parametrize(
    ("given", "submit"),
    [
        ({"text": "hola"}, TextSubmit(parameters="17,167,0,0", number="+5981", body="hola")),
        ({"text": "a\nb", "report": True}, TextSubmit(parameters="49,167,0,0", number="+5981", body="a\rb")),
        ({"text": "a", "flash": True}, TextSubmit(parameters="17,167,0,16", number="+5981", body="a")),
        (
            {"text": "a", "character_set": "UCS2"},
            TextSubmit(parameters="17,167,0,0", number=HEX_NUMBER, body="0061"),
        ),
        (
            {"text": "Ж", **UCS2},
            TextSubmit(parameters="17,167,0,8", number=HEX_NUMBER, body="0416"),
        ),
        (
            {
                "text": "😀",
                "character_set": "UCS2",
                "alphabet": Alphabet.UCS2,
                "header": b"\x05\x00\x03\x07\x02\x01",
                "report": True,
            },
            TextSubmit(parameters="113,167,0,8", number=HEX_NUMBER, body="050003070201D83DDE00"),
        ),
    ],
)
def test_a_body_is_spelled_as_the_character_set_wants_it(given: dict[str, object], submit: TextSubmit) -> None:
    assert encode(**(STANDARD | given)) == submit  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "given",
    [
        {"text": "@"},  # 0x00 is lost on the way
        {"text": "€"},  # its escape code would abort
        {"text": "ñ"},
        {"text": "_"},
        {"text": "\x1a"},
        {"text": "Ж", "alphabet": Alphabet.UCS2},
        {"text": "a", "header": b"\x05\x00\x03\x07\x02\x01", "character_set": "UCS2"},
    ],
)
def test_what_would_not_arrive_as_it_was_meant_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(PduError):
        encode(**(STANDARD | given))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("body", "length", "text", "encoding"),
    [
        ("050003010202" + "D83DDE000020", 6, "😀 ", Alphabet.UCS2),
        ("050003010202" + "00F1", 1, "ñ", Alphabet.UCS2),
        ("050003010202" + "00F1", None, "ñ", Alphabet.UCS2),
        ("050003010202" + "D06536FB0D", 5, "hello", Alphabet.GSM7),
        ("060804000102" + "02" + "E8329BFD06", 5, "hello", Alphabet.GSM7),
    ],
)
def test_a_part_listed_with_its_header_is_read_as_one(
    body: str, length: int | None, text: str, encoding: Alphabet
) -> None:
    columns = "" if length is None else f",145,{length}"
    record = parse_record(f'+CMGL: 1,"REC READ","+59895555555",,"26/11/22,18:18:18-12"{columns}\n{body}', "GSM")

    assert isinstance(record, TextRecord)
    assert record.concat is not None
    assert (record.body, record.encoding, record.concat.seq) == (text, encoding, 2)
