"""The network behind the modules: what is on the air, reports, people who answer, texts that come in."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from types import FrameType

import pytest
from support.submits import submit_hex, submits_hex
from support.terminal import Terminal
from support.units import Unit

from smsmqtt.simulator import Simulator, pdu

SENDER = "+59899123456"


def arrived(unit: Simulator, module: int = 1) -> list[pdu.Deliver]:
    records = [record for _, record in unit.module(module).card.listed() if record.kind == "deliver"]
    return [pdu.read_deliver(pdu.split_smsc(record.pdu)) for record in records]


def reports(unit: Simulator, module: int = 1) -> list[pdu.Report]:
    records = [record for _, record in unit.module(module).card.listed() if record.kind == "report"]
    return [pdu.read_report(pdu.split_smsc(record.pdu)) for record in records]


def calls_within(deed: Callable[[], None]) -> int:
    """How many functions it calls."""
    calls = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        deed()
    finally:
        sys.setprofile(before)
    return calls


def test_parts_are_joined_for_the_recipient_whatever_their_order(unit: Unit) -> None:
    simulator = unit()
    text = "Hola €, " * 50
    with Terminal(simulator) as terminal:
        terminal.hold()
        parts = submits_hex(text)
        for part in [parts[2], parts[0], parts[1]]:
            terminal.submit(part)
        for part in submits_hex("otra vez " * 20)[:1]:
            terminal.submit(part)
    whole, begun = simulator.network.texts()
    assert (whole.text, whole.parts, whole.complete) == (text, 3, True)
    assert (begun.parts, begun.complete) == (1, False)


def test_the_same_parts_again_are_a_second_text(unit: Unit) -> None:
    simulator = unit()
    with Terminal(simulator) as terminal:
        terminal.hold()
        for part in submits_hex("x" * 200) * 2:
            terminal.submit(part)
    assert [text.complete for text in simulator.network.texts()] == [True, True]
    assert len(simulator.network.sent) == 4


def test_a_text_is_as_little_work_whatever_went_before(unit: Unit) -> None:
    network = unit().network
    parts = [bytes.fromhex(part)[1:] for part in submits_hex("x" * 200)]

    def send() -> None:
        for part in parts:
            network.follow_up(network.take(1, part, pdu.read_submit(part), 1))

    first = calls_within(send)
    for _ in range(100):
        send()
    assert calls_within(send) == first


def test_national_tables_stay_octets(unit: Unit) -> None:
    simulator = unit()
    with Terminal(simulator) as terminal:
        terminal.hold()
        terminal.submit(submit_hex("abc", header=b"\x24\x01\x03"))
    (entry,) = simulator.network.sent
    assert (entry.text, entry.submit.content.octets) == (None, b"abc")
    assert simulator.network.texts()[0].text is None


def test_reports_carry_reference_recipient_and_status_for_each_part(unit: Unit) -> None:
    rules = {"+59899000011": {"reports": [32, 0]}, "*": {"reports": [65]}, "+59899000013": {"reports": []}}
    simulator = unit(network={"numbers": rules}, modem={"reports": "stored", "reference_start": 254})
    with Terminal(simulator) as terminal:
        terminal.hold()
        for to in ("+59899000011", "+59899000012", "+59899000013"):
            terminal.submit(submit_hex(to=to, report=True))
        terminal.submit(submit_hex())
    got = [(report.reference, report.recipient, report.status) for report in reports(simulator)]
    assert got == [(254, "+59899000011", 32), (254, "+59899000011", 0), (255, "+59899000012", 65)]


def test_reports_come_later_and_wait_for_the_sim(unit: Unit) -> None:
    simulator = unit(network={"numbers": {"*": {"report_delay_s": 0.2}}}, modem={"reports": "stored"})
    with Terminal(simulator) as terminal:
        terminal.hold()
        terminal.submit(submit_hex(report=True))
        assert reports(simulator) == []
        simulator.turn("modules.1.sim.registration", 2)
        assert simulator.wait_for(lambda: len(simulator.network.waiting.get(1, ())) == 1)
        simulator.turn("modules.1.sim.registration", 1)
        assert len(reports(simulator)) == 1


@pytest.mark.parametrize(("form", "number"), [("as_dialled", "+59899000011"), ("national", "099000011"), ("empty", "")])
def test_the_number_in_a_report_has_several_forms(unit: Unit, form: str, number: str) -> None:
    simulator = unit(network={"report_recipient": form, "country_code": "598"}, modem={"reports": "stored"})
    with Terminal(simulator) as terminal:
        terminal.hold()
        terminal.submit(submit_hex(report=True))
    assert [report.recipient for report in reports(simulator)] == [number]


@pytest.mark.parametrize(
    ("manner", "cnmi", "slots"), [("by_cnmi", 2, 1), ("by_cnmi", 0, 0), ("never", 2, 0), ("stored", 0, 1)]
)
def test_where_reports_go(unit: Unit, manner: str, cnmi: int, slots: int) -> None:
    simulator = unit(modem={"reports": manner})
    with Terminal(simulator) as terminal:
        terminal.hold()
        terminal.at(f"AT+CNMI=1,0,0,{cnmi},0")
        terminal.submit(submit_hex(report=True))
    assert len(simulator.module(1).card.slots) == slots


def test_a_late_report_can_be_made_by_hand(unit: Unit) -> None:
    simulator = unit(modem={"reports": "stored"})
    with Terminal(simulator) as terminal:
        terminal.hold()
        terminal.submit(submit_hex())
    simulator.report(0, 70)
    assert [report.status for report in reports(simulator)] == [70]


def test_a_subscriber_answers_once_the_whole_text_is_there(unit: Unit) -> None:
    simulator = unit(network={"numbers": {"+59899000011": {"reply": "got: {text}", "reply_delay_s": 0.01}}})
    with Terminal(simulator) as terminal:
        terminal.hold()
        first, second = submits_hex("x" * 165)
        terminal.submit(first)
        terminal.submit(second)
    assert simulator.wait_for(lambda: len(arrived(simulator)) == 2)
    answer = arrived(simulator)
    assert answer[0].sender == "+59899000011"
    assert "".join(part.content.text or "" for part in answer) == "got: " + "x" * 165


def test_the_answer_is_to_the_text_that_became_whole(unit: Unit) -> None:
    simulator = unit(network={"numbers": {"*": {"reply": "{text}"}}})
    with Terminal(simulator) as terminal:
        terminal.hold()
        first, second = submits_hex("x" * 165)
        terminal.submit(first)
        terminal.submit(submit_hex("hola"))
        terminal.submit(second)
    texts = [part.content.text or "" for part in arrived(simulator)]
    assert [texts[0], "".join(texts[1:])] == ["hola", "x" * 165]


def test_report_and_answer_come_after_the_radio_time(unit: Unit) -> None:
    simulator = unit(network={"numbers": {"*": {"reply": "{text}"}}}, modem={"radio_s": 0.02})
    with Terminal(simulator) as terminal:
        terminal.hold()
        terminal.at("AT+CNMI=1,1,0,2,0")
        heard = terminal.submit(submit_hex(report=True), '+CMTI: "SM",2\r\n')
    told = [line for line in heard.split("\r\n") if line]
    assert told == ["+CMGS: 0", "OK", '+CDSI: "SM",1', '+CMTI: "SM",2']


def test_what_the_air_has_is_reported_whatever_happens_to_the_unit(unit: Unit) -> None:
    simulator = unit(modem={"radio_s": 0.03, "reports": "stored"}, shell={"reboot_s": 0.01})
    with Terminal(simulator) as terminal:
        terminal.hold()
        terminal.ask("AT+CMGS=18\r", "> ")
        terminal.type(submit_hex(report=True) + "\x1a")
        assert simulator.wait_for(lambda: len(simulator.network.sent) == 1)
        simulator.reboot()
    assert simulator.wait_for(lambda: len(reports(simulator)) == 1)
    assert simulator.module(1).stale == b""


def test_broken_octets_come_straight_to_the_holder_as_they_are(unit: Unit) -> None:
    simulator = unit(modem={"alpha_field": "absent"})
    with Terminal(simulator) as terminal:
        terminal.hold()
        terminal.at("AT+CMGF=1;+CNMI=1,2,0,1,0")
        simulator.deliver(1, SENDER, "hola")
        assert terminal.expect("hola\r\n").startswith('\r\n+CMT: "+59899123456","')
        simulator.deliver_pdu(1, "0791")
        assert terminal.expect("0791\r\n") == "\r\n+CMT: 2\r\n0791\r\n"
        simulator.deliver_pdu(1, "0006", kind="report")
        assert terminal.expect("0006\r\n") == "\r\n+CDS: 1\r\n0006\r\n"


def test_a_number_can_be_answered_with_an_error_even_late(unit: Unit) -> None:
    simulator = unit(network={"numbers": {"+59899000011": {"error": 500, "error_delay_s": 0.03}}})
    with Terminal(simulator) as terminal:
        terminal.hold()
        began_s = simulator.world.monotonic()
        assert terminal.submit(submit_hex(), "500\r\n") == "\r\n+CMS ERROR: 500\r\n"
        assert simulator.world.monotonic() - began_s >= 0.03
        terminal.submit(submit_hex(to="+59899000012"))
    assert [entry.recipient for entry in simulator.network.sent] == ["+59899000012"]


def test_a_failed_text_can_be_answered_with_a_bare_ok(unit: Unit) -> None:
    simulator = unit(network={"numbers": {"*": {"error": 38}}}, modem={"failed_send": "ok"})
    with Terminal(simulator) as terminal:
        terminal.hold()
        assert terminal.submit(submit_hex()) == "\r\nOK\r\n"
    assert simulator.network.sent == []


@pytest.mark.parametrize(
    ("order", "seqs"), [("forward", [1, 2, 3]), ("reversed", [3, 2, 1]), ([2, 2, 1], [2, 2, 1]), ("shuffled", None)]
)
def test_a_long_text_comes_in_parts_in_any_order(unit: Unit, order: str | list[int], seqs: list[int] | None) -> None:
    simulator = unit()
    assert simulator.deliver(1, SENDER, "ñ" * 400, order=order, wide=True) == 3
    concats = [deliver.content.concat for deliver in arrived(simulator)]
    assert all(concat and (concat.bits, concat.total) == (16, 3) for concat in concats)
    came = [concat.seq for concat in concats if concat]
    assert came == seqs if seqs else sorted(came) == [1, 2, 3]


def test_texts_of_every_kind_come_in(unit: Unit) -> None:
    simulator = unit(network={"zone_quarters": 8, "service_centre": "+59899000007"})
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    simulator.deliver(1, "ANTEL-1", "aviso", at=at, message_class=0)
    simulator.deliver(1, "123", b"\x01\x02")
    simulator.deliver(2, SENDER, "😀" * 40)
    notice, data = arrived(simulator)
    assert (notice.sender, notice.stamp, notice.dcs) == ("ANTEL-1", "26/01/02,05:04:05+08", 0x10)
    assert (data.sender, data.sender_toa, data.content.coding, data.content.octets) == (
        "123",
        0x81,
        "8bit",
        b"\x01\x02",
    )
    assert "".join(part.content.text or "" for part in arrived(simulator, 2)) == "😀" * 40
    assert simulator.module(1).card.slots[1].pdu.hex().startswith("07919598090000f7")


def test_a_text_for_a_sim_that_is_away_waits(unit: Unit) -> None:
    simulator = unit(sim={"state": "none"})
    simulator.deliver(1, SENDER, "hola")
    assert simulator.module(1).card.slots == {}
    simulator.turn("modules.1.sim.state", "ready")
    assert len(simulator.module(1).card.slots) == 1
