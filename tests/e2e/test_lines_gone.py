"""A daemon that starts with other lines than the one before it."""

from __future__ import annotations

from typing import Any

from support.scene import Scene
from support.waiting import eventually


def _with_line(scene: Scene, name: str) -> dict[str, Any]:
    lines = {name: {"module": 1, "number": "+59899000001"}}
    return {"gateways": {"hall": {"host": "127.0.0.1", "port": scene.unit.port, "lines": lines}}}


def _troubles(scene: Scene) -> list[tuple[str | None, str, str]]:
    told = scene.last("sms/bridge/health").get("errors", [])
    return [(it.get("line"), it["code"], it["text"]) for it in told]


def test_what_waits_on_a_renamed_line_goes_by_the_new_one_unless_it_was_ordered_from_the_old(scene: Scene) -> None:
    with scene.running(**_with_line(scene, "old")):
        scene.ask("sending", enabled=False, line="old")
        free, bound = scene.order("by any line"), scene.order("by this line", **{"from": "old"})
        scene.waits_because(bound, "sending_disabled")

    with scene.running(**_with_line(scene, "new")) as daemon:
        assert scene.waits_because(free, "line_changed")["line"] == "new"
        scene.reaches(free, "delivered")
        told = scene.waits_because(bound, "line_gone")
        assert (told["state"], told["line"], told["final"]) == ("queued", "old", False)
        expected = [("old", "line_gone", "messages that wait for line old: 1")]
        eventually(lambda: _troubles(scene) == expected, what=lambda: _troubles(scene))
        assert not scene.last("sms/bridge/health")["healthy"]
        assert "lines that messages wait for are not configured" in daemon.log()

    with scene.running(**_with_line(scene, "old")):
        eventually(lambda: scene.last("sms/bridge/health").get("healthy"))
        scene.ask("sending", enabled=True, line="old")
        scene.reaches(bound, "delivered")
        assert scene.on_air() == ["by any line", "by this line"]


def test_what_waits_for_a_line_that_is_gone_can_be_taken_back_and_then_all_is_well(scene: Scene) -> None:
    with scene.running(**_with_line(scene, "old")):
        scene.ask("sending", enabled=False)
        bound = scene.order("by this line", **{"from": "old"})
        scene.waits_because(bound, "sending_disabled")

    with scene.running(**_with_line(scene, "new")):
        eventually(lambda: [code for _, code, _ in _troubles(scene)] == ["line_gone"])
        assert scene.ask("cancel", id=bound) == {"cancelled": 1}
        scene.reaches(bound, "cancelled")
        eventually(lambda: scene.last("sms/bridge/health").get("healthy"))
