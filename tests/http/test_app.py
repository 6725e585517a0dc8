"""What every path has in common: who may come in, and how errors look."""

from __future__ import annotations

import io
import json
from typing import Any

import httpx
import pytest
from support.http_house import TOKEN, HttpHouse

from smsmqtt.errors import StoreBroken
from smsmqtt.store import outbox

PATHS = ["/messages", "/messages/a", "/balance-requests/a", "/lines", "/lines/mine", "/gateways", "/gateways/hall"]


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    assert told["status"] == status
    assert told["title"]
    assert told["detail"]
    return told


@pytest.mark.parametrize("path", PATHS)
def test_nobody_comes_in_without_a_token(house: HttpHouse, path: str) -> None:
    with house.client() as anybody:
        for authorization in ("", "Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", f"Bearer {TOKEN[:-1]}"):
            answer = anybody.get(path, headers={"Authorization": authorization})
            assert problem(answer, 401)["code"] == "unauthorized"
            assert answer.headers["www-authenticate"] == "Bearer"
        assert anybody.get(path, headers={"Authorization": f"bearer  {TOKEN}"}).status_code in (200, 404)


def test_who_has_no_token_hears_nothing_of_what_is_wrong_with_the_order(house: HttpHouse) -> None:
    with house.client() as anybody:
        problem(anybody.post("/messages", json={"to": "nobody-known"}), 401)
    assert house.store.read(outbox.queue) == []


def test_a_path_that_is_not_there_is_not_found(caller: httpx.Client) -> None:
    for path in ("/nothing", "/messages/a/b", "/docs", "/%2e%2e/etc/passwd"):
        assert problem(caller.get(path), 404)["code"] == "not_found"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/messages", "GET, POST"),
        ("POST", "/messages/a", "DELETE, GET"),
        ("GET", "/gateways/hall/poll", "POST"),
        ("POST", "/openapi.json", "GET, HEAD"),
    ],
)
def test_a_method_that_can_not_be_is_told_which_can(caller: httpx.Client, method: str, path: str, allowed: str) -> None:
    answer = caller.request(method, path)
    assert problem(answer, 405)["code"] == "method_not_allowed"
    assert answer.headers["allow"] == allowed


def test_a_mistake_of_ours_is_a_problem_without_details_and_a_line_in_the_log(
    house: HttpHouse, caller: httpx.Client, monkeypatch: pytest.MonkeyPatch, log: io.StringIO
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no luck with +59899123451")

    monkeypatch.setattr("smsmqtt.http.messages.accept_order", broken)
    answer = caller.post("/messages", json={"to": "ana", "body": "a secret text"})

    assert problem(answer, 500)["code"] == "internal"
    assert "luck" not in answer.text
    (line,) = [json.loads(it) for it in log.getvalue().splitlines() if "RuntimeError" in it]
    assert line["level"] == "error"
    assert "+598…51" in line["exception"]
    assert "secret" not in log.getvalue()
    assert caller.get("/messages").status_code == 200


def test_a_ledger_that_fails_is_said_to_be_unavailable(house: HttpHouse, caller: httpx.Client) -> None:
    def full(*_: object) -> None:
        raise StoreBroken("the disk is gone")

    house.store.read = full  # type: ignore[assignment]
    assert problem(caller.get("/messages"), 503)["code"] == "store_broken"


def test_tokens_are_in_no_log(house: HttpHouse, caller: httpx.Client, log: io.StringIO) -> None:
    caller.get("/messages", params={"token": TOKEN})
    caller.post("/messages", content=json.dumps({"to": "ana", "body": TOKEN}))
    caller.post("/messages", content=json.dumps({"to": "nobody-known", "body": TOKEN}))
    assert "refused" in log.getvalue()
    assert TOKEN not in log.getvalue()
