"""The strategies against the simulated unit, over TCP, at each of its knobs."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from support.house import HurriedClock
from support.units import Unit

from smsmqtt.at.module import learn, look
from smsmqtt.carriers import shelf
from smsmqtt.carriers.asking import strategy
from smsmqtt.carriers.base import Asked, NotAsked, Outcome
from smsmqtt.carriers.toolkits import MEDIATEK, TOOLKITS, learn_toolkit
from smsmqtt.gateways.portech import PortechDriver
from smsmqtt.link.runner import Runner
from smsmqtt.link.tcp import TcpLink
from smsmqtt.simulator import Simulator, SimulatorConfig

HURRY = 20.0
PROFILES = shelf.load()
ON_ITS_WAY = Asked(expects_sms=True)


@dataclass
class Question:
    """What came of asking once: how many turns and marks it took, what went out."""

    outcome: Outcome
    turns: int
    marks: int
    sent: list[str | None] = field(default_factory=list)


@pytest.fixture
def put(unit: Unit) -> Callable[..., Question]:
    """``put("antel-uy", toolkit={"end": "hidden"})``: a profile's question to a unit with these knobs."""

    def put(profile: str, **knobs: Any) -> Question:
        module, network = SimulatorConfig().modules[1].model_dump(), knobs.pop("network", {})
        for group, values in knobs.items():
            module[group] |= values
        simulator: Simulator = unit(modules={1: module}, network=network)
        runner = Runner(TcpLink("127.0.0.1", simulator.port), HurriedClock(HURRY))
        portech = PortechDriver(username="voip", password="1234")
        runner.run(portech.login())
        runner.run(portech.acquire(1))
        facts = runner.run(learn("auto"))
        runner.run(look(facts))
        toolkit = runner.run(learn_toolkit()) or MEDIATEK
        before, marks = runner.turns, []
        asking = strategy(PROFILES[profile], toolkit).ask(facts)
        outcome = runner.run(asking, lambda: marks.append("asked"))
        question = Question(outcome, runner.turns - before, len(marks))
        assert runner.run(look(facts)).result.ok  # the module is as usable as before
        runner.run(portech.release(1))
        runner.close()
        with simulator.world:
            question.sent = [text.text for text in simulator.network.texts()]
            assert not simulator.modems[1].ussd.active
        return question

    return put


@pytest.mark.parametrize(
    "knobs",
    [
        *({"result": result} for result in ("before", "after")),
        *({"announce": when} for when in ("never", "enabled", "boot", "acquired")),
        *({"item_coding": coding} for coding in ("gsm", "80", "81", "82")),
        *({"text_coding": coding} for coding in ("packed", "ucs2")),
        *({"go_ahead": word} for word in ("needed", "given", "hidden")),
        *({"inserted": kind} for kind in (0x20, 0x26)),
        *({"numbering": "counting"}, {"lengths": "long"}, {"flags": False}, {"menu_answer": "needed"}),
        *({"end": "hidden"}, {"session_after_release": "ended"}, {"idle_response": "ok"}),
    ],
    ids=repr,
)
def test_antel_is_asked_whatever_the_toolkit_is_like(put: Callable[..., Question], knobs: dict[str, Any]) -> None:
    question = put("antel-uy", toolkit=knobs)

    assert question.outcome == ON_ITS_WAY
    assert question.sent == ["SALDO"]
    assert question.marks == 1
    assert question.turns <= 6  # two for each step of the menu


@pytest.mark.parametrize("busy", ["error", "nothing", "repeat"])
@pytest.mark.parametrize("wrong_response", ["error", "ended", "accepted"])
@pytest.mark.parametrize("left_open", [(2,), (2, 8), (2, 8, 2)], ids=repr)
def test_a_session_left_open_is_recovered(
    put: Callable[..., Question], left_open: tuple[int, ...], wrong_response: str, busy: str
) -> None:
    question = put("antel-uy", toolkit={"left_open": left_open, "wrong_response": wrong_response, "busy": busy})

    assert question.outcome == ON_ITS_WAY
    assert question.sent == ["SALDO"]


@pytest.mark.parametrize("knobs", [{"dialect": "quectel"}, {"dialect": "3gpp"}, {"dialect": "3gpp", "quotes": False}])
def test_every_family_is_learnt_and_spoken(put: Callable[..., Question], knobs: dict[str, Any]) -> None:
    question = put("antel-uy", toolkit=knobs)

    assert question.outcome == ON_ITS_WAY
    assert question.sent == ["SALDO"]


@pytest.mark.parametrize("busy", ["error", "nothing", "repeat"])
@pytest.mark.parametrize("end", ["told", "hidden"])
@pytest.mark.parametrize("announce", ["enabled", "boot", "acquired"])
@pytest.mark.parametrize("dialect", ["mediatek", "quectel", "3gpp"])
def test_a_main_menu_that_wants_a_response_gets_one(
    put: Callable[..., Question], dialect: str, announce: str, end: str, busy: str
) -> None:
    toolkit = {"dialect": dialect, "menu_answer": "needed", "announce": announce, "end": end, "busy": busy}

    question = put("antel-uy", toolkit=toolkit)

    assert question.outcome == ON_ITS_WAY
    assert question.sent == ["SALDO"]


@pytest.mark.parametrize("end", ["told", "hidden"])
@pytest.mark.parametrize("go_ahead", ["needed", "given", "hidden"])
@pytest.mark.parametrize("dialect", ["mediatek", "quectel", "3gpp"])
@pytest.mark.parametrize("pdu_mode", [True, False])
def test_a_text_of_the_card_goes_once_whoever_sends_it(
    put: Callable[..., Question], dialect: str, go_ahead: str, end: str, pdu_mode: bool
) -> None:
    toolkit = {"dialect": dialect, "go_ahead": go_ahead, "end": end}

    question = put("antel-uy", toolkit=toolkit, modem={"pdu_mode": pdu_mode, "radio_s": 0.3})

    assert question.outcome == ON_ITS_WAY
    assert question.sent == ["SALDO"]


@pytest.mark.parametrize(
    "knobs",
    [
        *({"envelope": how} for how in ("error", "empty", "silent")),
        *({"raw": octets} for octets in ("D0038103", "FF00", "D0")),
        {"answers": "never"},
    ],
    ids=repr,
)
def test_what_comes_to_nothing_costs_nothing(put: Callable[..., Question], knobs: dict[str, Any]) -> None:
    question = put("antel-uy", toolkit=knobs)

    assert isinstance(question.outcome, NotAsked)
    assert question.sent == []


@pytest.mark.parametrize(
    "knobs",
    [
        *({"result": when} for when in ("before", "after")),
        *({"newline": ends} for ends in ("lf", "crlf", "cr")),
        *({"closing": status} for status in (2, 6)),
        *({"code": "plain"}, {"answer": "packed"}, {"dcs": "hidden"}, {"cancel_idle": "error"}),
    ],
    ids=repr,
)
def test_a_code_is_answered_whatever_the_module_is_like(put: Callable[..., Question], knobs: dict[str, Any]) -> None:
    question = put("vodafone-de", ussd=knobs)

    assert isinstance(question.outcome, Asked)
    assert question.outcome.text is not None
    assert "123.45" in question.outcome.text
    assert question.turns <= 6


@pytest.mark.parametrize("code", ["charset", "plain", "packed"])
@pytest.mark.parametrize(
    "modem",
    [
        {},
        {"pdu_mode": False},
        {"pdu_mode": False, "charsets": ("GSM",)},
        {"charsets": ("UCS2",), "cscs_at_acquire": "UCS2"},
        {"charsets": ("HEX",), "cscs_at_acquire": "HEX"},
    ],
    ids=repr,
)
def test_a_code_is_spelled_as_the_module_wants_it(
    put: Callable[..., Question], modem: dict[str, Any], code: str
) -> None:
    answer = {"text": "Guthaben: 123.45 EUR"}

    question = put("vodafone-de", ussd={"code": code}, modem=modem, network={"ussd": {"*100#": answer}})

    assert question.outcome == Asked(text="Guthaben: 123.45 EUR")


@pytest.mark.parametrize("result", ["before", "after"])
def test_a_code_may_be_answered_late(put: Callable[..., Question], result: str) -> None:
    answer = {"*100#": {"text": "Guthaben: 123.45 EUR", "delay_s": 1.7}}  # of a clock 20 times as fast

    question = put("vodafone-de", ussd={"result": result}, network={"ussd": answer})

    assert question.outcome == Asked(text="Guthaben: 123.45 EUR")


@pytest.mark.parametrize("result", ["before", "after"])
def test_a_code_that_is_never_answered_leaves_nothing_open(put: Callable[..., Question], result: str) -> None:
    question = put(
        "vodafone-de", ussd={"result": result, "patience_s": 600}, network={"ussd": {"*100#": {"never": True}}}
    )

    assert isinstance(question.outcome, NotAsked)
    assert question.outcome.reason.code == "ussd_silent"


@pytest.mark.timeout(110)
def test_a_thousand_odd_commands_of_the_sim_leave_the_module_usable(unit: Unit) -> None:
    chance = random.Random(2026)
    simulator: Simulator = unit(modules={1: SimulatorConfig().modules[1].model_dump()})
    runner = Runner(TcpLink("127.0.0.1", simulator.port), HurriedClock(100.0))
    portech = PortechDriver(username="voip", password="1234")
    runner.run(portech.login())
    runner.run(portech.acquire(1))
    facts = runner.run(learn("auto"))
    toolkit = TOOLKITS["mediatek"]
    for _ in range(1000):
        octets = chance.randbytes(chance.randint(1, 40))
        odd = octets if chance.random() < 0.5 else bytes((0xD0, len(octets))) + octets
        simulator.turn("toolkit.raw", odd.hex())

        outcome = runner.run(strategy(PROFILES["antel-uy"], toolkit).ask(facts))

        assert isinstance(outcome, NotAsked), odd.hex()
    simulator.turn("toolkit.raw", None)

    assert runner.run(look(facts)).result.ok
    assert isinstance(runner.run(strategy(PROFILES["antel-uy"], toolkit).ask(facts)), Asked)
    runner.close()
