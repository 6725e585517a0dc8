"""What ``sms/gateway/<gateway>`` says while sessions are tried, held and ended."""

from __future__ import annotations

from typing import Any

import pytest
from support.broker import free_port
from support.scene import Scene
from support.waiting import eventually


def _states(scene: Scene) -> list[str]:
    return [str(it.fields["state"]) for it in scene.caller.on("sms/gateway/hall")]


def _gateway(port: int, **fields: Any) -> dict[str, Any]:
    lines = {"mine": {"module": 1, "number": "+59899000001"}}
    return {"gateways": {"hall": {"host": "127.0.0.1", "port": port, "lines": lines, **fields}}}


@pytest.mark.parametrize("state", ["unreachable", "bad_login"])
def test_a_failure_stands_through_all_attempts(scene: Scene, state: str) -> None:
    port = free_port() if state == "unreachable" else scene.unit.port
    with scene.running(**_gateway(port, password="wrong")):
        for attempts in range(1, 4):
            eventually(lambda attempts=attempts: len(_states(scene)) >= attempts)
            scene.ask("poll")

        assert set(_states(scene)) == {state}


def test_a_session_is_connected_from_the_log_in_to_the_hang_up(scene: Scene) -> None:
    with scene.running(session={"every": "1h"}):
        eventually(lambda: _states(scene)[:2] == ["connected", "idle"], what=lambda: _states(scene))
        scene.unit.close()
        scene.ask("poll")
        eventually(lambda: _states(scene)[2:] == ["unreachable"], what=lambda: _states(scene))


def test_a_pause_is_over_before_the_next_log_in(scene: Scene) -> None:
    with scene.running(session={"every": "1h"}):
        eventually(lambda: _states(scene)[-1:] == ["idle"])
        scene.ask("pause")
        eventually(lambda: _states(scene)[-1:] == ["paused"])
        scene.ask("resume")
        scene.ask("poll")
        eventually(lambda: _states(scene)[-2:] == ["connected", "idle"])
        assert _states(scene)[-3] == "idle"


def test_a_stop_during_a_session_leaves_no_connection_behind(scene: Scene) -> None:
    scene.open_unit(modem_radio_s=0.5)
    with scene.running(session={"every": "1h"}) as daemon:
        eventually(lambda: _states(scene)[-1:] == ["idle"])
        scene.order("in the air")
        eventually(lambda: _states(scene)[-1:] == ["connected"])
        assert daemon.stop() == 0

    assert _states(scene)[-1] == "idle"
    assert scene.last("sms/bridge/state") == {"state": "offline"}
