"""What callers ask of the bridge while it works: poll, pause, sending, cancel, message, inbox."""

from __future__ import annotations

from support.scene import STRANGER, Scene
from support.waiting import eventually

from smsmqtt.simulator import SimulatorConfig

RARELY = {"every": "1h"}


def test_a_poll_looks_now(scene: Scene) -> None:
    with scene.running(session=RARELY):
        eventually(lambda: scene.last("sms/gateway/hall").get("state") == "idle")
        scene.unit.deliver(2, STRANGER, "nobody looks for an hour")

        scene.ask("poll", gateway="hall")

        assert [text["body"] for text in scene.receives(1)] == ["nobody looks for an hour"]


def test_a_pause_hangs_up_at_the_next_safe_point_and_outlives_a_kill(scene: Scene) -> None:
    scene.open_unit(modem_radio_s=0.3)
    body = "word " * 150
    with scene.running(session={"every": "200ms"}) as daemon:
        sent = scene.order(body)
        assert scene.unit.wait_for(lambda: len(scene.unit.network.sent) == 1, timeout_s=15.0)
        scene.ask("pause")
        eventually(lambda: scene.last("sms/gateway/hall").get("state") == "paused")

        assert not scene.unit.visits, "the line is free for calls"
        gone = len(scene.unit.network.sent)
        assert 1 <= gone < 5
        assert scene.unit.measures.visits[-1].turns[-2:] == ["<ctrl-x>", "logout"]
        daemon.kill()
    connections = scene.unit.measures.connections
    with scene.running(session={"every": "200ms"}):
        eventually(lambda: scene.last("sms/gateway/hall").get("state") == "paused")
        scene.waits_because(sent, "paused")
        assert scene.unit.measures.connections == connections

        scene.ask("resume")
        scene.reaches(sent, "delivered")

        assert scene.on_air() == [body]


def test_a_pause_for_a_while_ends_by_itself(scene: Scene) -> None:
    with scene.running():
        scene.ask("pause", **{"for": "2s"})
        eventually(lambda: scene.last("sms/gateway/hall").get("state") == "paused")
        sent = scene.order("after the call")
        scene.waits_because(sent, "paused")

        scene.reaches(sent, "delivered")


def test_sending_switched_off_holds_texts_back_and_says_so(scene: Scene) -> None:
    with scene.running():
        scene.ask("sending", line="mine", enabled=False)
        held = scene.order("held back")
        free = scene.order("goes on", to="+59891112222", **{"from": "yours"})

        assert scene.waits_because(held, "sending_disabled")["state"] == "queued"
        scene.reaches(free, "delivered")
        eventually(lambda: scene.last("sms/line/mine").get("sending") == {"enabled": False, "reason": "switched_off"})
        scene.unit.deliver(1, STRANGER, "texts still come in")
        scene.receives(1)
        assert scene.on_air() == ["goes on"]

        scene.ask("sending", line="mine", enabled=True)
        scene.reaches(held, "delivered")


def test_a_switch_is_told_at_once_also_while_a_session_is_under_way(scene: Scene) -> None:
    scene.open_unit(modem_radio_s=1.0)
    with scene.running():
        eventually(lambda: scene.last("sms/line/mine").get("state") == "ready")
        scene.order("word " * 150, **{"from": "mine"})
        assert scene.unit.wait_for(lambda: len(scene.unit.network.sent) == 1, timeout_s=15.0)

        for enabled, reason in ((False, "switched_off"), (True, None)):
            scene.ask("sending", line="yours", enabled=enabled)
            told = {"enabled": enabled, "reason": reason}
            eventually(lambda told=told: scene.last("sms/line/yours").get("sending") == told)  # type: ignore[misc]

        assert scene.unit.visits, "the session is the same"
        assert len(scene.unit.network.sent) < 5


def test_what_waits_can_be_cancelled_and_what_went_can_not(scene: Scene) -> None:
    with scene.running():
        gone = scene.order("gone")
        scene.reaches(gone, "delivered")
        scene.ask("sending", enabled=False)
        first, *rest = [scene.order(f"waits {number}") for number in range(3)]
        scene.waits_because(rest[-1], "sending_disabled")

        assert scene.ask("cancel", id=first) == {"cancelled": 1}
        scene.reaches(first, "cancelled", final=True)
        assert scene.ask("cancel", all=True) == {"cancelled": 2}
        scene.caller.publish("sms/bridge/request/cancel", {"id": gone})
        refused = scene.caller.wait_for("sms/bridge/response/cancel", status="error")

        assert "delivered" in refused["error"]
        scene.ask("sending", enabled=True)
        scene.reaches(scene.order("after all"), "delivered")
        assert scene.on_air() == ["gone", "after all"]


def test_a_message_tells_its_story(scene: Scene) -> None:
    with scene.running():
        sent = scene.order("well?")
        scene.reaches(sent, "delivered")

        told = scene.ask("message", id=sent)

        assert (told["state"], told["body"]) == ("delivered", "well?")
        whole = [entry["state"] for entry in told["timeline"] if entry["part"] is None]
        parts = [entry["state"] for entry in told["timeline"] if entry["part"] == 1]
        assert whole == ["queued", "sending", "sent", "delivered"]
        assert parts == ["claimed", "submitting", "sent", "delivered"]


def test_texts_received_can_be_asked_for_and_told_again(scene: Scene) -> None:
    with scene.running():
        eventually(lambda: scene.last("sms/line/yours").get("state") == "ready")
        scene.unit.deliver(1, STRANGER, "once")
        (first,) = scene.receives(1)

        asked = scene.ask("inbox")["texts"]
        assert [(text["id"], text["body"]) for text in asked] == [(first["id"], "once")]
        scene.ask("inbox", republish=True)

        _, again = scene.receives(2)
        assert (again["id"], again["again"], again["event_type"]) == (first["id"], 1, "late")


def test_a_line_in_a_call_is_left_alone_and_its_texts_say_why(scene: Scene) -> None:
    scene.open_unit(SimulatorConfig())
    scene.unit.call(1, STRANGER)
    with scene.running():
        sent = scene.order("when you have hung up")
        assert scene.waits_because(sent, "in_call")["state"] == "queued"
        eventually(lambda: scene.last("sms/line/mine").get("state") == "in_call")
        assert scene.unit.measures.holds.get(1, 0) == 0

        scene.unit.hang_up(1)
        scene.ask("poll")
        scene.reaches(sent, "delivered")
