"""Lines and gateways over HTTP."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from support.http_house import HttpHouse

from smsmqtt.payloads import state
from smsmqtt.store import controls


def seen(house: HttpHouse) -> None:
    """As a session leaves it on the board."""
    now = house.clock.now()
    house.store.board.post(
        "gateway",
        "hall",
        state.gateway(
            state="idle",
            last_session=state.LastSession(at=now, held_s=4.2, sent=1, received=0, turns=11),
            held_s_hour=12.0,
            next_session_at=now + timedelta(seconds=60),
            error=state.Trouble(code="occupied", text="taken", hint="wait", since=now),
        ),
    )
    house.store.board.post(
        "line",
        "mine",
        state.line(
            state="ready",
            sending=True,
            sending_reason=None,
            number="+59899000001",
            gateway="hall",
            sim=state.Sim(signal_dbm=-71, operator="Antel", roaming=False, used=1, capacity=20),
            totals=state.Totals(sent=3),
            at=now,
        ),
    )


def test_lines_and_gateways_are_told_before_anything_is_known_of_them(caller: httpx.Client) -> None:
    told = caller.get("/lines").json()["lines"]
    assert [(it["name"], it["gateway"], it["number"], it["state"]) for it in told] == [
        ("mine", "hall", "+59899000001", None),
        ("yours", "hall", "+59899000002", None),
    ]
    assert caller.get("/gateways").json() == {"gateways": [{"name": "hall", "lines": ["mine", "yours"], "state": None}]}


def test_lines_and_gateways_are_told_as_mqtt_has_them(house: HttpHouse, caller: httpx.Client) -> None:
    seen(house)
    line, gateway = caller.get("/lines/mine").json(), caller.get("/gateways/hall").json()
    assert line == {"name": "mine", **house.store.board.snapshot("line")["mine"], "credit": None}
    assert gateway == {"name": "hall", "lines": ["mine", "yours"], **house.store.board.snapshot("gateway")["hall"]}
    assert caller.get("/lines/+59899000001").json() == line == caller.get("/lines").json()["lines"][0]
    assert caller.get("/gateways").json()["gateways"] == [gateway]


def test_who_looks_again_is_told_only_of_changes(house: HttpHouse, caller: httpx.Client) -> None:
    tag = caller.get("/gateways/hall").headers["etag"]
    assert caller.get("/gateways/hall", headers={"If-None-Match": tag}).status_code == 304
    seen(house)
    assert caller.get("/gateways/hall", headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("path", ["/lines/his", "/gateways/cellar"])
def test_what_is_not_there_is_not_found(caller: httpx.Client, path: str) -> None:
    answer = caller.get(path)
    assert (answer.status_code, answer.json()["code"][:8]) == (404, "unknown_")


def test_a_poll_asks_for_a_session(house: HttpHouse, caller: httpx.Client) -> None:
    answer = caller.post("/gateways/hall/poll")
    assert (answer.status_code, answer.json()) == (202, {"gateway": "hall"})
    assert house.store.board.take_poll("hall")


def test_a_gateway_is_paused_for_a_while_or_until_it_is_resumed(house: HttpHouse, caller: httpx.Client) -> None:
    until = caller.post("/gateways/hall/pause", json={"for": "10m"}).json()["until"]
    assert until is not None
    assert "hall" in house.store.read(lambda tx: controls.paused(tx, ["hall"]))
    assert caller.post("/gateways/hall/pause").json() == {"gateway": "hall", "until": None}
    answer = caller.post("/gateways/hall/poll")
    assert (answer.status_code, answer.json()["code"]) == (409, "paused")
    assert caller.post("/gateways/hall/resume", json={}).json() == {"gateway": "hall"}
    assert house.store.read(lambda tx: controls.paused(tx, ["hall"])) == {}


@pytest.mark.parametrize(
    ("path", "asked", "status", "code"),
    [
        ("/gateways/cellar/poll", {}, 404, "unknown_gateway"),
        ("/gateways/hall/pause", {"for": "soon"}, 422, "bad_payload"),
        ("/gateways/hall/pause", {"four": "10m"}, 422, "unknown_field"),
        ("/gateways/hall/pause", {"gateway": "hall"}, 422, "unknown_field"),
        ("/gateways/hall/resume", {"for": "10m"}, 422, "unknown_field"),
        ("/gateways/hall/poll", [], 400, "bad_payload"),
    ],
)
def test_a_verb_that_makes_no_sense_is_refused(
    house: HttpHouse, caller: httpx.Client, path: str, asked: object, status: int, code: str
) -> None:
    answer = caller.post(path, json=asked)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert house.store.read(lambda tx: controls.paused(tx, ["hall"])) == {}
