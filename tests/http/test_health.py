"""Liveness: what it says when all is well, when something outside isn't, and when we are not."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from support.http_house import HttpHouse
from support.letters import place

from smsmqtt.errors import StoreFull
from smsmqtt.intake import stranded
from smsmqtt.payloads.state import Trouble
from smsmqtt.store import outbox, uses, webhooks
from smsmqtt.store.webhooks import Address

SECRET = "+59899123451 at 192.168.0.100"
AWAY = Trouble(code="broker_unreachable", text=SECRET, hint=SECRET, since=datetime(2026, 11, 22, tzinfo=UTC))


def health(house: HttpHouse) -> httpx.Response:
    """As anybody asks, without a token."""
    with house.client() as stranger:
        return stranger.get("/healthz")


def gateway(house: HttpHouse, code: str | None) -> None:
    error = code and {"code": code, "text": SECRET, "hint": SECRET, "since": "2026-11-22T12:00:00Z"}
    house.store.board.post("gateway", "hall", {"state": "idle", "error": error})


def test_all_is_well(house: HttpHouse) -> None:
    gateway(house, None)
    answer = health(house)
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "reasons": []})
    assert answer.headers["cache-control"] == "no-store"


def test_what_is_away_is_said_in_codes_and_no_failure(house: HttpHouse) -> None:
    house.broker.wrong = [AWAY]
    gateway(house, "unreachable")
    answer = health(house)
    assert answer.status_code == 200
    assert answer.json() == {"status": "degraded", "reasons": ["broker_unreachable", "gateway_unreachable"]}


def test_messages_that_wait_for_a_line_that_is_gone_are_said(house: HttpHouse) -> None:
    house.store.write(lambda tx: place(tx, "a", line="gone", line_fixed=True))
    house.store.write(lambda tx: stranded.settle(tx, house.door))
    assert health(house).json() == {"status": "degraded", "reasons": ["line_gone"]}
    house.store.write(lambda tx: outbox.cancel(tx, "a"))
    assert health(house).json() == {"status": "ok", "reasons": []}


def test_a_line_at_its_daily_limit_is_said(tmp_path: Path) -> None:
    with HttpHouse(folder=tmp_path, sections={"guard": {"per_day": 1}}) as house:
        assert health(house).json() == {"status": "ok", "reasons": []}
        house.store.write(lambda tx: uses.add(tx, "mine", 1))
        assert health(house).json() == {"status": "degraded", "reasons": ["guard_per_day"]}


def test_a_part_that_died_is_a_failure_whatever_else_is_away(tmp_path: Path) -> None:
    dead: list[str] = []
    with HttpHouse(folder=tmp_path, dead=lambda: dead) as house:
        house.broker.wrong = [AWAY]
        assert health(house).status_code == 200
        dead.append("session")
        answer = health(house)
        assert (answer.status_code, answer.json()) == (503, {"status": "failed", "reasons": ["session_dead"]})


def test_a_store_that_can_not_be_used_is_a_failure(house: HttpHouse) -> None:
    house.store.failure = StoreFull(SECRET)
    answer = health(house)
    assert (answer.status_code, answer.json()) == (503, {"status": "failed", "reasons": ["store_full"]})


@pytest.mark.parametrize("dead", [[], ["mqtt"]])
def test_who_asks_for_the_head_alone_gets_it(tmp_path: Path, dead: list[str]) -> None:
    with HttpHouse(folder=tmp_path, dead=lambda: dead) as house, house.client() as stranger:
        answer = stranger.head("/healthz")
        assert (answer.status_code, answer.content) == (503 if dead else 200, b"")


def test_a_receiver_that_takes_nothing_is_said(house: HttpHouse) -> None:
    address = Address(name="x", label="webhooks.0 (example.org)", kinds=frozenset({"inbox"}))
    house.store.write(lambda tx: webhooks.enlist(tx, [address]))
    house.store.write(lambda tx: webhooks.put(tx, "x", "a", "{}"))
    assert health(house).json() == {"status": "ok", "reasons": []}
    house.store.write(lambda tx: webhooks.failed(tx, 1, SECRET, next_at=tx.now, aside=False))
    assert health(house).json() == {"status": "degraded", "reasons": ["webhook"]}
    house.store.write(lambda tx: webhooks.taken(tx, 1))
    assert health(house).json() == {"status": "ok", "reasons": []}
