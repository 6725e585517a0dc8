"""The server's loop: it rests while nothing happens, and ends when it is told to."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from support.http_house import HttpHouse
from support.waiting import eventually

from smsmqtt.http import server


def test_it_ends_at_once_however_seldom_it_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "TICK_S", 60.0)
    with HttpHouse(folder=tmp_path) as house:
        house.caller.get("/healthz")
        began_s = time.monotonic()
        house.desk.stop()
        assert time.monotonic() - began_s < 5.0
        assert not house.desk.alive()


def test_a_desk_that_is_stopped_as_soon_as_it_was_started_ends_too(house: HttpHouse) -> None:
    for _ in range(10):
        house.desk.stop()
        assert not house.desk.alive()
        house.start()


def test_the_date_of_an_answer_goes_on(house: HttpHouse) -> None:
    def date() -> object:
        return parsedate_to_datetime(house.caller.get("/healthz").headers["date"])

    first = date()
    assert eventually(lambda: date() != first, within_s=5)
