"""The guard of a real daemon: a runaway automation, numbers that cost, and texts that are sent again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from support.guards import WIDE
from support.house import House
from support.scene import FRIEND, STRANGER, Scene
from support.waiting import eventually

from smsmqtt.session.worker import MOVE_AFTER_S
from smsmqtt.simulator import Simulator, SimulatorConfig
from smsmqtt.store import uses

MANY = 1000
SOON_S = 5.0


def _answers(scene: Scene, **matching: Any) -> list[dict[str, Any]]:
    """The first word on each order."""
    told = scene.caller.fields_on("sms/status", **matching)
    return [it for it in told if it["seq"] == 1]


def _refused(scene: Scene, code: str) -> int:
    return sum(it["reason"]["code"] == code for it in _answers(scene, state="rejected"))


def _runs_away(scene: Scene, bodies: list[str]) -> None:
    """Publishes all of them without waiting; returns when each has its answer."""
    before = len(_answers(scene))
    for body in bodies:
        scene.caller.publish("sms/outbox", {"to": FRIEND, "body": body}, wait=False)
    eventually(lambda: len(_answers(scene)) == before + len(bodies), within_s=10.0)


def _problems(scene: Scene) -> list[tuple[str, str]]:
    return [(it["line"], it["code"]) for it in scene.last("sms/bridge/health").get("errors", []) if "line" in it]


def test_a_runaway_puts_on_the_air_what_the_guard_allows_and_recovers(scene: Scene, tmp_path: Path) -> None:
    slept = tmp_path / "slept"
    slept.write_text("0")
    guard = {"duplicate_window": "1m", "per_hour": 5, "per_day": 8, "per_recipient_hour": 100}
    expected = ["again"]
    with scene.running(doctor={"asleep": str(slept)}, guard=guard) as daemon:
        _runs_away(scene, ["again"] * MANY)
        assert _refused(scene, "guard_duplicate") == MANY - 1

        _runs_away(scene, [f"different {number}" for number in range(MANY)])
        assert _refused(scene, "guard_per_hour") == MANY - 4
        expected += [f"different {number}" for number in range(4)]

        calm = scene.order("calm", to="bruno", **{"from": "yours"})
        scene.reaches(calm, "queued", within_s=SOON_S)
        scene.reaches(calm, "delivered", within_s=30.0)
        urgent = scene.reaches(scene.order("urgent", urgent=True), "rejected")
        assert urgent["reason"]["code"] == "guard_per_hour"

        slept.write_text("3600")
        _runs_away(scene, [f"an hour later {number}" for number in range(MANY)])
        assert _refused(scene, "guard_per_day") == MANY - 3
        expected += [f"an hour later {number}" for number in range(3)]
        eventually(lambda: scene.last("sms/line/mine").get("sending") == {"enabled": True, "reason": "per_day"})
        eventually(lambda: _problems(scene) == [("mine", "guard_per_day")])
        assert scene.last("sms/line/yours")["sending"] == {"enabled": True, "reason": None}
        eventually(lambda: set(expected) <= set(scene.on_air()))  # what waits when the day is over would expire
        daemon.kill()

    with scene.running(doctor={"asleep": str(slept)}, guard=guard):
        scene.order("after the restart", id="late")
        assert scene.reaches("late", "rejected")["reason"]["code"] == "guard_per_day"
        slept.write_text(str(3600 + 86400))
        eventually(lambda: scene.last("sms/line/mine").get("sending") == {"enabled": True, "reason": None})
        eventually(lambda: _problems(scene) == [])
        scene.reaches(scene.order("the day is over", id="late"), "sent")

    sent = [text for text in scene.on_air() if text != "calm"]
    assert sorted(map(str, sent)) == sorted([*expected, "the day is over"])
    assert len(_answers(scene)) == 3 * MANY + 4


def test_a_reset_lets_a_capped_line_go_on(scene: Scene) -> None:
    with scene.running(guard={**WIDE, "per_day": 1}):
        first, second = scene.order("one"), scene.order("two")
        told = scene.reaches(second, "rejected")["reason"]
        assert told["code"] == "guard_per_day"
        assert told["retry_at"].endswith("Z")
        eventually(lambda: _problems(scene) == [("mine", "guard_per_day")])

        assert scene.ask("guard", reset=True, line="mine") == {"line": "mine", "reset": True}

        eventually(lambda: _problems(scene) == [])
        eventually(lambda: scene.last("sms/line/mine").get("sending") == {"enabled": True, "reason": None})
        scene.order("two", id=second)
        for sent in (first, second):
            scene.reaches(sent, "delivered")


@pytest.mark.parametrize("mode", ["pdu", "text"])
def test_a_short_number_that_is_allowed_is_texted_as_it_is_dialled(scene: Scene, mode: str) -> None:
    scene.open_unit(modem_pdu_mode=mode == "pdu")
    with scene.running(guard={**WIDE, "allow": ["*", 226, "112"]}):
        scene.caller.publish("sms/outbox/226", "SALDO")
        emergency, other = scene.order("fire", to="112"), scene.order("who", to="227")

        assert scene.reaches(other, "rejected")["reason"]["code"] == "guard_short"
        scene.reaches(emergency, "delivered")
        scene.caller.wait_for("sms/status", to="226", state="delivered")

        assert set(scene.parts_on_air()) == {("226", "SALDO"), ("112", "fire")}


def test_what_is_queued_tells_what_it_will_cost(scene: Scene) -> None:
    with scene.running():
        told = scene.reaches(scene.order("ñandú 😀 " * 12), "queued")
        assert (told["parts"]["total"], told["alphabet"]) == (2, "ucs2")


def test_resend_hands_over_only_what_the_network_does_not_have(scene: Scene) -> None:
    scene.open_unit(SimulatorConfig().turn("network.numbers", {FRIEND: {"reports": ()}}))
    body = "".join(chr(ord("a") + number % 26) for number in range(400))
    with scene.running():
        scene.unit.arm(do="error", at="body", code=1, skip=1)  # the second of three parts
        sent = scene.order(body)
        scene.reaches(sent, "failed")
        assert scene.on_air() == [body[:153]]

        assert scene.ask("resend", id=sent) == {"resent": 1, "refused": []}
        scene.reaches(sent, "sent")

        assert scene.on_air() == [body]
        assert set(scene.parts_on_air().values()) == {1}
        story = scene.caller.fields_on("sms/status", id=sent)
        again = [it for it in story if (it["reason"] or {}).get("code") == "resend"]
        assert [(it["state"], it["parts"]["sent"], it["final"]) for it in again] == [("sending", 1, False)]
        scene.caller.publish("sms/bridge/request/resend", {"id": sent})
        assert "it is sent" in scene.caller.wait_for("sms/bridge/response/resend", status="error")["error"]


def test_an_uncertain_text_is_sent_again_on_request_and_obeys_the_guard(scene: Scene) -> None:
    scene.open_unit(SimulatorConfig().turn("network.numbers", {FRIEND: {"reports": ()}}))
    with scene.running(guard={**WIDE, "per_hour": 2}):
        scene.unit.arm(do="error", at="air", code=332, times=2)  # network time-out
        sent = scene.order("maybe")
        scene.reaches(sent, "uncertain")

        scene.ask("resend", id=sent)
        eventually(lambda: len(scene.caller.fields_on("sms/status", id=sent, state="uncertain")) == 2)
        answer = scene.ask("resend", id=sent)

        assert answer["resent"] == 0
        assert [(it["id"], it["code"]) for it in answer["refused"]] == [(sent, "guard_per_hour")]
        assert "2 of 2 parts of line mine within an hour" in answer["refused"][0]["text"]
        assert datetime.fromisoformat(answer["refused"][0]["retry_at"]) > datetime.now(UTC)
        assert scene.on_air() == ["maybe", "maybe"]
        scene.unit.deliver(1, STRANGER, "the session goes on")
        scene.receives(1)
        assert scene.on_air() == ["maybe", "maybe"]


KEYWORD = """
name: keyword
country: UY
ask: {sms: {to: "226", text: SALDO}}
answer_from: ["226"]
currency: UYU
patterns: ['saldo \\$(?P<credit>[\\d.]+)']
"""


def test_the_keyword_of_a_question_for_credit_counts_as_a_part(tmp_path: Path) -> None:
    (tmp_path / "carriers").mkdir()
    (tmp_path / "carriers" / "keyword.yaml").write_text(KEYWORD)
    config = SimulatorConfig().turn("network.numbers", {"226": {"answers": {"saldo": "saldo $12.50"}}})
    with Simulator(config) as unit, House(unit=unit, folder=tmp_path, carriers={"mine": "keyword"}) as house:
        house.ask_credit("mine")
        eventually(lambda: house.credit_of().get("credit") == 12.5)
        assert house.store.read(lambda tx: uses.parts_of_day(tx, "mine")) == 1


def stays_down(house: House) -> None:
    """For longer than a line may be down before its texts move."""
    began_s, sessions = house.clock.monotonic(), house.unit.measures.connections

    def down_for_long() -> bool:
        house.store.board.request_poll("hall")
        down_s = house.clock.monotonic() - began_s
        return down_s > 2 * MOVE_AFTER_S and house.unit.measures.connections > sessions + 4

    eventually(down_for_long)


def test_a_text_moves_only_to_a_line_whose_gateway_works(tmp_path: Path) -> None:
    config = SimulatorConfig().turn("sim.state", "none")
    with Simulator(config) as unit, House(unit=unit, folder=tmp_path, hurry=600.0) as house:
        board = house.store.board
        board.post("gateway", "barn", {"state": "paused", "error": None})
        board.post("line", "other", {"state": "ready", "gateway": "barn", "sending": {"enabled": True}})
        sent = house.send("over any line")
        eventually(lambda: house.line_state("mine").get("state") == "no_sim")
        stays_down(house)
        assert house.message(sent).line == "mine"
        unit.turn("modules.2.sim.state", "ready")
        board.request_poll("hall")
        eventually(lambda: house.message(sent).line == "yours")


@pytest.mark.parametrize(("allowed", "line"), [(2, "yours"), (1, "mine")])
def test_a_text_moves_to_another_line_only_where_the_guard_lets_it(allowed: int, line: str, tmp_path: Path) -> None:
    config = SimulatorConfig().turn("modules.1.sim.state", "none")
    limits = {"per_recipient_hour": allowed}
    with Simulator(config) as unit, House(unit=unit, folder=tmp_path, guard=limits, hurry=600.0) as house:
        sent = house.send("over any line")
        eventually(lambda: house.line_state("mine").get("state") == "no_sim")
        stays_down(house)
        if line == "yours":
            house.reaches(sent, "sent", "delivered")

        assert house.message(sent).line == line
        assert house.store.read(lambda tx: uses.parts_of_day(tx, "yours")) == allowed - 1
