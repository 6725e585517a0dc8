"""A daemon's store and MQTT desk in a process of its own, which can be told where to die.

``python -m support.mqtt_child CONFIG POINT COUNT`` kills itself with -9 at the COUNT-th time it comes to POINT:
``before_commit`` is inside the unit of work, ``before_ack`` after its commit. ``never`` lives until it is killed.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from support.mqtt_house import QUICK, credit_of

from smsmqtt import config
from smsmqtt.clock import SystemClock
from smsmqtt.intake.door import Door
from smsmqtt.mqtt.client import Connection
from smsmqtt.mqtt.deliveries import Deliveries
from smsmqtt.mqtt.desk import MqttDesk
from smsmqtt.store import Store


def start(config_path: Path, point: str = "never", at: int = 0) -> subprocess.Popen[bytes]:
    """From a test: the process, running."""
    here = Path(__file__).parents[1]
    paths = os.pathsep.join([str(here), str(here.parent)])
    return subprocess.Popen(
        [sys.executable, "-m", "support.mqtt_child", str(config_path), point, str(at)],
        env={**os.environ, "PYTHONPATH": paths},
    )


def main(config_path: str, point: str, at: str) -> None:
    die_at(point, int(at))
    settings = config.load(Path(config_path))
    clock = SystemClock()
    store = Store.open(settings.store.path, clock)
    door = Door.from_settings(settings)
    desk = MqttDesk(settings, store, clock, door, credit=credit_of(settings, door.directory, store), pace=QUICK)
    desk.start()
    threading.Event().wait()


def die_at(point: str, at: int) -> None:
    if point == "before_ack":
        Connection.acknowledge = _dying(Connection.acknowledge, at)  # type: ignore[method-assign]
    elif point == "before_commit":
        Deliveries._act = _dying(Deliveries._act, at)  # type: ignore[method-assign]


def _dying(function: Callable[..., Any], at: int) -> Callable[..., Any]:
    calls = count(1)

    def call(*arguments: Any) -> Any:
        if next(calls) == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments)

    return call


if __name__ == "__main__":
    main(*sys.argv[1:])
