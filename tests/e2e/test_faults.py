"""Mishaps at every point of a session: nothing lost, nothing on the air twice, everything else said."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest
from support.house import FRIEND, House
from support.waiting import eventually

from smsmqtt.codec import pdu
from smsmqtt.errors import WrongState
from smsmqtt.model import DeliveryReport, InboundText, Message, RawText, TextPart
from smsmqtt.session import understand
from smsmqtt.session.hold import RINGING_S
from smsmqtt.session.schedule import FIRST_BACKOFF_S
from smsmqtt.simulator import Simulator, SimulatorConfig
from smsmqtt.store import Transaction, announcements, controls, inbox

STRANGER = "+59895555555"


def _on_air(unit: Simulator, to: str = FRIEND) -> list[str | None]:
    return [text.text for text in unit.network.texts() if text.recipient == to]


def _reason(message: Message) -> str | None:
    return message.reason and message.reason.code


BEFORE_THE_BODY: list[dict[str, Any]] = [
    {"do": "drop", "at": "connect"},
    {"do": "drop", "at": "login"},
    {"do": "drop", "at": "shell"},
    {"do": "drop", "at": "acquire"},
    {"do": "drop", "at": "command"},
    {"do": "reset", "at": "answer"},
    {"do": "drop", "at": "prompt"},
    {"do": "snatch", "at": "command"},
    {"do": "snatch", "at": "prompt"},
    {"do": "reboot", "at": "command"},
    {"do": "drop", "at": "release"},
    {"do": "silence", "at": "release"},
    {"do": "line", "at": "answer", "text": "\x80garbage\xff ~~"},
    {"do": "line", "at": "answer", "text": "RING"},
    {"do": "slow", "at": "answer", "seconds": 0.002},
    {"do": "error", "at": "command", "code": 0, "match": "CSQ"},
    {"do": "ok", "at": "prompt"},
]


@pytest.mark.parametrize("fault", BEFORE_THE_BODY, ids=lambda fault: f"{fault['do']}-{fault['at']}")
def test_before_the_body_nothing_is_lost_and_nothing_is_doubtful(fault: dict[str, Any], tmp_path: Path) -> None:
    with Simulator() as unit, House(unit=unit, folder=tmp_path, hurry=10.0) as house:
        unit.arm(**fault)
        unit.deliver(1, STRANGER, "hello in there")
        sent = house.send("hello out there", urgent=True)
        eventually(lambda: unit.world.faults.happened)

        house.poll_until(sent, "delivered")
        house.receives(1)

        assert _on_air(unit) == ["hello out there"]
        assert [text.body for text in house.texts()] == ["hello in there"]


@pytest.mark.parametrize("do", ["drop", "reset", "snatch", "reboot"])
@pytest.mark.parametrize(("at", "on_air"), [("body", 0), ("air", 1)])
def test_a_cut_after_the_body_is_uncertain_and_never_sent_again(do: str, at: str, on_air: int, tmp_path: Path) -> None:
    config = SimulatorConfig().turn("network.numbers", {FRIEND: {"reports": ()}})
    with Simulator(config) as unit, House(unit=unit, folder=tmp_path) as house:
        unit.arm(do=do, at=at)
        sent = house.send("once")
        other = house.send("another", to="+59891112222")

        message = house.reaches(sent, "uncertain")
        house.poll_until(other, "delivered", within_s=20.0)

        assert len(_on_air(unit)) == on_air
        assert message.final
        assert house.message(sent).state == "uncertain"


def test_a_late_report_settles_what_was_uncertain(tmp_path: Path) -> None:
    with Simulator() as unit, House(unit=unit, folder=tmp_path) as house:
        unit.arm(do="drop", at="air")
        sent = house.send("once")

        house.poll_until(sent, "delivered")

        assert _on_air(unit) == ["once"]


def test_on_uncertain_resend_sends_once_more_and_only_once(tmp_path: Path) -> None:
    config = SimulatorConfig().turn("network.numbers", {FRIEND: {"reports": ()}})
    with Simulator(config) as unit, House(unit=unit, folder=tmp_path) as house:
        unit.arm(do="drop", at="air", times=2)
        sent = house.send("please", on_uncertain="resend")

        house.poll_until(sent, "uncertain")

        assert _on_air(unit) == ["please", "please"]


@pytest.mark.parametrize(
    ("code", "state"), [(1, "failed"), (38, "queued"), (332, "uncertain"), (500, "queued"), (515, "queued")]
)
def test_errors_of_the_network_are_never_not_now_or_unknown(code: int, state: str, tmp_path: Path) -> None:
    config = SimulatorConfig().turn("network.numbers", {FRIEND: {"error": code}})
    with Simulator(config) as unit, House(unit=unit, folder=tmp_path) as house:
        sent = house.send("no")
        other = house.send("yes", to="+59891112222")

        message = eventually(lambda: _with_reason(house, sent, f"cms_{code}"))
        house.reaches(other, "delivered")

        assert message.state == state
        assert (message.next_attempt_at is not None) == (state == "queued")


def _with_reason(house: House, message_id: str, code: str) -> Message | None:
    message = house.message(message_id)
    return message if _reason(message) == code and message.state != "sending" else None


def test_a_bare_ok_is_no_success(tmp_path: Path) -> None:
    config = SimulatorConfig().turn("modem.failed_send", "ok").turn("network.numbers", {FRIEND: {"error": 38}})
    with Simulator(config) as unit, House(unit=unit, folder=tmp_path, hurry=50.0) as house:
        sent = house.send("well?")

        assert _reason(house.poll_until(sent, "uncertain")) == "bare_ok"


def test_silence_after_the_body_is_uncertain(tmp_path: Path) -> None:
    config = SimulatorConfig().turn("network.numbers", {FRIEND: {"reports": ()}})
    with Simulator(config) as unit, House(unit=unit, folder=tmp_path, hurry=50.0) as house:
        unit.arm(do="silence", at="air")
        sent = house.send("well?")
        other = house.send("another", to="+59891112222")

        assert _reason(house.poll_until(sent, "uncertain", within_s=20.0)) == "no_answer"
        house.poll_until(other, "delivered", within_s=30.0)


def test_a_module_that_deletes_nothing_brings_no_text_twice(tmp_path: Path) -> None:
    with (
        Simulator(SimulatorConfig().turn("modem.delete", "ok_only")) as unit,
        House(unit=unit, folder=tmp_path) as house,
    ):
        unit.deliver(1, STRANGER, "still there")
        unit.deliver(1, STRANGER, "still there")
        house.receives(2)
        sessions = unit.measures.connections

        eventually(lambda: unit.measures.connections > sessions + 2)

        assert [text.body for text in house.texts()] == ["still there", "still there"]


@pytest.mark.parametrize("pdu_mode", [True, False])
def test_the_store_that_texts_arrive_in_is_listed_also_when_it_becomes_another_one(
    pdu_mode: bool, tmp_path: Path
) -> None:
    config = SimulatorConfig().turn("modem.pdu_mode", pdu_mode).turn("modem.stores", ("SM", "ME"))
    with Simulator(config) as unit, House(unit=unit, folder=tmp_path) as house:
        for number, store in enumerate(("SM", "ME", "SM"), 1):
            unit.turn("modem.arrives_in", store)
            unit.deliver(1, STRANGER, store)
            house.receives(number)

        assert [text.body for text in house.texts()] == ["SM", "ME", "SM"]


def test_a_store_that_can_not_be_listed_is_tried_once(tmp_path: Path) -> None:
    config = SimulatorConfig().turn("modem.arrives_in", "ME")
    with Simulator(config) as unit, House(unit=unit, folder=tmp_path) as house:
        eventually(lambda: unit.measures.connections > 3)

        tried = [turn for visit in unit.measures.visits for turn in visit.turns if "CPMS=" in turn]
        assert len(tried) == 2 * 2, "two forms on each of two lines"
        assert house.line_state()["state"] == "ready"


def test_reports_are_stored_where_cnmi_wants_a_mode_and_a_last_value_of_its_own(tmp_path: Path) -> None:
    config = SimulatorConfig().turn("modem.cnmi_bfr", (1,)).turn("modem.cnmi_modes", (1, 2))
    with Simulator(config) as unit, House(unit=unit, folder=tmp_path) as house:
        house.reaches(house.send("hello"), "delivered")


def test_two_equal_texts_in_the_same_place_of_the_sim_are_two(tmp_path: Path) -> None:
    with Simulator() as unit, House(unit=unit, folder=tmp_path) as house:
        unit.deliver(1, STRANGER, "again")
        house.receives(1)
        unit.deliver(1, STRANGER, "again")

        assert [text.body for text in house.receives(2)] == ["again", "again"]


def test_a_full_sim_is_emptied_with_all_that_waits_in_the_network(tmp_path: Path) -> None:
    with Simulator(SimulatorConfig().turn("sim.capacity", 4)) as unit:
        bodies = [f"text {number}" for number in range(15)]
        for body in bodies:
            unit.deliver(1, STRANGER, body)
        with House(unit=unit, folder=tmp_path) as house:
            assert sorted(text.body for text in house.receives(15)) == sorted(bodies)
            eventually(lambda: house.line_state().get("sim_used") == 0)


def test_long_texts_are_joined_whatever_the_order(tmp_path: Path) -> None:
    body = "".join(chr(ord("a") + number % 26) for number in range(1500))
    with Simulator(SimulatorConfig().turn("sim.capacity", 5)) as unit, House(unit=unit, folder=tmp_path) as house:
        unit.deliver(1, "ALERT", body, order="reversed")

        (text,) = house.receives(1)

        assert (text.body, text.sender, text.sender_type, text.complete) == (body, "ALERT", "name", True)


def test_what_nobody_can_read_is_kept_and_announced(tmp_path: Path) -> None:
    with Simulator() as unit, House(unit=unit, folder=tmp_path) as house:
        unit.deliver_pdu(1, "0004FFFFFFFF")
        unit.deliver(1, STRANGER, "readable")

        found = house.receives(2)

        assert [text.unreadable is not None for text in found] == [True, False]
        assert found[1].body == "readable"


@pytest.mark.parametrize(("state", "shown"), [("none", "no_sim"), ("puk", "sim_locked"), ("pin", "sim_locked")])
def test_a_sim_that_can_not_be_used_is_shown_and_its_texts_wait(state: str, shown: str, tmp_path: Path) -> None:
    config = SimulatorConfig().turn("modules.1.sim.state", state)
    with Simulator(config) as unit, House(unit=unit, folder=tmp_path) as house:
        sent = house.send("wait for me")

        message = eventually(lambda: _with_reason(house, sent, shown))
        eventually(lambda: house.line_state().get("state") == shown)
        eventually(lambda: house.line_state("yours").get("state") == "ready")
        assert message.state == "queued"

        unit.turn("modules.1.sim.state", "ready")
        house.poll_until(sent, "delivered")


def test_a_pin_is_entered_and_a_wrong_one_only_once(tmp_path: Path) -> None:
    config = SimulatorConfig().turn("sim.state", "pin")
    with Simulator(config) as unit, House(unit=unit, folder=tmp_path, pins={"mine": "1234", "yours": "9999"}) as house:
        sent = house.send("unlocked")
        house.reaches(sent, "delivered")
        sessions = unit.measures.connections
        eventually(lambda: unit.measures.connections > sessions + 2)

        tried = [turn for visit in unit.measures.visits for turn in visit.turns if turn == 'AT+CPIN="9999"']

        assert (tried, house.line_state("yours")["state"]) == (['AT+CPIN="9999"'], "sim_locked")


def test_an_unregistered_line_waits_and_says_so(tmp_path: Path) -> None:
    config = SimulatorConfig().turn("modules.1.sim.registration", 2)
    with Simulator(config) as unit, House(unit=unit, folder=tmp_path) as house:
        sent = house.send("anybody?")

        message = eventually(lambda: _with_reason(house, sent, "not_registered"))

        assert (message.state, message.attempt) == ("queued", 0)


@pytest.mark.parametrize(
    ("knob", "value"),
    [
        ("shell.state_call", " module {n}: talking"),
        ("shell.state_call", ""),
        ("shell.state_call", None),
        ("shell.has_state", False),
    ],
)
def test_a_line_in_a_call_is_left_alone(knob: str, value: Any, tmp_path: Path) -> None:
    with Simulator(SimulatorConfig().turn(knob, value)) as unit:
        unit.call(1, STRANGER)
        with House(unit=unit, folder=tmp_path, hurry=10.0) as house:
            sent = house.send("later")
            eventually(lambda: _with_reason(house, sent, "in_call"))
            eventually(lambda: house.line_state().get("state") == "in_call")
            assert unit.measures.holds.get(1, 0) == 0
            eventually(lambda: house.line_state("yours").get("state") == "ready")

            unit.hang_up(1)
            house.poll_until(sent, "delivered")


def test_a_line_in_a_call_is_left_alone_also_when_the_other_was_taken_away_as_it_was_released(tmp_path: Path) -> None:
    """The Ctrl-X meets the shell, and the next command is a bad one."""
    with Simulator() as unit:
        unit.call(2, STRANGER)
        unit.arm(do="snatch", at="release", module=1, times=None)
        with House(unit=unit, folder=tmp_path) as house:
            eventually(lambda: house.line_state("yours").get("state") == "in_call")
            eventually(lambda: unit.measures.connections > 3)

            assert not any("module2" in turn for visit in unit.measures.visits for turn in visit.turns)


def _calls(house: House) -> list[dict[str, Any]]:
    pending = house.store.read(lambda tx: announcements.pending(tx, 0, 1000))
    return [json.loads(it.payload) for it in pending if it.kind == "call" and it.payload]


def test_a_call_is_told_once_however_often_the_line_is_found_in_it(tmp_path: Path) -> None:
    with Simulator() as unit, House(unit=unit, folder=tmp_path) as house:
        for _ in range(2):
            unit.call(1, STRANGER)
            eventually(lambda: house.line_state().get("state") == "in_call")
            more = unit.measures.connections + 3
            eventually(lambda more=more: unit.measures.connections >= more)
            unit.hang_up(1)
            eventually(lambda: house.line_state().get("state") == "ready")

        assert [(call["event_type"], call["line"]) for call in _calls(house)] == [("in_call", "mine")] * 2


def test_a_call_that_rings_during_a_hold_is_told_with_its_number(tmp_path: Path) -> None:
    config = SimulatorConfig().turn("modem.call_while_held", "ring").turn("modem.radio_s", 0.2)
    with Simulator(config) as unit, House(unit=unit, folder=tmp_path) as house:
        house.send("one")
        house.send("two")
        eventually(lambda: unit.network.sent)
        unit.call(1, STRANGER)

        (call,) = eventually(lambda: _calls(house))

        assert set(call) == {"event_type", "line", "from", "at"}
        assert (call["event_type"], call["line"], call["from"]) == ("ring", "mine", STRANGER)


def test_a_call_for_which_the_gateway_takes_the_module_away_is_told_once(tmp_path: Path) -> None:
    config = SimulatorConfig().turn("modem.call_while_held", "snatch").turn("modem.radio_s", 0.3)
    with Simulator(config) as unit, House(unit=unit, folder=tmp_path) as house:
        house.send("one")
        house.send("two")
        eventually(lambda: unit.network.sent)
        unit.call(1, STRANGER)

        eventually(lambda: _calls(house))
        more = unit.measures.connections + 3
        eventually(lambda: unit.measures.connections >= more)

        assert [(call["event_type"], call["line"]) for call in _calls(house)] == [("in_call", "mine")]


def test_a_call_that_rang_before_the_module_was_taken_away_is_told_with_its_number(tmp_path: Path) -> None:
    with Simulator() as unit, House(unit=unit, folder=tmp_path) as house:
        unit.arm(do="line", at="body", text=f'RING\r\n\r\n+CLIP: "{STRANGER}",145')
        unit.arm(do="snatch", at="air")
        house.send("one")

        (call,) = eventually(lambda: _calls(house))

        assert (call["event_type"], call["from"]) == ("ring", STRANGER)


@pytest.mark.parametrize(("hurry", "told"), [(1.0, 1), (200.0, 2)])
def test_what_rings_again_within_a_minute_is_the_same_call(hurry: float, told: int, tmp_path: Path) -> None:
    """As a line does that looks free while it rings."""
    config = SimulatorConfig().turn("modem.call_while_held", "ring").turn("modem.rings", 1).turn("modem.radio_s", 0.2)
    with Simulator(config) as unit, House(unit=unit, folder=tmp_path, hurry=hurry) as house:
        for number in range(2):
            began_s, before = house.clock.monotonic(), len(unit.network.sent)
            *_, last = [house.send(f"{number} {place}") for place in range(4)]
            house.store.board.request_poll("hall")
            eventually(lambda before=before: len(unit.network.sent) > before)
            unit.call(1, STRANGER)
            eventually(lambda last=last: _with_reason(house, last, "in_call"))
            unit.hang_up(1)
            house.poll_until(last, "sent", "delivered")
            eventually(lambda began_s=began_s: hurry == 1.0 or house.clock.monotonic() - began_s > 2 * RINGING_S)

        assert [call["event_type"] for call in _calls(house)] == ["ring"] * told


def test_urgent_work_is_tried_at_once_on_a_line_that_was_in_a_call(tmp_path: Path) -> None:
    with Simulator() as unit, House(unit=unit, folder=tmp_path, session={"every": "1h"}) as house:
        unit.call(1, STRANGER)
        first = house.send("waits")
        eventually(lambda: _with_reason(house, first, "in_call"))
        unit.hang_up(1)

        alarm = house.send("alarm", urgent=True)

        house.reaches(alarm, "sent", "delivered", within_s=5.0)


def test_urgent_work_that_is_new_tries_a_failing_gateway_once_more(tmp_path: Path) -> None:
    with Simulator() as unit:
        port = unit.port
    with House(unit=unit, folder=tmp_path) as house:
        first = house.send("early")
        eventually(lambda: house.gateway_state().get("state") == "unreachable")
        with Simulator(SimulatorConfig(port=port)):
            alarm = house.send("alarm", urgent=True)
            house.reaches(alarm, "sent", "delivered", within_s=FIRST_BACKOFF_S / 2)
            house.poll_until(first, "delivered")


def test_what_waits_on_a_line_in_trouble_is_told_why_also_when_it_comes_later(tmp_path: Path) -> None:
    with Simulator() as unit, House(unit=unit, folder=tmp_path, session={"every": "1h"}) as house:
        unit.call(1, STRANGER)
        first = house.send("waits")
        eventually(lambda: _with_reason(house, first, "in_call"))

        later = house.send("waits, too")

        eventually(lambda: _with_reason(house, later, "in_call"))


def test_a_unit_that_is_silent_during_a_call_is_in_a_call(tmp_path: Path) -> None:
    with Simulator(SimulatorConfig().turn("shell.has_state", False).turn("shell.busy", None)) as unit:
        unit.call(1, STRANGER)
        with House(unit=unit, folder=tmp_path, hurry=20.0) as house:
            sent = house.send("later")
            other = house.send("on the other line", line="yours")
            eventually(lambda: _with_reason(house, sent, "in_call"))

            house.poll_until(other, "delivered")


def test_a_unit_without_module_commands_is_said(tmp_path: Path) -> None:
    config = SimulatorConfig().turn("shell.has_module", False)
    with Simulator(config) as unit, House(unit=unit, folder=tmp_path) as house:
        state = eventually(lambda: house.gateway_state().get("error"))

        assert state["code"] == "bad_dialogue"
        assert "module1" in state["text"]


def test_without_reports_a_text_stays_sent(tmp_path: Path) -> None:
    config = SimulatorConfig().turn("modem.reports", "never")
    with Simulator(config) as unit, House(unit=unit, folder=tmp_path) as house:
        sent = house.reaches(house.send("no report"), "sent")

        assert not sent.final


@pytest.mark.parametrize("second", ["accept", "take_over"])
def test_a_unit_that_lets_a_second_client_in_is_used(second: str, tmp_path: Path) -> None:
    config = SimulatorConfig().turn("shell.second_connection", second)
    with Simulator(config) as unit, socket.create_connection((unit.host, unit.port)):
        eventually(lambda: unit.visits)
        with House(unit=unit, folder=tmp_path) as house:
            house.reaches(house.send("all the same"), "delivered")


@pytest.mark.parametrize("what", ["ring", "snatch", "ring_then_snatch", "refuse"])
def test_a_call_during_a_hold_gets_the_line(what: str, tmp_path: Path) -> None:
    config = SimulatorConfig().turn("modem.call_while_held", what).turn("modem.radio_s", 0.05)
    with Simulator(config) as unit, House(unit=unit, folder=tmp_path) as house:
        sent = [house.send(f"text {number}") for number in range(10)]
        eventually(lambda: len(unit.network.sent) >= 2)
        unit.call(1, STRANGER)
        eventually(lambda: not unit.visits)
        unit.hang_up(1)

        states = {house.poll_until(message_id, "delivered", "uncertain").state for message_id in sent}

        assert states <= {"delivered", "uncertain"}
        assert sorted(filter(None, _on_air(unit))) == sorted(f"text {number}" for number in range(10))


@pytest.mark.parametrize("second", ["refuse", "close", "silent"])
def test_somebody_else_on_the_line_is_occupied(second: str, tmp_path: Path) -> None:
    with Simulator(SimulatorConfig().turn("shell.second_connection", second)) as unit:
        with socket.create_connection((unit.host, unit.port)):
            eventually(lambda: unit.visits)
            with House(unit=unit, folder=tmp_path, hurry=20.0) as house:
                sent = house.send("patience", urgent=True)
                eventually(lambda: house.gateway_state().get("state") == "occupied", within_s=20.0)
        with House(unit=unit, folder=tmp_path) as house:
            house.reaches(sent, "delivered")


def test_a_wrong_password_is_said_and_not_tried_often(tmp_path: Path) -> None:
    with Simulator() as unit, House(unit=unit, folder=tmp_path, gateway={"password": "wrong"}) as house:
        state = eventually(lambda: house.gateway_state().get("state") == "bad_login" and house.gateway_state())

        assert state["error"]["code"] == "bad_login"
        assert "password" in state["error"]["hint"]


def test_a_gateway_that_is_away_is_unreachable_and_used_when_it_is_back(tmp_path: Path) -> None:
    with Simulator() as unit:
        port = unit.port
    with House(unit=unit, folder=tmp_path) as house:
        sent = house.send("when you can")
        eventually(lambda: house.gateway_state().get("state") == "unreachable")
        eventually(lambda: _with_reason(house, sent, "gateway_unreachable"))
        with Simulator(SimulatorConfig(port=port)):
            house.poll_until(sent, "delivered")


def test_a_wrong_number_stops_nobody_else(tmp_path: Path) -> None:
    config = SimulatorConfig().turn("network.numbers", {"+59891119999": {"error": 1}})
    with Simulator(config) as unit, House(unit=unit, folder=tmp_path) as house:
        bad = house.send("nobody", to="+59891119999")
        good = [house.send(f"text {number}") for number in range(3)]

        house.reaches(bad, "failed")
        for message_id in good:
            house.reaches(message_id, "delivered")


@pytest.mark.parametrize("joining", [True, False])
@pytest.mark.parametrize("charsets", [("GSM", "UCS2"), ("GSM",)])
def test_text_mode_where_pdu_mode_is_refused(joining: bool, charsets: tuple[str, ...], tmp_path: Path) -> None:
    config = (
        SimulatorConfig().turn("modem.pdu_mode", False).turn("modem.charsets", charsets).turn("modem.joining", joining)
    )
    inbound = ["one", "two\nlines", "release module 1 ...\nÑandú", "123456"]
    with Simulator(config) as unit, House(unit=unit, folder=tmp_path) as house:
        for body in inbound:
            unit.deliver(1, STRANGER, body)
        sent = house.send("plain text")
        long = house.send("a long text " * 20)

        house.reaches(sent, "delivered")
        outcome = house.reaches(long, "delivered", "failed")

        assert [text.body for text in house.receives(len(inbound))] == inbound
        assert outcome.state == ("delivered" if "UCS2" in charsets else "failed")
        assert _on_air(unit) == ["plain text", *(["a long text " * 20] if "UCS2" in charsets else [])]


def test_a_module_that_loses_what_comes_too_soon_gets_it_later(tmp_path: Path) -> None:
    with Simulator(SimulatorConfig().turn("modem.pause_needed_s", 0.09)) as unit:
        unit.deliver(1, STRANGER, "in")
        with House(unit=unit, folder=tmp_path) as house:
            house.reaches(house.send("out"), "delivered", within_s=40.0)
            assert [text.body for text in house.receives(1)] == ["in"]
            assert _on_air(unit) == ["out"]


def test_a_text_that_breaks_the_program_breaks_it_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*, text: str, **fields: Any) -> pdu.EncodedSubmit:
        if text == "poison":
            raise ZeroDivisionError
        return encode(text=text, **fields)

    encode = pdu.encode_submit
    monkeypatch.setattr(pdu, "encode_submit", broken)
    with Simulator() as unit, House(unit=unit, folder=tmp_path) as house:
        poison, good = house.send("poison"), house.send("good")

        assert _reason(house.reaches(poison, "failed")) == "internal_error"
        house.poll_until(good, "delivered")
        assert [type(crash) for crash in house.crashes] == [ZeroDivisionError]
        house.crashes.clear()


def _poison_is_set_aside(folder: Path) -> None:
    with Simulator() as unit, House(unit=unit, folder=folder) as house:
        unit.deliver(1, STRANGER, "poison")
        unit.deliver(1, STRANGER, "good")

        found = house.receives(2)

        assert [text.unreadable and text.unreadable.code for text in found] == ["internal_error", None]


def test_a_record_that_breaks_the_program_is_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(raw: RawText) -> TextPart | DeliveryReport:
        meaning = read(raw)
        if isinstance(meaning, TextPart) and meaning.text == "poison":
            raise ZeroDivisionError
        return meaning

    read = understand.read
    monkeypatch.setattr(understand, "read", broken)
    _poison_is_set_aside(tmp_path)


def test_a_record_that_the_ledger_will_not_take_up_is_set_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(tx: Transaction, part: TextPart, window_s: float) -> InboundText | None:
        text = add_part(tx, part, window_s)
        if part.text == "poison":
            raise WrongState
        return text

    add_part = inbox.add_part
    monkeypatch.setattr(inbox, "add_part", broken)
    _poison_is_set_aside(tmp_path)


def test_a_module_that_stops_answering_is_given_time_from_then_on(tmp_path: Path) -> None:
    def takes_haste() -> object:
        facts = house.store.read(lambda tx: controls.recall(tx, "line/mine")).get("facts", "{}")
        return json.loads(facts).get("takes_haste")

    with Simulator() as unit, House(unit=unit, folder=tmp_path, hurry=20.0) as house:
        eventually(lambda: takes_haste() is True)
        unit.arm(do="silence", at="command", module=1, match="CREG", times=None)
        eventually(lambda: takes_haste() is False, within_s=30.0)


@pytest.mark.parametrize("body", ["plain and long " * 30, "ñandú 😀 " * 30], ids=["gsm7", "ucs2"])
@pytest.mark.parametrize("charset", ["UCS2", "GSM"])
def test_text_mode_joins_long_texts_that_are_listed_with_their_header(charset: str, body: str, tmp_path: Path) -> None:
    config = SimulatorConfig().turn("modem.pdu_mode", False).turn("modem.charsets", (charset,))
    with Simulator(config) as unit, House(unit=unit, folder=tmp_path) as house:
        unit.deliver(1, STRANGER, body, order="reversed")

        assert [text.body for text in house.receives(1)] == [body]
