"""The SIM toolkit's octets: commands read, responses and envelopes written."""

from __future__ import annotations

import pytest

from smsmqtt.codec import gsm7, stk, stk_text, tlv
from smsmqtt.codec.stk import Item, ProactiveCommand, ResponseLength
from smsmqtt.codec.stk_names import CommandType, Device, GeneralResult, Tag
from smsmqtt.errors import PduError
from smsmqtt.model import Alphabet

DISPLAY = "D01A8103012180820281028D0F04546F6F6C6B697420546573742031"
MENU = "D01A810301240082028182850153" + "8F030141618F030242628F02054E"
INPUT = "D01B8103012300820281828D0C04456E7465722031323334359102" + "0505"
SEND_SMS = (
    "D037810301130082028183850753656E6420534D86099111223344556677F88B180100099110325476F840F40C54657374204D657373616765"
)


def command(type_: int, *elements: str, qualifier: int = 0) -> str:
    body = bytes.fromhex(f"810301{type_:02X}{qualifier:02X}82028182" + "".join(elements))
    return (b"\xd0" + tlv.length(len(body)) + body).hex()


def text(hexadecimal: str) -> str | None:
    octets = bytes.fromhex(hexadecimal)
    return stk.decode(command(0x21, tlv.write(0x8D, octets).hex())).text


def test_a_text_to_show_is_read() -> None:
    found = stk.decode(DISPLAY)

    assert (found.number, found.type, found.qualifier, found.kind) == (1, 0x21, 0x80, CommandType.DISPLAY_TEXT)
    assert (found.source, found.destination) == (Device.CARD, Device.DISPLAY)
    assert found.text == "Toolkit Test 1"


def test_a_menu_is_read() -> None:
    found = stk.decode(MENU)

    assert found.kind is CommandType.SELECT_ITEM
    assert found.alpha == "S"
    assert found.items == (Item(id=1, text="Aa"), Item(id=2, text="Bb"), Item(id=5, text="N"))


def test_an_item_is_found_by_number_and_by_text() -> None:
    menu = ProactiveCommand(
        number=1,
        type=0x24,
        qualifier=0,
        source=0x81,
        destination=0x82,
        items=(
            Item(id=1, text="Saldo"),
            Item(id=7, text="Otro  Saldo hoy"),
            Item(id=9, text="Ayuda"),
            Item(id=4, text="ayuda 2"),
        ),
    )

    assert menu.item(7) == Item(id=7, text="Otro  Saldo hoy")
    assert menu.item(2) is None
    assert menu.item("saldo") == Item(id=1, text="Saldo")
    assert menu.item("otro saldo") == Item(id=7, text="Otro  Saldo hoy")
    assert menu.item("ayu") is None  # two
    assert menu.item("none") is None


def test_a_default_item_is_no_item() -> None:
    found = stk.decode(command(0x24, "8F020141", "8F020242", "900102"))

    assert found.default_item == 2
    assert len(found.items) == 2


def test_an_empty_item_takes_the_menu_away() -> None:
    assert stk.decode(command(0x25, "8500", "8F00")).items == ()


def test_an_input_is_read_with_its_limits() -> None:
    found = stk.decode(INPUT)

    assert (found.kind, found.text) == (CommandType.GET_INPUT, "Enter 12345")
    assert found.response_length == ResponseLength(least=5, most=5)


def test_a_text_to_send_is_read_with_its_address() -> None:
    found = stk.decode(SEND_SMS)

    assert (found.kind, found.alpha) == (CommandType.SEND_SHORT_MESSAGE, "Send SM")
    assert found.address is not None
    assert found.address.text == "+112233445566778"
    assert found.tpdu_hex == "0100099110325476F840F40C54657374204D657373616765"


def test_a_ussd_request_is_read() -> None:
    found = stk.decode(command(0x12, "8A06" + "0F" + "AA180C3602"))

    assert (found.kind, found.ussd) == (CommandType.SEND_USSD, "*100#")


def test_a_default_text_is_read() -> None:
    assert stk.decode(command(0x23, "8D0104", "9702" + "0441")).default_text == "A"


@pytest.mark.parametrize(
    ("hexadecimal", "expected"),
    [
        ("", ""),
        ("04", ""),
        ("0453616C646F", "Saldo"),
        ("0453616C646FFFFF", "Saldo"),
        ("04246502", "¤e$"),
        ("00C8329BFD06", "Hello"),
        ("08041704140420", "ЗДР"),
        ("0804", "\ufffd"),
    ],
)
def test_a_text_string_is_read_in_its_coding(hexadecimal: str, expected: str) -> None:
    assert text(hexadecimal) == expected


@pytest.mark.parametrize("filler", ["\r", "@"])
def test_seven_spare_bits_of_a_packed_text_say_nothing(filler: str) -> None:
    packed = gsm7.pack(gsm7.encode("1234567" + filler))
    assert text("00" + packed.hex()) == "1234567"


@pytest.mark.parametrize(
    ("hexadecimal", "expected"),
    [
        ("", ""),
        ("53616C646F", "Saldo"),
        ("53616C646FFFFF", "Saldo"),
        ("1B65", "€"),
        ("80041704140420", "ЗДР"),
        ("80041704140420FFFF", "ЗДР"),
        ("800417041404FF", "ЗДӿ"),
        ("80", ""),
        ("8103 08 97 94 41", "ЗДA"),
        ("8105 13 53 95 A6 A6 FF FF", "S\u0995\u09a6\u09a6\u09ff"),
        ("8205 0530 2D 82 D3 2D 31", "-\u0532\u0583-1"),
        ("8202 0000 1B65", "€"),
        ("8201 D800 80", "\ufffd"),
        ("8201 FFFF FF", "~"),
    ],
)
def test_an_alpha_identifier_is_read_in_its_coding(hexadecimal: str, expected: str) -> None:
    assert stk_text.alpha(bytes.fromhex(hexadecimal)) == expected


@pytest.mark.parametrize("hexadecimal", ["81", "8101", "810208 97", "8201 05", "8202 0530 2D"])
def test_an_alpha_identifier_that_ends_early_is_malformed(hexadecimal: str) -> None:
    with pytest.raises(PduError):
        stk_text.alpha(bytes.fromhex(hexadecimal))


@pytest.mark.parametrize(("size", "form"), [(0x60, ""), (0x80, "81"), (0xE0, "81"), (0x1F0, "82")])
def test_lengths_of_every_form_are_read(size: int, form: str) -> None:
    value = bytes((4,)) + b"a" * (size - 1)
    whole = command(0x21, tlv.write(0x8D, value).hex())

    assert whole[2:4] == form or not form
    assert stk.decode(whole).text == "a" * (size - 1)


def test_a_length_may_take_more_octets_than_it_needs() -> None:
    assert stk.decode("D0811A" + DISPLAY[4:]).text == "Toolkit Test 1"
    assert stk.decode("D082001A" + DISPLAY[4:]).text == "Toolkit Test 1"


def test_elements_nobody_knows_are_kept_with_their_flag() -> None:
    found = stk.decode(command(0x21, "8D020441", "1E020001", "9E020002", "7F" + "8036" + "01AA"))

    assert [(element.tag, element.required, element.value.hex()) for element in found.elements] == [
        (Tag.TEXT_STRING, True, "0441"),
        (0x1E, False, "0001"),
        (0x1E, True, "0002"),
        (0x36, True, "aa"),
    ]


def test_a_type_nobody_knows_has_no_name() -> None:
    assert stk.decode(command(0x6F)).kind is None
    assert stk.decode(command(0x6F)).type == 0x6F


def test_a_record_filled_with_ff_is_read() -> None:
    assert stk.decode(DISPLAY + "FFFF").text == "Toolkit Test 1"


@pytest.mark.parametrize(
    "hexadecimal",
    [
        "",
        "D",
        "ZZ",
        "D0",
        "D000",
        "D1" + DISPLAY[2:],
        DISPLAY[:-2],
        DISPLAY + "00",
        "D084" + DISPLAY[4:],
        "D080" + DISPLAY[4:],
        "D0058103012180",  # no device identities
        "D0048202810282",
        "D0088102012182028102",
        command(0x21, "00"),
        command(0x21, "8000"),
        command(0x21, "FF00"),
        command(0x21, "7F80"),
        command(0x21, "8D"),
        command(0x21, "8D05044142"),
        command(0x21, "8D8404"),
        command(0x24, "9000"),
        command(0x23, "910105"),
        command(0x12, "8A00"),
        command(0x13, "8600"),
        command(0x24, "8F020181"),
    ],
)
def test_what_is_malformed_is_refused(hexadecimal: str) -> None:
    with pytest.raises(PduError):
        stk.decode(hexadecimal)


def test_an_item_is_chosen_as_working_cards_were_seen_to_take_it() -> None:
    assert stk.response(stk.decode(MENU), item=8) == "810301240082028281830100900108"


@pytest.mark.parametrize(
    ("result", "octet"),
    [
        (GeneralResult.PERFORMED, "00"),
        (GeneralResult.SESSION_TERMINATED_BY_USER, "10"),
        (GeneralResult.BEYOND_TERMINAL_CAPABILITIES, "30"),
    ],
)
def test_a_response_repeats_the_commands_details(result: GeneralResult, octet: str) -> None:
    assert stk.response(stk.decode(DISPLAY), result) == f"8103012180820282818301{octet}"


@pytest.mark.parametrize(
    ("type_", "qualifier", "typed", "octets"),
    [
        (0x23, 0x00, "12", "043132"),
        (0x23, 0x01, "a", "0461"),
        (0x23, 0x03, "Д", "080414"),
        (0x23, 0x08, "12", "003119"),
        (0x22, 0x00, "5", "0435"),
        (0x22, 0x03, "Д", "080414"),
        (0x22, 0x04, "yes", "0401"),
        (0x22, 0x04, "No", "0400"),
    ],
)
def test_an_answer_has_the_coding_that_is_asked_for(type_: int, qualifier: int, typed: str, octets: str) -> None:
    asked = stk.decode(command(type_, "8D0104", qualifier=qualifier))
    answer = stk.answer(asked, typed)

    assert answer.hex() == octets
    assert stk.response(asked, text=answer).endswith(f"8D{len(answer):02X}{octets}".upper())


@pytest.mark.parametrize(
    ("type_", "qualifier", "typed"),
    [(0x22, 0x00, "12"), (0x22, 0x04, "perhaps"), (0x23, 0x00, "Д"), (0x22, 0x00, "")],
)
def test_an_answer_that_is_not_wanted_is_refused(type_: int, qualifier: int, typed: str) -> None:
    with pytest.raises(PduError):
        stk.answer(stk.decode(command(type_, "8D0104", qualifier=qualifier)), typed)


def test_an_answer_of_another_length_is_refused() -> None:
    assert stk.answer(stk.decode(INPUT), "12345").hex() == "043132333435"
    for typed in ("1234", "123456"):
        with pytest.raises(PduError, match="5 to 5"):
            stk.answer(stk.decode(INPUT), typed)


def test_the_envelope_conforms_and_has_a_short_form() -> None:
    assert stk.menu_selection(2) == "D30782020181900102"
    assert stk.menu_selection(2, short=True) == "D306820181900102"


@pytest.mark.parametrize("item", [0, 256, -1])
def test_an_item_that_no_octet_names_is_refused(item: int) -> None:
    with pytest.raises(PduError):
        stk.menu_selection(item)
    with pytest.raises(PduError):
        stk.response(stk.decode(MENU), item=item)


def test_more_than_a_card_takes_is_refused() -> None:
    assert tlv.length(0xFFFF).hex() == "82ffff"
    with pytest.raises(PduError):
        tlv.length(0x10000)


@pytest.mark.parametrize(
    ("dcs", "alphabet"),
    [
        (0x00, Alphabet.GSM7),
        (0x0F, Alphabet.GSM7),
        (0x10, Alphabet.GSM7),
        (0x11, Alphabet.UCS2),
        (0x21, Alphabet.GSM7),
        (0x44, Alphabet.DATA),
        (0x48, Alphabet.UCS2),
        (0x98, Alphabet.UCS2),
        (0xF0, Alphabet.GSM7),
        (0xF4, Alphabet.DATA),
        (0xE0, Alphabet.GSM7),
    ],
)
def test_the_coding_of_a_ussd_text_tells_its_alphabet(dcs: int, alphabet: Alphabet) -> None:
    assert stk_text.ussd_alphabet(dcs) is alphabet


def test_a_ussd_text_is_read_in_its_coding() -> None:
    assert stk_text.ussd_text(bytes.fromhex("AA180C3602"), 0x0F) == "*100#"
    assert stk_text.ussd_text(bytes.fromhex("04140430"), 0x48) == "Да"
    assert stk_text.ussd_text(bytes.fromhex("656E04140430"), 0x11) == "Да"
    assert stk_text.ussd_text(stk_text.encode_text_string("en\rHi", stk_text.PACKED)[1:], 0x10) == "Hi"
    assert stk_text.ussd_text(b"Hi", 0x44) == "Hi"
