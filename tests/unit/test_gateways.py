"""The drivers by name. What they say and accept is in ``transcripts``."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.fake_clock import FakeClock
from support.playbook import Item, ScriptedLink, Transcript

from smsmqtt import config
from smsmqtt.gateways.at import AtDriver
from smsmqtt.gateways.base import Availability
from smsmqtt.gateways.family import driver_for
from smsmqtt.gateways.portech import PortechDriver
from smsmqtt.link.runner import Runner


@pytest.mark.parametrize(("named", "driver"), [("portech", PortechDriver), ("at", AtDriver)])
def test_a_gateway_gets_the_driver_that_it_names(named: str, driver: type, tmp_path: Path) -> None:
    line = "{module: 1}" if named == "portech" else "{}"
    path = tmp_path / "config.yaml"
    path.write_text(f"gateways:\n  hall: {{driver: {named}, host: modem, lines: {{mine: {line}}}}}\n")

    assert type(driver_for(config.load(path).gateways["hall"])) is driver


def test_a_modem_is_taken_without_a_word() -> None:
    silent = Transcript("silent", "", False, (), (Item("=>", ""),))
    runner, driver = Runner(ScriptedLink(silent, FakeClock(), "whole", None), FakeClock()), AtDriver()

    runner.run(driver.login())
    assert runner.run(driver.availability(None)) is Availability.UNTOLD
    runner.run(driver.release(None))
    runner.run(driver.logout())
    assert runner.turns == 0
