"""PDUs in hex, built by hand from 3GPP TS 23.040 §9.2.

The pieces: service centre +59890000119, sender or recipient +59899000001, 2026-11-22T19:30:09+00:00.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from smsmqtt.codec import pdu
from smsmqtt.codec.address import Address
from smsmqtt.codec.header import Concat, Element, Ports, Shifts
from smsmqtt.codec.tpdu import Deliver, StatusReport, Submit
from smsmqtt.errors import PduError
from smsmqtt.model import Alphabet

_CENTRE = "07919598000011F9"
_NUMBER = "0B919598090000F1"
_STAMP = "62112291039000"
_HELLO = "0AE8329BFD4697D9EC37"  # hellohello
_AT = datetime(2026, 11, 22, 19, 30, 9, tzinfo=UTC)


def _deliver(user_data: str, *, first: str = "04", sender: str = _NUMBER, dcs: str = "00", stamp: str = _STAMP) -> str:
    return _CENTRE + first + sender + "00" + dcs + stamp + user_data


def _report(behind: str = "", *, first: str = "06", status: str = "00") -> str:
    return _CENTRE + first + "2A" + _NUMBER + _STAMP + _STAMP + status + behind


def _read_deliver(hex: str, **options: Any) -> Deliver:
    found = pdu.decode(hex, **options)
    assert isinstance(found, Deliver)
    return found


def _read_submit(hex: str, **options: Any) -> Submit:
    found = pdu.decode(hex, **options)
    assert isinstance(found, Submit)
    return found


def _read_report(hex: str) -> StatusReport:
    found = pdu.decode(hex)
    assert isinstance(found, StatusReport)
    return found


# Texts received


def test_a_deliver_has_sender_time_and_text() -> None:
    found = _read_deliver(_deliver(_HELLO))
    assert found.smsc == Address(text="+59890000119", toa=0x91)
    assert (found.sender.text, found.sender.type) == ("+59899000001", "number")
    assert (found.pid, found.dcs, found.alphabet, found.message_class) == (0, 0, Alphabet.GSM7, None)
    assert (found.text, found.data, found.timestamp) == ("hellohello", b"", _AT)
    assert (found.header, found.concat, found.ports, found.lang, found.waiting) == ((), None, None, None, None)
    assert (found.more_waiting, found.sri, found.rp, found.warnings) == (False, False, False, ())


def test_a_pdu_may_come_without_service_centre_and_in_small_letters() -> None:
    found = _read_deliver(_deliver(_HELLO).removeprefix(_CENTRE).lower(), smsc=False)
    assert (found.smsc, found.text) == (None, "hellohello")
    assert "smsc" not in pdu.fields(found)


def test_the_bits_of_the_first_octet_are_told() -> None:
    found = _read_deliver(_deliver(_HELLO, first="A0"))
    assert (found.more_waiting, found.sri, found.rp) == (True, True, True)


def test_ff_behind_a_record_is_no_warning_and_other_octets_are_one() -> None:
    assert _read_deliver(_deliver(_HELLO) + "FF" * 100).warnings == ()
    found = _read_deliver(_deliver(_HELLO) + "FF01")
    assert (found.text, found.warnings) == ("hellohello", ("2 octets behind the end",))


def test_carriage_return_in_the_seven_spare_bits_is_no_text() -> None:
    # ABCDEFG in seven octets, then 7 spare bits: zero, which would be "@", or CR
    assert _read_deliver(_deliver("0741E19058341E01")).text == "ABCDEFG"
    assert _read_deliver(_deliver("0741E19058341E1B")).text == "ABCDEFG"


def test_a_number_of_eleven_digits_may_lack_its_filler() -> None:
    assert _read_deliver(_deliver(_HELLO, sender="0B91959809000001")).sender.text == "+59899000001"


def test_the_sender_may_be_empty_or_a_name() -> None:
    assert _read_deliver(_deliver(_HELLO, sender="0081")).sender.text == ""
    found = _read_deliver(_deliver(_HELLO, sender="0DD0E474D81C0EBB01"))
    assert (found.sender.text, found.sender.type) == ("diafaan", "name")


def test_a_time_stamp_of_zeros_is_left_out_with_a_warning() -> None:
    found = _read_deliver(_deliver(_HELLO, stamp="00" * 7))
    assert (found.timestamp, found.text, len(found.warnings)) == (None, "hellohello", 1)
    assert "timestamp" not in pdu.fields(found)


def test_an_emoji_in_ucs2_is_one_character() -> None:
    found = _read_deliver(_deliver("060061D83DDE00", dcs="08"))
    assert (found.alphabet, found.text, found.data) == (Alphabet.UCS2, "a😀", bytes.fromhex("0061D83DDE00"))


def test_8_bit_data_is_data_and_no_text() -> None:
    found = _read_deliver(_deliver("0300FFAB", dcs="F5"))
    assert (found.alphabet, found.text, found.data, found.message_class) == (Alphabet.DATA, "", b"\x00\xff\xab", 1)
    assert pdu.fields(found)["data"] == "00FFAB"


def test_a_compressed_text_is_data_with_a_warning() -> None:
    found = _read_deliver(_deliver("0300FFAB", dcs="20"))
    assert (found.alphabet, found.data, found.warnings) == (Alphabet.DATA, b"\x00\xff\xab", ("the text is compressed",))
    assert pdu.fields(found)["compressed"] is True


def test_a_reserved_coding_is_read_with_a_warning() -> None:
    found = _read_deliver(_deliver(_HELLO, dcs="80"))
    assert (found.text, len(found.warnings)) == ("hellohello", 1)


def test_a_message_waiting_indication_is_told() -> None:
    found = _read_deliver(_deliver(_HELLO, dcs="D8"))
    assert found.waiting is not None
    assert pdu.fields(found)["waiting"] == {"kind": "voicemail", "active": True, "store": True}


def test_a_header_comes_before_the_text_at_the_next_septet() -> None:
    # six octets of header, one bit of filler, then "A": 0x41 << 1
    found = _read_deliver(_deliver("0805000307020182", first="44"))
    assert found.header == (Element(iei=0, data_hex="070201"),)
    assert (found.concat, found.text) == (Concat(bits=8, reference=7, total=2, seq=1), "A")


def test_a_header_before_ucs2_needs_no_filler() -> None:
    found = _read_deliver(_deliver("09060804000702010061", first="44", dcs="08"))
    assert (found.concat, found.text) == (Concat(bits=16, reference=7, total=2, seq=1), "a")


def test_ports_come_with_data() -> None:
    found = _read_deliver(_deliver("0806050400500051AB", first="44", dcs="04"))
    assert (found.ports, found.data) == (Ports(destination=0x50, source=0x51), b"\xab")
    assert pdu.fields(found)["ports"] == {"dst": 0x50, "src": 0x51}


@pytest.mark.parametrize(
    ("element", "shifts", "text"),
    # two septets behind four octets of header and three bits of filler: escape, 0x67
    [("240101", Shifts(single=1), "ğ"), ("250101", Shifts(locking=1), "g"), ("240163", Shifts(single=99), "g")],
)
def test_a_national_language_is_read_and_an_unknown_escape_code_gives_the_main_table_character(
    element: str, shifts: Shifts, text: str
) -> None:
    found = _read_deliver(_deliver(f"0703{element}D89C01", first="44"))
    assert (found.lang, found.text) == (shifts, text)
    assert pdu.fields(found)["lang"] == {"lock": shifts.locking, "shift": shifts.single}


def test_what_is_odd_in_a_header_is_a_warning_and_the_text_is_read() -> None:
    assert _read_deliver(_deliver("0805000307020382", first="44")).warnings == (
        "part 3 of 2 can't be: taken as a text of its own",
    )
    found = _read_deliver(_deliver("0705000307020382", first="44", dcs="04"))
    assert (found.data, len(found.warnings)) == (b"\x82", 1)


def test_a_header_may_be_empty() -> None:
    found = _read_deliver(_deliver("0100", first="44", dcs="04"))
    assert (found.header, found.data) == ((), b"")
    assert pdu.fields(found)["udh"] == []


def test_the_reserved_kind_is_read_as_deliver_with_a_warning() -> None:
    found = _read_deliver(_deliver(_HELLO, first="07"))
    assert (found.text, found.warnings) == ("hellohello", ("the message type 3 is reserved",))


# Texts to send


def test_a_submit_has_recipient_reference_and_flags() -> None:
    found = _read_submit("00" + "A5" + "2A" + _NUMBER + "0000" + _HELLO)
    assert (found.mr, found.recipient.text, found.text) == (42, "+59899000001", "hellohello")
    assert (found.srr, found.rd, found.rp, found.validity, found.smsc) == (True, True, True, None, None)


@pytest.mark.parametrize(
    ("first", "validity", "expected"),
    [
        ("01", "", None),
        ("11", "A7", {"relative_s": 86400}),
        ("19", _STAMP, {"absolute": "2026-11-22T19:30:09+00:00"}),
        ("09", "023C0000000000", {"relative_s": 60}),
        ("09", "423C0000000000", {"relative_s": 60, "single_shot": True}),
        ("09", "00000000000000", None),
    ],
)
def test_a_validity_has_four_forms(first: str, validity: str, expected: dict[str, Any] | None) -> None:
    found = pdu.fields(pdu.decode("00" + first + "00" + _NUMBER + "0000" + validity + _HELLO))
    assert (found.get("vp"), found["text"]) == (expected, "hellohello")


# Reports


def test_a_report_has_two_times_and_a_status() -> None:
    found = _read_report(_report(status="30"))
    assert (found.mr, found.recipient.text, found.status) == (42, "+59899000001", 0x30)
    assert (found.timestamp, found.discharge) == (_AT, _AT)
    assert (found.pid, found.dcs, found.text, found.data, found.header) == (None, None, "", b"", ())
    assert (found.more_waiting, found.srq, found.warnings) == (False, False, ())
    assert found.alphabet is Alphabet.GSM7


def test_ff_behind_a_report_is_how_a_sim_fills_its_record() -> None:
    assert pdu.fields(pdu.decode(_report("FF" * 120))) == pdu.fields(pdu.decode(_report()))


@pytest.mark.parametrize(
    ("behind", "expected"),
    [
        ("00", {}),
        ("0139", {"pid": 0x39}),
        ("0204", {"dcs": 4}),
        ("0339F4", {"pid": 0x39, "dcs": 0xF4, "class": 0}),
        ("04" + _HELLO, {"alphabet": "gsm7", "text": "hellohello"}),
        ("06" + "08" + "020061", {"dcs": 8, "alphabet": "ucs2", "text": "a"}),
        ("0700" + "04" + "02ABCD", {"pid": 0, "dcs": 4, "alphabet": "8bit", "data": "ABCD"}),
        ("810039", {"pid": 0x39}),  # an extension of the indicator that says nothing
    ],
)
def test_a_report_may_have_any_of_three_parameters(behind: str, expected: dict[str, Any]) -> None:
    found = pdu.fields(pdu.decode(_report(behind)))
    bare = pdu.fields(pdu.decode(_report()))
    assert {name: value for name, value in found.items() if name not in bare} == expected


def test_a_text_in_a_report_may_have_a_header() -> None:
    found = _read_report(_report("04" + "0805000307020182", first="46"))
    assert (found.concat, found.text) == (Concat(bits=8, reference=7, total=2, seq=1), "A")


# What is refused


@pytest.mark.parametrize(
    "hex",
    [
        "",
        "0",
        "xyz",
        "é",
        "00",
        "07919598",
        _CENTRE,
        _deliver(_HELLO)[:-2],  # the length is longer than the data
        _deliver("8C" + "00" * 139, dcs="08"),
        _deliver(_HELLO, stamp="F2112291039000"),
        _deliver(_HELLO, sender="0B119598090000F1"),
        _deliver("0505000307", first="44"),  # the header is longer than the data
        _deliver("", first="44"),
        _deliver("00", first="44"),
        _deliver("0605000307020182", first="44"),  # ends within the septet where the text begins
        _deliver("0A" + "00" * 8 + "0102"),  # ten octets, counted as such
        _report("0139")[:-2],
        _report("80"),
        _report()[:-2],
        "00" + "11" + "00" + _NUMBER + "0000",
    ],
)
def test_what_is_cut_short_or_no_pdu_is_one_error(hex: str) -> None:
    with pytest.raises(PduError) as caught:
        pdu.decode(hex)
    assert str(caught.value)


@pytest.mark.parametrize("kind", ["submit", "status_report"])
def test_another_kind_than_asked_for_is_refused(kind: Any) -> None:
    with pytest.raises(PduError, match=kind):
        pdu.decode(_deliver(_HELLO), kind=kind)
    assert pdu.decode(_deliver(_HELLO), kind="deliver").text == "hellohello"


# Writing


def test_a_submit_is_written_with_report_and_validity() -> None:
    found = pdu.encode_submit(
        recipient="+59899000001", text="hellohello", alphabet=Alphabet.GSM7, report=True, validity_s=86400
    )
    assert found.hex == "00" + "31" + "00" + _NUMBER + "0000" + "A7" + _HELLO
    assert found.tpdu_length == len(found.hex) // 2 - 1


def test_the_length_of_a_submit_leaves_the_service_centre_out() -> None:
    found = pdu.encode_submit(recipient="1234", text="", alphabet=Alphabet.GSM7, report=False, smsc="+59890000119")
    assert found.hex == _CENTRE + "0100" + "04812143" + "0000" + "00"
    assert found.tpdu_length == 9


def test_a_flash_text_in_ucs2_has_class_0() -> None:
    found = pdu.encode_submit(recipient="1234", text="a😀", alphabet=Alphabet.UCS2, report=False, message_class=0)
    assert found.hex == "000100" + "04812143" + "0018" + "060061D83DDE00"


def test_a_header_is_written_before_the_text() -> None:
    found = pdu.encode_submit(
        recipient="1234", text="A", alphabet=Alphabet.GSM7, header=bytes.fromhex("050003070201"), report=False
    )
    assert found.hex == "004100" + "04812143" + "0000" + "0805000307020182"


def test_a_national_text_is_written_with_its_tables() -> None:
    found = pdu.encode_submit(
        recipient="1234",
        text="ğ",
        alphabet=Alphabet.GSM7,
        header=bytes.fromhex("03240101"),
        single_shift=1,
        report=False,
    )
    assert found.hex == "004100" + "04812143" + "0000" + "0703240101D89C01"


@pytest.mark.parametrize(
    ("text", "alphabet", "header"),
    [
        ("a" * 161, Alphabet.GSM7, b""),
        ("a" * 154, Alphabet.GSM7, bytes.fromhex("050003070201")),
        ("a" * 71, Alphabet.UCS2, b""),
        ("ş", Alphabet.GSM7, b""),
        ("a", Alphabet.DATA, b""),
    ],
)
def test_what_no_part_can_hold_is_refused(text: str, alphabet: Alphabet, header: bytes) -> None:
    with pytest.raises(PduError):
        pdu.encode_submit(recipient="1234", text=text, alphabet=alphabet, header=header, report=False)
