"""USSD and keywords: codes, sessions, codings, and who was asked for what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from support.submits import submit_hex, submits_hex
from support.terminal import Terminal
from support.units import Unit

from smsmqtt.simulator import Simulator, pdu

BALANCE = "Баланс:45,36р"
SERVICES = {
    "*111#": {
        "text": "1 Saldo\n2 Planes",
        "result": 1,
        "inputs": {"1": {"text": "Saldo $ 5", "sms": "Saldo $ 5", "sms_from": "222"}, "2": {"text": "?", "result": 1}},
    },
    "*222#": {"text": BALANCE, "dcs": 72},
    "*333#": {"never": True},
    "*444#": {"error": 100},
    "*555#": {"text": "Ya", "then": [{"text": "Publicidad", "result": 0}]},
    "*666#": {"text": "1234567"},
    "*777#": {"text": "tarde", "delay_s": 0.05},
    **{f"*{result}#": {"result": result} for result in range(7)},
}


class Caller:
    """A held module with V1 results and the services above."""

    def __init__(self, unit: Simulator, terminal: Terminal) -> None:
        self.unit = unit
        self.terminal = terminal

    def ask(self, words: str, end: str = "\r\n") -> str:
        """From the result code, and through it, to ``end``."""
        self.terminal.type(f'AT+CUSD=1,"{words}",15\r')
        return self.terminal.expect("OK\r\n") + self.terminal.expect("\r\n") + self.terminal.expect(end)

    def says(self, line: str, end: str) -> str:
        return self.terminal.ask(line + "\r", end)

    @property
    def asked(self) -> list[tuple[str, str, list[str]]]:
        return [(one.way, one.to, one.inputs) for one in self.unit.network.asked]


@pytest.fixture
def caller(unit: Unit) -> Iterator[Any]:
    terminals: list[Terminal] = []

    def hold(**ussd: Any) -> Caller:
        simulator = unit(ussd=ussd, network={"ussd": SERVICES})
        terminals.append(Terminal(simulator).hold())
        return Caller(simulator, terminals[-1])

    yield hold
    for terminal in terminals:
        terminal.close()


def test_a_code_is_answered_after_ok(caller: Any) -> None:
    holder = caller()
    assert holder.ask("*100#") == '\r\nOK\r\n\r\n+CUSD: 0,"Su saldo es de \x02 123.45, vence el 31/12/2030.",15\r\n'
    assert holder.asked == [("ussd", "*100#", [])]


def test_a_code_can_be_answered_before_ok(caller: Any) -> None:
    holder = caller(result="after")
    assert holder.says('AT+CUSD=1,"*777#",15', "OK\r\n") == '\r\n+CUSD: 0,"tarde",15\r\n\r\nOK\r\n'


def test_the_other_results_come_without_words(caller: Any) -> None:
    holder = caller()
    for result in (0, 2, 3, 4, 5, 6):
        assert holder.ask(f"*{result}#").endswith(f"\r\n+CUSD: {result}\r\n")
    assert holder.ask("*999#").endswith("+CUSD: 4\r\n")
    assert len(holder.asked) == 7


@pytest.mark.parametrize(("newline", "between"), [("lf", "\n"), ("crlf", "\r\n"), ("cr", "\r")])
def test_a_menu_of_several_lines_wants_further_input(caller: Any, newline: str, between: str) -> None:
    holder = caller(newline=newline)
    assert f'+CUSD: 1,"1 Saldo{between}2 Planes",15\r\n' in holder.ask("*111#", '",15\r\n')
    assert '+CUSD: 1,"?",15' in holder.ask("2")
    assert "+CUSD: 2\r\n" in holder.ask("7")
    assert "+CUSD: 1," in holder.ask("*111#", '",15\r\n')
    assert '+CUSD: 0,"Saldo \x02 5",15' in holder.ask("1")
    (record,) = holder.unit.module(1).card.slots.values()
    assert pdu.read_deliver(pdu.split_smsc(record.pdu)).sender == "222"
    assert holder.asked == [("ussd", "*111#", ["2", "7"]), ("ussd", "*111#", ["1"])]


def test_a_session_left_open_takes_the_next_code_for_an_input_until_it_is_cancelled(caller: Any) -> None:
    holder = caller()
    holder.ask("*111#", '",15\r\n')
    holder.says("\x18", "]")
    holder.says("module1", "release module 1.\r\n")
    holder.says("ATV1", "OK\r\n")
    assert "+CUSD: 2\r\n" in holder.ask("*100#")
    holder.ask("*111#", '",15\r\n')
    holder.terminal.at("AT+CUSD=2")
    assert "123.45" in holder.ask("*100#")


@pytest.mark.parametrize(("manner", "end"), [("ok", "\r\nOK\r\n"), ("error", "+CME ERROR: 3\r\n")])
def test_cancelling_nothing(caller: Any, manner: str, end: str) -> None:
    caller(cancel_idle=manner).says("AT+CUSD=2", end)


def test_what_is_cancelled_is_answered_no_more(caller: Any) -> None:
    holder = caller()
    holder.terminal.at('AT+CUSD=1,"*777#",15')
    holder.says('AT+CUSD=1,"*100#",15', "+CME ERROR: 3\r\n")
    holder.terminal.at("AT+CUSD=2")
    assert "123.45" in holder.ask("*100#")
    assert holder.terminal.nothing_comes(0.08)


def test_no_answer_ever(caller: Any) -> None:
    holder = caller()
    holder.terminal.at('AT+CUSD=1,"*333#",15')
    assert holder.terminal.nothing_comes()
    holder.terminal.at("AT+CUSD=2")
    assert holder.asked == [("ussd", "*333#", [])]


def test_a_module_that_waits_for_the_answer_is_freed_by_esc_or_by_its_patience(caller: Any) -> None:
    holder = caller(result="after")
    holder.terminal.type('AT+CUSD=1,"*333#",15\rAT+CSQ\r')
    assert holder.terminal.nothing_comes()
    assert holder.says("\x1b", "+CSQ: 20,0\r\n\r\nOK\r\n").startswith("\r\nERROR\r\n")
    holder.unit.turn("ussd.patience_s", 0.02)
    holder.says('AT+CUSD=1,"*333#",15', "+CME ERROR: 31\r\n")
    holder.terminal.at("AT")


@pytest.mark.parametrize("result", ["before", "after"])
def test_the_network_can_refuse(caller: Any, result: str) -> None:
    holder = caller(result=result)
    assert holder.says('AT+CUSD=1,"*444#",15', "+CME ERROR: 100\r\n") == "\r\n+CME ERROR: 100\r\n"
    holder.terminal.at("AT")


# Codings


@pytest.mark.parametrize("charset", ["GSM", "IRA", "UCS2", "HEX"])
def test_code_and_answer_are_written_in_the_character_set(caller: Any, charset: str) -> None:
    code = {"UCS2": "002A0035003500350023", "HEX": "2A35353523"}.get(charset, "*555#")
    answer = {"UCS2": "00590061", "HEX": "5961"}.get(charset, "Ya")
    holder = caller()
    holder.terminal.at(f'AT+CSCS="{charset}"')
    assert f'+CUSD: 0,"{answer}",15\r\n' in holder.ask(code)


def test_the_ucs2_set_wants_the_code_in_hex_unless_the_module_does_not_mind(caller: Any) -> None:
    holder = caller()
    holder.terminal.at('AT+CSCS="UCS2"')
    holder.says('AT+CUSD=1,"*222#",15', "+CME ERROR: 50\r\n")
    assert holder.asked == []
    holder.unit.turn("ussd.code", "plain")
    assert BALANCE.encode("utf-16-be").hex().upper() in holder.ask("*222#")


@pytest.mark.parametrize("charset", ["GSM", "UCS2"])
def test_answers_in_ucs2_are_hex_whatever_the_character_set(caller: Any, charset: str) -> None:
    holder = caller(code="plain")
    holder.terminal.at(f'AT+CSCS="{charset}"')
    assert f'+CUSD: 0,"{BALANCE.encode("utf-16-be").hex().upper()}",72\r\n' in holder.ask("*222#")


def test_codes_and_answers_can_be_packed_septets(caller: Any) -> None:
    holder = caller(code="packed")
    assert "123.45" in holder.ask("AA180C3602")
    assert holder.asked == [("ussd", "*100#", [])]
    holder.says('AT+CUSD=1,"*666#",15', "+CME ERROR: 50\r\n")
    holder.unit.turn("ussd.code", "plain")
    holder.unit.turn("ussd.answer", "packed")
    assert '+CUSD: 0,"31D98C56B3DD1A",15' in holder.ask("*666#")


def test_the_coding_can_be_left_out(caller: Any) -> None:
    assert caller(dcs="hidden").ask("*555#").endswith('+CUSD: 0,"Ya"\r\n')


# More than was asked for


@pytest.mark.parametrize("closing", [2, 6])
def test_a_closing_line_can_follow_what_ends_the_session(caller: Any, closing: int) -> None:
    holder = caller(closing=closing)
    holder.ask("*100#")
    assert holder.terminal.expect("\r\n") + holder.terminal.expect("\r\n") == f"\r\n+CUSD: {closing}\r\n"
    holder.ask("*111#", '",15\r\n')
    assert holder.terminal.nothing_comes()


def test_more_can_come_unasked(caller: Any) -> None:
    assert 'Ya",15\r\n\r\n+CUSD: 0,"Publicidad"' in caller().ask("*555#", 'Publicidad",15\r\n')


def test_answers_are_told_to_those_who_want_them(unit: Unit) -> None:
    simulator = unit(network={"ussd": SERVICES})
    with Terminal(simulator) as terminal:
        terminal.hold()
        assert terminal.at("AT+CUSD?") == "\r\n+CUSD: 0\r\n"
        terminal.at('AT+CUSD=0,"*100#",15')
        assert terminal.nothing_comes()
        terminal.at("AT+CUSD=1")
        assert terminal.at("AT+CUSD?") == "\r\n+CUSD: 1\r\n"
        assert terminal.at("AT+CUSD=?") == "\r\n+CUSD: (0-2)\r\n"
        simulator.turn("ussd.shown_at_acquire", True)
        terminal.ask("ATZ\r", "0\r\n")
        assert simulator.module(1).settings.ussd


def test_commands_can_be_joined_around_a_code(caller: Any) -> None:
    holder = caller(result="after")
    heard = holder.says('AT+CSCS="GSM";+CUSD=1,"*555#",15;+CSQ', "OK\r\n")
    assert heard.index("+CUSD: 0") < heard.index("+CSQ: 20")
    holder.unit.turn("ussd.result", "before")
    heard = holder.says('AT+CSCS="GSM";+CUSD=1,"*555#",15;+CSQ', 'Publicidad",15\r\n')
    assert heard.index("OK") < heard.index("+CUSD: 0")


def test_an_answer_that_comes_after_release_waits_for_the_next_holder(caller: Any) -> None:
    holder = caller()
    holder.terminal.at('AT+CUSD=1,"*777#",15')
    holder.says("\x18", "]")
    assert holder.unit.wait_for(lambda: b"tarde" in holder.unit.module(1).stale)
    assert "tarde" in holder.says("module1", '",15\r\n')


# What stands in the way


@pytest.mark.parametrize("line", ["AT+CUSD=3", 'AT+CUSD=1,"*1#",15,0', "AT+CUSD="])
def test_a_command_that_is_none_is_an_error(caller: Any, line: str) -> None:
    caller().says(line, "+CME ERROR: 50\r\n")


@pytest.mark.parametrize(
    ("knob", "value", "end"),
    [
        ("ussd.supported", False, "\r\nERROR\r\n"),
        ("sim.state", "pin", "+CME ERROR: 11\r\n"),
        ("sim.registration", 2, "+CME ERROR: 30\r\n"),
    ],
)
def test_nothing_is_asked_where_it_can_not_be(caller: Any, knob: str, value: Any, end: str) -> None:
    holder = caller()
    holder.unit.turn(knob, value)
    holder.says('AT+CUSD=1,"*100#",15', end)
    assert holder.asked == []


@pytest.mark.parametrize("result", ["before", "after"])
@pytest.mark.parametrize("do", ["drop", "reset", "silence", "error", "ok", "snatch"])
def test_what_was_asked_is_counted_whatever_becomes_of_the_answer(caller: Any, do: str, result: str) -> None:
    holder = caller(result=result)
    holder.unit.arm(do=do, at="ussd", match=r"\*100#")
    holder.terminal.type('AT+CUSD=1,"*100#",15\r')
    assert holder.unit.wait_for(lambda: len(holder.unit.network.asked) == 1)
    if do in ("silence", "error", "ok"):
        holder.terminal.at("AT+CUSD=2")
        holder.terminal.type('AT+CUSD=1,"*555#",15\r')
        holder.terminal.expect('Publicidad",15\r\n')
    else:
        assert holder.unit.wait_for(lambda: b"123.45" in holder.unit.module(1).stale)


def test_a_reboot_forgets_the_session(caller: Any) -> None:
    holder = caller()
    holder.ask("*111#", '",15\r\n')
    holder.unit.turn("shell.reboot_s", 0.01)
    holder.unit.reboot()
    assert not holder.unit.module(1).ussd.active


# Words by text


@pytest.mark.parametrize(("text", "answer"), [("saldo ", "Saldo $ 5"), ("hola", "MENU: hola"), ("x" * 161, None)])
def test_a_number_knows_words(unit: Unit, text: str, answer: str | None) -> None:
    rules = {"888": {"answers": {"SALDO": "Saldo $ 5", "*": "MENU: {text}"}, "reply_from": "Antel"}}
    simulator = unit(network={"numbers": rules})
    with Terminal(simulator) as terminal:
        terminal.hold()
        terminal.submit(submits_hex(text, to="888")[0])
    came = [pdu.read_deliver(pdu.split_smsc(record.pdu)) for record in simulator.module(1).card.slots.values()]
    assert [(one.sender, one.content.text) for one in came] == ([("Antel", answer)] if answer else [])
    asked = [(one.way, one.to, one.text) for one in simulator.network.asked]
    assert asked == ([("text", "888", text)] if answer else [])


def test_other_texts_ask_nothing(unit: Unit) -> None:
    simulator = unit(network={"numbers": {"888": {"answers": {"SALDO": "5"}, "reply": "que?"}}})
    with Terminal(simulator) as terminal:
        terminal.hold()
        terminal.submit(submit_hex("hola", to="888"))
        terminal.submit(submit_hex("hola"))
    assert len(simulator.module(1).card.slots) == 1
    assert simulator.network.asked == []


def test_the_carrier_that_is_there_without_a_file_stays_beside_a_files_own(unit: Unit) -> None:
    network = unit(network={"numbers": {"*": {"error": 38}}, "ussd": {"*1#": {}}}).config.network
    assert set(network.numbers) == {"123", "*"}
    assert set(network.ussd) == {"*100#", "*1#"}
