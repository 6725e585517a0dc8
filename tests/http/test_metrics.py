"""Metrics, as Prometheus' own parser reads them, and held to its conventions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from support.fake_clock import FakeClock
from support.http_house import HttpHouse
from support.letters import place, send
from support.pages import first_cells, section

from smsmqtt.intake import refusals
from smsmqtt.intake.refusals import Refusal
from smsmqtt.payloads import state
from smsmqtt.payloads.state import Sim, Totals, Trouble
from smsmqtt.store import outbox, webhooks
from smsmqtt.store.webhooks import Address

BASE_UNITS = ("_seconds", "_bytes", "_ratio", "_celsius", "_meters", "_volts", "_amperes", "_joules", "_grams")
NOT_BASE = re.compile(r"_(milliseconds|ms|s|minutes|hours|days|kb|mb|percent)(_|$)")

RECEIVER = Address(name="x", label="webhooks.0 (example.org)", kinds=frozenset({"inbox"}))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def house(tmp_path: Path, clock: FakeClock) -> Iterator[HttpHouse]:
    """With something of everything."""
    with HttpHouse(folder=tmp_path, clock=clock) as house:
        board = house.store.board
        error = Trouble(code="occupied", text="", hint="", since=clock.now())
        board.post(
            "gateway",
            "hall",
            state.gateway(state="occupied", last_session=None, held_s_hour=7, next_session_at=None, error=error),
        )
        sim = Sim(signal_dbm=-71, operator="Antel", roaming=False, used=3, capacity=30)
        board.post("line", "mine", line(sim, clock))
        board.post("line", "yours", line(Sim(), clock))
        board.post(
            "balance",
            "mine",
            {"credit": 6.45, "currency": "UYU", "low": True, "expiring": False, "at": "2026-11-22T12:00:00Z"},
        )
        yield house


def line(sim: Sim, clock: FakeClock) -> dict[str, Any]:
    return state.line(
        state="ready",
        sending=True,
        sending_reason=None,
        number="+59899000001",
        gateway="hall",
        sim=sim,
        totals=Totals(),
        at=clock.now(),
    )


def families(house: HttpHouse) -> dict[str, Metric]:
    answer = house.caller.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return {family.name: family for family in text_string_to_metric_families(answer.text)}


def value(house: HttpHouse, name: str, **labels: str) -> float | None:
    """Of one row; None when there is none."""
    found = [
        sample.value
        for family in families(house).values()
        for sample in family.samples
        if sample.name == name and sample.labels == labels
    ]
    assert len(found) <= 1
    return found[0] if found else None


def test_names_and_texts_keep_the_conventions(house: HttpHouse) -> None:
    house.caller.get("/healthz")
    for family in families(house).values():
        assert re.fullmatch(r"smsmqtt_[a-z][a-z_]*", family.name), family.name
        assert family.type in ("counter", "gauge", "info"), family.name
        assert family.documentation.endswith("."), family.name
        assert not NOT_BASE.search(family.name), family.name
        for sample in family.samples:
            assert sample.name.endswith("_total") == (family.type == "counter"), sample.name
            if "seconds" in sample.name:
                assert sample.name.removesuffix("_total").endswith(BASE_UNITS), sample.name
            assert not {"le", "quantile", "job", "instance"} & set(sample.labels)


def test_every_metric_is_documented(house: HttpHouse) -> None:
    house.caller.get("/healthz")
    house.store.write(lambda tx: webhooks.enlist(tx, [RECEIVER]))
    told = {sample.name for family in families(house).values() for sample in family.samples}
    rows = first_cells(section("docs/HTTP.md", "Health and metrics"))
    documented = {cell for cell in rows if cell.startswith("smsmqtt_")}
    unborn = {"smsmqtt_messages_finished_total", "smsmqtt_session_last_end_timestamp_seconds"}
    assert told | unborn == documented


def test_no_row_is_told_twice_and_every_family_has_rows(house: HttpHouse) -> None:
    house.store.board.count_session("hall", held_s=1, turns=1, failed=False, ended_at=house.clock.now())
    house.store.write(lambda tx: refuse(tx))
    house.caller.get("/healthz")
    for family in families(house).values():
        rows = [(sample.name, tuple(sorted(sample.labels.items()))) for sample in family.samples]
        assert rows, family.name
        assert len(rows) == len(set(rows)), family.name


def test_no_number_stands_in_a_label(house: HttpHouse) -> None:
    house.caller.get("/messages/+59899123451")
    house.caller.get("/+59899123451")
    house.caller.request("+59899123451", "/healthz")
    for family in families(house).values():
        for sample in family.samples:
            for label, told in sample.labels.items():
                assert not re.search(r"\d{4}", told), (family.name, label, told)


def test_the_queue_is_told_by_line_and_state_with_the_age_of_the_oldest(house: HttpHouse, clock: FakeClock) -> None:
    house.store.write(lambda tx: place(tx, "a"))
    clock.advance(90)
    house.store.write(lambda tx: place(tx, "b"))
    house.store.write(lambda tx: place(tx, "later", send_at=tx.now.replace(year=2027)))
    assert value(house, "smsmqtt_queue_messages", line="mine", state="queued") == 3
    assert value(house, "smsmqtt_queue_messages", line="yours", state="queued") == 0
    assert value(house, "smsmqtt_queue_oldest_age_seconds", line="mine") == 90
    assert value(house, "smsmqtt_queue_oldest_age_seconds", line="yours") == 0


def test_what_waits_for_its_time_is_not_late(house: HttpHouse, clock: FakeClock) -> None:
    house.store.write(lambda tx: place(tx, "later", send_at=tx.now.replace(hour=13)))
    clock.advance(1800)
    assert value(house, "smsmqtt_queue_oldest_age_seconds", line="mine") == 0
    clock.advance(1900)
    assert value(house, "smsmqtt_queue_oldest_age_seconds", line="mine") == 100


def test_messages_are_counted_by_the_state_in_which_they_ended(house: HttpHouse) -> None:
    for message_id in ("a", "b"):
        house.store.write(lambda tx, it=message_id: place(tx, it, report=False))  # type: ignore[misc]
        house.store.write(lambda tx, it=message_id: send(tx, it))  # type: ignore[misc]
    house.store.write(lambda tx: place(tx, "c"))
    house.store.write(lambda tx: outbox.cancel(tx, "c"))
    house.store.write(refuse)
    finished = "smsmqtt_messages_finished_total"
    assert value(house, finished, line="mine", state="sent") == 2
    assert value(house, finished, line="mine", state="cancelled") == 1
    assert value(house, finished, line="", state="rejected") == 1
    assert value(house, "smsmqtt_queue_messages", line="mine", state="queued") == 0


def refuse(tx: Any) -> None:
    refusals.announce(tx, Refusal(code="bad_payload", text="", field=None))


def test_sessions_add_up(house: HttpHouse, clock: FakeClock) -> None:
    assert value(house, "smsmqtt_sessions_total", gateway="hall") == 0
    assert value(house, "smsmqtt_session_last_end_timestamp_seconds", gateway="hall") is None
    for failed in (False, True):
        house.store.board.count_session("hall", held_s=2.5, turns=10, failed=failed, ended_at=clock.now())
    assert value(house, "smsmqtt_sessions_total", gateway="hall") == 2
    assert value(house, "smsmqtt_sessions_failed_total", gateway="hall") == 1
    assert value(house, "smsmqtt_session_held_seconds_total", gateway="hall") == 5
    assert value(house, "smsmqtt_session_turns_total", gateway="hall") == 20
    assert value(house, "smsmqtt_session_last_end_timestamp_seconds", gateway="hall") == clock.now().timestamp()


def test_gateways_lines_and_credit_are_told_as_far_as_they_are_known(house: HttpHouse) -> None:
    assert value(house, "smsmqtt_gateway_state", gateway="hall", state="occupied") == 1
    assert value(house, "smsmqtt_gateway_state", gateway="hall", state="idle") == 0
    assert value(house, "smsmqtt_gateway_trouble", gateway="hall") == 1
    assert value(house, "smsmqtt_line_signal_dbm", line="mine") == -71
    assert value(house, "smsmqtt_line_signal_dbm", line="yours") is None
    assert value(house, "smsmqtt_sim_slots_used", line="mine") == 3
    assert value(house, "smsmqtt_sim_slots", line="mine") == 30
    assert value(house, "smsmqtt_line_sending_enabled", line="mine") == 1
    assert value(house, "smsmqtt_credit", line="mine", currency="UYU") == 6.45
    assert value(house, "smsmqtt_credit_low", line="mine") == 1


def test_the_broker_is_told_of(house: HttpHouse) -> None:
    house.broker.counts |= {"published": 7, "connects": 2}
    house.store.write(lambda tx: place(tx, "a"))
    assert value(house, "smsmqtt_broker_connected") == 1
    assert value(house, "smsmqtt_broker_published_total") == 7
    assert value(house, "smsmqtt_broker_connects_total") == 2
    assert value(house, "smsmqtt_broker_pending") == 1
    house.broker.there = False
    assert value(house, "smsmqtt_broker_connected") == 0


def test_requests_are_counted_by_the_template_of_their_route(house: HttpHouse) -> None:
    house.caller.get("/healthz")
    house.caller.get("/nothing/here")
    counted = "smsmqtt_http_requests_total"
    assert value(house, counted, method="GET", route="/healthz", status="200") == 1
    assert value(house, counted, method="GET", route="none", status="404") == 1


def test_metrics_need_a_token(house: HttpHouse) -> None:
    with house.client() as stranger:
        assert stranger.get("/metrics").status_code == 401


def test_metrics_that_are_switched_off_are_not_described(tmp_path: Path) -> None:
    with HttpHouse(folder=tmp_path, http={"metrics": False}) as house:
        assert "/metrics" not in house.caller.get("/openapi.json").json()["paths"]


def test_metrics_can_be_switched_off(tmp_path: Path) -> None:
    with HttpHouse(folder=tmp_path / "other", http={"metrics": False}) as house:
        assert house.caller.get("/metrics").status_code == 404


def test_reading_them_writes_nothing(house: HttpHouse) -> None:
    before = house.store.commits
    families(house)
    assert house.store.commits == before


def test_webhooks_are_told_by_their_place(house: HttpHouse) -> None:
    assert value(house, "smsmqtt_webhook_waiting", webhook="webhooks.0") is None
    house.store.write(lambda tx: webhooks.enlist(tx, [RECEIVER]))
    for event_id in ("a", "b"):
        house.store.write(lambda tx, it=event_id: webhooks.put(tx, "x", it, "{}"))  # type: ignore[misc]
    house.store.write(lambda tx: webhooks.give_up(tx, 1))
    assert value(house, "smsmqtt_webhook_waiting", webhook="webhooks.0") == 1
    assert value(house, "smsmqtt_webhook_dropped_total", webhook="webhooks.0") == 1
