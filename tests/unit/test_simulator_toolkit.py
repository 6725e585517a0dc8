"""The SIM toolkit: menus walked to a text that asks for credit, in every dialect and with every oddity."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError
from support.submits import submit_hex
from support.terminal import Terminal
from support.toolkit import envelope, response, short_envelope, told
from support.units import Unit

from smsmqtt.simulator import Simulator, SimulatorConfig, pdu, proactive, tlv, toolkit_text
from smsmqtt.simulator.tlv import BadTlv
from smsmqtt.simulator.toolkit_knobs import MenuItem, ToolkitKnobs

MENU, TEXT, KEY, INPUT, SMS = 0x24, 0x21, 0x22, 0x23, 0x13
END = "+STKPCI: 2\r\n"
LINE = '"\r\n'
LEAF = {"id": 1, "text": "leaf"}


class Card:
    """A held module with V1 results, and the toolkit's words of one dialect."""

    def __init__(self, unit: Simulator, terminal: Terminal) -> None:
        self.unit = unit
        self.terminal = terminal

    def choose(self, item: int, end: str = LINE) -> str:
        return self.terminal.ask(f'AT+STKENV="{envelope(item)}"\r', end)

    def respond(self, kind: int, result: int = 0, end: str = LINE, **rest: Any) -> str:
        return self.terminal.ask(f'AT+STKTR="{response(kind, result, **rest)}"\r', end)

    def go_ahead(self, word: int = 0, end: str = END) -> str:
        return self.terminal.ask(f"AT+STKSMS={word}\r", end)

    @property
    def asked(self) -> list[tuple[str, str, str]]:
        return [(one.way, one.to, one.text) for one in self.unit.network.asked]


@pytest.fixture
def card(unit: Unit) -> Iterator[Any]:
    terminals: list[Terminal] = []

    def hold(**groups: Any) -> Card:
        simulator = unit(**groups)
        terminal = Terminal(simulator).hold()
        terminals.append(terminal)
        return Card(simulator, terminal)

    yield hold
    for terminal in terminals:
        terminal.close()


def one_item(*steps: dict[str, Any], **knobs: Any) -> dict[str, Any]:
    return {"items": [{"id": 1, "text": "Item", "does": list(steps)}], **knobs}


# The flow that was seen


@pytest.mark.parametrize("result", ["before", "after"])
def test_antels_menu_asks_for_credit_and_the_answer_comes_by_text(unit: Unit, result: str) -> None:
    simulator = unit(toolkit={"result": result})
    simulator.turn("network.numbers.123.reply_delay_s", 0.01)
    ok = "0\r\n" if result == "after" else ""
    with Terminal(simulator) as terminal:
        terminal.log_in().ask("module1\r", "release module 1.\r\n")
        first = terminal.ask(f'AT+STKENV="{short_envelope(2)}"\r', LINE + ok)
        assert len(first) == 267 + len("0\r\n")
        terminal.ask(f'AT+STKTR="{response(MENU, item=8)}"\r', LINE + ok)
        last = terminal.ask(f'AT+STKTR="{response(MENU, item=2)}"\r', LINE + ok)
        assert last.removeprefix("0\r\n").startswith('+STKPCI: 1,"D0')
        terminal.ask("AT+STKSMS=0\r", END + ok)
        assert simulator.wait_for(lambda: bool(simulator.module(1).card.slots))
        listing = terminal.ask('AT+CSCS="GSM";+CMGF=1;+CMGL="ALL"\r', ".\r\n")
        assert '"+123"' in listing
        assert "\x02 123.45, vence el 31/12/2030." in listing
    assert [(one.module, one.way, one.to, one.text) for one in simulator.network.asked] == [
        (1, "toolkit", "123", "SALDO")
    ]
    assert [entry.by for entry in simulator.network.sent] == ["card"]


def test_commands_are_told_octet_by_octet_as_the_standard_has_them(card: Any) -> None:
    holder = card()
    first = told(holder.choose(2))
    assert first[:11] == bytes.fromhex("D07C810301240082028182")
    assert first[11:22] == bytes([0x85, 9]) + b"Servicios"
    assert first[22:33] == bytes([0x8F, 9, 1]) + b"Noticias"
    assert len(first) == 126
    holder.respond(MENU, item=8)
    last = told(holder.respond(MENU, item=2))
    assert last[2:11] == bytes.fromhex("810301130082028183")
    assert last[11:13] + last[13:27] == bytes([0x85, 14]) + b"Consultando..."
    assert last[27:29] == bytes([0x8B, 14])
    assert pdu.read_submit(last[29:]).content.text == "SALDO"


def test_the_result_code_comes_before_the_sims_words_or_after_them(card: Any) -> None:
    assert card().choose(2).startswith("\r\nOK\r\n\r\n+STKPCI: 0,")
    after = card(toolkit={"result": "after", "delay_s": 0.01})
    assert after.choose(2, LINE + "\r\nOK\r\n").startswith("\r\n+STKPCI: 0,")


# Dialects


def test_quectel_wants_to_be_switched_on_and_tells_the_menu(card: Any) -> None:
    holder = card(toolkit={"dialect": "quectel"})
    holder.choose(2, "+CME ERROR: 3\r\n")
    menu = told(holder.terminal.ask("AT+QSTK=1\r", LINE))
    assert menu[5] == 0x25
    assert holder.terminal.at("AT+QSTK?") == "\r\n+QSTK: 1\r\n"
    assert holder.respond(0x25, end=END).startswith("\r\nOK\r\n")
    assert told(holder.choose(2))[5] == MENU


def test_sim800_speaks_in_words(card: Any) -> None:
    holder = card(toolkit={"dialect": "sim800"})
    terminal = holder.terminal
    terminal.ask("AT+STKENVS=D3,01\r", "\r\nOK\r\n")
    assert terminal.nothing_comes()
    terminal.ask("AT+STKTRS=10\r", "\r\nOK\r\n")
    assert "SET UP MENU,3,416E74656C" in terminal.ask("AT+STKPCIS=1\r", "3,03,4179756461\r\n")
    said = terminal.ask("AT+STKENVS=D3,02\r", "8,08,436F6E73756C746173\r\n")
    assert "+STKPCI: 0,SELECT ITEM,8,536572766963696F73\r\n" in said
    assert "+STKPCI: 0,ITEM,1,01,4E6F746963696173\r\n" in said
    terminal.ask("AT+STKTRS=00,08\r", "ITEM,3,03,566967656E636961\r\n")
    last = terminal.ask("AT+STKTRS=00,02\r", "804\r\n")
    assert "+STKPCI: 1,SEND SHORT MESSAGE,436F6E73756C74616E646F2E2E2E,0,0100038121F3" in last
    holder.go_ahead()
    assert holder.asked == [("toolkit", "123", "SALDO")]


def test_sim800_takes_typed_words_with_their_coding(card: Any) -> None:
    steps = [
        {"do": "input", "text": "Codigo?", "least": 4, "most": 6},
        {"do": "inkey", "text": "1?"},
        {"do": "handled", "type": 0x27},
        {"do": "other", "type": 0x77},
        {"do": "display", "text": "{input}"},
    ]
    terminal = card(toolkit=one_item(*steps, dialect="sim800", announce="never")).terminal
    terminal.at("AT+STKPCIS=1")
    assert ",GET INPUT,0,04436F6469676F3F,04,06" in terminal.ask("AT+STKENVS=D3,01\r", "06\r\n")
    assert ",GET INKEY,0,04313F" in terminal.ask("AT+STKTRS=00,0431323334\r", "3F\r\n")
    assert "+STKPCI: 1,TIMER MANAGEMENT\r\n" in terminal.ask("AT+STKTRS=00,0437\r", "+STKPCI: 0,77\r\n")
    assert ",DISPLAY TEXT,129,0437" in terminal.ask("AT+STKTRS=30\r", "0437\r\n")
    terminal.ask("AT+STKTRS=00\r", END)
    for bad in ("AT+STKENVS=D6,04", "AT+STKENVS=D3", "AT+STKTRS=xy", 'AT+STKENV="D3"'):
        terminal.ask(bad + "\r", "ERROR")


@pytest.mark.parametrize(("quotes", "mark"), [(True, '"'), (False, "")])
def test_3gpp_has_lines_of_its_own_and_leaves_the_sending_to_the_holder(card: Any, quotes: bool, mark: str) -> None:
    holder = card(toolkit={"dialect": "3gpp", "quotes": quotes})
    terminal = holder.terminal
    assert terminal.ask(f"AT+CUSATE={envelope(2)}\r", f"6173{mark}\r\n").startswith("\r\n+CUSATE: 0\r\n\r\nOK\r\n")
    terminal.ask(f'AT+CUSATT="{response(MENU, item=8)}"\r', f"6961{mark}\r\n")
    last = terminal.ask(f'AT+CUSATT="{response(MENU, item=2)}"\r', f"F804{mark}\r\n")
    assert last.startswith(f"\r\n+CUSATT: 0\r\n\r\nOK\r\n\r\n+CUSATP: {mark}D0")
    assert holder.asked == []
    terminal.submit("00" + told(last)[29:].hex())
    terminal.ask(f'AT+CUSATT="{response(SMS)}"\r', "+CUSATEND\r\n")
    assert holder.asked == [("text", "123", "SALDO")]


@pytest.mark.parametrize("knobs", [{"toolkit": {"dialect": "none"}}, {"sim": {"state": "pin"}}])
def test_without_a_toolkit_or_a_sim_there_is_an_error(card: Any, knobs: dict[str, Any]) -> None:
    card(**knobs).choose(2, "ERROR")


def test_a_dialect_is_told_from_the_others_by_asking(card: Any) -> None:
    terminal = card().terminal
    terminal.at("AT+STKENV=?")
    for other in ("AT+STKENVS=?", "AT+CUSATE=?", "AT+QSTK=?"):
        terminal.ask(other + "\r", "\r\nERROR\r\n")


# Envelopes and sessions


@pytest.mark.parametrize(
    ("manner", "end"), [("tolerant", LINE), ("error", "ERROR: 50\r\n"), ("empty", END), ("silent", "OK\r\n")]
)
def test_a_card_may_be_strict_about_the_short_envelope(card: Any, manner: str, end: str) -> None:
    holder = card(toolkit={"envelope": manner})
    holder.terminal.ask(f'AT+STKENV="{short_envelope(2)}"\r', end)
    assert holder.terminal.nothing_comes()
    if manner != "tolerant":
        assert told(holder.choose(2))[5] == MENU


@pytest.mark.parametrize(
    "bad", ["", "xy", "D3", "D400", "D305820281", envelope(2) + "00", "D3049001028200", "D30482020181", "D38482"]
)
def test_an_envelope_that_is_none_is_an_error_and_changes_nothing(card: Any, bad: str) -> None:
    holder = card()
    holder.terminal.ask(f'AT+STKENV="{bad}"\r', "+CME ERROR: 50\r\n")
    assert told(holder.choose(2))[5] == MENU


def test_an_item_that_is_not_there_ends_the_session(card: Any) -> None:
    holder = card()
    holder.choose(9, END)
    holder.choose(2)
    holder.respond(MENU, item=99, end=END)
    holder.choose(2)
    holder.respond(MENU, end=END)
    assert holder.unit.module(1).toolkit.state == "idle"


@pytest.mark.parametrize(
    ("manner", "end"), [("error", "+CME ERROR: 3\r\n"), ("nothing", "\r\nOK\r\n"), ("repeat", LINE)]
)
def test_a_session_left_open_stands_in_the_way_until_it_is_ended(card: Any, manner: str, end: str) -> None:
    holder = card(toolkit={"busy": manner})
    holder.unit.leave_open(1, 2, 8)
    heard = holder.choose(2, end)
    assert (b"Consultas".hex().upper() in heard) == (manner == "repeat")
    assert holder.terminal.nothing_comes()
    holder.respond(MENU, 0x10, END)
    assert len(told(holder.choose(2))) == 126


def test_a_wrong_item_ends_a_session_left_open_as_the_old_program_did(card: Any) -> None:
    holder = card(toolkit={"left_open": [2, 8]})
    holder.choose(2, "ERROR: 3\r\n")
    holder.respond(MENU, item=8, end=END)
    assert len(told(holder.choose(2))) == 126


def test_every_holder_finds_the_session_that_somebody_left(card: Any) -> None:
    holder = card(toolkit={"left_open": [2, 8, 2]})
    for _ in range(2):
        holder.choose(2, "ERROR: 3\r\n")
        holder.go_ahead(50)
        holder.terminal.ask("\x18", "]")
        holder.terminal.ask("module1\r", "release module 1.\r\n")
        holder.terminal.ask("ATV1+CMEE=1\r", "OK\r\n")
    assert holder.asked == []


@pytest.mark.parametrize(("manner", "state"), [("kept", "waiting"), ("ended", "idle")])
def test_a_session_outlives_its_holder_or_not(card: Any, manner: str, state: str) -> None:
    holder = card(toolkit={"session_after_release": manner})
    holder.choose(2)
    holder.terminal.ask("\x18", "]")
    assert holder.unit.module(1).toolkit.state == state


def test_the_end_can_be_long_in_coming_and_the_session_is_open_till_then(card: Any) -> None:
    holder = card(toolkit={"end_delay_s": 0.05})
    holder.choose(2)
    holder.respond(MENU, 0x10, "\r\nOK\r\n")
    holder.choose(2, "ERROR: 3\r\n")
    holder.terminal.expect(END)
    holder.choose(2)
    hidden = card(toolkit={"end": "hidden"})
    hidden.choose(2)
    hidden.respond(MENU, 0x10, "\r\nOK\r\n")
    assert hidden.terminal.nothing_comes()
    hidden.choose(2)


def test_a_card_that_never_answers_lets_go_at_a_response(card: Any) -> None:
    holder = card(toolkit={"answers": "never"})
    holder.choose(2, "\r\nOK\r\n")
    assert holder.terminal.nothing_comes()
    holder.unit.turn("toolkit.answers", "normal")
    holder.choose(2, "ERROR: 3\r\n")
    holder.respond(MENU, 0x10, END)
    holder.choose(2)


def test_a_module_may_lose_its_patience(card: Any) -> None:
    holder = card(toolkit={"patience_s": 0.03})
    assert holder.choose(2, END).count("+STKPCI") == 2


def test_while_the_card_thinks_it_takes_nothing(card: Any) -> None:
    holder = card(toolkit={"delay_s": 0.1})
    holder.choose(2, "OK\r\n")
    holder.respond(MENU, 0, "ERROR: 3\r\n", item=8)
    holder.terminal.expect(LINE)


# Responses


@pytest.mark.parametrize(("manner", "end"), [("error", "ERROR: 3\r\n"), ("ended", END), ("accepted", LINE)])
@pytest.mark.parametrize("wrong", [{"number": 2}, {"kind": TEXT}])
def test_a_response_to_another_command_is_met_as_the_knob_says(
    card: Any, manner: str, end: str, wrong: dict[str, int]
) -> None:
    holder = card(toolkit={"wrong_response": manner})
    holder.choose(2)
    holder.respond(**{"kind": MENU, "item": 8, "end": end} | wrong)


def test_commands_can_be_counted(card: Any) -> None:
    holder = card(toolkit={"numbering": "counting"})
    assert told(holder.choose(2))[4] == 1
    assert told(holder.respond(MENU, item=8))[4] == 2
    holder.respond(MENU, item=2, end="ERROR: 3\r\n")
    assert told(holder.respond(MENU, item=2, number=2))[4] == 3


def test_back_shows_the_menu_above_and_leaves_from_the_first(card: Any) -> None:
    holder = card()
    holder.choose(2)
    holder.respond(MENU, item=8)
    assert len(told(holder.respond(MENU, 0x11))) == 126
    holder.respond(MENU, 0x11, END)


@pytest.mark.parametrize("result", [0x10, 0x12, 0x13, 0x20, 0x30, 0x32])
def test_any_other_refusal_of_a_menu_ends_the_session(card: Any, result: int) -> None:
    holder = card()
    holder.choose(2)
    holder.respond(MENU, result, END)


@pytest.mark.parametrize(("manner", "end"), [("error", "ERROR: 3\r\n"), ("ok", END)])
def test_a_response_to_nothing(card: Any, manner: str, end: str) -> None:
    card(toolkit={"idle_response": manner}).respond(MENU, 0, end, item=8)


@pytest.mark.parametrize(
    "bad",
    [
        *("", "81", "8103012400", "810301240082028281", "8103012400820282818300", "8102012482028281830100"),
        *("820282818103012400830100", "810301240082028182830100", "81030124008202828183010090020808", "zz"),
    ],
)
def test_a_response_that_is_none_is_an_error_and_the_command_waits_on(card: Any, bad: str) -> None:
    holder = card()
    holder.choose(2)
    holder.terminal.ask(f'AT+STKTR="{bad}"\r', "+CME ERROR: 50\r\n")
    holder.respond(MENU, item=8)


# Steps


def test_an_item_shows_asks_and_sends_what_was_typed(card: Any) -> None:
    steps = [
        {"do": "input", "text": "Codigo?", "least": 4, "most": 6},
        {"do": "display", "text": "Enviando {input}"},
        {"do": "sms", "to": "123", "text": "CARGA {input}"},
        {"do": "display", "text": "Listo."},
    ]
    holder = card(toolkit=one_item(*steps))
    assert told(holder.choose(1))[2:] == bytes.fromhex("8103012300820281828D0804436F6469676F3F91020406")
    shown = told(holder.respond(INPUT, typed="1234"))
    assert (shown[2:11].hex(), shown[14:]) == ("810301218182028102", b"Enviando 1234")
    assert told(holder.respond(TEXT))[5] == SMS
    assert b"Listo." in told(holder.go_ahead(end=LINE))
    holder.respond(TEXT, end=END)
    assert holder.asked == [("toolkit", "123", "CARGA 1234")]


@pytest.mark.parametrize("typed", ["123", "1234567", None])
def test_an_input_that_does_not_fit_ends_the_session(card: Any, typed: str | None) -> None:
    holder = card(toolkit=one_item({"do": "input", "text": "?", "least": 4, "most": 6}, {"do": "display", "text": "!"}))
    holder.choose(1)
    holder.respond(INPUT, typed=typed, end=END)


def test_one_key_is_one_key(card: Any) -> None:
    holder = card(toolkit=one_item({"do": "inkey", "text": "?"}, {"do": "display", "text": "{input}"}))
    assert told(holder.choose(1))[5] == KEY
    assert told(holder.respond(KEY, typed="7"))[14:] == b"7"


def test_what_is_typed_can_come_in_any_coding_and_a_bad_one_is_an_error(card: Any) -> None:
    holder = card(toolkit=one_item({"do": "input", "text": "?"}, {"do": "display", "text": "{input}"}))
    for typed in ("8D0404313233", "8D040031D90C", "8D0708003100320033"):
        holder.choose(1)
        heard = holder.terminal.ask(f'AT+STKTR="{response(INPUT)}{typed}"\r', LINE)
        assert told(heard)[14:] == b"123"
        holder.respond(TEXT, end=END)
    holder.choose(1)
    for bad in ("8D023031", "8D020831"):
        holder.terminal.ask(f'AT+STKTR="{response(INPUT)}{bad}"\r', "ERROR: 50\r\n")
    holder.respond(INPUT, typed="123")


def test_a_command_of_an_unknown_type_comes_first_and_is_declined(card: Any) -> None:
    holder = card(toolkit={"inserted": 0x77})
    assert told(holder.choose(2)) == bytes.fromhex("D009810301770082028182")
    assert told(holder.respond(0x77, 0x30))[5] == MENU
    assert told(holder.respond(MENU, item=8))[5] == MENU
    holder.respond(MENU, 0x10, END)
    holder.choose(2)
    holder.respond(0x77, 0x10, END)


def test_what_the_module_does_itself_is_only_told(card: Any) -> None:
    holder = card(toolkit=one_item({"do": "handled", "type": 0x27}, {"do": "display", "text": "x"}))
    heard = holder.choose(1, "0478" + LINE)
    assert heard.count("+STKPCI: 1,") == heard.count("+STKPCI: 0,") == 1


def test_a_code_asked_by_the_card_is_answered_on_its_screen(card: Any) -> None:
    item = one_item({"do": "ussd", "to": "*222#", "alpha": ""}, {"do": "display", "text": "{answer}"})
    holder = card(toolkit=item, network={"ussd": {"*222#": {"text": "Saldo 5", "sms": "Saldo 5", "sms_from": "222"}}})
    command = told(holder.choose(1))
    assert command[2:13] == bytes.fromhex("8103011200820281838500")
    assert b"Saldo 5" in told(holder.terminal.ask("AT+STKUSSD=0\r", LINE))
    assert holder.asked == [("toolkit", "*222#", "")]
    assert len(holder.unit.module(1).card.slots) == 1
    holder.respond(TEXT, end=END)
    holder.unit.turn("network.ussd.*222#.never", True)
    holder.choose(1)
    holder.terminal.ask("AT+STKUSSD=0\r", END)


# The go-ahead


@pytest.mark.parametrize(("word", "sends"), [(0, 1), (4, 1), (50, 0), (32, 0)])
def test_only_the_right_word_sends(card: Any, word: int, sends: int) -> None:
    holder = card()
    holder.unit.leave_open(1, 2, 8, 2)
    holder.go_ahead(word)
    assert len(holder.asked) == len(holder.unit.network.sent) == sends


def test_a_word_is_refused_where_none_is_wanted(card: Any) -> None:
    holder = card()
    holder.go_ahead(end="ERROR: 3\r\n")
    holder.choose(2)
    holder.go_ahead(end="ERROR: 3\r\n")
    holder.go_ahead(7, "ERROR: 50\r\n")
    holder.respond(MENU, item=8)
    holder.respond(MENU, item=2)
    holder.terminal.ask("AT+STKUSSD=0\r", "ERROR: 3\r\n")
    holder.respond(SMS, 0, "ERROR: 3\r\n")
    holder.respond(SMS, 0x10, END)
    assert holder.asked == []


@pytest.mark.parametrize(("manner", "lines"), [("given", 2), ("hidden", 1)])
def test_a_module_may_send_without_a_word(card: Any, manner: str, lines: int) -> None:
    holder = card(toolkit=one_item({"do": "sms", "to": "123", "text": "SALDO"}, go_ahead=manner))
    assert holder.choose(1, END).count("+STKPCI") == lines
    assert holder.asked == [("toolkit", "123", "SALDO")]


def test_the_text_takes_its_time_on_the_air(card: Any) -> None:
    holder = card(modem={"radio_s": 0.05})
    holder.unit.leave_open(1, 2, 8, 2)
    holder.go_ahead(end="\r\nOK\r\n")
    assert len(holder.asked) == 1
    assert holder.unit.module(1).toolkit.state == "thinking"
    holder.terminal.expect(END)


@pytest.mark.parametrize("knobs", [{"sim": {"registration": 0}}, {"network": {"numbers": {"123": {"error": 38}}}}])
def test_what_the_network_refuses_was_never_asked(card: Any, knobs: dict[str, Any]) -> None:
    holder = card(**knobs)
    holder.unit.leave_open(1, 2, 8, 2)
    holder.go_ahead()
    assert holder.asked == []


# Forms of the octets


@pytest.mark.parametrize(
    ("knobs", "start"),
    [
        ({"lengths": "long"}, "D0812481810301240082810281828581"),
        ({"flags": False}, "D01F0103012400020281820503"),
    ],
)
def test_lengths_and_flags_have_two_forms(card: Any, knobs: dict[str, Any], start: str) -> None:
    items = [{"id": 1, "text": "Uno", "items": [LEAF | {"text": "Prepago"}, LEAF | {"id": 2}]}]
    command = told(card(toolkit={"items": items} | knobs).choose(1))
    assert command.hex().upper().startswith(start)
    (outer,) = tlv.read(command)
    inner = dict(tlv.read(outer[1]))
    assert {tag & 0x7F for tag in inner} == {0x01, 0x02, 0x05, 0x0F}


def test_a_long_menu_has_a_long_length(card: Any) -> None:
    items = [{"id": number, "text": f"Punto numero {number:02}"} for number in range(1, 13)]
    command = told(card(toolkit={"items": [{"id": 1, "text": "Uno", "items": items}]}).choose(1))
    assert command[:2] == b"\xd0\x81"
    assert command[2] == len(command) - 3 > 127


@pytest.mark.parametrize(
    ("coding", "text", "octets"),
    [
        ("gsm", "Año $", "417d6f2002"),
        ("gsm", "Баланс", "8004110430043b0430043d0441"),
        ("80", "Si", "8000530069"),
        ("81", "Баланс 1", "81080891b0bbb0bdc12031"),
        ("82", "Баланс", "82060411809faa9facb0"),
        ("81", "Si", "8102015369"),
        ("81", "Б漢", "8004116f22"),
        ("82", "{Б", "80007b0411"),
    ],
)
def test_items_are_written_in_every_coding_of_the_phone_book(coding: Any, text: str, octets: str) -> None:
    assert toolkit_text.alpha(text, coding).hex() == octets


@pytest.mark.parametrize("coding", ["packed", "unpacked", "ucs2"])
def test_texts_are_read_back_in_every_coding(coding: Any) -> None:
    for text in ("Saldo: $ 1", "Баланс"):
        assert toolkit_text.read_text_string(toolkit_text.text_string(text, coding)) == text


def test_names_in_ucs2_reach_the_holder(card: Any) -> None:
    items = [{"id": 1, "text": "Меню", "items": [{"id": 1, "text": "Баланс"}]}]
    command = told(card(toolkit={"items": items}).choose(1))
    assert b"\x80" + "Баланс".encode("utf-16-be") in command


# Odd cards, faults, mistakes in a file


def test_any_octets_at_all_can_be_a_cards_command_and_the_module_stays_usable(card: Any) -> None:
    holder, chance = card(), random.Random(3)
    for _ in range(50):
        octets = chance.randbytes(chance.randrange(1, 30))
        holder.unit.turn("toolkit.raw", octets.hex())
        assert told(holder.choose(2)) == octets
        holder.respond(MENU, 0x30, END)
    holder.unit.turn("toolkit.raw", None)
    holder.choose(2)


@pytest.mark.parametrize("do", ["silence", "error", "ok"])
def test_an_answer_lost_leaves_a_session_that_any_response_ends(card: Any, do: str) -> None:
    holder = card()
    holder.unit.arm(do=do, at="toolkit", match="STKSMS")
    holder.unit.leave_open(1, 2, 8, 2)
    holder.terminal.type("AT+STKSMS=0\r")
    if do != "silence":
        holder.terminal.expect({"error": "+CMS ERROR: 500\r\n", "ok": "\r\nOK\r\n"}[do])
    assert holder.unit.wait_for(lambda: len(holder.unit.network.asked) == 1)
    assert holder.terminal.nothing_comes()
    holder.choose(2, "ERROR: 3\r\n")
    holder.respond(MENU, 0x10, END)


def test_a_holder_lost_at_the_go_ahead_does_not_stop_the_text(card: Any) -> None:
    holder = card()
    holder.unit.leave_open(1, 2, 8, 2)
    holder.unit.arm(do="drop", at="toolkit")
    holder.terminal.type("AT+STKSMS=0\r")
    holder.terminal.to_the_end()
    with Terminal(holder.unit) as terminal:
        terminal.log_in().ask("module1\r", END)
    assert len(holder.asked) == 1


def test_the_menu_is_told_after_a_reboot_or_to_every_holder(unit: Unit) -> None:
    simulator = unit(toolkit={"announce": "boot"}, shell={"reboot_s": 0.01})
    simulator.reboot()
    assert simulator.wait_for(lambda: simulator.listening)
    with Terminal(simulator) as terminal:
        assert told(terminal.log_in().ask("module1\r", LINE))[5] == 0x25
        simulator.turn("toolkit.announce", "acquired")
        simulator.turn("toolkit.menu_answer", "needed")
        terminal.ask("\x18", "]")
        assert told(terminal.ask("module1\r", LINE))[5] == 0x25
        terminal.ask(f'AT+STKENV="{envelope(2)}"\r', "4\r\n")
        terminal.ask(f'AT+STKTR="{response(0x25)}"\r', END)
        terminal.ask(f'AT+STKENV="{envelope(2)}"\r', LINE)


def test_a_reboot_ends_a_session(card: Any) -> None:
    holder = card(shell={"reboot_s": 0.01})
    holder.choose(2)
    holder.unit.reboot()
    assert holder.unit.module(1).toolkit.state == "idle"


def test_texts_can_be_sent_while_a_session_is_open(card: Any) -> None:
    holder = card()
    holder.choose(2)
    holder.terminal.submit(submit_hex())
    holder.respond(MENU, item=8)


@pytest.mark.parametrize(
    "wrong",
    [
        {"items": [LEAF, LEAF]},
        {"items": [{"id": number, "text": "x" * 20} for number in range(1, 20)]},
        {"items": [LEAF | {"id": 0}]},
        {"left_open": [2, 9]},
        {"raw": "zz"},
    ],
)
def test_a_menu_that_no_sim_could_have_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SimulatorConfig.model_validate({"toolkit": wrong})


def test_modules_have_toolkits_of_their_own(unit: Unit) -> None:
    own = {1: {"toolkit": {"dialect": "sim800"}}, 2: {"number": "+59899000002"}}
    config = unit(toolkit={"title": "Kiosk"}, modules=own).config
    assert [module.toolkit.dialect for module in config.modules.values()] == ["sim800", "mediatek"]
    assert [module.toolkit.title for module in config.modules.values()] == ["Kiosk", "Kiosk"]


@pytest.mark.parametrize("octets", ["81", "8102", "818180", "81820000", "8105aabb"])
def test_objects_that_overrun_are_refused(octets: str) -> None:
    with pytest.raises(BadTlv):
        tlv.read(bytes.fromhex(octets))


def test_objects_are_read_as_they_were_written() -> None:
    for size in (0, 1, 127, 128, 255):
        for long in (False, True):
            assert tlv.read(tlv.write(0x8D, b"x" * size, long=long)) == [(0x8D, b"x" * size)]
    with pytest.raises(ValueError, match="256"):
        tlv.write(0x8D, b"x" * 256)


def test_a_menu_can_be_reached_by_its_items_only() -> None:
    knobs = ToolkitKnobs(items=(MenuItem(id=1, text="x"),))
    assert knobs.item_at((1,)).text == "x"
    with pytest.raises(ValueError, match="no item 2"):
        knobs.item_at((2,))
    assert proactive.octets(knobs.menu(knobs.item_at(()), root=True))[5] == 0x25
