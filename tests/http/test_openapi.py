"""The OpenAPI document: all is described, and the answers are as it says."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.http_house import TOKEN, HttpHouse
from support.pages import ROOT, first_cells, named, page, section
from support.sms import receive

from smsmqtt.http.access import COOKIE

REST = ("messages", "balance-requests", "lines", "gateways")
PLACES = ("message_id", "request_id", "line", "gateway")
CONFIG = Path(__file__).with_name("schemathesis.toml")


@pytest.fixture(scope="module")
def document(calm: HttpHouse) -> dict[str, Any]:
    told: dict[str, Any] = calm.caller.get("/openapi.json").json()
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
        *("GET /events", "GET /healthz", "GET /metrics"),
    }
    assert named <= operations(document).keys()


def test_every_problem_has_an_example(document: dict[str, Any]) -> None:
    for name, operation in operations(document).items():
        assert operation["summary"], name
        for status, told in operation["responses"].items():
            if int(status) >= 400 and name != "GET /healthz":  # which says the same whether all is well or not
                (content,) = told["content"].items()
                assert content[0] == "application/problem+json", name
                assert all(it["value"]["status"] == int(status) for it in content[1]["examples"].values()), name
                assert content[1]["examples"], name


def test_what_wants_a_token_says_so(calm: HttpHouse, document: dict[str, Any]) -> None:
    with calm.client() as anybody:
        for name, operation in operations(document).items():
            if "security" in operation:
                method, path = name.split()
                assert anybody.request(method, path).status_code == 401, name
    assert "security" in operations(document)["POST /messages"]


def test_a_parameter_that_nobody_knows_is_described_wherever_it_is_refused(
    calm: HttpHouse, document: dict[str, Any]
) -> None:
    for name, operation in operations(document).items():
        method, path = name.split()
        answer = calm.caller.request(method, path.format(**dict.fromkeys(PLACES, "hall")), params={"nobody-knows": "x"})
        if answer.status_code == 422:
            examples = operation["responses"]["422"]["content"]["application/problem+json"]["examples"]
            assert answer.json()["code"] in examples, name
        else:
            assert name == "GET /healthz"


def test_the_pages_cookie_opens_the_events_alone(document: dict[str, Any]) -> None:
    schemes = document["components"]["securitySchemes"]
    assert schemes["cookie"] == {**schemes["cookie"], "type": "apiKey", "in": "cookie", "name": COOKIE}
    opened = {name for name, it in operations(document).items() if {"cookie": []} in it.get("security", ())}
    assert opened == {"GET /events"}
    assert operations(document)["GET /events"]["security"][0] == {"token": []}


def test_the_version_is_the_one_that_answers(document: dict[str, Any]) -> None:
    from smsmqtt import __version__

    assert document["info"] == {**document["info"], "title": "smsmqtt", "version": __version__}


def codes_in_the_code() -> set[str]:
    """Those that routes raise themselves; the others are of ``payloads`` and ``intake``, and stand in MQTT.md."""
    found = set()
    for file in (ROOT / "smsmqtt" / "http").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                given = [it.value for it in node.keywords if it.arg == "code"] if node.func.id == "Problem" else []
                given += node.args[2:3] if node.func.id == "PayloadError" else []
                found |= {str(it.value) for it in given if isinstance(it, ast.Constant)}
    return found


def test_every_path_and_every_problem_is_documented(document: dict[str, Any]) -> None:
    rest = {name for name in operations(document) if name.split()[1].split("/")[1] in REST}
    assert rest <= first_cells(section("docs/HTTP.md", "REST"))
    known = codes_in_the_code()
    assert len(known) > 10
    assert known <= first_cells(section("docs/HTTP.md", "Problems"))


def test_every_parameter_and_every_field_of_ours_is_documented(document: dict[str, Any]) -> None:
    asked = {it["name"] for it in operations(document)["GET /messages"]["parameters"] if it["in"] == "query"}
    assert asked == first_cells(section("docs/HTTP.md", "Messages and texts"))
    forms, told = document["components"]["schemas"], named(page("docs/HTTP.md") + page("docs/MQTT.md"))
    for form in ("Placed", "Page", "SentWithTimeline", "Received", "Question", "Questions", "Line", "Gateway"):
        missing = forms[form]["properties"].keys() - told
        assert not missing, form


@pytest.mark.timeout(240)
def test_schemathesis_finds_nothing(house: HttpHouse, caller: httpx.Client, tmp_path: Path) -> None:
    caller.post("/messages", json={"to": "family", "body": "Hello", "id": "door-17"})
    receive(house.store, "Hi", sender="+59899123451")
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(CONFIG), "--no-color", "run"),
        *(f"{house.url}/openapi.json", "-H", f"Authorization: Bearer {TOKEN}", "--checks", "all", "--seed", "17"),
        *("--exclude-path", "/events"),  # does not end
        *("--max-examples", "6", "--continue-on-failure", "--no-shrink"),
        *("--exclude-checks", "use_after_free"),  # a message that was taken back is told of as before
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-20_000:]


def test_the_examples_of_the_page_work(tmp_path: Path) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("curl is not installed")
    (tmp_path / ".curlrc").write_text("fail-with-body\nsilent\nshow-error\n")
    with HttpHouse(folder=tmp_path / "house", http={"tokens": {"reader": "a long random text"}}) as house:
        examples = "".join(re.findall(r"^```sh\n(.*?)^```", section("docs/HTTP.md", "REST"), re.MULTILINE | re.DOTALL))
        done = subprocess.run(
            ["bash", "-e", "-c", examples.replace("http://127.0.0.1:8080", house.url)],
            env={**os.environ, "CURL_HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr + done.stdout
    assert '"state":"cancelled"' in done.stdout
