"""``smsmqtt segments`` and ``smsmqtt pdu``."""

from __future__ import annotations

import pytest
from support.command import call

ABC = "07918995080000F0040B918995214365F70000621122910000210361F118"


def test_a_plain_text_is_one_part() -> None:
    ended = call("segments", "see", "you", "at", "8")
    assert ended.code == 0
    assert ended.out.splitlines() == [
        "alphabet    GSM 7-bit",
        "characters  12",
        "parts       1",
        "left        148 septets in the last part",
        "part 1: see you at 8",
    ]


def test_what_forces_ucs2_and_what_could_be_saved_is_named() -> None:
    out = call("segments", "“" + "a" * 99 + "ć").out
    assert "alphabet    UCS-2" in out
    assert "parts       2" in out
    assert "  “  U+201C LEFT DOUBLE QUOTATION MARK" in out
    assert "  ć  U+0107 LATIN SMALL LETTER C WITH ACUTE" in out
    assert "with messages.transliterate: GSM 7-bit, parts: 1" in out


def test_national_tables_are_named() -> None:
    assert "Turkish" in call("segments", "ğ" * 100).out


def test_segments_as_json() -> None:
    found = call("segments", "--json", "ñandú €").objects
    assert found == [
        {
            "alphabet": "ucs2",
            "characters": 7,
            "parts": 1,
            "left": 63,
            "forced": ["ú"],
            "locking_shift": 0,
            "single_shift": 0,
            "texts": ["ñandú €"],
            "transliterated": None,
        }
    ]


def test_a_text_from_standard_input_loses_one_newline() -> None:
    assert call("segments", "--json", "-", stdin=b"two\nlines\n\n").objects[0]["texts"] == ["two\nlines\n"]


def test_a_text_cannot_move_the_cursor() -> None:
    assert "\x1b" not in call("segments", "-", stdin=b"\x1b[2J").out


@pytest.mark.parametrize(("arguments", "stdin"), [(("-",), b"\xff"), (("\udcff",), b"")])
def test_a_text_that_is_not_utf8_is_refused(arguments: tuple[str, ...], stdin: bytes) -> None:
    ended = call("segments", *arguments, stdin=stdin)
    assert ended.code == 64
    assert "not UTF-8" in ended.err


def test_pdus_are_one_object_a_line() -> None:
    ended = call("pdu", ABC, ABC.lower())
    assert ended.code == 0
    assert [(it["kind"], it["number"], it["text"]) for it in ended.objects] == [
        ("deliver", "+98591234567", "abc"),
        ("deliver", "+98591234567", "abc"),
    ]


def test_pdus_come_from_standard_input_with_blanks_and_empty_lines() -> None:
    spaced = " ".join(ABC[i : i + 2] for i in range(0, len(ABC), 2))
    ended = call("pdu", stdin=f"\n{spaced}\r\n\n  \n{ABC}".encode())
    assert ended.code == 0
    assert [it["text"] for it in ended.objects] == ["abc", "abc"]


def test_a_malformed_pdu_does_not_hide_the_others() -> None:
    ended = call("pdu", "00", "zz", ABC[:-2], ABC, "\udcff")
    assert ended.code == 1
    assert ["error" in it for it in ended.objects] == [True, True, True, False, True]


def test_nothing_in_nothing_out() -> None:
    assert call("pdu").out == ""


def test_a_pdu_without_a_service_centre() -> None:
    ended = call("pdu", "--no-smsc", ABC[16:])
    assert [it["text"] for it in ended.objects] == ["abc"]
