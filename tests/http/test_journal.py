"""The journal of requests: one line each, and nothing personal in it."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from support.http_house import TOKEN, HttpHouse
from support.waiting import eventually

from smsmqtt.config import LogSettings
from smsmqtt.http.journal import masked
from smsmqtt.logs import configure

NUMBER = "+59899123451"


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    configure(LogSettings(level="debug", format="json", personal="full"), stream=stream)
    yield stream
    structlog.reset_defaults()


def lines(out: io.StringIO, event: str = "request") -> list[dict[str, Any]]:
    told = [json.loads(line) for line in out.getvalue().splitlines()]
    return [line for line in told if line["event"] == event]


def last(out: io.StringIO, number: int = 1) -> dict[str, Any]:
    return eventually(lambda: found if len(found := lines(out)) >= number else [])[-1]


def test_a_request_is_one_line_with_who_and_how_long(out: io.StringIO, caller: httpx.Client) -> None:
    caller.get(f"/messages?number={NUMBER}")
    line = last(out)
    assert (line["level"], line["method"], line["path"], line["status"]) == ("debug", "GET", "/messages", 200)
    assert line["who"] == "tests"
    assert line["took_ms"] > 0
    assert "client" not in line
    assert NUMBER not in out.getvalue()


def test_a_refusal_is_told_to_everybody(out: io.StringIO, house: HttpHouse) -> None:
    with house.client() as stranger:
        stranger.get("/metrics", headers={"Authorization": "Bearer wrong-token"})
    line = last(out)
    assert (line["level"], line["status"], line["who"]) == ("info", 401, None)
    assert line["client"] == "127.0.0.1"
    assert "wrong-token" not in out.getvalue()


def test_who_logs_in_or_tries_to_is_told_with_the_address(out: io.StringIO, house: HttpHouse) -> None:
    with house.client() as client:
        client.post("/log-in", data={"token": "guessed"})
        client.post("/log-in", data={"token": TOKEN})
    for event in ("log-in refused", "logged in"):
        (line,) = lines(out, event)
        assert line["client"] == "127.0.0.1"


def test_a_path_is_told_as_openapi_has_it(out: io.StringIO, tmp_path: Path) -> None:
    with HttpHouse(folder=tmp_path, http={"restful_sms": {"token": "4f1c0a9be2d8"}}) as house:
        house.caller.post("/message/4f1c0a9be2d8")
        told = last(out)["path"]
        assert told in house.caller.get("/openapi.json").json()["paths"]
        assert f'route="{told}"' in house.caller.get("/metrics").text


def test_head_is_told_as_head(out: io.StringIO, caller: httpx.Client) -> None:
    caller.head("/messages/secret-id")
    line = last(out)
    assert (line["method"], line["path"], line["who"]) == ("HEAD", "/messages/{message_id}", "tests")


def test_a_path_that_is_not_ours_is_masked(out: io.StringIO, caller: httpx.Client) -> None:
    caller.post("/message/4f1c0a9be2d8/", params={"to": NUMBER})
    assert last(out)["path"].startswith("/message/")
    assert "4f1c0a9be2d8" not in out.getvalue()
    assert NUMBER not in out.getvalue()


def test_an_error_of_ours_is_in_the_log_and_an_answer_all_the_same(
    out: io.StringIO, house: HttpHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house.broker, "troubles", lambda: 1 // 0)
    with house.client() as stranger:
        assert stranger.get("/healthz").status_code == 500
    assert last(out)["status"] == 500
    (error,) = lines(out, "an error of smsmqtt itself; the request fails, the daemon goes on")
    assert "ZeroDivisionError" in error["exception"]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/", "/"),
        ("", "/"),
        ("/lines", "/lines"),
        ("/message/secret", "/message/…"),
        ("/message/", "/message"),
        ("/+59899123451", "/…"),
        ("/59899123451/x", "/…/…"),
        ("/.env", "/…"),
        ("/wp-login.php", "/wp-login.php"),
        ("/ñandú", "/…"),
        ("/" + "a" * 40, "/…"),
    ],
)
def test_of_a_path_the_first_word_alone_is_told(path: str, told: str) -> None:
    assert masked(path) == told
