"""Starts simulated gateways for a test and closes them after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from smsmqtt.simulator import Simulator, SimulatorConfig

Unit = Callable[..., Simulator]


@pytest.fixture
def unit() -> Iterator[Unit]:
    """``unit(modem={"joining": False})``: a running simulator with these knobs, as a file would name them."""
    running: list[Simulator] = []

    def start(**groups: Any) -> Simulator:
        started = Simulator(SimulatorConfig.model_validate(groups))
        started.start()
        running.append(started)
        return started

    yield start
    for one in running:
        one.close()
