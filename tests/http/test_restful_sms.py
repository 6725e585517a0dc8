"""Clients of restful-sms find what they know: its paths, its forms, its errors and its callbacks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from support import sms
from support.broker import free_port
from support.http_house import HttpHouse
from support.listening import Answer, Listening
from support.waiting import eventually

from smsmqtt.http.restful_sms import host_of
from smsmqtt.model import Alphabet, BalanceReply, Message, Reason
from smsmqtt.store import Transaction, balances, inbox, outbox, webhooks

TOKEN = "4f1c0a9be2d8"
ORDER = {"from": "099000001", "to": "099123456", "body": "La puerta está abierta"}
Send = Callable[[httpx.Client, str, dict[str, str]], httpx.Response]


@pytest.fixture
def listening() -> Iterator[Listening]:
    with Listening() as server:
        yield server


@pytest.fixture
def house(tmp_path: Path, listening: Listening) -> Iterator[HttpHouse]:
    restful = {
        "token": TOKEN,
        "incoming_url": f"http://127.0.0.1:{listening.port}/incoming",
        "incoming_token": "theirs",
        "callback_hosts": ["127.0.0.1", "localhost"],
    }
    with HttpHouse(folder=tmp_path, http={"tokens": {}, "restful_sms": restful}) as house:
        yield house


@pytest.fixture
def client(house: HttpHouse) -> Iterator[httpx.Client]:
    with house.client() as client:
        yield client


def form(client: httpx.Client, path: str, fields: dict[str, str]) -> httpx.Response:
    return client.post(path, data=fields)


def as_json(client: httpx.Client, path: str, fields: dict[str, str]) -> httpx.Response:
    return client.post(path, json=fields)


def query(client: httpx.Client, path: str, fields: dict[str, str]) -> httpx.Response:
    return client.post(path, params=fields)


def multipart(client: httpx.Client, path: str, fields: dict[str, str]) -> httpx.Response:
    return client.post(path, files={name: (None, value) for name, value in fields.items()})


def half_and_half(client: httpx.Client, path: str, fields: dict[str, str]) -> httpx.Response:
    (name, value), *rest = fields.items()
    return client.post(path, params={name: value}, data=dict(rest))


FORMS = [form, as_json, query, multipart, half_and_half]


def queued(house: HttpHouse) -> list[Message]:
    return house.store.read(outbox.queue)


@pytest.mark.parametrize("send", FORMS)
def test_a_text_is_taken_in_every_form_that_its_clients_write(
    house: HttpHouse, client: httpx.Client, send: Send
) -> None:
    answer = send(client, f"/message/{TOKEN}", ORDER)

    assert (answer.status_code, answer.json()) == (200, {"id": 1})
    (message,) = queued(house)
    assert (message.line, message.recipient, message.body) == ("mine", "+59899123456", ORDER["body"])
    assert message.line_fixed


@pytest.mark.parametrize("send", FORMS)
def test_credit_is_asked_for_in_every_form(house: HttpHouse, client: httpx.Client, send: Send) -> None:
    answer = send(
        client, f"/credit-request/{TOKEN}", {"number": "099000001", "callback_url": "http://127.0.0.1/credit"}
    )

    assert (answer.status_code, answer.json()) == (200, {"id": 1})
    assert house.store.read(lambda tx: balances.open_request(tx, "mine"))


def test_the_numbers_count_up(client: httpx.Client) -> None:
    ids = [form(client, f"/message/{TOKEN}", {**ORDER, "body": str(nr)}).json()["id"] for nr in range(3)]
    assert ids == sorted(set(ids))


@pytest.mark.parametrize(
    "given",
    [
        {"params": {"body": "query"}, "data": ORDER},
        {"params": {"body": "query"}, "json": ORDER},
        {"data": {**ORDER, "body": ["one", "two"]}},
        {"params": [*ORDER.items(), ("body", "two")]},
        {"files": [*((name, (None, value)) for name, value in ORDER.items()), ("body", (None, "two"))]},
    ],
)
def test_a_field_given_twice_and_not_alike_is_refused(
    house: HttpHouse, client: httpx.Client, given: dict[str, Any]
) -> None:
    answer = client.post(f"/message/{TOKEN}", **given)
    assert (answer.status_code, answer.json()) == (400, {"message": "body: is given twice, and not alike"})
    assert queued(house) == []


def test_fields_given_twice_alike_and_those_that_nobody_knows_do_no_harm(
    house: HttpHouse, client: httpx.Client
) -> None:
    data = {**ORDER, "tag": ["one", "two"]}
    assert client.post(f"/message/{TOKEN}", params={**ORDER, "tag": "three"}, data=data).status_code == 200
    assert len(queued(house)) == 1


@pytest.mark.parametrize("written", ["mine", "+59899000001", "59899000001", "099000001", "99000001"])
def test_the_line_is_known_by_its_name_and_by_its_number_in_every_form(
    house: HttpHouse, client: httpx.Client, written: str
) -> None:
    assert form(client, f"/message/{TOKEN}", {**ORDER, "from": written}).status_code == 200
    assert queued(house)[0].line == "mine"


def test_the_local_form_is_known_without_a_region(tmp_path: Path) -> None:
    with (
        HttpHouse(folder=tmp_path, http={"restful_sms": {"token": TOKEN}}, sections={"messages": {}}) as house,
        house.client() as client,
    ):
        order = {**ORDER, "to": "+59899123456"}
        assert form(client, f"/message/{TOKEN}", order).status_code == 200
        assert form(client, f"/message/{TOKEN}", {**order, "from": "099000009"}).status_code == 400


@pytest.mark.parametrize("path", ["/message/wrong", "/message/", f"/message/{TOKEN}x", "/credit-request/%ff"])
def test_another_token_is_not_let_in(house: HttpHouse, client: httpx.Client, path: str) -> None:
    answer = form(client, path, ORDER)

    assert (answer.status_code, answer.json()) == (401, {"message": "Invalid token"})
    assert queued(house) == []


def test_a_slash_behind_the_token_does_no_harm(client: httpx.Client) -> None:
    assert form(client, f"/message/{TOKEN}/", ORDER).status_code == 200


@pytest.mark.parametrize(
    ("path", "fields", "missing"),
    [
        ("message", {}, "from, to, body"),
        ("message", {"to": "099123456"}, "from, body"),
        ("message", {"from": "mine", "to": None, "body": "x"}, "to"),
        ("credit-request", {"number": "mine"}, "callback_url"),
    ],
)
def test_missing_fields_are_named(client: httpx.Client, path: str, fields: dict[str, str], missing: str) -> None:
    answer = client.post(f"/{path}/{TOKEN}", json=fields)

    assert answer.status_code == 400
    assert answer.json() == {"message": f"The following parameter(s) are required: {missing}"}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"from": "099999999"}, "from: no line has this name or number"),
        ({"to": "nobody"}, "to: no contact or group has this name"),
        ({"body": ""}, "body: is empty"),
        ({"body": "\0"}, "body: holds a control character"),
        ({"body": "x" * 20000}, "body: needs "),
    ],
)
def test_what_can_not_be_sent_is_said_why(client: httpx.Client, changed: dict[str, str], expected: str) -> None:
    answer = form(client, f"/message/{TOKEN}", {**ORDER, **changed})

    assert answer.status_code == 400
    assert answer.json()["message"].startswith(expected)


def test_what_the_guard_holds_back_may_pass_later(tmp_path: Path) -> None:
    with (
        HttpHouse(
            folder=tmp_path, http={"restful_sms": {"token": TOKEN}}, sections={"guard": {"per_hour": 1}}
        ) as house,
        house.client() as client,
    ):
        assert form(client, f"/message/{TOKEN}", {**ORDER, "to": "+59899123456"}).status_code == 200
        answer = form(client, f"/message/{TOKEN}", {**ORDER, "to": "+59899123456", "body": "one more"})

    assert (answer.status_code, list(answer.json())) == (429, ["message"])
    assert 3500 < int(answer.headers["retry-after"]) <= 3600


def test_a_text_that_came_just_now_is_not_told_of_ids_that_nobody_can_give(tmp_path: Path) -> None:
    guard = {"duplicate_window": "1h"}
    with (
        HttpHouse(folder=tmp_path, http={"restful_sms": {"token": TOKEN}}, sections={"guard": guard}) as house,
        house.client() as client,
    ):
        form(client, f"/message/{TOKEN}", ORDER)
        answer = form(client, f"/message/{TOKEN}", ORDER)
    told = "body: the same text to the same number less than 3600 s ago"
    assert (answer.status_code, answer.json()) == (429, {"message": told})


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{"),
        ("application/json", b"[]"),
        ("application/json", b'{"from": ["mine"], "to": "099123456", "body": "x"}'),
        ("application/x-www-form-urlencoded", b"from=%ff"),
        ("application/x-www-form-urlencoded", b"\xff=x"),
        ("application/x-www-form-urlencoded", b"&".join(b"a=b" for _ in range(500))),
        ("multipart/form-data; boundary=x", b"--y"),
        ("multipart/form-data", b""),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="a"; filename="f"\r\n\r\n\r\n',
        ),
        ("text/plain", b"from=mine"),
        ("application/json", b'{"from": true, "to": "099123456", "body": "x"}'),
    ],
)
def test_a_body_that_can_not_be_read_is_refused_in_its_words(client: httpx.Client, kind: str, body: bytes) -> None:
    answer = client.post(f"/message/{TOKEN}", content=body, headers={"Content-Type": kind})

    assert answer.status_code == 400
    assert list(answer.json()) == ["message"]


def test_whole_numbers_in_json_are_taken_as_text(house: HttpHouse, client: httpx.Client) -> None:
    answer = client.post(f"/message/{TOKEN}", json={"from": 59899000001, "to": "099123456", "body": 42})
    assert answer.status_code == 200
    assert queued(house)[0].body == "42"


def test_a_line_without_a_carrier_can_not_be_asked(house: HttpHouse, client: httpx.Client) -> None:
    fields = {"number": "099000002", "callback_url": "http://127.0.0.1/credit"}
    answer = form(client, f"/credit-request/{TOKEN}", fields)

    assert answer.status_code == 400
    assert answer.json()["message"].startswith("number: the line yours has no carrier")
    assert house.store.read(lambda tx: tx.execute("select * from credit_callbacks")) == []


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/credit",
        "http://127.0.0.1.example.org/",
        "http://127.0.0.1@example.org/",
        "http://example.org@127.0.0.1/",
        "http://127.0.0.1\\@example.org/",
        "http://127.0.0.2/",
        "http://0x7f.0.0.1/",
        "http://localhost./",
        "ftp://127.0.0.1/",
        "//127.0.0.1/",
        "127.0.0.1",
        "http://127.0.0.1:port/",
        "http://127.0.0.1:0/",
        "http://127.0.0.1 /",
        "http://[127.0.0.1/",
        "http://１２７.0.0.1/",
        "",
    ],
)
def test_only_the_hosts_that_the_owner_named_are_called_back(house: HttpHouse, client: httpx.Client, url: str) -> None:
    answer = as_json(client, f"/credit-request/{TOKEN}", {"number": "mine", "callback_url": url})

    assert answer.status_code == 400
    assert answer.json()["message"].startswith("callback_url: expected")
    assert house.store.read(lambda tx: balances.open_request(tx, "mine")) is None


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://Example.ORG:8080/a?b#c", "example.org"),
        ("HTTPS://192.168.0.7", "192.168.0.7"),
        ("http://[::1]:80/", "::1"),
        ("http://ex%61mple.org/", "ex%61mple.org"),
    ],
)
def test_the_host_of_an_address_is_what_stands_there(url: str, host: str) -> None:
    assert host_of(url) == host


# What it calls back with


def answered(house: HttpHouse, credit: str = "152.3", expires: date | None = date(2030, 12, 31)) -> None:
    """The carrier answers, as a session would write it down."""

    def unit(tx: Transaction) -> None:
        reply = BalanceReply(line="mine", credit=Decimal(credit), currency="UYU", expires=expires, raw="…", at=tx.now)
        balances.answered(tx, reply)
        house.credit.conclude(tx, "mine")

    house.store.write(unit)


def ask_credit(house: HttpHouse, url: str) -> int:
    with house.client() as client:
        answer = form(client, f"/credit-request/{TOKEN}", {"number": "099000001", "callback_url": url})
    number: int = answer.json()["id"]
    return number


def test_the_credit_is_posted_to_who_asked(house: HttpHouse, listening: Listening) -> None:
    number = ask_credit(house, f"http://127.0.0.1:{listening.port}/credit?for=me")
    answered(house)
    (posted,) = listening.hears(1)

    assert posted.path == "/credit?for=me"
    assert posted.headers["content-type"] == "application/json"
    assert posted.body == (
        f'{{"credit_request_id":{number},"credit":152.3,"credit_expiration":"2030-12-31 23:59:59"}}'.encode()
    )
    assert "webhook-signature" not in posted.headers


def test_credit_that_does_not_expire_has_no_date(house: HttpHouse, listening: Listening) -> None:
    ask_credit(house, listening.url)
    answered(house, "50", expires=None)

    assert listening.hears(1)[0].fields == {"credit_request_id": 1, "credit": 50, "credit_expiration": None}


def test_everybody_who_waits_for_one_answer_gets_it_once(house: HttpHouse, listening: Listening) -> None:
    urls = [f"http://{host}:{listening.port}/{host}" for host in ("127.0.0.1", "localhost", "127.0.0.1")]
    numbers = [ask_credit(house, url) for url in urls]
    answered(house)
    told = listening.hears(3)

    assert sorted(it.fields["credit_request_id"] for it in told) == numbers == [1, 2, 3]
    assert {it.path for it in told} == {"/127.0.0.1", "/localhost"}


def test_who_asks_again_soon_gets_the_last_answer(house: HttpHouse, listening: Listening) -> None:
    ask_credit(house, listening.url)
    answered(house)
    listening.hears(1)
    again = ask_credit(house, listening.url)

    assert listening.hears(2)[1].fields["credit_request_id"] == again


def test_an_answer_that_was_there_before_the_question_is_not_taken_for_its_own(
    house: HttpHouse, listening: Listening
) -> None:
    house.desk._dispatch.stop()
    ask_credit(house, listening.url)
    answered(house)
    house.store.write(lambda tx: tx.execute("update balance_replies set at = 0"))
    ask_credit(house, listening.url)
    house.desk.stop()
    house.start()

    assert [it.fields["credit_request_id"] for it in listening.hears(1)] == [1]
    answered(house, "1")
    assert [it.fields["credit_request_id"] for it in listening.hears(2)] == [1, 2]


def test_a_question_that_comes_to_nothing_is_not_called_back(house: HttpHouse, listening: Listening) -> None:
    ask_credit(house, listening.url)

    def unit(tx: Transaction) -> None:
        balances.failed(tx, "mine", Reason(code="no_answer_now", text="later"))
        house.credit.conclude(tx, "mine")

    house.store.write(unit)
    eventually(lambda: not house.store.read(lambda tx: tx.execute("select * from credit_callbacks")))
    ask_credit(house, listening.url)
    answered(house)

    assert [it.fields["credit_request_id"] for it in listening.hears(1)] == [2]


def test_a_callback_that_is_gone_is_dropped_and_the_next_one_goes_out(
    house: HttpHouse, listening: Listening, capsys: pytest.CaptureFixture[str]
) -> None:
    listening.answer = lambda posted: Answer(status=410 if posted.path == "/gone" else 200)
    ask_credit(house, f"http://127.0.0.1:{listening.port}/gone")
    ask_credit(house, f"http://127.0.0.1:{listening.port}/there")
    answered(house)
    told = listening.hears(2)
    eventually(lambda: all(it.waiting == 0 for it in house.store.read(webhooks.standings)))

    assert [it.path for it in told] == ["/gone", "/there"]
    assert "410 Gone" in capsys.readouterr().out


def receive(house: HttpHouse, encoding: Alphabet = Alphabet.GSM7, body: str = "¿Hola?") -> None:
    sms.receive(house.store, body, sender="099123456", encoding=encoding)


def test_texts_received_are_posted_as_its_clients_know_them(house: HttpHouse, listening: Listening) -> None:
    receive(house, Alphabet.DATA, "octets")
    receive(house)
    (posted,) = listening.hears(1)

    assert posted.path == "/incoming"
    assert posted.headers["content-type"] == "application/json"
    assert posted.fields == {"token": "theirs", "from": "+59899123456", "to": "+59899000001", "message": "¿Hola?"}


def test_a_text_that_is_published_again_is_not_posted_again(house: HttpHouse, listening: Listening) -> None:
    receive(house)
    listening.hears(1)
    (text,) = house.store.read(lambda tx: inbox.texts(tx, None, 10))
    house.store.write(lambda tx: inbox.republish(tx, [text.id]))
    receive(house, body="the next one")

    assert [it.fields["message"] for it in listening.hears(2)] == ["¿Hola?", "the next one"]


def test_nothing_secret_is_logged(
    house: HttpHouse, client: httpx.Client, listening: Listening, capsys: pytest.CaptureFixture[str]
) -> None:
    listening.answer = lambda _posted: Answer(status=500)
    form(client, f"/message/{TOKEN}", ORDER)
    form(client, "/message/nearly-the-token", ORDER)
    ask_credit(house, f"http://127.0.0.1:{listening.port}/secret?secret")
    answered(house)
    receive(house)
    listening.hears(2)
    eventually(lambda: sum(it.error is not None for it in house.store.read(webhooks.standings)) == 2)
    said = capsys.readouterr().out

    assert "not taken" in said
    for secret in (TOKEN, "nearly", "secret", "theirs", "99123456", "puerta", "Hola"):
        assert secret not in said


def test_the_paths_are_not_there_unless_they_are_wanted(tmp_path: Path) -> None:
    with HttpHouse(folder=tmp_path) as house:
        assert form(house.caller, f"/message/{TOKEN}", ORDER).status_code == 404


def test_the_document_describes_fields_and_errors(tmp_path: Path) -> None:
    with HttpHouse(folder=tmp_path, http={"restful_sms": {"token": TOKEN}}) as house:
        paths: dict[str, Any] = house.caller.get("/openapi.json").json()["paths"]
    operation = paths["/message/{token}"]["post"]

    assert set(operation["requestBody"]["content"]) == {
        "application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    }
    assert {"200", "400", "401", "429"} <= set(operation["responses"])
    assert set(operation["responses"]["401"]["headers"]) == {"WWW-Authenticate"}
    assert set(operation["responses"]["429"]["headers"]) == {"Retry-After"}
    assert "security" not in operation, "the token stands in the path"
    assert "/credit-request/{token}" in paths


def test_a_callback_host_that_is_dead_delays_nobody(house: HttpHouse, listening: Listening) -> None:
    ask_credit(house, f"http://localhost:{free_port()}/credit")
    ask_credit(house, listening.url)
    answered(house)
    receive(house)

    assert {it.path for it in listening.hears(2)} == {"/hook", "/incoming"}
