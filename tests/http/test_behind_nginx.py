"""Behind a real nginx that is set up as docs/HTTP.md says, and in the way of Home Assistant's Ingress."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml
from support.event_stream import EventStream
from support.http_house import TOKEN, HttpHouse
from support.nginx import nginx
from support.pages import blocks, section

from smsmqtt.store import announcements

BEARER = {"Authorization": f"Bearer {TOKEN}"}
INGRESS = """
location /api/hassio_ingress/aB3-_x/ {
    proxy_pass http://127.0.0.1:8080/;
    proxy_http_version 1.1;
    proxy_set_header X-Ingress-Path /api/hassio_ingress/aB3-_x;
    proxy_set_header X-Forwarded-Host $http_host;
    proxy_set_header X-Forwarded-Proto $scheme;
}
"""


def as_documented() -> str:
    (block,) = blocks("docs/HTTP.md", "nginx")
    return block


@pytest.fixture
def house(tmp_path: Path) -> Iterator[HttpHouse]:
    with HttpHouse(folder=tmp_path / "house", http={"trusted_proxies": ["127.0.0.1"]}) as house:
        yield house


@pytest.fixture(params=[as_documented(), INGRESS], ids=["documented", "ingress"])
def outside(request: pytest.FixtureRequest, tmp_path: Path, house: HttpHouse) -> Iterator[httpx.Client]:
    """Somebody who sees the desk under a path of the proxy's."""
    server = request.param.replace("127.0.0.1:8080", f"127.0.0.1:{house.port}")
    prefix = server.split("location ")[1].split(" ")[0]
    with nginx(tmp_path / "nginx", server) as address:
        yield from client(address + prefix)


def client(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, headers=BEARER, timeout=10.0) as opened:
        yield opened


def test_paths_are_found_and_told_under_the_prefix(outside: httpx.Client) -> None:
    assert outside.get("healthz").status_code == 200
    (server,) = outside.get("openapi.json").json()["servers"]
    assert server["url"] == outside.base_url.path.rstrip("/")


def test_events_come_through_as_they_happen(house: HttpHouse, outside: httpx.Client) -> None:
    with EventStream(client=outside, path="events") as stream:
        for number in range(3):
            house.store.write(lambda tx, it=number: announcements.add(tx, "status", json.dumps({"id": it})))  # type: ignore[misc]
            assert stream.wait_for("status", number + 1)[-1].fields == {"id": number}


def test_a_client_that_goes_away_behind_the_proxy_is_missed(house: HttpHouse, outside: httpx.Client) -> None:
    with EventStream(client=outside, path="events"):
        pass
    with EventStream(client=outside, path="events") as again:
        house.store.write(lambda tx: announcements.add(tx, "status", "{}"))
        again.wait_for("status")


def test_the_proxy_that_nobody_trusts_is_no_proxy(tmp_path: Path) -> None:
    with HttpHouse(folder=tmp_path / "house") as house:
        server = as_documented().replace("127.0.0.1:8080", f"127.0.0.1:{house.port}")
        with nginx(tmp_path / "nginx", server) as address:
            answer = httpx.get(f"{address}/sms/openapi.json", headers=BEARER)
            assert answer.json()["servers"] == [{"url": "/"}]


PLAIN = "location /sms/ { proxy_pass http://127.0.0.1:8080/; proxy_set_header Host $http_host; }"


def test_public_url_alone_serves_under_its_path(tmp_path: Path) -> None:
    with HttpHouse(folder=tmp_path / "house", http={"public_url": "https://example.org/sms"}) as house:
        with nginx(tmp_path / "nginx", PLAIN.replace(":8080", f":{house.port}")) as outside:
            assert_all_is_under(f"{outside}/sms", "/sms")
        assert_all_is_under(house.url, "/sms")
        assert_all_is_under(f"{house.url}/sms", "/sms")


def assert_all_is_under(base: str, prefix: str) -> None:
    """The page sends its visitors to where it is, logs in there and keeps the cookie there; REST tells its paths."""
    with httpx.Client(follow_redirects=True) as visitor:
        sent_to = visitor.get(f"{base}/")
        assert (sent_to.status_code, sent_to.url.path) == (200, f"{prefix}/log-in")
        entered = visitor.post(sent_to.url, data={"token": TOKEN})
        assert (entered.status_code, entered.url.path) == (200, f"{prefix}/")
        assert [it.path for it in visitor.cookies.jar] == [prefix]
        placed = visitor.post(f"{base}/messages", json={"to": "ana", "body": "Hi", "id": "a"}, headers=BEARER)
        assert placed.headers["location"] == f"{prefix}/messages/a"


def test_the_documented_configuration_for_ingress_is_taken(tmp_path: Path) -> None:
    told = section("docs/HTTP.md", "Behind a proxy")
    block = told.split("```yaml\n")[1].split("```")[0]
    http = yaml.safe_load(block)["http"]
    with HttpHouse(folder=tmp_path, http={"trusted_proxies": http["trusted_proxies"]}) as house:
        assert house.settings.http
        assert house.settings.http.trusted_proxies == ("172.30.32.2/32",)
