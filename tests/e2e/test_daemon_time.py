"""Deadlines, windows and budgets, and a board that wakes up in 1970."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from support.broker import free_port
from support.scene import STRANGER, Scene
from support.waiting import eventually

from smsmqtt.simulator import SimulatorConfig

LAZY = {"every": "1h", "batch_window": "10m", "min_gap": "10m"}


def _since_1970_s() -> float:
    return datetime.now(UTC).timestamp()


def test_an_order_whose_time_runs_out_expires_and_says_what_it_waited_for(scene: Scene) -> None:
    with scene.running(port=free_port()):
        sent = scene.order("too late", valid_for="4s")
        scene.waits_because(sent, "gateway_unreachable")

        told = scene.reaches(sent, "expired")

        assert told["final"]
        assert told["reason"]["code"] == "expired"
        assert "The gateway does not answer" in told["reason"]["text"]


def test_an_order_ends_at_the_date_it_names_and_another_goes_on(scene: Scene) -> None:
    with scene.running():
        scene.ask("sending", line="mine", enabled=False)
        until = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=3)
        late = scene.order("too late", valid_until=until.isoformat())
        kept = scene.order("in time", valid_until=(until + timedelta(hours=1)).isoformat())

        told = scene.reaches(late, "expired")

        assert datetime.fromisoformat(told["at"]) >= until
        scene.ask("sending", line="mine", enabled=True)
        scene.reaches(kept, "delivered")
        assert scene.on_air() == ["in time"]


def test_what_ran_out_of_time_opens_no_sessions(scene: Scene) -> None:
    """Deadlines are looked after every few seconds; until then a session would find nothing to do, and the next."""
    with scene.running(session={"every": "1h"}, environment={"WATCHDOG_USEC": "9000000"}):
        scene.ask("sending", enabled=False)
        sent = scene.order("fire", urgent=True, valid_for="1s")
        until = datetime.fromisoformat(scene.reaches(sent, "queued")["at"]) + timedelta(seconds=1)
        eventually(lambda: datetime.now(UTC) > until)
        scene.ask("sending", enabled=True)

        scene.reaches(sent, "expired")

        assert scene.unit.measures.connections <= 2


def test_an_order_expires_within_a_second_of_its_time_whenever_it_came(scene: Scene) -> None:
    """Between two rounds of upkeep, which without a watchdog are ten seconds apart."""
    with scene.running(environment={}):
        scene.ask("sending", enabled=False)
        later = scene.order("later", valid_for="4s")
        sooner = scene.order("sooner", valid_for="2s")
        ends = {
            sent: datetime.fromisoformat(scene.reaches(sent, "queued")["at"]) + timedelta(seconds=valid_for_s)
            for sent, valid_for_s in ((sooner, 2), (later, 4))
        }
        for sent, end in ends.items():
            told_at = datetime.fromisoformat(scene.reaches(sent, "expired")["at"])
            assert timedelta() <= told_at - end < timedelta(seconds=1)


def test_an_order_for_later_goes_when_its_time_has_come(scene: Scene) -> None:
    with scene.running():
        scene.reaches(scene.order("first"), "delivered")
        at = datetime.now(UTC) + timedelta(seconds=2)
        later = scene.order("later", send_at=at.isoformat())
        now = scene.order("now")
        scene.reaches(now, "delivered")
        scene.reaches(later, "delivered")

        assert scene.on_air() == ["first", "now", "later"]
        assert scene.unit.network.sent[-1].at >= at


def test_nothing_expires_until_the_clock_is_set_and_then_deadlines_move(scene: Scene, tmp_path: Path) -> None:
    offset = tmp_path / "offset"
    offset.write_text(str(-_since_1970_s()))
    scene.unit.close()  # a box that starts more slowly than the board
    with scene.running(doctor={"clock": str(offset)}, session={"every": "500ms"}) as daemon:
        brief = scene.order("brief", valid_for="1s")
        long = scene.order("long", valid_for="1h")
        assert scene.reaches(brief, "queued")["at"].startswith("1970-01-01")
        beats = len(daemon.notices.at_s("WATCHDOG=1"))
        eventually(lambda: len(daemon.notices.at_s("WATCHDOG=1")) > beats + 8)  # well over a second
        assert not scene.caller.fields_on("sms/status", final=True)

        offset.write_text("0")  # NTP arrives
        told = scene.reaches(brief, "expired")

        assert not told["at"].startswith("1970")
        assert "the clock was set" in daemon.log()
        scene.open_unit(SimulatorConfig(port=scene.unit.port))
        scene.ask("poll")
        scene.reaches(long, "delivered")
        assert scene.on_air() == ["long"]


def test_texts_go_and_come_while_the_clock_is_not_set(scene: Scene, tmp_path: Path) -> None:
    offset = tmp_path / "offset"
    offset.write_text(str(-_since_1970_s()))
    with scene.running(doctor={"clock": str(offset)}):
        scene.reaches(scene.order("out in 1970"), "delivered")
        scene.unit.deliver(1, STRANGER, "in in 1970")
        (text,) = scene.receives(1)

        assert (text["body"], text["event_type"], text["age_s"]) == ("in in 1970", "received", 0)


def test_a_spent_budget_leaves_looks_and_urgent_texts(scene: Scene) -> None:
    with scene.running(session={"hold_budget": "0.0001%"}):
        eventually(lambda: scene.last("sms/line/yours").get("state") == "ready")
        waiting = scene.order("can wait")
        assert scene.waits_because(waiting, "hold_budget")["state"] == "queued"

        scene.unit.deliver(1, STRANGER, "heard all the same")
        scene.receives(1)
        urgent = scene.order("fire", urgent=True)
        scene.reaches(urgent, "delivered")

        assert scene.on_air() == ["fire"]


def test_an_urgent_text_waits_for_no_window(scene: Scene) -> None:
    with scene.running(session=LAZY):
        eventually(lambda: scene.last("sms/line/yours").get("state") == "ready")
        calm = scene.order("calm")
        scene.reaches(calm, "queued")
        assert scene.on_air() == []

        urgent = scene.order("fire", urgent=True)
        scene.reaches(urgent, "sent", within_s=5)

        assert scene.on_air()[0] == "fire"


def test_where_early_is_off_work_waits_for_the_next_look(scene: Scene) -> None:
    with scene.running(session={"every": "3s", "early": False}):
        eventually(lambda: scene.last("sms/gateway/hall").get("last_session"))
        sent = scene.order("in a while")
        scene.reaches(sent, "sent")

        first, second, *_ = scene.unit.measures.visits
        assert second.began_s - first.began_s >= 2.9
