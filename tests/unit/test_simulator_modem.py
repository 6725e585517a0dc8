"""The module's AT dialect: result styles, joining, settings between holders, SIM and network states, calls."""

from __future__ import annotations

import random

import pytest
from support.terminal import Terminal
from support.units import Unit

from smsmqtt.simulator.commands import DOERS


def test_straight_after_acquire_results_are_digits_and_there_is_no_echo(unit: Unit) -> None:
    with Terminal(unit()) as terminal:
        terminal.log_in()
        terminal.ask("module1\r", "release module 1.\r\n")
        assert terminal.ask("AT\r", "\n") == "0\r\n"
        assert terminal.ask("AT+NONSENSE\r", "\n") == "4\r\n"
        assert terminal.ask("AT+CSQ\r", "0\r\n0\r\n") == "+CSQ: 20,0\r\n0\r\n"
        assert terminal.nothing_comes()


def test_digits_can_end_with_cr_alone(unit: Unit) -> None:
    with Terminal(unit(modem={"numeric_end": "cr"})) as terminal:
        terminal.log_in()
        terminal.ask("module1\r", "release module 1.\r\n")
        assert terminal.ask("AT\r", "0\r") == "0\r"
        assert terminal.nothing_comes()


def test_verbose_results_and_echo(unit: Unit) -> None:
    modem = {"echo_at_acquire": True, "verbose_at_acquire": True, "cmee_at_acquire": 1}
    with Terminal(unit(modem=modem)) as terminal:
        terminal.log_in()
        terminal.ask("module1\r", "release module 1.\r\n")
        assert terminal.ask("AT+CSQ\r", "OK\r\n") == "AT+CSQ\r\r\n+CSQ: 20,0\r\n\r\nOK\r\n"
        assert terminal.ask("AT+CMEE?\r", "OK\r\n") == "AT+CMEE?\r\r\n+CMEE: 1\r\n\r\nOK\r\n"
        assert terminal.ask("ATE0\r", "OK\r\n") == "ATE0\r\r\nOK\r\n"
        assert terminal.ask("ATV0\r", "0\r\n") == "0\r\n"


def test_the_echo_of_a_cr_can_be_cr_lf(unit: Unit) -> None:
    with Terminal(unit(modem={"echo_at_acquire": True, "echo_end": "crlf"})) as terminal:
        terminal.log_in()
        terminal.ask("module1\r", "release module 1.\r\n")
        assert terminal.ask("AT\r", "0\r\n") == "AT\r\n0\r\n"


def test_what_comes_too_soon_behind_a_result_can_be_lost(unit: Unit) -> None:
    simulator = unit(modem={"pause_needed_s": 60.0})
    with Terminal(simulator) as terminal:
        terminal.log_in()
        terminal.ask("module1\r", "release module 1.\r\n")
        assert terminal.ask("AT\r", "\n") == "0\r\n"
        terminal.type("AT+CSQ\r")
        assert terminal.nothing_comes()


def test_settings_are_lost_or_kept_between_holders(unit: Unit) -> None:
    simulator = unit()
    with Terminal(simulator) as terminal:
        terminal.hold()
        terminal.at("AT+CNMI=1,1,0,2,0")
        terminal.ask("\x18", "]")
        terminal.ask("module1\r", "release module 1.\r\n")
        assert terminal.ask("AT+CNMI?\r", "0\r\n0\r\n") == "+CNMI: 1,1,0,2,0\r\n0\r\n"
        terminal.ask("\x18", "]")
        simulator.turn("modem.cnmi", "lost")
        simulator.turn("modem.settings", "kept")
        terminal.ask("module1\r", "release module 1.\r\n")
        terminal.ask("ATV1\r", "OK\r\n")
        terminal.ask("\x18", "]")
        terminal.ask("module1\r", "release module 1.\r\n")
        assert terminal.at("AT+CNMI?") == "\r\n+CNMI: 0,0,0,0,0\r\n"


def test_cmee_chooses_the_form_of_errors(unit: Unit) -> None:
    with Terminal(unit(sim={"state": "pin"})) as terminal:
        terminal.hold()
        assert terminal.ask("AT+CIMI\r", "11\r\n") == "\r\n+CME ERROR: 11\r\n"
        terminal.at("AT+CMEE=2")
        assert terminal.ask("AT+CIMI\r", "required\r\n") == "\r\n+CME ERROR: SIM PIN required\r\n"
        assert terminal.ask("AT+CMGL=4\r", "required\r\n") == "\r\n+CMS ERROR: SIM PIN required\r\n"
        terminal.at("AT+CMEE=0")
        assert terminal.ask("AT+CIMI\r", "ERROR\r\n") == "\r\nERROR\r\n"
        assert terminal.ask("AT+CMGL=4\r", "311\r\n") == "\r\n+CMS ERROR: 311\r\n"


def test_cmee_may_have_no_effect_or_hide_cms_codes_too(unit: Unit) -> None:
    with Terminal(unit(sim={"state": "pin"}, modem={"cmee_supported": False, "cms_follows_cmee": True})) as terminal:
        terminal.hold()
        assert terminal.ask("AT+CMGL=4\r", "ERROR\r\n") == "\r\nERROR\r\n"


def test_joined_commands_stop_at_the_first_error(unit: Unit) -> None:
    with Terminal(unit()) as terminal:
        terminal.hold()
        assert terminal.at('AT+CSQ;+CMGF?;+CSCS="GSM";+CPAS') == "\r\n+CSQ: 20,0\r\n\r\n+CMGF: 0\r\n\r\n+CPAS: 0\r\n"
        assert terminal.ask("AT+CSQ;+CRAZY;+CMGF=1\r", "ERROR\r\n") == "\r\n+CSQ: 20,0\r\n\r\nERROR\r\n"
        assert terminal.at("AT+CMGF?") == "\r\n+CMGF: 0\r\n"


def test_a_module_without_joining_refuses_the_semicolon_only(unit: Unit) -> None:
    with Terminal(unit(modem={"joining": False})) as terminal:
        terminal.log_in()
        terminal.ask("module1\r", "release module 1.\r\n")
        terminal.ask("ATV1\r", "OK\r\n")
        assert terminal.ask("AT+CSQ;+CPAS\r", "ERROR\r\n") == "\r\nERROR\r\n"
        assert terminal.at("ATE0V1+CSQ") == "\r\n+CSQ: 20,0\r\n"


def test_a_line_over_the_limit_is_an_error(unit: Unit) -> None:
    with Terminal(unit(modem={"line_limit": 40})) as terminal:
        terminal.hold()
        assert terminal.ask("AT" + "+CSQ;" * 8 + "\r", "ERROR\r\n") == "\r\nERROR\r\n"


def test_identity_and_state_commands(unit: Unit) -> None:
    modem = {"manufacturer": "Acme", "model": "M1", "revision": "R9", "imei": "123456789012345"}
    sim = {"imsi": "748070000000009", "iccid": "8959", "operator": "Movistar", "signal": 99, "registration": 5}
    with Terminal(unit(modem=modem, sim=sim)) as terminal:
        terminal.hold()
        assert terminal.at("ATI") == "\r\nAcme\r\n\r\nM1\r\n\r\nR9\r\n"
        assert terminal.at("AT+CGMI;+CGMM;+CGMR;+CGSN") == "\r\nAcme\r\n\r\nM1\r\n\r\nR9\r\n\r\n123456789012345\r\n"
        assert terminal.at("AT+CIMI") == "\r\n748070000000009\r\n"
        assert terminal.at("AT+CCID") == '\r\n+CCID: "8959"\r\n'
        assert terminal.at("AT+CSQ") == "\r\n+CSQ: 99,0\r\n"
        assert terminal.at("AT+CREG?") == "\r\n+CREG: 0,5\r\n"
        assert terminal.at("AT+COPS?") == '\r\n+COPS: 0,0,"Movistar"\r\n'
        assert terminal.at("AT+COPS=3,2;+COPS?") == '\r\n+COPS: 0,2,"74807"\r\n'
        assert terminal.at("AT+CNUM") == '\r\n+CNUM: "","+59899000001",145\r\n'
        assert terminal.at("AT+CPIN?") == "\r\n+CPIN: READY\r\n"
        assert terminal.at("AT&FV1") == ""
        assert terminal.at("AT+CMGF=?") == "\r\n+CMGF: (0,1)\r\n"


@pytest.mark.parametrize(
    ("form", "answer"),
    [("plain", "0,1"), ("short", "1"), ("quoted", '0,1,"0F1A","2B3C"'), ("one_quote", '0,1,"0F1A,2B3C"')],
)
def test_registration_is_told_in_several_forms(unit: Unit, form: str, answer: str) -> None:
    with Terminal(unit(modem={"creg_form": form})) as terminal:
        terminal.hold()
        assert terminal.at("AT+CREG?") == f"\r\n+CREG: {answer}\r\n"


def test_without_registration_there_is_no_operator(unit: Unit) -> None:
    with Terminal(unit(sim={"registration": 3})) as terminal:
        terminal.hold()
        assert terminal.at("AT+CREG?;+COPS?") == "\r\n+CREG: 0,3\r\n\r\n+COPS: 0\r\n"


def test_the_pin_unlocks_the_sim_and_three_wrong_ones_block_it(unit: Unit) -> None:
    simulator = unit(modules={1: {"sim": {"state": "pin", "pin": "0123"}}, 2: {"sim": {"state": "pin"}}})
    with Terminal(simulator) as terminal:
        terminal.hold(1)
        simulator.deliver(1, "+59899123456", "hola")
        assert terminal.at("AT+CPIN?") == "\r\n+CPIN: SIM PIN\r\n"
        assert terminal.ask('AT+CPIN="9999"\r', "16\r\n") == "\r\n+CME ERROR: 16\r\n"
        terminal.at('AT+CPIN="0123"')
        assert terminal.at("AT+CPIN?") == "\r\n+CPIN: READY\r\n"
        assert "+CMGL: 1,0," in terminal.at("AT+CMGL=4")
        terminal.ask("\x18", "]")
        terminal.ask("module2\r", "release module 2.\r\n")
        terminal.ask("ATV1+CMEE=1\r", "OK\r\n")
        for _ in range(3):
            terminal.ask("AT+CPIN=0000\r", "+CME ERROR: 16\r\n")
        assert terminal.at("AT+CPIN?") == "\r\n+CPIN: SIM PUK\r\n"
        assert terminal.ask("AT+CMGL=4\r", "316\r\n") == "\r\n+CMS ERROR: 316\r\n"


def test_a_sim_pulled_out_under_a_holder(unit: Unit) -> None:
    simulator = unit()
    with Terminal(simulator) as terminal:
        terminal.hold()
        simulator.turn("modules.1.sim.state", "none")
        assert terminal.ask("AT+CPIN?\r", "10\r\n") == "\r\n+CME ERROR: 10\r\n"
        assert terminal.ask("AT+CMGL=4\r", "310\r\n") == "\r\n+CMS ERROR: 310\r\n"


def test_the_service_centre_can_be_read_and_set(unit: Unit) -> None:
    with Terminal(unit(sim={"service_centre": ""})) as terminal:
        terminal.hold()
        assert terminal.at("AT+CSCA?") == '\r\n+CSCA: "",129\r\n'
        terminal.at('AT+CSCA="+59899000009",145')
        assert terminal.at("AT+CSCA?") == '\r\n+CSCA: "+59899000009",145\r\n'


def test_latency_delays_each_command_and_keeps_their_order(unit: Unit) -> None:
    simulator = unit(modem={"latency_s": 0.15})
    with Terminal(simulator) as terminal:
        terminal.log_in()
        terminal.ask("module1\r", "release module 1.\r\n")
        terminal.type("AT+CSQ\rAT+CPAS\r")
        assert terminal.nothing_comes(0.01)
        assert terminal.expect("+CPAS: 0\r\n0\r\n") == "+CSQ: 20,0\r\n0\r\n+CPAS: 0\r\n0\r\n"


def test_output_that_ends_after_release_greets_the_next_holder(unit: Unit) -> None:
    simulator = unit(modem={"latency_s": 0.15})
    with Terminal(simulator) as terminal:
        terminal.log_in()
        terminal.ask("module1\r", "release module 1.\r\n")
        terminal.type("AT+CSQ\r")
        terminal.ask("\x18", "]")
        assert simulator.wait_for(lambda: simulator.module(1).stale != b"")
        assert terminal.ask("module1\r", "0\r\n0\r\n").endswith("release module 1.\r\n+CSQ: 20,0\r\n0\r\n")


def test_output_after_release_can_be_lost_and_other_lines_wait_instead(unit: Unit) -> None:
    simulator = unit(modem={"output_after_release": "lost", "stale_at_acquire": "+CMGS: 7\r\n0\r\n"})
    with Terminal(simulator) as terminal:
        simulator.say(1, "+CREG: 1")
        terminal.log_in()
        assert terminal.ask("module1\r", "0\r\n").endswith("release module 1.\r\n+CMGS: 7\r\n0\r\n")


def test_a_rebooted_module_says_its_boot_lines(unit: Unit) -> None:
    simulator = unit(modem={"boot_lines": ["RDY", "Call Ready"]}, shell={"reboot_s": 0.01})
    simulator.reboot()
    assert simulator.wait_for(lambda: simulator.listening)
    with Terminal(simulator) as terminal:
        terminal.log_in()
        assert terminal.ask("module1\r", "Ready\r\n").endswith("release module 1.\r\nRDY\r\nCall Ready\r\n")


def test_unsolicited_lines_come_between_answers(unit: Unit) -> None:
    simulator = unit()
    with Terminal(simulator) as terminal:
        terminal.hold()
        simulator.say(1, "^RSSI: 18")
        assert terminal.expect("18\r\n") == "\r\n^RSSI: 18\r\n"


def test_a_call_rings_and_then_takes_the_module_away(unit: Unit) -> None:
    simulator = unit(modem={"rings": 2, "ring_every_s": 0.01})
    with Terminal(simulator) as terminal:
        terminal.hold()
        terminal.at("AT+CLIP=1")
        assert simulator.call(1, "+59899123456")
        heard = terminal.expect("]")
        ring = '\r\nRING\r\n\r\n+CLIP: "+59899123456",145,"",,"",0\r\n'
        assert heard == ring * 2 + "\r\nrelease module 1 ...\r\n]"
        assert "busy" in terminal.ask("state1\r", "\r\n]")
        simulator.hang_up(1)
        assert "free" in terminal.ask("state1\r", "\r\n]")


def test_a_call_that_only_rings_gives_up(unit: Unit) -> None:
    simulator = unit(modem={"call_while_held": "ring", "rings": 1, "ring_every_s": 0.3})
    with Terminal(simulator) as terminal:
        terminal.log_in()
        terminal.ask("module1\r", "release module 1.\r\n")
        simulator.call(1, "+59899123456")
        assert terminal.expect("2\r\n") == "2\r\n"
        assert terminal.ask("AT+CPAS;+CLCC\r", "0\r\n") == '+CPAS: 3\r\n+CLCC: 1,1,4,0,0,"+59899123456",145\r\n0\r\n'
        assert terminal.expect("3\r\n") == "3\r\n"


def test_a_call_can_snatch_at_once_or_pass_unnoticed(unit: Unit) -> None:
    simulator = unit(modem={"call_while_held": "refuse"})
    with Terminal(simulator) as terminal:
        terminal.hold()
        assert not simulator.call(1, "+59899123456")
        simulator.turn("modem.call_while_held", "snatch")
        assert simulator.call(1, "+59899123456")
        assert terminal.expect("]") == "\r\nrelease module 1 ...\r\n]"
    assert simulator.measures.snatches == 1


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("AT+CMEE=?", "+CMEE: (0-2)"),
        ("AT+CLIP=?", "+CLIP: (0,1)"),
        ("AT+CLIP=1;+CLIP?", "+CLIP: 1,2"),
        ("AT+CREG=2;+CREG?", "+CREG: 2,1"),
        ("AT+CREG=?", "+CREG: (0-2)"),
        ("AT+COPS=?", '+COPS: (2,"Antel","Antel","74801"),,(0-4),(0-2)'),
        ("AT+CMGL=?", "+CMGL: (0-4)"),
        ("AT+CMGF=1;+CMGL=?", '+CMGL: ("REC UNREAD","REC READ","STO UNSENT","STO SENT","ALL")'),
        ("AT+CNMI=?", "+CNMI: (0,1,2),(0-3),(0,2),(0-2),(0,1)"),
        ("AT+CPMS=?", '+CPMS: ("SM"),("SM"),("SM")'),
        ("AT+CSCS=?", '+CSCS: ("GSM","IRA","UCS2","HEX")'),
        ('AT+CSCS="IRA";+CSCS?', '+CSCS: "IRA"'),
        ("AT+CSDH=1;+CSDH?", "+CSDH: 1"),
        ("AT+CSMP=49,,0,8;+CSMP?", "+CSMP: 49,167,0,8"),
        ("AT+CSMS?", "+CSMS: 0,1,1,1"),
        ("AT+CSMS=?", "+CSMS: (0,1)"),
        ("AT+CSMS=1", "+CSMS: 1,1,1"),
        ("AT+CGREG?", "+CGREG: 0,1"),
    ],
)
def test_what_a_careful_client_may_ask(unit: Unit, line: str, answer: str) -> None:
    with Terminal(unit()) as terminal:
        terminal.hold()
        assert terminal.at(line) == f"\r\n{answer}\r\n"


def test_commands_that_only_need_to_be_accepted(unit: Unit) -> None:
    with Terminal(unit()) as terminal:
        terminal.hold()
        for line in (
            "AT",
            "at&w",
            "ATH",
            "ATS0=0",
            "ATQ0",
            "AT+CMGS=?",
            "AT+CIMI=?",
            "AT+CPIN=?",
            "AT+CNMA=?",
            "AT+CLCC",
        ):
            assert terminal.at(line) == ""
        assert terminal.ask("ATD099000011;\r", "CARRIER\r\n") == "\r\nNO CARRIER\r\n"
        assert terminal.ask("AT+CNMA\r", "340\r\n") == "\r\n+CMS ERROR: 340\r\n"


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_typed_the_module_answers_again(unit: Unit, seed: int) -> None:
    chance = random.Random(seed)
    words = [
        *DOERS,
        "=",
        "?",
        "=?",
        ",",
        ";",
        '"',
        "0",
        "1",
        "4",
        "99999",
        '"SM"',
        "AT",
        "+CMGS=18",
        " ",
        "\xff\xff",
        "\x80",
    ]
    simulator = unit()
    with Terminal(simulator) as terminal:
        terminal.hold()
        for _ in range(150):
            line = "AT" + "".join(chance.choices(words, k=chance.randint(1, 6)))
            terminal.type(line + chance.choice(["\r", "\r\n", "\r", "\x1a", "\x1b"]))
        terminal.type("\x1b\rATE0V1\r\rAT+CGMM\r")
        terminal.expect("MV-37X\r\n\r\nOK\r\n")
    assert simulator.network.sent == []


def test_repeating_a_set_up_that_is_in_force_is_counted(unit: Unit) -> None:
    simulator = unit()
    with Terminal(simulator) as terminal:
        terminal.hold()
        terminal.at('AT+CMGF=0;+CSCS="GSM"')
        terminal.at('AT+CMGF=0;+CSCS="GSM"')
        terminal.at("AT+CSQ")
        terminal.at("AT+CSQ")
    assert simulator.measures.visits[0].needless == 1
