"""The 7-bit alphabets and their packing (3GPP TS 23.038 §6)."""

from __future__ import annotations

import pytest

from smsmqtt.codec import gsm7
from smsmqtt.codec.tables import ESCAPE, LOCKING, SINGLE, VOID
from smsmqtt.errors import PduError


@pytest.mark.parametrize("table", [*LOCKING.values(), *SINGLE.values()])
def test_a_table_has_128_codes_and_none_at_the_escape(table: str) -> None:
    assert len(table) == 128
    assert table[ESCAPE] == VOID


@pytest.mark.parametrize("language", LOCKING)
def test_a_locking_table_keeps_line_feed_carriage_return_space_and_digits_in_place(language: int) -> None:
    table = LOCKING[language]
    assert (table[0x0A], table[0x0D], table[0x20]) == ("\n", "\r", " ")
    assert table[0x30:0x3A] == "0123456789"


@pytest.mark.parametrize("language", SINGLE)
def test_a_single_shift_table_keeps_brackets_and_euro_in_place(language: int) -> None:
    table = SINGLE[language]
    assert (table[0x0A], table[0x28:0x2A], table[0x2F], table[0x3C:0x3F]) == ("\f", "{}", "\\", "[~]")
    assert (table[0x40], table[0x65], table[0x0D]) == ("|", "€", VOID)


def test_there_are_thirteen_languages_and_no_spanish_locking_table() -> None:
    assert set(SINGLE) == set(range(14))
    assert set(LOCKING) == set(range(14)) - {2}


@pytest.mark.parametrize(
    ("language", "code", "character"),
    [
        (1, 0x07, "ı"), (1, 0x40, "İ"), (3, 0x13, "Ç"), (3, 0x7B, "ã"), (4, 0x03, "অ"), (5, 0x03, "અ"), (6, 0x03, "अ"),
        (7, 0x24, "ಡ"), (8, 0x03, "അ"), (9, 0x03, "ଅ"), (10, 0x03, "ਅ"), (11, 0x03, "அ"), (12, 0x03, "అ"),
        (13, 0x00, "ا"), (6, 0x2C, ","), (13, 0x7F, "ٰ"),
    ],
)  # fmt: skip
def test_a_locking_shift_replaces_the_main_table(language: int, code: int, character: str) -> None:
    assert gsm7.decode(bytes((code,)), locking=language) == character
    assert gsm7.encode(character, locking=language) == bytes((code,))


@pytest.mark.parametrize(
    ("language", "code", "character"),
    [
        (0, 0x65, "€"), (1, 0x67, "ğ"), (2, 0x75, "ú"), (3, 0x7B, "ã"), (4, 0x19, "০"), (5, 0x1C, "૦"), (6, 0x1C, "०"),
        (7, 0x1C, "೦"), (8, 0x1C, "൦"), (9, 0x1C, "୦"), (10, 0x1C, "੦"), (11, 0x24, "௮"), (12, 0x1C, "౦"),
        (13, 0x1C, "۰"),
    ],
)  # fmt: skip
def test_a_single_shift_replaces_the_extension_table(language: int, code: int, character: str) -> None:
    assert gsm7.decode(bytes((ESCAPE, code)), single=language) == character
    assert gsm7.encode(character, single=language) == bytes((ESCAPE, code))


def test_an_unknown_escape_code_gives_the_main_table_character() -> None:
    assert gsm7.decode(bytes((ESCAPE, 0x41))) == "A"
    assert gsm7.decode(bytes((ESCAPE, 0x40)), locking=1, single=2) == "|"
    assert gsm7.decode(bytes((ESCAPE, 0x60)), locking=1) == "ç"


def test_two_escapes_are_a_space_and_a_last_one_says_nothing() -> None:
    assert gsm7.decode(bytes((0x41, ESCAPE, ESCAPE, 0x65))) == "A e"
    assert gsm7.decode(bytes((0x41, ESCAPE))) == "A"


def test_a_code_that_a_locking_table_leaves_out_is_a_space() -> None:
    assert gsm7.decode(bytes((0x0E,)), locking=4) == " "


def test_what_is_no_septet_reads_as_a_replacement() -> None:
    assert gsm7.decode(bytes((0x80, 0x41, ESCAPE, 0xFF))) == "\ufffdA\ufffd"


def test_a_language_without_a_table_reads_with_the_default_alphabet() -> None:
    assert gsm7.decode(bytes((0x40, ESCAPE, 0x65)), locking=2, single=99) == "¡€"


def test_a_character_that_the_tables_lack_is_refused_by_name() -> None:
    with pytest.raises(PduError, match="'ş'"):
        gsm7.encode("aş")


def test_the_default_alphabet_includes_its_extension() -> None:
    assert all(map(gsm7.is_default, "@ñà€[]\f\n"))
    assert not any(map(gsm7.is_default, "`ç\tşá\x1b·"))


def test_ten_letters_pack_into_nine_octets() -> None:
    packed = bytes.fromhex("E8329BFD4697D9EC37")
    assert gsm7.pack(b"hellohello") == packed
    assert gsm7.unpack(packed, 10) == b"hellohello"


def test_filler_bits_push_the_first_septet_up() -> None:
    assert gsm7.pack(b"A", fill_bits=1) == b"\x82"
    assert gsm7.unpack(b"\x82", 1, fill_bits=1) == b"A"


def test_more_septets_than_the_octets_hold_are_refused() -> None:
    with pytest.raises(PduError):
        gsm7.unpack(b"\x00" * 7, 9)


def test_seven_spare_bits_hold_carriage_return_where_nothing_tells_the_length() -> None:
    packed = gsm7.pack_unmarked(b"ABCDEFG")
    assert len(packed) == 7
    assert packed[-1] >> 1 == gsm7.CR
    assert gsm7.unpack_unmarked(packed) == b"ABCDEFG"


def test_a_carriage_return_that_ends_on_the_last_bit_is_doubled() -> None:
    packed = gsm7.pack_unmarked(b"ABCDEFG\r")
    assert gsm7.unpack(packed, 9) == b"ABCDEFG\r\r"
    assert len(gsm7.pack_unmarked(b"ABCDEFGH")) == 7
    assert gsm7.pack_unmarked(b"") == gsm7.unpack_unmarked(b"") == b""
    assert gsm7.unpack_unmarked(gsm7.pack_unmarked(b"ABC")) == b"ABC"
