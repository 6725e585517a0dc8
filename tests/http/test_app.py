"""What every path has in common: who may come in, and how errors look."""

from __future__ import annotations

import http.client
import io
import json
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from support.http_house import TOKEN, HttpHouse
from support.loops import in_a_loop

from smsmqtt.errors import StoreBroken
from smsmqtt.store import outbox

FOREIGN_WORDS = "Schlüssel für die Tür à"
PATHS = ["/messages", "/messages/a", "/balance-requests/a", "/lines", "/lines/mine", "/gateways", "/gateways/hall"]


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    assert told["status"] == status
    assert told["title"]
    assert told["detail"]
    return told


@pytest.mark.parametrize("path", [*PATHS, "/openapi.json"])
def test_nobody_comes_in_without_a_token(calm: HttpHouse, path: str) -> None:
    with calm.client() as anybody:
        for authorization in ("", "Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", f"Bearer {TOKEN[:-1]}"):
            answer = anybody.get(path, headers={"Authorization": authorization})
            assert problem(answer, 401)["code"] == "unauthorized"
            assert answer.headers["www-authenticate"] == "Bearer"
        assert anybody.get(path, headers={"Authorization": f"bearer  {TOKEN}"}).status_code in (200, 404)


def test_a_token_of_any_characters_opens(tmp_path: Path) -> None:
    with HttpHouse(folder=tmp_path, http={"tokens": {"tests": FOREIGN_WORDS}}) as house, house.client() as anybody:
        for coding in ("utf-8", "latin-1"):
            header = b"Bearer " + FOREIGN_WORDS.encode(coding)
            assert anybody.get("/lines", headers={b"Authorization": header}).status_code == 200, coding
        assert anybody.get("/lines", headers={b"Authorization": b"Bearer \xff\xc3"}).status_code == 401


def test_a_short_token_is_warned_of_and_not_told(tmp_path: Path, log: io.StringIO) -> None:
    with HttpHouse(folder=tmp_path, http={"tokens": {"weak": "s3cr3t!", "good": TOKEN}}):
        pass
    (line,) = [json.loads(it) for it in log.getvalue().splitlines() if "short" in it]
    assert (line["level"], line["token"]) == ("warning", "weak")
    assert "s3cr3t!" not in log.getvalue()


@pytest.mark.parametrize(
    ("http", "warned"),
    [
        ({"tokens": {}}, True),
        ({"tokens": {}, "restful_sms": {"token": "4f1c0a9be2d8"}}, False),
        ({"tokens": {"good": TOKEN}}, False),
    ],
)
def test_a_house_that_lets_nobody_in_starts_with_a_warning(
    tmp_path: Path, log: io.StringIO, http: dict[str, Any], warned: bool
) -> None:
    with HttpHouse(folder=tmp_path, http=http) as house, house.client() as anybody:
        assert anybody.get("/healthz").status_code == 200
        assert anybody.get("/lines", headers={"Authorization": "Bearer x"}).status_code == 401
    warnings = [it["event"] for it in map(json.loads, log.getvalue().splitlines()) if it["level"] == "warning"]
    assert any("without http.tokens" in it for it in warnings) is warned


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("GET", it) for it in (*PATHS, "/events", "/metrics", "/openapi.json")),
        *(("POST", it) for it in ("/messages", "/balance-requests", "/gateways/hall/poll", "/gateways/hall/resume")),
        ("DELETE", "/messages/a"),
    ],
)
def test_a_parameter_that_nobody_knows_is_refused(calm: HttpHouse, method: str, path: str) -> None:
    told = problem(calm.caller.request(method, path, params={"idd": "x"}), 422)
    assert (told["code"], told["field"]) == ("unknown_field", "idd")
    with calm.client() as anybody:
        problem(anybody.request(method, path, params={"idd": "x"}), 401)


def test_a_parameter_that_is_given_twice_is_refused(calm: HttpHouse) -> None:
    assert problem(calm.caller.get("/events?last_event_id=1&last_event_id=2"), 422)["field"] == "last_event_id"


def test_who_has_no_token_hears_nothing_of_what_is_wrong_with_the_order(house: HttpHouse) -> None:
    with house.client() as anybody:
        problem(anybody.post("/messages", json={"to": "nobody-known"}), 401)
    assert house.store.read(outbox.queue) == []


def test_a_path_that_is_not_there_is_not_found(calm: HttpHouse) -> None:
    for path in ("/nothing", "/messages/a/b", "/docs", "/%2e%2e/etc/passwd", "/messages/", "/lines/"):
        assert problem(calm.caller.get(path), 404)["code"] == "not_found"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/messages", "GET, HEAD, POST"),
        ("POST", "/messages/a", "DELETE, GET, HEAD"),
        ("GET", "/gateways/hall/poll", "POST"),
        ("HEAD", "/gateways/hall/poll", "POST"),
        ("POST", "/openapi.json", "GET, HEAD"),
        ("HEAD", "/events", "GET"),
    ],
)
def test_a_method_that_can_not_be_is_told_which_can(calm: HttpHouse, method: str, path: str, allowed: str) -> None:
    answer = calm.caller.request(method, path)
    if method != "HEAD":
        assert problem(answer, 405)["code"] == "method_not_allowed"
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("http://foo/healthz", 200),
        ("HTTPS://foo.example:8080/healthz", 200),
        ("http://[::1]/healthz?x=http://bar/", 200),
        ("http://foo", 303),
        ("http://foo/nothing", 404),
        ("ftp://foo/healthz", 404),
        ("http:///healthz", 404),
        ("http%3A//foo/healthz", 404),
    ],
)
def test_a_target_may_have_scheme_and_host_in_front(calm: HttpHouse, target: str, status: int) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", calm.port, timeout=10)) as asking:
        asking.request("GET", target, headers={"Host": "other"})
        assert asking.getresponse().status == status


def test_the_host_of_a_target_counts_more_than_the_header(calm: HttpHouse) -> None:
    for origin, status in (("http://foo", 303), ("http://other", 403)):
        with closing(http.client.HTTPConnection("127.0.0.1", calm.port, timeout=10)) as asking:
            headers = {"Host": "other", "Origin": origin}
            asking.request("POST", "http://foo/log-in", urlencode({"token": TOKEN}), headers)
            assert asking.getresponse().status == status


@pytest.mark.parametrize("path", [*PATHS, "/healthz", "/metrics", "/openapi.json", "/log-in", "/", "/nothing"])
def test_head_is_answered_as_get_is_without_the_body(calm: HttpHouse, path: str) -> None:
    told, head = calm.caller.get(path), calm.caller.head(path)
    assert (head.status_code, head.content) == (told.status_code, b"")
    for name in ("content-type", "content-length", "cache-control", "etag", "location"):
        if path != "/metrics" or name != "content-length":  # it counts what was asked
            assert head.headers.get(name) == told.headers.get(name), name
    assert calm.caller.get("/healthz").status_code == 200, "the connection goes on"


def test_a_path_that_is_only_there_when_it_is_wanted_tells_its_methods_too(tmp_path: Path) -> None:
    shims = {"restful_sms": {"token": "4f1c0a9be2d8"}, "twilio": {"auth_token": "x", "forward_to": "ana"}}
    with HttpHouse(folder=tmp_path, http=shims) as house:
        for path in ("/message/4f1c0a9be2d8", "/credit-request/x", "/twilio"):
            answer = house.caller.get(path)
            assert problem(answer, 405)["detail"] == "only POST can be done here"
            assert answer.headers["allow"] == "POST"


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


def test_paths_are_told_as_clients_see_them_behind_a_prefix(house: HttpHouse) -> None:
    transport = httpx.ASGITransport(app=house.desk._server.config.app, root_path="/sms")

    async def ask() -> list[httpx.Response]:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://here/sms", headers=headers) as caller:
            placed = [await caller.post("/messages", json={"to": "ana", "body": "Hello", "id": it}) for it in "ab"]
            return [placed[0], await caller.get("/messages?limit=1"), await caller.put("/messages")]

    placed, page, refused = in_a_loop(ask)
    assert placed.headers["location"] == "/sms/messages/a"
    assert page.links["next"]["url"].startswith("/sms/messages?limit=1&cursor=")
    assert refused.headers["allow"] == "GET, HEAD, POST"
