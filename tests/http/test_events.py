"""Server-sent events: what is told, from where on, to how many, and how it ends."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from support import sms
from support.event_stream import EventStream
from support.fake_clock import FakeClock
from support.http_house import TOKEN, HttpHouse
from support.pages import first_cells, section
from support.waiting import eventually

from smsmqtt.http import events
from smsmqtt.http.access import COOKIE, Keys
from smsmqtt.store import announcements

Listen = Callable[..., EventStream]


@pytest.fixture
def listen(house: HttpHouse) -> Iterator[Listen]:
    """Opens a stream that is left at the end of the test: ``listen("?events=inbox", last=41)``."""
    with ExitStack() as open_streams:

        def do(query: str = "", *, last: object = None) -> EventStream:
            headers = {} if last is None else {"Last-Event-ID": str(last)}
            stream = EventStream(client=house.caller, path=f"/events{query}", headers=headers)
            return open_streams.enter_context(stream)

        yield do


def tell(house: HttpHouse, *told: str, kind: str = "status") -> None:
    """Each in a commit of its own."""
    for it in told:
        payload = json.dumps({"id": it}, ensure_ascii=False)
        house.store.write(lambda tx, payload=payload: announcements.add(tx, kind, payload))  # type: ignore[misc]


def receive(house: HttpHouse, body: str) -> None:
    sms.receive(house.store, body, sender="+59899123451")


def post(house: HttpHouse, **fields: Any) -> None:
    house.store.board.post("gateway", "hall", {"state": "idle", "error": None, **fields})


def ids(stream: EventStream, kind: str = "status") -> list[str]:
    return [it.fields["id"] for it in stream.of(kind)]


def streams(house: HttpHouse) -> int:
    """How many are read now."""
    told = re.search(r"^smsmqtt_http_event_streams (.*)$", house.caller.get("/metrics").text, re.MULTILINE)
    assert told
    return int(float(told[1]))


def test_a_stream_begins_with_the_states_as_they_are(house: HttpHouse, listen: Listen) -> None:
    post(house)
    house.store.board.post("line", "mine", {"state": "ready"})
    tell(house, "earlier")
    stream = listen()
    (gateway,) = stream.wait_for("gateway")
    (line,) = stream.wait_for("line")
    assert gateway.fields == {"name": "hall", "state": "idle", "error": None}
    assert line.fields == {"name": "mine", "state": "ready"}
    tell(house, "now")
    stream.wait_for("status")
    assert ids(stream) == ["now"]


def test_a_state_is_told_again_only_when_it_changed(house: HttpHouse, listen: Listen) -> None:
    post(house)
    stream = listen()
    stream.wait_for("gateway")
    post(house)
    tell(house, "between")
    stream.wait_for("status")
    post(house, state="connected")
    assert [it.fields["state"] for it in stream.wait_for("gateway", 2)] == ["idle", "connected"]


def test_a_text_received_has_the_form_of_the_inbox(house: HttpHouse, listen: Listen) -> None:
    stream = listen()
    receive(house, "¿Qué tal? €\n2")
    (text,) = stream.wait_for("inbox")
    told = text.fields
    assert (told["body"], told["contact"], told["to"]) == ("¿Qué tal? €\n2", "ana", "+59899000001")
    assert (told["event_type"], told["again"]) == ("received", 0)
    assert "¿Qué tal? €" in text.data


def test_calls_and_credit_are_told_though_the_broker_is_not_owed_the_credit(house: HttpHouse, listen: Listen) -> None:
    stream = listen()
    tell(house, "ring", kind="call")
    house.store.write(lambda tx: announcements.add(tx, "balance", '{"line": "mine"}', owed=False))
    assert stream.wait_for("call")
    assert stream.wait_for("balance")[0].fields == {"line": "mine"}


def test_an_answer_for_one_mqtt_caller_is_nobody_elses(house: HttpHouse, listen: Listen) -> None:
    stream = listen()
    tell(house, "private", kind="response/message")
    tell(house, "public")
    stream.wait_for("status")
    assert [it.kind for it in stream.heard] == ["status"]


@pytest.mark.parametrize("way", ["header", "query"])
def test_a_stream_goes_on_behind_the_last_event(house: HttpHouse, listen: Listen, way: str) -> None:
    first = listen()
    tell(house, "a", "b", "c")
    seen = first.wait_for("status", 3)[0].id
    again = listen(last=seen) if way == "header" else listen(f"?last_event_id={seen}")
    again.wait_for("status", 2)
    tell(house, "d")
    again.wait_for("status", 3)
    assert ids(again) == ["b", "c", "d"]
    assert [it.id for it in again.of("status")] == [it.id for it in first.wait_for("status", 4)[1:]]
    assert not again.of("gap")


def test_the_header_says_more_than_the_query_that_a_browser_repeats(house: HttpHouse, listen: Listen) -> None:
    tell(house, "a", "b")
    stream = listen("?last_event_id=0", last=1)
    stream.wait_for("status")
    assert ids(stream) == ["b"]


def test_who_is_cut_off_before_the_first_news_misses_none(house: HttpHouse, listen: Listen) -> None:
    tell(house, "before")
    place = listen().id
    tell(house, "meanwhile")
    stream = listen(last=place)
    stream.wait_for("status")
    assert ids(stream) == ["meanwhile"]


def test_more_than_a_page_comes_in_order(house: HttpHouse, listen: Listen) -> None:
    many = [str(number) for number in range(250)]
    house.store.write(lambda tx: [announcements.add(tx, "status", json.dumps({"id": it})) for it in many])
    stream = listen(last=0)
    stream.wait_for("status", len(many))
    assert ids(stream) == many


def test_news_that_are_kept_no_more_are_said_to_be_missing(tmp_path: Path) -> None:
    clock = FakeClock()
    with HttpHouse(folder=tmp_path, clock=clock) as house:
        tell(house, "a", "b")
        owed = [it.id for it in house.store.read(lambda tx: announcements.pending(tx, 0, 10))]
        house.store.write(lambda tx: announcements.published(tx, owed))
        clock.advance(26 * 3600)
        house.store.write(announcements.prune)
        with EventStream(client=house.caller, headers={"Last-Event-ID": "1"}) as stream:
            assert stream.wait_for("gap")[0].fields == {"last_event_id": 1, "goes_on_after": 1}
            tell(house, "c")
            stream.wait_for("status")
            assert ids(stream) == ["c"]
        with EventStream(client=house.caller, headers={"Last-Event-ID": "2"}) as stream:
            stream.wait_for("status")
            assert not stream.of("gap")


def test_an_id_of_another_store_is_said_to_be_none_of_ours(house: HttpHouse, listen: Listen) -> None:
    tell(house, "a")
    stream = listen(last=70)
    assert stream.wait_for("gap")[0].fields == {"last_event_id": 70, "goes_on_after": 1}
    tell(house, "b")
    stream.wait_for("status")
    assert ids(stream) == ["b"]


def test_only_what_is_asked_for_comes(house: HttpHouse, listen: Listen) -> None:
    post(house)
    stream = listen("?events=inbox,call")
    tell(house, "status")
    receive(house, "hola")
    tell(house, "ring", kind="call")
    stream.wait_for("call")
    assert [it.kind for it in stream.heard] == ["inbox", "call"]


ID_EXPECTED = "expected a whole number from 0 to 9223372036854775807"
KINDS_EXPECTED = "expected status, inbox, call, balance, gateway, line, or several of them with commas between"


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("events=inbox,nothing", f"events: {KINDS_EXPECTED}"),
        ("events=", f"events: {KINDS_EXPECTED}"),
        ("last_event_id=a", f"last_event_id: {ID_EXPECTED}"),
        ("last_event_id=-1", f"last_event_id: {ID_EXPECTED}"),
        ("last_event_id=9223372036854775808", f"last_event_id: {ID_EXPECTED}"),
        ("event=inbox", "event: unknown field; did you mean events?"),
    ],
)
def test_a_question_that_makes_no_sense_is_told_what_is_expected(caller: httpx.Client, query: str, told: str) -> None:
    answer = caller.get(f"/events?{query}")
    assert (answer.status_code, answer.json()["detail"]) == (422, told)


def test_an_id_in_the_header_that_makes_no_sense_is_told_what_is_expected(caller: httpx.Client) -> None:
    answer = caller.get("/events", headers={"Last-Event-ID": "a"})
    assert (answer.status_code, answer.json()["detail"]) == (422, f"Last-Event-ID: {ID_EXPECTED}")


def test_heartbeats_tell_that_it_lives_and_how_far_unwanted_news_went(
    house: HttpHouse, listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "HEARTBEAT_S", 0.02)
    stream = listen("?events=inbox")
    eventually(lambda: stream.comments >= 2)
    began = int(stream.id)
    tell(house, "a", "b")
    eventually(lambda: int(stream.id) == began + 2)
    assert stream.heard == []


def test_heartbeats_come_while_nothing_happens_that_the_stream_carries(
    house: HttpHouse, listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "HEARTBEAT_S", 0.2)
    stream = listen("?events=call")
    began = int(stream.id)

    def tell_and_look() -> bool:
        tell(house, "unwanted")
        return stream.comments >= 2 and int(stream.id) > began

    eventually(tell_and_look)
    assert stream.heard == []


def test_every_kind_of_event_is_documented() -> None:
    assert first_cells(section("docs/HTTP.md", "Events")) == {*events.KINDS, "gap"}


def test_neither_proxies_nor_caches_keep_the_stream(listen: Listen) -> None:
    headers = listen().response.headers
    assert headers["content-type"].startswith("text/event-stream")
    assert headers["cache-control"] == "no-store"
    assert headers["x-accel-buffering"] == "no"


def test_a_cookie_opens_the_stream_and_nothing_does_not(house: HttpHouse) -> None:
    cookie = Keys({"tests": TOKEN}, salt=house.store.id).cookie("tests", house.clock.now())
    with house.client() as stranger, house.client(cookies={COOKIE: cookie}) as browser:
        assert stranger.get("/events").status_code == 401
        with EventStream(client=browser) as stream:
            tell(house, "a")
            stream.wait_for("status")


def test_streams_end_at_once_when_the_desk_stops(house: HttpHouse, listen: Listen) -> None:
    readers = [listen() for _ in range(5)]
    began_s = time.monotonic()
    house.desk.stop()
    assert time.monotonic() - began_s < 2.0
    for reader in readers:
        assert reader.ended.wait(1)


def test_who_leaves_is_forgotten(house: HttpHouse) -> None:
    with EventStream(client=house.caller):
        assert streams(house) == 1
    eventually(lambda: streams(house) == 0)


def test_hundreds_of_streams_need_one_thread_and_all_hear(house: HttpHouse) -> None:
    number = 200
    with ExitStack() as sockets:
        readers = [sockets.enter_context(raw_reader(house)) for _ in range(number)]
        eventually(lambda: streams(house) == number)
        tell(house, "for all")
        for reader in readers:
            assert b'data: {"id": "for all"}' in read_until(reader, b"for all")
        names = [thread.name for thread in threading.enumerate()]
        assert names.count("http-ticker") == 1


def test_a_reader_that_does_not_read_delays_nobody_and_misses_nothing(house: HttpHouse, listen: Listen) -> None:
    with raw_reader(house) as sleeper:
        awake = listen("?events=status")
        many = [f"{number} " + "x" * 4000 for number in range(1500)]
        for begin in range(0, len(many), 100):
            page = [json.dumps({"id": it}) for it in many[begin : begin + 100]]
            house.store.write(lambda tx, page=page: [announcements.add(tx, "status", it) for it in page])  # type: ignore[misc]
        awake.wait_for("status", len(many))
        received = read_until(sleeper, b'{"id": "1499 ')
        places = [received.index(f'{{"id": "{number} x'.encode()) for number in range(0, len(many), 50)]
        assert places == sorted(places)
        assert received.count(b'data: {"id": "') == len(many)


def raw_reader(house: HttpHouse) -> socket.socket:
    """A client with a small buffer that reads when the test does."""
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    reader.settimeout(10)
    reader.connect(("127.0.0.1", house.port))
    reader.sendall(f"GET /events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n\r\n".encode())
    return reader


def read_until(reader: socket.socket, end: bytes) -> bytes:
    received = bytearray()
    while end not in received[-10000:]:
        octets = reader.recv(65536)
        assert octets, "closed"
        received += octets
    return bytes(received)
