"""Limits: what is too long, too slow or too much holds nothing for ever, and harms nobody else."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.http_house import TOKEN, HttpHouse
from support.waiting import eventually

from smsmqtt.http import desk, protocol, threshold
from smsmqtt.store import Transaction, outbox

HEAD = f"POST /messages HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {TOKEN}\r\nContent-Type: application/json\r\n"
ORDER = json.dumps({"to": "ana", "body": "Hello"})


@contextmanager
def connected(house: HttpHouse) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", house.port), timeout=10) as client:
        yield client


def answer(client: socket.socket) -> http.client.HTTPResponse:
    response = http.client.HTTPResponse(client)
    response.begin()
    return response


def refusal(client: socket.socket) -> tuple[int, str]:
    """The status and the code of a problem."""
    refused = answer(client)
    assert refused.headers["content-type"] == "application/problem+json"
    told = json.loads(refused.read())
    assert told["status"] == refused.status
    return refused.status, told["code"]


def is_hung_up(client: socket.socket) -> bool:
    """Waits for it, whatever comes before."""
    try:
        while client.recv(4096):
            pass
    except ConnectionResetError:
        pass
    return True


def is_refused(client: socket.socket, more: bytes) -> bool:
    """Whether the other side has hung up, when more is sent."""
    try:
        client.sendall(more)
        return client.recv(1) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


# Too long


def test_a_body_that_says_it_is_far_too_long_is_refused_before_it_comes(house: HttpHouse) -> None:
    with connected(house) as client:
        client.sendall(f"{HEAD}Content-Length: 1000000000\r\n\r\n".encode())
        refused = answer(client)
        assert (refused.status, json.loads(refused.read())["code"]) == (413, "too_large")
        assert is_hung_up(client)


def test_a_body_that_goes_on_and_on_is_refused_on_the_way(house: HttpHouse) -> None:
    with connected(house) as client:
        client.sendall(f"{HEAD}Transfer-Encoding: chunked\r\n\r\n".encode())
        client.settimeout(0.02)
        chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
        eventually(lambda: is_refused(client, chunk))


def test_a_body_that_is_a_bit_too_long_is_told_so_and_the_connection_goes_on(house: HttpHouse) -> None:
    with connected(house) as client:
        for _ in range(2):
            client.sendall(f"{HEAD}Content-Length: 200000\r\n\r\n".encode() + b"x" * 200_000)
            refused = answer(client)
            assert (refused.status, json.loads(refused.read())["code"]) == (413, "too_large")


def test_a_body_in_chunks_is_an_order_too(house: HttpHouse) -> None:
    with connected(house) as client:
        client.sendall(f"{HEAD}Transfer-Encoding: chunked\r\n\r\n".encode())
        for character in ORDER:
            client.sendall(f"1\r\n{character}\r\n".encode())
        client.sendall(b"0\r\n\r\n")
        assert answer(client).status == 202


def test_a_head_that_is_too_long_is_refused(house: HttpHouse) -> None:
    with connected(house) as client:
        client.sendall(HEAD.encode() + b"X: " + b"x" * 2 * threshold.HEAD_OCTETS)
        assert refusal(client) == (431, "too_large")
        assert is_hung_up(client)


@pytest.mark.parametrize("target", ["/healthz?{}", "/{}", "/healthz HTTP/1.1\r\nX: {}\r\nY:"])
def test_a_head_that_is_too_long_is_refused_though_it_comes_at_once(house: HttpHouse, target: str) -> None:
    with connected(house) as client:
        long = target.format("x" * 100_000)
        client.sendall(f"GET {long} HTTP/1.1\r\nHost: here\r\n\r\n".encode())
        assert refusal(client) == (431, "too_large")
        assert is_hung_up(client)


def test_a_head_of_many_lines_counts_as_a_whole(house: HttpHouse) -> None:
    lines = "".join(f"X-{nr}: {'x' * 40}\r\n" for nr in range(90))
    for more, status in (("", 200), (lines * 4, 431)):
        with connected(house) as client:
            client.sendall(f"GET /healthz HTTP/1.1\r\nHost: here\r\n{lines}{more}\r\n".encode())
            assert answer(client).status == status


@pytest.mark.parametrize("said", ["nonsense\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", f"{HEAD}Content-Length: x\r\n\r\n"])
def test_what_is_no_http_is_told_so_by_a_problem(house: HttpHouse, said: str) -> None:
    with connected(house) as client:
        client.sendall(said.encode())
        assert refusal(client) == (400, "bad_request")
        assert is_hung_up(client)


def test_a_body_that_is_no_http_is_told_so_by_a_problem(house: HttpHouse) -> None:
    with connected(house) as client:
        client.sendall(f"{HEAD}Transfer-Encoding: chunked\r\n\r\nnonsense\r\n".encode())
        assert refusal(client) == (400, "bad_request")
        assert is_hung_up(client)
    assert house.store.read(outbox.queue) == []


# Too slow


@pytest.mark.parametrize("begun", ["", "POST /mess", HEAD])
def test_who_never_says_what_they_want_is_hung_up_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, begun: str
) -> None:
    monkeypatch.setattr(protocol, "HEAD_S", 0.2)
    with HttpHouse(folder=tmp_path) as house, connected(house) as client:
        client.sendall(begun.encode())
        assert is_hung_up(client)


def test_who_says_it_one_octet_at_a_time_is_hung_up_on_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "HEAD_S", 0.3)
    with HttpHouse(folder=tmp_path) as house, connected(house) as client:
        client.sendall(f"{HEAD}Content-Length: {len(ORDER)}\r\n\r\n{ORDER}".encode())
        first = answer(client)
        assert first.status == 202
        first.read()
        client.settimeout(0.02)
        eventually(lambda: is_refused(client, b"X"))


def test_a_body_that_does_not_come_is_awaited_for_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threshold, "BODY_S", 0.2)
    with HttpHouse(folder=tmp_path) as house, connected(house) as client:
        client.sendall(f"{HEAD}Content-Length: {len(ORDER)}\r\n\r\n{ORDER[:5]}".encode())
        slow = answer(client)
        assert (slow.status, json.loads(slow.read())["code"]) == (408, "too_slow")
        assert is_hung_up(client)
        assert house.store.read(outbox.queue) == []


def test_who_does_not_read_the_answer_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "UNREAD_S", 1)
    with HttpHouse(folder=tmp_path) as house:
        for number in range(20):
            house.caller.post("/messages", json={"to": "family", "body": f"{number}: " + "long " * 200})
        with socket.socket() as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
            deaf.connect(("127.0.0.1", house.port))
            request = f"GET /messages?limit=500 HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
            deaf.sendall(request.encode() * 200)
            connections = house.desk._server.server_state.connections
            (stuck,) = eventually(lambda: [it for it in connections if it.flow.write_paused])
            eventually(lambda: stuck not in connections)


# No more to say


@contextmanager
def store_held(house: HttpHouse) -> Iterator[None]:
    """The store commits nothing meanwhile."""
    busy, go_on = threading.Event(), threading.Event()

    def slow(_tx: Transaction) -> None:
        busy.set()
        go_on.wait(10)

    house.store.submit(slow)
    busy.wait(10)
    try:
        yield
    finally:
        go_on.set()


def only_connection(house: HttpHouse) -> protocol.Connection:
    connections = house.desk._server.server_state.connections
    eventually(lambda: len(connections) == 1)
    (found,) = connections
    assert isinstance(found, protocol.Connection)
    return found


def test_who_says_no_more_hears_the_answer_and_is_hung_up_on(house: HttpHouse) -> None:
    with connected(house) as client:
        with store_held(house):
            client.sendall(f"{HEAD}Content-Length: {len(ORDER)}\r\n\r\n{ORDER}".encode())
            client.shutdown(socket.SHUT_WR)
            connection = only_connection(house)
            eventually(lambda: connection.cycle and not connection.cycle.keep_alive)
        assert answer(client).status == 202
        assert is_hung_up(client)


def test_who_is_gone_while_the_answer_is_made_is_forgotten_with_it(house: HttpHouse) -> None:
    with store_held(house):
        with connected(house) as client:
            client.sendall(f"{HEAD}Content-Length: {len(ORDER)}\r\n\r\n{ORDER}".encode())
            connection = only_connection(house)
            eventually(lambda: connection.cycle)
        eventually(lambda: not connection.cycle.keep_alive)
    eventually(lambda: not house.desk._server.server_state.connections)


@pytest.mark.parametrize(
    "said", ["", "GET /hea", f"{HEAD}Content-Length: {len(ORDER)}\r\n\r\n{ORDER[:5]}", "GET /healthz", "GET /events"]
)
def test_who_says_no_more_and_awaits_no_answer_is_hung_up_on_at_once(house: HttpHouse, said: str) -> None:
    with connected(house) as client:
        if said in ("GET /healthz", "GET /events"):
            client.sendall(f"{said} HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {TOKEN}\r\n\r\n".encode())
            assert client.recv(12) == b"HTTP/1.1 200"
        else:
            client.sendall(said.encode())
        began_s = time.monotonic()
        client.shutdown(socket.SHUT_WR)
        assert is_hung_up(client)
        assert time.monotonic() - began_s < 2.0


# Too many


def test_one_connection_too_many_is_turned_away_and_the_others_go_on(
    house: HttpHouse, caller: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "MOST_CONNECTIONS", 3)
    assert caller.get("/lines").status_code == 200
    with connected(house), connected(house), connected(house) as fourth:
        assert refusal(fourth) == (503, "too_many_connections")
        assert is_hung_up(fourth)
        assert caller.get("/lines").status_code == 200
    eventually(lambda: len(house.desk._server.server_state.connections) == 1)
    with connected(house) as again:
        again.sendall(f"{HEAD}Content-Length: {len(ORDER)}\r\n\r\n{ORDER}".encode())
        assert answer(again).status == 202


# The end


def test_who_was_heard_gets_an_answer_though_the_desk_stops(house: HttpHouse, caller: httpx.Client) -> None:
    answers: list[Any] = []
    asking = threading.Thread(target=lambda: answers.append(caller.post("/messages", content=ORDER)))
    stopping = threading.Thread(target=house.desk.stop)
    with store_held(house):
        asking.start()
        eventually(lambda: house.desk._server.server_state.tasks)
        stopping.start()
        eventually(lambda: house.desk._server.should_exit)
    asking.join(10)
    stopping.join(10)
    assert answers[0].status_code == 202
    assert not house.desk.alive()


def test_who_only_keeps_a_connection_does_not_delay_the_end(house: HttpHouse) -> None:
    with connected(house) as silent, connected(house) as slow, connected(house) as slower:
        slow.sendall(HEAD.encode())
        slower.sendall(f"{HEAD}Content-Length: {len(ORDER)}\r\n\r\n{ORDER[:5]}".encode())
        eventually(lambda: len(house.desk._server.server_state.connections) == 3)
        eventually(lambda: house.desk._server.server_state.tasks)
        began_s = time.monotonic()
        house.desk.stop()
        assert time.monotonic() - began_s < desk.FAREWELL_S / 2
        assert all(is_hung_up(it) for it in (silent, slow, slower))
