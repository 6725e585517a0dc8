"""What a kept record means: a part of a text, a delivery report, or nothing readable."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

import pytest
from support.fake_clock import NOON

from smsmqtt.errors import PduError
from smsmqtt.model import Alphabet, DeliveryReport, RawText, TextPart
from smsmqtt.session.understand import handed_through, read, text_content

SENT_AT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
SENT_HEX = "62112221000029"  # 26/11/22 12:00:00-12
DELIVER = f"07918995980000F0040B919598214365F70000{SENT_HEX}05E8329BFD06"


def raw(content: str, form: Literal["pdu", "tpdu", "text"] = "pdu") -> RawText:
    return RawText(id=7, line="mine", index=1, digest="x", form=form, content=content, received_at=NOON)


def listed(record: str, character_set: str = "GSM") -> RawText:
    return raw(text_content(record, character_set), "text")


def part(found: TextPart | DeliveryReport) -> TextPart:
    assert isinstance(found, TextPart)
    assert (found.raw_id, found.line, found.received_at) == (7, "mine", NOON)
    return found


def test_a_pdu_becomes_a_part_of_a_text() -> None:
    found = part(read(raw(DELIVER)))

    assert (found.sender, found.sender_type, found.text) == ("+59891234567", "number", "hello")
    assert found.encoding is Alphabet.GSM7
    assert (found.sent_at, found.total, found.seq, found.concat_reference) == (SENT_AT, 1, 1, None)
    assert not found.flash
    assert found.data_hex == ""


def test_a_part_of_a_long_text_names_its_fellows() -> None:
    body = "050003070201" + "00680069"
    content = f"00440B919598214365F70018{SENT_HEX}{len(body) // 2:02X}{body}"
    found = part(read(raw(content)))

    assert (found.text, found.concat_reference, found.total, found.seq) == ("hi", 7, 2, 1)
    assert found.flash
    assert found.encoding is Alphabet.UCS2
    assert found.data_hex == "00680069"


def test_a_tpdu_has_no_service_centre_in_front() -> None:
    assert part(read(raw(DELIVER[16:], "tpdu"))).text == part(read(raw(DELIVER))).text


def test_a_status_report_becomes_what_closes_a_part() -> None:
    content = f"00062A0B919598214365F7{SENT_HEX}{SENT_HEX}00"

    assert read(raw(content)) == DeliveryReport(
        line="mine", reference=42, recipient="+59891234567", status=0, sent_at=SENT_AT
    )


@pytest.mark.parametrize("content", ["", "00", "zz", "0001000B919598214365F7000005E8329BFD06"])
def test_what_is_no_text_received_is_one_error(content: str) -> None:
    with pytest.raises(PduError):
        read(raw(content))


@pytest.mark.parametrize(
    ("sender", "kind"),
    [
        ("+59899000017", "number"),
        ("099000017", "number"),
        ("123", "short"),
        ("+123", "number"),
        ("Antel", "name"),
        ("", "name"),
    ],
)
def test_a_listed_text_becomes_a_part(sender: str, kind: str) -> None:
    found = part(read(listed(f'+CMGL: 1,"REC READ","{sender}",,"26/11/22,12:00:00-12"\nhola')))

    assert (found.sender, found.sender_type, found.text, found.sent_at) == (sender, kind, "hola", SENT_AT)
    assert (found.total, found.seq) == (1, 1)


def test_a_listed_report_becomes_what_closes_a_part() -> None:
    found = read(listed('+CMGL: 9,"REC READ",6,47,,,"26/11/22,12:00:00-12","26/11/22,12:00:00-12",0'))

    assert found == DeliveryReport(line="mine", reference=47, recipient="", status=0, sent_at=SENT_AT)


@pytest.mark.parametrize(
    ("lines", "record"),
    [
        (("RING",), None),
        (('+CMTI: "SM",3',), None),
        (("+CMT: ,23", "0791aa"), ("pdu", "0791AA")),
        (("+CDS: 25", " 0006aa"), ("pdu", "0006AA")),
    ],
)
def test_what_is_handed_through_in_pdu_mode_is_kept(lines: tuple[str, ...], record: tuple[str, str] | None) -> None:
    assert handed_through(lines, "") == record


def test_what_is_handed_through_in_text_mode_reads_like_a_listing() -> None:
    text = handed_through(('+CMT: "+59899000017",,"26/11/22,12:00:00-12"', "hola"), "GSM")
    report = handed_through(('+CDS: 6,47,,,"26/11/22,12:00:00-12","26/11/22,12:00:05-12",0',), "GSM")

    assert text is not None
    assert report is not None
    assert part(read(raw(text[1], text[0]))).text == "hola"
    assert isinstance(read(raw(report[1], report[0])), DeliveryReport)
