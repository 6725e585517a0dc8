"""Addresses (3GPP TS 23.040 §9.1.2.5)."""

from __future__ import annotations

import pytest

from smsmqtt.codec import address
from smsmqtt.codec.address import Address
from smsmqtt.codec.octets import Octets
from smsmqtt.errors import PduError


def _read(hex: str) -> Address:
    return address.read(Octets(bytes.fromhex(hex)), "sender")


def _centre(hex: str) -> Address | None:
    return address.read_service_centre(Octets(bytes.fromhex(hex)))


def test_an_international_number_has_a_plus() -> None:
    assert _read("0B919598000011F9") == Address(text="+59890000119", toa=0x91)


def test_eleven_digits_without_filler_are_eleven_digits() -> None:
    assert _read("0B91959800001109").text == "+59890000119"


@pytest.mark.parametrize(
    ("hex", "text", "kind"),
    [
        ("0081", "", "short"),
        ("0091", "", "short"),
        ("0391FFFF", "", "short"),
        ("0181F5", "5", "short"),
        ("018005", "5", "short"),
        ("058121F3FF", "123", "short"),  # the filler ends it, whatever the length says
        ("06812143F5", "12345", "short"),
        ("0781214365F7", "1234567", "number"),
        ("09B121436587F9", "123456789", "short"),  # network specific
        ("09E121436587F9", "123456789", "short"),  # abbreviated
        ("0A812143658709", "1234567890", "number"),
        ("0AA12143658709", "1234567890", "number"),
        ("09811A001B32F4", "*100#1234", "short"),
        ("0581BADCFE", "*#abc", "short"),
        ("039121F3", "+123", "number"),
    ],
)  # fmt: skip
def test_digits_and_what_kind_of_sender_they_are(hex: str, text: str, kind: str) -> None:
    found = _read(hex)
    assert (found.text, found.type) == (text, kind)


def test_a_name_is_text_of_seven_bits() -> None:
    found = _read("14D04937BD2C7797E9D3E614")
    assert (found.text, found.type) == ("InternetSMS", "name")


# diafaan, with the seven spare bits zero (which would read as "@") and CR
@pytest.mark.parametrize("octets", ["E474D81C0EBB01", "E474D81C0EBB1B"])
@pytest.mark.parametrize("length", ["0D", "0E"])
def test_the_filler_behind_a_name_of_seven_letters_is_no_letter(length: str, octets: str) -> None:
    assert _read(f"{length}D0{octets}").text == "diafaan"


def test_a_name_of_eight_letters_is_whole() -> None:
    assert _read("0ED0E474D81C0EBBE7").text == "diafaans"


def test_a_name_may_be_empty() -> None:
    assert _read("00D0").text == ""


@pytest.mark.parametrize(
    "hex",
    ["", "0B", "0B91", "0B9195", "FF91959809", "1591" + "11" * 11, "0B119598000011F9", "0ED0C1E1"],
)
def test_an_address_that_is_cut_short_or_impossible_is_refused(hex: str) -> None:
    with pytest.raises(PduError, match="sender"):
        _read(hex)


def test_a_service_centre_counts_octets() -> None:
    assert _centre("07919598000011F9") == Address(text="+59890000119", toa=0x91)
    assert _centre("0491214365") == Address(text="+123456", toa=0x91)


def test_no_service_centre_is_none() -> None:
    assert _centre("00") is None


def test_a_service_centre_of_twelve_octets_is_refused() -> None:
    with pytest.raises(PduError, match="service centre"):
        _centre("0C91" + "11" * 11)


def test_a_recipient_is_written_with_its_filler() -> None:
    assert address.encode("+59899000001").hex().upper() == "0B919598090000F1"
    assert address.encode("1234").hex() == "04812143"
    assert address.encode("*#abc").hex().upper() == "0581BADCFE"


def test_a_service_centre_is_written_in_octets_or_left_to_the_sim() -> None:
    assert address.encode_service_centre("+59899000001").hex().upper() == "07919598090000F1"
    assert address.encode_service_centre("") == b"\x00"


@pytest.mark.parametrize("number", ["", "+", "hall", "+598 99", "1" * 21, "٣٣٣"])
def test_what_is_no_number_is_not_written(number: str) -> None:
    with pytest.raises(PduError):
        address.encode(number)
