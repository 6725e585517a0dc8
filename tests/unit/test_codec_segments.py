"""Cutting texts into parts and joining them (3GPP TS 23.040 §9.2.3.24, TS 23.038 §6.2.1.2)."""

from __future__ import annotations

import time

import pytest

from smsmqtt.codec import header, segments
from smsmqtt.codec.segments import Segmentation, TextSegment
from smsmqtt.model import Alphabet

GSM7, UCS2 = Alphabet.GSM7, Alphabet.UCS2


def _split(body: str, *, national: bool = False, transliterate: bool = False, wide: bool = False) -> Segmentation:
    return segments.split(body, reference=7, national=national, transliterate=transliterate, wide_reference=wide)


def _texts(found: Segmentation) -> list[str]:
    return [part.text for part in found.parts]


@pytest.mark.parametrize(
    ("body", "alphabet", "lengths", "left"),
    [
        ("", GSM7, [0], 160),
        ("a" * 160, GSM7, [160], 0),
        ("a" * 161, GSM7, [153, 8], 145),
        ("a" * 306, GSM7, [153, 153], 0),
        ("€" * 80, GSM7, [80], 0),
        ("€" * 81, GSM7, [76, 5], 143),
        ("ñ" * 160, GSM7, [160], 0),
        ("я" * 70, UCS2, [70], 0),
        ("я" * 71, UCS2, [67, 4], 63),
        ("😀" * 35, UCS2, [35], 0),
        ("😀" * 36, UCS2, [33, 3], 61),
    ],
)
def test_a_part_holds_what_its_header_leaves(body: str, alphabet: Alphabet, lengths: list[int], left: int) -> None:
    found = _split(body)
    assert (found.alphabet, list(map(len, _texts(found))), found.left) == (alphabet, lengths, left)
    assert "".join(_texts(found)) == body


def test_an_escape_and_its_character_stay_in_one_part() -> None:
    assert _texts(_split("a" * 152 + "€" + "b" * 20)) == ["a" * 152, "€" + "b" * 20]


def test_a_surrogate_pair_stays_in_one_part() -> None:
    assert _texts(_split("я" * 66 + "😀" + "я" * 20)) == ["я" * 66, "😀" + "я" * 20]


def test_one_part_has_no_header_and_more_carry_reference_total_and_number() -> None:
    assert _split("hola").parts[0].header == b""
    assert [part.header.hex() for part in _split("a" * 161).parts] == ["050003070201", "050003070202"]


def test_a_wide_reference_takes_one_more_octet() -> None:
    found = segments.split("a" * 161, reference=0x10201, wide_reference=True)
    assert [part.header.hex() for part in found.parts] == ["06080402010201", "06080402010202"]
    assert list(map(len, _texts(found))) == [152, 9]
    assert list(map(len, _texts(_split("я" * 71, wide=True)))) == [66, 5]


def test_a_reference_counts_modulo_its_width() -> None:
    assert segments.split("a" * 161, reference=256 + 7).parts[0].header.hex() == "050003070201"


def test_the_characters_that_forced_ucs2_are_told_once_in_their_order() -> None:
    assert _split("¡“Ñandú” €!").forced == ("“", "ú", "”")
    assert _split("¡Ñandu €!").forced == ()


@pytest.mark.parametrize(
    ("body", "locking", "single", "parts", "left"),
    [
        ("á" * 71, 3, 0, 1, 155 - 71),  # one table: a header of four octets, 155 septets
        ("ğ" * 155, 1, 0, 1, 0),
        ("ğ" * 156, 1, 0, 2, 298 - 156),  # with a number: nine octets, 149 septets
        ("ì" * 100 + "ú" * 10, 0, 2, 1, 155 - 120),  # no locking table has both, so one is escaped
        ("í" * 60 + "ğ" * 20, 3, 1, 1, 152 - 60 - 40),  # both: a header of seven octets, 152 septets
        ("नमस्ते " * 30, 6, 0, 2, 298 - 210),
    ],
)
def test_national_tables_are_taken_when_they_save_a_part(
    body: str, locking: int, single: int, parts: int, left: int
) -> None:
    found = _split(body, national=True)
    assert (found.alphabet, found.locking_shift, found.single_shift) == (GSM7, locking, single)
    assert (len(found.parts), found.left, found.forced) == (parts, left, ())
    assert len(_split(body).parts) > parts
    shifts = header.read(found.parts[0].header[1:]).shifts
    assert shifts == header.Shifts(locking=locking, single=single)


@pytest.mark.parametrize("body", ["á" * 70, "ñandú €", "ğ" * 20])
def test_ucs2_is_taken_rather_than_a_national_table_that_saves_no_part(body: str) -> None:
    found = _split(body, national=True)
    assert (found.alphabet, found.locking_shift, found.single_shift, len(found.parts)) == (UCS2, 0, 0, 1)


def test_the_default_alphabet_is_taken_rather_than_a_national_table_that_saves_no_part() -> None:
    found = _split("€" * 60 + "a" * 40, national=True)
    assert (found.alphabet, found.locking_shift, found.single_shift) == (GSM7, 0, 0)


def test_a_national_table_is_taken_for_a_default_text_when_it_saves_a_part() -> None:
    assert _split("€" * 100, national=True).locking_shift == 1
    assert len(_split("€" * 100, national=True).parts) == 1


def test_escapes_that_leave_septets_empty_can_make_a_national_table_no_better() -> None:
    # Hindi digits are escaped: 298 septets would fill two parts of 149, but an odd one stays empty in each.
    assert _split("०" * 148, national=True).single_shift == 6
    assert _split("०" * 149, national=True).alphabet is UCS2


def test_two_tables_in_one_text_have_both_elements_behind_the_number() -> None:
    found = _split("í" * 100 + "ğ" * 51, national=True)
    assert [part.header.hex() for part in found.parts] == ["0b0003070201250103240101", "0b0003070202250103240101"]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("“Hola” – ‘x’…", "\"Hola\" - 'x'..."),
        ("a\u00a0b\tc\u202fd\u2009e`f", "a b c d e'f"),
        ("ñandú à Ç €", "ñandu à Ç €"),
        ("cafe\u0301", "café"),
        ("Привет", "Privet"),
    ],
)
def test_transliteration_rewrites_only_what_gsm7_lacks(body: str, text: str) -> None:
    found = _split(body, transliterate=True)
    assert (found.alphabet, _texts(found), found.forced) == (GSM7, [text], ())


def test_a_text_that_can_not_become_gsm7_stays_as_it_is() -> None:
    body = "“x” \ue000 cafe\u0301"
    found = _split(body, transliterate=True)
    assert (found.alphabet, _texts(found)) == (UCS2, [body])


def test_more_parts_than_can_be_numbered_have_no_header() -> None:
    assert _split("a" * 153 * 255).parts[-1].header.hex() == "05000307ffff"
    found = _split("a" * (153 * 255 + 1))
    assert len(found.parts) == 256
    assert {part.header for part in found.parts} == {b""}


@pytest.mark.parametrize("body", ["x", "€a", "ş€", "你", "😀a", "नमस्ते ", "í ğ"])
def test_a_body_of_64_kib_is_cut_at_once(body: str) -> None:
    started_s = time.process_time()
    found = segments.split(body * (65536 // len(body)), reference=1)
    assert time.process_time() - started_s < 1
    assert len(found.parts) > 255


def test_parts_in_any_order_are_joined() -> None:
    parts = [TextSegment(seq=3, text="c"), TextSegment(seq=1, text="a"), TextSegment(seq=2, text="b")]
    assert segments.join(parts, 3) == "abc"


def test_each_gap_shows_once() -> None:
    assert segments.join([TextSegment(seq=2, text="b"), TextSegment(seq=5, text="e")], 6) == "…b…e…"
    assert segments.join([], 3) == "…"


def test_of_two_parts_with_one_number_the_first_counts() -> None:
    assert segments.join([TextSegment(seq=1, text="a"), TextSegment(seq=1, text="b")], 1) == "a"


def test_a_surrogate_pair_that_the_sender_cut_in_two_is_healed() -> None:
    octets = "a😀b".encode("utf-16-be")
    first = TextSegment(seq=1, text="a\ufffd", ucs2=octets[:4])
    second = TextSegment(seq=2, text="\ufffdb", ucs2=octets[4:])
    assert segments.join([second, first], 2) == "a😀b"
    assert segments.join([first, TextSegment(seq=3, text="c")], 3) == "a\ufffd…c"


def test_a_part_with_an_odd_octet_does_not_garble_the_next_one() -> None:
    odd = TextSegment(seq=1, text="a\ufffd", ucs2=b"\x00a\x00")
    assert segments.join([odd, TextSegment(seq=2, text="b", ucs2=b"\x00b")], 2) == "a\ufffdb"
