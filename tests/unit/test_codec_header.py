"""The user data header (3GPP TS 23.040 §9.2.3.24)."""

from __future__ import annotations

import pytest

from smsmqtt.codec import header
from smsmqtt.codec.header import Concat, Element, Header, Ports, Shifts


def _read(hex: str) -> Header:
    return header.read(bytes.fromhex(hex))


def test_a_part_has_a_reference_of_8_or_16_bits() -> None:
    assert _read("0003CC0302").concat == Concat(bits=8, reference=0xCC, total=3, seq=2)
    assert _read("080401CC0302").concat == Concat(bits=16, reference=0x01CC, total=3, seq=2)


def test_ports_have_8_or_16_bits_destination_first() -> None:
    assert _read("0402F0F1").ports == Ports(destination=0xF0, source=0xF1)
    assert _read("05040B8423F0").ports == Ports(destination=2948, source=9200)


def test_shifts_name_the_language_of_either_table() -> None:
    assert _read("250101240102").shifts == Shifts(locking=1, single=2)
    assert _read("240101").shifts == Shifts(locking=0, single=1)
    assert _read("0003CC0302").shifts is None


def test_unknown_elements_are_kept_as_they_came() -> None:
    found = _read("70027FFF0003CC03027100")
    assert found.elements == (
        Element(iei=0x70, data_hex="7FFF"),
        Element(iei=0x00, data_hex="CC0302"),
        Element(iei=0x71, data_hex=""),
    )  # fmt: skip
    assert found.concat is not None
    assert found.warnings == ()


def test_of_an_element_that_comes_twice_the_last_one_counts() -> None:
    found = _read("00030102010804000202020003030303")
    assert found.concat == Concat(bits=8, reference=3, total=3, seq=3)
    assert _read("0003010201080400020202").concat == Concat(bits=16, reference=2, total=2, seq=2)


@pytest.mark.parametrize("part", ["0000", "0200", "0203"])
def test_a_part_number_that_can_not_be_is_void(part: str) -> None:
    found = _read("0003CC" + part)
    assert found.concat is None
    assert "can't be" in found.warnings[0]
    assert _read("0804000202020003CC" + part).concat == Concat(bits=16, reference=2, total=2, seq=2)


def test_an_element_that_is_cut_short_is_left_out_with_a_warning() -> None:
    found = _read("2401010003CC03")
    assert found.shifts == Shifts(single=1)
    assert (found.concat, len(found.elements), len(found.warnings)) == (None, 1, 1)


def test_an_element_of_a_wrong_length_is_kept_but_not_understood() -> None:
    found = _read("0002CC03")
    assert found.elements == (Element(iei=0, data_hex="CC03"),)
    assert (found.concat, len(found.warnings)) == (None, 1)


def test_an_octet_too_many_is_a_warning() -> None:
    found = _read("24010100")
    assert found.shifts == Shifts(single=1)
    assert found.warnings == ("an octet too many in the header",)


@pytest.mark.parametrize("hex", ["250102", "25010E", "24010E"])
def test_a_language_without_a_table_is_a_warning(hex: str) -> None:
    assert "default alphabet" in _read(hex).warnings[0]


def test_a_header_is_written_with_its_length() -> None:
    assert header.write() == b""
    assert header.write(concat=Concat(bits=8, reference=7, total=2, seq=1)).hex() == "050003070201"
    assert header.write(concat=Concat(bits=16, reference=7, total=2, seq=1)).hex() == "06080400070201"
    assert header.write(locking=1, single=2).hex() == "06250101240102"
