"""UCS-2 with surrogate pairs (3GPP TS 23.038 §6.2.3)."""

from __future__ import annotations

from smsmqtt.codec import ucs2


def test_an_emoji_is_a_surrogate_pair_and_counts_two_units() -> None:
    assert ucs2.encode("a😀") == bytes.fromhex("0061D83DDE00")
    assert ucs2.decode(bytes.fromhex("0061D83DDE00")) == ("a😀", ())
    assert (ucs2.units("a"), ucs2.units("你"), ucs2.units("😀")) == (1, 1, 2)


def test_half_a_pair_reads_as_a_replacement_with_a_warning() -> None:
    for octets in ("0061D83D", "0061DE00", "0061DE000061"):
        text, warnings = ucs2.decode(bytes.fromhex(octets))
        assert text.startswith("a\ufffd")
        assert warnings == ("half a surrogate pair in UCS-2",)


def test_an_odd_octet_reads_as_a_replacement_with_a_warning() -> None:
    assert ucs2.decode(b"\x00a\x00") == ("a\ufffd", ("an odd number of octets in UCS-2",))


def test_a_replacement_character_that_was_sent_is_no_warning() -> None:
    assert ucs2.decode(bytes.fromhex("FFFD")) == ("\ufffd", ())


def test_half_a_pair_can_be_written() -> None:
    assert ucs2.encode("\ud83d") == bytes.fromhex("D83D")
