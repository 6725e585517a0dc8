"""The OpenAPI document: all is described, and the answers are as it says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.http_house import TOKEN, HttpHouse
from support.sms import receive

CONFIG = Path(__file__).with_name("schemathesis.toml")


@pytest.fixture
def document(house: HttpHouse) -> dict[str, Any]:
    with house.client() as anybody:
        told: dict[str, Any] = anybody.get("/openapi.json").json()
    return told


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def test_every_route_of_the_contract_is_described(document: dict[str, Any]) -> None:
    named = {
        *("POST /messages", "GET /messages", "GET /messages/{message_id}", "DELETE /messages/{message_id}"),
        *("POST /balance-requests", "GET /balance-requests/{request_id}"),
        *("GET /lines", "GET /lines/{line}", "GET /gateways", "GET /gateways/{gateway}"),
        *(f"POST /gateways/{{gateway}}/{verb}" for verb in ("poll", "pause", "resume")),
    }
    assert named <= operations(document).keys()


def test_every_problem_has_an_example(document: dict[str, Any]) -> None:
    for name, operation in operations(document).items():
        assert operation["summary"], name
        for status, told in operation["responses"].items():
            if int(status) >= 400:
                (content,) = told["content"].items()
                assert content[0] == "application/problem+json", name
                assert all(it["value"]["status"] == int(status) for it in content[1]["examples"].values()), name
                assert content[1]["examples"], name


def test_what_wants_a_token_says_so(house: HttpHouse, document: dict[str, Any]) -> None:
    with house.client() as anybody:
        for name, operation in operations(document).items():
            if "security" in operation:
                method, path = name.split()
                assert anybody.request(method, path).status_code == 401, name
    assert "security" in operations(document)["POST /messages"]


def test_the_version_is_the_one_that_answers(document: dict[str, Any]) -> None:
    from smsmqtt import __version__

    assert document["info"] == {**document["info"], "title": "smsmqtt", "version": __version__}


@pytest.mark.timeout(240)
def test_schemathesis_finds_nothing(house: HttpHouse, caller: httpx.Client, tmp_path: Path) -> None:
    caller.post("/messages", json={"to": "family", "body": "Hello", "id": "door-17"})
    receive(house.store, "Hi", sender="+59899123451")
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(CONFIG), "--no-color", "run"),
        *(f"{house.url}/openapi.json", "-H", f"Authorization: Bearer {TOKEN}", "--checks", "all", "--seed", "17"),
        *("--max-examples", "10", "--continue-on-failure", "--no-shrink"),
        *("--exclude-checks", "use_after_free"),  # a message that was taken back is told of as before
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-20_000:]
