"""Texts through AT commands: lists in both modes, deletion, sending, the store of the SIM."""

from __future__ import annotations

import pytest
from support.submits import submit_hex
from support.terminal import Terminal
from support.units import Unit

from smsmqtt.simulator import pdu

SENDER = "+59899123456"


def test_the_pdu_list_has_index_status_length_and_the_whole_pdu(unit: Unit) -> None:
    simulator = unit()
    with Terminal(simulator) as terminal:
        terminal.hold()
        simulator.deliver(1, SENDER, "hola")
        (record,) = simulator.module(1).card.slots.values()
        hexes = record.pdu.hex().upper()
        assert terminal.at("AT+CMGL=4") == f"\r\n+CMGL: 1,0,,{len(record.pdu) - 8}\r\n{hexes}\r\n"
        assert hexes.startswith("07919598090000F0040B919598193254F60000")
        assert terminal.at("AT+CMGL=0") == ""
        assert terminal.at("AT+CMGL=1").startswith("\r\n+CMGL: 1,1,,")
        assert terminal.at("AT+CMGR=1").startswith("\r\n+CMGR: 1,,")
        assert terminal.ask("AT+CMGR=2\r", "321\r\n") == "\r\n+CMS ERROR: 321\r\n"


def test_numeric_lists_have_no_empty_lines(unit: Unit) -> None:
    simulator = unit(modem={"cmgf_at_acquire": 1})
    with Terminal(simulator) as terminal:
        terminal.log_in()
        simulator.deliver(1, "+123", "a$1")
        simulator.deliver(1, "Antel", "b\nc")
        terminal.ask("module1\r", "release module 1.\r\n")
        listing = terminal.ask('AT+CMGL="ALL"\r', "\r\n0\r\n")
        lines = listing.split("\r\n")
        assert [lines[0][:30], lines[1], lines[2][:30], *lines[3:]] == [
            '+CMGL: 1,"REC UNREAD","+123",,',
            "a\x021",
            '+CMGL: 2,"REC UNREAD","Antel",',
            "b\nc",
            "0",
            "",
        ]


def test_listing_may_leave_texts_unread_and_write_records_closely(unit: Unit) -> None:
    simulator = unit(modem={"listing_marks_read": False, "records_apart": False, "alpha_field": "quoted"})
    with Terminal(simulator) as terminal:
        terminal.hold()
        simulator.deliver(1, SENDER, "a")
        simulator.deliver(1, SENDER, "b")
        listing = terminal.at("AT+CMGL=0")
        assert listing.count('+CMGL: 1,0,"",') == listing.count('+CMGL: 2,0,"",') == 1
        assert "\r\n\r\n" not in listing
        assert terminal.at("AT+CMGL=0") == listing
        assert terminal.ask("AT+CMGL=5\r", "304\r\n") == "\r\n+CMS ERROR: 304\r\n"


def test_the_alpha_field_can_be_absent(unit: Unit) -> None:
    simulator = unit(modem={"alpha_field": "absent"})
    with Terminal(simulator) as terminal:
        terminal.hold()
        simulator.deliver(1, SENDER, "a")
        assert terminal.at("AT+CMGL=4").startswith("\r\n+CMGL: 1,0,20\r\n")


def test_text_lists_show_reports_and_unsent_records_in_their_own_forms(unit: Unit) -> None:
    simulator = unit(modem={"reports": "stored"})
    with Terminal(simulator) as terminal:
        terminal.hold()
        terminal.submit(submit_hex(report=True))
        simulator.turn("network.report_recipient", "empty")
        terminal.submit(submit_hex(report=True))
        terminal.at("AT+CMGF=1")
        terminal.ask('AT+CMGW="1111111"\r', "> ")
        assert terminal.ask("draft\x1a", "OK\r\n") == "\r\n+CMGW: 3\r\n\r\nOK\r\n"
        terminal.ask("AT+CMGW\r", "> ")
        terminal.ask("\x1a", "OK\r\n")
        records = terminal.at('AT+CMGL="ALL"').strip().split("\r\n\r\n")
        assert records[0].startswith('+CMGL: 1,"REC UNREAD",6,0,"+59899000011",145,"')
        assert records[0].endswith('",0')
        assert records[1].startswith('+CMGL: 2,"REC UNREAD",6,1,,,"')
        assert records[2] == '+CMGL: 3,"STO UNSENT","1111111",,\r\ndraft'
        assert records[3] == '+CMGL: 4,"STO UNSENT","",,'


def test_text_lists_in_every_character_set(unit: Unit) -> None:
    simulator = unit()
    with Terminal(simulator) as terminal:
        terminal.hold()
        simulator.deliver(1, SENDER, "ñ@_")
        simulator.deliver(1, SENDER, "Привет")
        terminal.at("AT+CMGF=1")
        bodies = {}
        for charset in ("GSM", "IRA", "UCS2", "HEX"):
            terminal.at(f'AT+CSCS="{charset}"')
            lines = terminal.at('AT+CMGL="ALL"').split("\r\n")
            bodies[charset] = lines[2]
            assert lines[5] == "041F04400438043204350442"
        assert bodies == {"GSM": "\x7d\x00\x11", "IRA": "?@_", "UCS2": "00F10040005F", "HEX": "7D0011"}
        assert "002B00350039" in terminal.at('AT+CSCS="UCS2";+CMGL="ALL"')


def test_refused_character_sets_and_modes(unit: Unit) -> None:
    modem = {"charsets": ["IRA"], "cscs_at_acquire": "IRA", "pdu_mode": False, "csdh": False, "text_header": False}
    with Terminal(unit(modem=modem)) as terminal:
        terminal.log_in()
        terminal.ask("module1\r", "release module 1.\r\n")
        terminal.ask("ATV1\r", "OK\r\n")
        assert terminal.at("AT+CMGF?") == "\r\n+CMGF: 1\r\n"
        assert terminal.ask("AT+CMGF=0\r", "303\r\n") == "\r\n+CMS ERROR: 303\r\n"
        assert terminal.ask('AT+CSCS="GSM"\r', "ERROR\r\n") == "\r\nERROR\r\n"
        assert terminal.ask("AT+CSDH=1\r", "ERROR\r\n") == "\r\nERROR\r\n"
        assert terminal.ask("AT+CSMP=81,167,0,0\r", "305\r\n") == "\r\n+CMS ERROR: 305\r\n"


def test_a_module_without_text_mode(unit: Unit) -> None:
    with Terminal(unit(modem={"text_mode": False})) as terminal:
        terminal.hold()
        assert terminal.ask("AT+CMGF=1\r", "303\r\n") == "\r\n+CMS ERROR: 303\r\n"


def test_csdh_adds_type_and_length(unit: Unit) -> None:
    simulator = unit()
    with Terminal(simulator) as terminal:
        terminal.hold()
        simulator.deliver(1, SENDER, "hola")
        assert terminal.at('AT+CMGF=1;+CSDH=1;+CMGL="ALL"').split("\r\n")[1].endswith(",145,4")
        assert ",145,4,0,0,,129,4\r\nhola\r\n" in terminal.at("AT+CMGR=1")


def test_a_part_of_a_long_text_in_text_mode_is_hex_or_bare(unit: Unit) -> None:
    simulator = unit()
    with Terminal(simulator) as terminal:
        terminal.hold()
        simulator.deliver(1, SENDER, "x" * 200, reference=7)
        listing = terminal.at('AT+CMGF=1;+CMGL="ALL"')
        assert "\r\n050003070201" in listing
        simulator.turn("modem.header_in_lists", "stripped")
        assert "\r\n" + "x" * 153 + "\r\n" in terminal.at('AT+CMGL="ALL"')


def test_deletion_by_index_and_by_flag(unit: Unit) -> None:
    simulator = unit()
    with Terminal(simulator) as terminal:
        terminal.hold()
        for text in "abc":
            simulator.deliver(1, SENDER, text)
        assert terminal.at("AT+CMGD=?") == "\r\n+CMGD: (1,2,3),(0-4)\r\n"
        assert "+CMGL: 3,0" in terminal.at("AT+CMGD=1;+CMGD=2;+CMGL=4")
        simulator.deliver(1, SENDER, "d")
        terminal.at("AT+CMGD=1,1")
        assert sorted(simulator.module(1).card.slots) == [1]  # the unread one, in the first free slot
        assert terminal.ask("AT+CMGD=31\r", "321\r\n") == "\r\n+CMS ERROR: 321\r\n"
        terminal.at("AT+CMGD=1,4")
        assert simulator.module(1).card.slots == {}


def test_deletion_that_deletes_nothing_and_flags_that_are_not_there(unit: Unit) -> None:
    simulator = unit(
        modem={"delete": "ok_only", "delete_flags": False, "delete_empty": "error"}, sim={"first_index": 0}
    )
    with Terminal(simulator) as terminal:
        terminal.hold()
        simulator.deliver(1, SENDER, "a")
        assert terminal.at("AT+CMGD=0;+CMGL=4").startswith("\r\n+CMGL: 0,0,,")
        assert terminal.ask("AT+CMGD=1,4\r", "303\r\n") == "\r\n+CMS ERROR: 303\r\n"
        assert terminal.ask("AT+CMGD=5\r", "321\r\n") == "\r\n+CMS ERROR: 321\r\n"
        assert terminal.at("AT+CMGD=?") == "\r\n+CMGD: (0)\r\n"


def test_a_full_sim_leaves_texts_in_the_network_until_a_slot_is_free(unit: Unit) -> None:
    simulator = unit(sim={"capacity": 2}, modem={"cmti_when_full": True})
    with Terminal(simulator) as terminal:
        terminal.hold()
        terminal.at("AT+CNMI=1,1,0,2,0")
        for text in "abcde":
            simulator.deliver(1, SENDER, text)
        assert terminal.expect('"SM",2\r\n') == '\r\n+CMTI: "SM",1\r\n\r\n+CMTI: "SM",2\r\n'
        assert terminal.expect("-1\r\n") == '\r\n+CMTI: "SM",-1\r\n'
        assert terminal.at('AT+CPMS="SM"').endswith("+CPMS: 2,2,2,2,2,2\r\n")
        assert len(simulator.network.waiting[1]) == 3
        seen = []
        for _ in range(5):
            index, record = simulator.module(1).card.listed()[0]
            seen.append(pdu.read_deliver(pdu.split_smsc(record.pdu)).content.text)
            terminal.at(f"AT+CMGD={index}")
        assert sorted(seen) == list("abcde")
        assert not simulator.network.waiting[1]


def test_the_network_may_take_its_time_to_try_again(unit: Unit) -> None:
    simulator = unit(sim={"capacity": 1}, network={"redelivery_s": 0.02})
    with Terminal(simulator) as terminal:
        terminal.hold()
        simulator.deliver(1, SENDER, "a")
        simulator.deliver(1, SENDER, "b")
        assert terminal.at("AT+CMGD=1;+CMGL=4") == ""
        assert simulator.wait_for(lambda: 1 in simulator.module(1).card.slots)


def test_stores_are_told_and_others_refused(unit: Unit) -> None:
    with Terminal(unit(modem={"stores": ["SM", "ME"]})) as terminal:
        terminal.hold()
        assert terminal.at("AT+CPMS?") == '\r\n+CPMS: "SM",0,30,"SM",0,30,"SM",0,30\r\n'
        assert terminal.at('AT+CPMS="ME","ME"') == "\r\n+CPMS: 0,10,0,30,0,30\r\n"
        assert terminal.ask('AT+CPMS="MT"\r', "302\r\n") == "\r\n+CMS ERROR: 302\r\n"


def test_texts_arrive_in_one_store_while_another_is_listed(unit: Unit) -> None:
    simulator = unit(modem={"stores": ["SM", "ME"], "arrives_in": "ME", "read_at_acquire": "SM"})
    with Terminal(simulator) as terminal:
        terminal.hold()
        terminal.at("AT+CNMI=1,1,0,2,0")
        simulator.deliver(1, SENDER, "a")
        assert terminal.expect("1\r\n") == '\r\n+CMTI: "ME",1\r\n'
        assert terminal.at("AT+CMGL=4") == ""
        assert terminal.at("AT+CPMS?") == '\r\n+CPMS: "SM",0,30,"SM",0,30,"ME",1,10\r\n'
        assert "+CMGL: 1,0," in terminal.at('AT+CPMS="ME";+CMGL=4')
        terminal.at('AT+CPMS="SM","SM","SM"')
        simulator.deliver(1, SENDER, "b")
        assert list(simulator.module(1).card.slots) == [1]


def test_cnmi_variants_can_be_refused(unit: Unit) -> None:
    with Terminal(unit(modem={"cnmi_modes": [0, 1], "cnmi_bfr": [0], "cnmi_at_start": [0, 0, 0, 2, 0]})) as terminal:
        terminal.hold()
        assert terminal.at("AT+CNMI?") == "\r\n+CNMI: 0,0,0,2,0\r\n"
        assert terminal.ask("AT+CNMI=2,1\r", "303\r\n") == "\r\n+CMS ERROR: 303\r\n"
        assert terminal.ask("AT+CNMI=1,1,0,2,1\r", "303\r\n") == "\r\n+CMS ERROR: 303\r\n"
        assert terminal.at("AT+CNMI=1,1;+CNMI?") == "\r\n+CNMI: 1,1,0,2,0\r\n"


def test_texts_can_come_straight_to_the_holder(unit: Unit) -> None:
    simulator = unit()
    with Terminal(simulator) as terminal:
        terminal.hold()
        terminal.at("AT+CNMI=1,2,0,1,0")
        simulator.deliver(1, SENDER, "hola")
        assert terminal.expect("\r\n0").startswith("\r\n+CMT: ,23\r\n0")
        terminal.expect("\r\n")
        terminal.submit(submit_hex(report=True), "+CDS: 25\r\n")
        simulator.turn("modem.cds_form", "comma")
        terminal.submit(submit_hex(report=True), "+CDS: ,25\r\n")
        assert simulator.module(1).card.slots == {}


def test_a_text_is_on_the_air_once_and_its_reference_is_told(unit: Unit) -> None:
    simulator = unit(modem={"reference_start": 255})
    with Terminal(simulator) as terminal:
        terminal.hold()
        assert terminal.submit(submit_hex("Precio: 5 €")) == "\r\n+CMGS: 255\r\n\r\nOK\r\n"
        assert terminal.submit(submit_hex("mañana ☀", dcs=8)) == "\r\n+CMGS: 0\r\n\r\nOK\r\n"
    first, second = simulator.network.sent
    assert (first.recipient, first.text, first.reference, first.module) == ("+59899000011", "Precio: 5 €", 255, 1)
    assert (first.submit.validity_s, first.submit.report_wanted) == (86400, False)
    assert second.text == "mañana ☀"


def test_the_length_must_fit_the_pdu(unit: Unit) -> None:
    simulator = unit(modem={"body_limit": 60})
    with Terminal(simulator) as terminal:
        terminal.hold()
        for length, body in ((10, submit_hex()), (18, "no hex"), (3, "00110000"), (53, submit_hex("x" * 40))):
            terminal.ask(f"AT+CMGS={length}\r", "> ")
            assert terminal.ask(body + "\x1a", "304\r\n") == "\r\n+CMS ERROR: 304\r\n"
        assert terminal.ask('AT+CMGS="+59899000011"\r', "304\r\n") == "\r\n+CMS ERROR: 304\r\n"
    assert simulator.network.sent == []


@pytest.mark.parametrize(
    ("sim", "code"), [({"registration": 2}, 331), ({"service_centre": ""}, 330), ({"registration": 5}, None)]
)
def test_without_network_or_service_centre_nothing_goes_out(
    unit: Unit, sim: dict[str, object], code: int | None
) -> None:
    simulator = unit(sim=sim)
    with Terminal(simulator) as terminal:
        terminal.hold()
        end = "\r\nOK\r\n" if code is None else f"\r\n+CMS ERROR: {code}\r\n"
        terminal.submit(submit_hex(), end)
    assert len(simulator.network.sent) == (1 if code is None else 0)


def test_text_mode_sends_raw_gsm_codes_and_prompts_for_each_line(unit: Unit) -> None:
    simulator = unit()
    with Terminal(simulator) as terminal:
        terminal.hold()
        terminal.at('AT+CMGF=1;+CSCS="GSM";+CSMP=17,71,0,0')
        terminal.ask('AT+CMGS="099000011"\r\n', "> ")
        assert terminal.ask("uno\rdos\x08s \x00\x02\x1a", "OK\r\n") == "\r\n> \r\n+CMGS: 0\r\n\r\nOK\r\n"
        terminal.ask("AT+CMGS=+59899000011\r", "> ")
        terminal.ask("tres\x1a", "OK\r\n")
    first, second = simulator.network.sent
    assert (first.recipient, first.text, first.submit.validity_s) == ("099000011", "uno\ndos @$", 21600)
    assert (second.recipient, second.text) == ("+59899000011", "tres")


def test_text_mode_quirks_of_line_feed_backspace_and_prompts(unit: Unit) -> None:
    modem = {"lf_after_prompt": "body", "backspace": "kept", "prompt_each_line": False, "cmgf_at_acquire": 1}
    simulator = unit(modem=modem)
    with Terminal(simulator) as terminal:
        terminal.log_in()
        terminal.ask("module1\r", "release module 1.\r\n")
        terminal.ask("AT+CMGS=099000011\r\n", "> ")
        assert terminal.ask("a\rb\x08\x1a", "0\r\n0\r\n") == "+CMGS: 0\r\n0\r\n"
    assert simulator.network.sent[0].text == "\na\nbò"


def test_text_mode_in_other_alphabets(unit: Unit) -> None:
    simulator = unit()
    with Terminal(simulator) as terminal:
        terminal.hold()
        terminal.at('AT+CMGF=1;+CSCS="UCS2";+CSMP=49,167,0,8')
        terminal.ask('AT+CMGS="0030003900390030003000300030003100310021"\r', "ERROR: 305\r\n")
        number = "".join(f"{ord(digit):04X}" for digit in "099000011")
        terminal.ask(f'AT+CMGS="{number}"\r', "> ")
        terminal.ask("00F12600\x1a", "OK\r\n")
        terminal.at("AT+CSMP=17,167,0,0")
        terminal.ask(f'AT+CMGS="{number}"\r', "> ")
        terminal.ask("00F10061\x1a", "OK\r\n")
        terminal.at('AT+CSCS="GSM";+CSMP=113,167,0,8')
        terminal.ask('AT+CMGS="099000011"\r', "> ")
        terminal.ask("05000309010100F1\x1a", "OK\r\n")
    assert [entry.text for entry in simulator.network.sent] == ["ñ☀", "ña", "ñ"]
    assert simulator.network.sent[2].submit.content.concat == pdu.Concat(bits=8, reference=9, total=1, seq=1)


@pytest.mark.parametrize(("manner", "length"), [("refused", None), ("cut", 160)])
def test_a_text_mode_body_that_is_too_long(unit: Unit, manner: str, length: int | None) -> None:
    simulator = unit(modem={"long_text": manner})
    with Terminal(simulator) as terminal:
        terminal.hold()
        terminal.at("AT+CMGF=1")
        terminal.ask('AT+CMGS="099000011"\r', "> ")
        terminal.ask("x" * 161 + "\x1a", "OK\r\n" if length else "+CMS ERROR: 305\r\n")
    assert [len(entry.text or "") for entry in simulator.network.sent] == ([length] if length else [])


@pytest.mark.parametrize(
    ("esc", "answer"), [("ok", "\r\nOK\r\n"), ("error", "\r\nERROR\r\n"), ("nothing", ""), ("stuck", "")]
)
def test_esc_ends_the_prompt_without_sending(unit: Unit, esc: str, answer: str) -> None:
    simulator = unit(modem={"esc": esc, "prompt": "\r\n>> "})
    with Terminal(simulator) as terminal:
        terminal.hold()
        terminal.ask("AT+CMGS=18\r", ">> ")
        terminal.type("00\x1b")
        if answer:
            terminal.expect(answer)
        simulator.say(1, "+CREG: 1")
        if esc == "stuck":
            assert terminal.nothing_comes()
            assert terminal.ask("AT\r", "1\r\n") == "\r\nOK\r\n\r\n+CREG: 1\r\n"
        else:
            assert terminal.expect("1\r\n") == "\r\n+CREG: 1\r\n"
    assert simulator.network.sent == []


def test_ctrl_x_at_the_prompt_is_the_units_or_one_more_byte(unit: Unit) -> None:
    simulator = unit()
    with Terminal(simulator) as terminal:
        terminal.hold()
        terminal.ask("AT+CMGS=18\r", "> ")
        terminal.ask("\x18", "]")
        simulator.turn("shell.ctrl_x_at_prompt", "passed")
        terminal.ask("module1\r", "release module 1.\r\n")
        terminal.ask("ATV1\r", "OK\r\n")
        terminal.ask("AT+CMGS=18\r", "> ")
        assert terminal.ask("\x18\x1a", "304\r\n") == "\r\n+CMS ERROR: 304\r\n"
        assert simulator.module(1).holder is not None


def test_a_body_begun_can_swallow_the_next_holders_first_line(unit: Unit) -> None:
    simulator = unit(modem={"prompt_after_release": "kept"})
    with Terminal(simulator) as terminal:
        terminal.hold()
        terminal.ask("AT+CMGS=18\r", "> ")
        terminal.ask("\x18", "]")
        terminal.ask("module1\r", "release module 1.\r\n")
        terminal.type("AT\r")
        assert terminal.nothing_comes()
        assert terminal.ask("\x1b", "0\r\n") == "0\r\n"
        assert terminal.ask("AT\r", "0\r\n") == "0\r\n"


def test_unsolicited_lines_wait_while_a_body_is_typed(unit: Unit) -> None:
    simulator = unit()
    with Terminal(simulator) as terminal:
        terminal.hold()
        terminal.ask(f"AT+CMGS={len(submit_hex()) // 2 - 1}\r", "> ")
        simulator.say(1, "^MODE: 3")
        assert terminal.ask(submit_hex() + "\x1a", "3\r\n") == "\r\n+CMGS: 0\r\n\r\nOK\r\n\r\n^MODE: 3\r\n"


@pytest.mark.parametrize(
    ("manner", "heard"),
    [("ok_first", "\r\nOK\r\n\r\n+CMGS: 0\r\n\r\nOK\r\n"), ("bare_ok", "\r\nOK\r\n\r\nOK\r\n")],
)
def test_answers_to_a_sent_text_can_mislead(unit: Unit, manner: str, heard: str) -> None:
    simulator = unit(modem={"cmgs_answer": manner, "cmgs_late_s": 0.01})
    with Terminal(simulator) as terminal:
        terminal.hold()
        answer = terminal.submit(submit_hex())
        if manner == "ok_first":
            answer += terminal.expect("+CMGS: 0\r\n")
        terminal.type("AT\r")
        assert answer + terminal.expect("OK\r\n") == heard
    assert len(simulator.network.sent) == 1


def test_radio_time_passes_before_the_answer_and_less_on_a_kept_link(unit: Unit) -> None:
    simulator = unit(modem={"radio_s": 0.15, "radio_jitter_s": 0.01, "radio_linked_s": 0.0, "cmms": "yes"})
    with Terminal(simulator) as terminal:
        terminal.hold()
        assert terminal.at("AT+CMMS=?;+CMMS=2;+CMMS?") == "\r\n+CMMS: (0-2)\r\n\r\n+CMMS: 2\r\n"
        terminal.submit(submit_hex())
        first_s = simulator.world.monotonic() - simulator.network.sent[0].at_s
        terminal.submit(submit_hex())
        second_s = simulator.world.monotonic() - simulator.network.sent[1].at_s
    assert first_s >= 0.15 > second_s


def test_cmms_and_the_message_store_can_be_absent(unit: Unit) -> None:
    with Terminal(unit(modem={"write_store": False})) as terminal:
        terminal.hold()
        for line in ("AT+CMMS=2", "AT+CMGW=18", "AT+CMSS=1"):
            assert terminal.ask(line + "\r", "ERROR\r\n") == "\r\nERROR\r\n"


def test_a_stored_text_can_be_sent_from_the_store(unit: Unit) -> None:
    simulator = unit()
    with Terminal(simulator) as terminal:
        terminal.hold()
        terminal.ask("AT+CMGW=18\r", "> ")
        terminal.ask(submit_hex() + "\x1a", "+CMGW: 1\r\n\r\nOK\r\n")
        assert terminal.at("AT+CMSS=1") == "\r\n+CMGS: 0\r\n"
        assert terminal.at("AT+CMGL=3").startswith("\r\n+CMGL: 1,3,,18\r\n")
    assert [entry.text for entry in simulator.network.sent] == ["hola"]


def test_a_body_comes_back_where_echo_is_on(unit: Unit) -> None:
    with Terminal(unit()) as terminal:
        terminal.hold()
        terminal.at("ATE1")
        terminal.ask("AT+CMGS=18\r", "> ")
        assert terminal.ask(submit_hex() + "\x1a", "OK\r\n").startswith(submit_hex() + "\r\n+CMGS: 0")


def test_broken_pdus_are_listed_as_they_are(unit: Unit) -> None:
    simulator = unit()
    with Terminal(simulator) as terminal:
        terminal.hold()
        simulator.deliver_pdu(1, "0791")
        assert terminal.at("AT+CMGL=4") == "\r\n+CMGL: 1,0,,2\r\n0791\r\n"
        assert terminal.at('AT+CMGF=1;+CMGL="ALL"') == '\r\n+CMGL: 1,"REC READ","",,""\r\n0791\r\n'
