"""Orders placed, asked for and taken back over HTTP, and texts received."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.fake_clock import NOON, FakeClock
from support.guards import WIDE
from support.http_house import HttpHouse
from support.letters import send
from support.sms import receive

from smsmqtt.store import announcements, outbox

ANA, BRUNO = "+59899123451", "+59899123452"
HELLO = {"to": "ana", "body": "Hello"}


def place(caller: httpx.Client, status: int = 202, *, key: str | None = None, **order: Any) -> dict[str, Any]:
    """What is answered to an order."""
    headers = {} if key is None else {"Idempotency-Key": key}
    answer = caller.post("/messages", json={**HELLO, **order}, headers=headers)
    assert answer.status_code == status, answer.text
    told: dict[str, Any] = answer.json()
    return told


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    told: dict[str, Any] = answer.json()
    assert told["status"] == status
    return told


def ids(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [it["id"] for it in answer.json()["messages"]]


# Placing


def test_an_order_is_in_the_ledger_when_it_is_answered(house: HttpHouse, caller: httpx.Client) -> None:
    answer = caller.post("/messages", json={**HELLO, "id": "door-17", "urgent": True})

    assert answer.status_code == 202
    assert answer.headers["location"] == "/messages/door-17"
    told = answer.json()
    assert (told["id"], told["refusals"]) == ("door-17", [])
    (message,) = told["messages"]
    assert (message["id"], message["to"], message["state"], message["line"]) == ("door-17", ANA, "queued", "mine")
    stored = house.store.read(lambda tx: outbox.message(tx, "door-17"))
    assert (stored.body, stored.urgent) == ("Hello", True)
    assert caller.get(answer.headers["location"]).json() == message


def test_every_field_of_an_order_counts(house: HttpHouse, caller: httpx.Client) -> None:
    place(
        caller,
        **{"id": "a", "from": "yours", "flash": True, "report": False, "on_uncertain": "resend"},
        send_at="2036-01-01T00:00:00Z",
        valid_for="2h",
    )
    stored = house.store.read(lambda tx: outbox.message(tx, "a"))
    assert (stored.line, stored.flash, stored.report, stored.on_uncertain) == ("yours", True, False, "resend")
    assert stored.send_at is not None
    assert stored.valid_until == stored.send_at + timedelta(hours=2)


def test_a_list_is_refused_in_part(caller: httpx.Client) -> None:
    told = place(caller, to=["ana", "nobody-known", "family"], id="all")

    assert [(it["id"], it["to"]) for it in told["messages"]] == [("all.1", ANA), ("all.3", BRUNO)]
    assert [(it["to"], it["code"], it["field"]) for it in told["refusals"]] == [
        ("nobody-known", "unknown_recipient", "to")
    ]
    whole = caller.get("/messages/all").json()
    assert (whole["id"], whole["messages"]) == ("all", told["messages"])


def test_the_same_order_again_is_answered_with_the_same_ids(caller: httpx.Client) -> None:
    first = place(caller, to=["ana", "bruno"], id="dinner")
    assert place(caller, 200, to=["bruno", "ana"], id="dinner")["messages"][0]["id"] == "dinner.1"
    assert place(caller, 200, to=["ana", "bruno"], id="dinner")["id"] == first["id"]


def test_the_same_order_again_is_answered_as_it_was_first_however_it_stands(
    house: HttpHouse, caller: httpx.Client
) -> None:
    order = {"to": ["ana", "nobody-known", "bruno"], "body": "Dinner!", "id": "dinner"}
    first = place(caller, **order)
    house.store.write(lambda tx: send(tx, "dinner.1"))
    caller.delete("/messages/dinner.3")
    assert place(caller, 200, **order) == first
    assert [it["state"] for it in caller.get("/messages/dinner").json()["messages"]] == ["sent", "cancelled"]


@pytest.mark.parametrize("key", ["door-17", '"8e03978e-40d5-43dd-bc93-6894a57f9324"', "two words", "k" * 255])
def test_the_same_key_again_is_the_same_order(caller: httpx.Client, key: str) -> None:
    first = place(caller, key=key)
    assert place(caller, 200, key=key)["messages"] == first["messages"] != []
    assert place(caller, key=f"other-{key}"[:255])["id"] != first["id"]


def test_a_key_that_can_be_an_id_is_the_id_and_an_id_of_its_own_goes_before(caller: httpx.Client) -> None:
    assert place(caller, key='"door-17"')["id"] == "door-17"
    assert place(caller, key="door-18", id="mine")["id"] == "mine"


@pytest.mark.parametrize("key", ["", "k" * 256])
def test_a_key_that_is_none_is_refused(calm: HttpHouse, key: str) -> None:
    answer = calm.caller.post("/messages", json=HELLO, headers={"Idempotency-Key": key})
    assert problem(answer, 422)["field"] == "Idempotency-Key"


def test_two_different_keys_are_refused_and_the_same_one_twice_is_one(house: HttpHouse, caller: httpx.Client) -> None:
    keys = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    told = problem(caller.post("/messages", json=HELLO, headers=keys), 400)
    assert told["code"] == "bad_key"
    assert house.store.read(outbox.queue) == []
    assert caller.post("/messages", json=HELLO, headers=[*keys[:1], *keys[:1]]).json()["id"] == "a"
    assert caller.post("/messages", json={**HELLO, "id": "own"}, headers=keys).json()["id"] == "own"


def test_another_order_under_the_same_id_is_a_conflict(caller: httpx.Client) -> None:
    place(caller, id="a")
    told = problem(caller.post("/messages", json={**HELLO, "id": "a", "body": "Bye"}), 409)
    assert (told["code"], told["field"]) == ("id_in_use", "id")
    answer = caller.post("/messages", json={**HELLO, "body": "Bye"}, headers={"Idempotency-Key": "a"})
    told = problem(answer, 409)
    assert (told["code"], told["field"], told["refusals"][0]["field"]) == ("id_in_use", *2 * ("Idempotency-Key",))
    assert told["detail"].startswith("Idempotency-Key: ")


@pytest.mark.parametrize(
    ("order", "status", "code", "field"),
    [
        ({"body": "Hello"}, 422, "missing_field", "to"),
        ({**HELLO, "send_att": "2036-01-01T00:00:00Z"}, 422, "unknown_field", "send_att"),
        ({**HELLO, "to": "nobody-known"}, 422, "unknown_recipient", "to"),
        ({**HELLO, "to": "+12"}, 422, "bad_number", "to"),
        ({**HELLO, "to": "  "}, 422, "bad_payload", "to"),
        ({**HELLO, "from": "his"}, 422, "unknown_line", "from"),
        ({**HELLO, "body": "x" * 5000}, 422, "too_many_parts", "body"),
        ({**HELLO, "valid_for": "2h", "valid_until": "2036-01-01T00:00:00Z"}, 422, "bad_payload", "valid_until"),
        ({**HELLO, "body": "x" * 70_000}, 413, "too_large", None),
        ([HELLO], 400, "bad_payload", None),
    ],
)
def test_a_bad_order_is_told_what_is_bad(
    calm: HttpHouse, order: object, status: int, code: str, field: str | None
) -> None:
    told = problem(calm.caller.post("/messages", json=order), status)
    assert (told["code"], told.get("field")) == (code, field)


@pytest.mark.parametrize("body", [b"", b"{", b'{"to": "ana", "to": "bruno"}', b"\xff", b"[" * 60_000, b"NaN"])
def test_what_is_no_json_is_no_order(calm: HttpHouse, body: bytes) -> None:
    answer = calm.caller.post("/messages", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert problem(answer, answer.status_code)["code"] == "bad_payload"


@pytest.mark.parametrize(
    "headers", [{"Content-Type": "text/plain"}, {"Content-Type": "application/json", "Content-Encoding": "gzip"}]
)
def test_another_kind_of_body_is_unsupported(calm: HttpHouse, headers: dict[str, str]) -> None:
    answer = calm.caller.post("/messages", content=json.dumps(HELLO), headers=headers)
    assert problem(answer, 415)["code"] == "unsupported_media_type"


def test_nobody_is_texted_when_nobody_can_be(house: HttpHouse, caller: httpx.Client) -> None:
    told = problem(caller.post("/messages", json={**HELLO, "to": ["+12", "nobody-known"]}), 422)
    assert [it["code"] for it in told["refusals"]] == ["bad_number", "unknown_recipient"]
    assert house.store.read(outbox.queue) == []
    assert len(house.store.read(lambda tx: announcements.pending(tx, 0, 10))) == 2


def test_what_the_guard_refuses_may_be_tried_again_when_it_says(tmp_path: Path) -> None:
    clock = FakeClock()
    guard = {**WIDE, "per_hour": 2, "deny": ["bruno"]}
    with HttpHouse(folder=tmp_path, clock=clock, sections={"guard": guard}) as house:
        place(house.caller)
        clock.advance(600)
        place(house.caller)
        refused = house.caller.post("/messages", json=HELLO)
        assert problem(refused, 429)["code"] == "guard_per_hour"
        assert refused.headers["retry-after"] == "3000"
        never = house.caller.post("/messages", json={**HELLO, "to": "bruno"})
        assert problem(never, 429)["code"] == "guard_denied"
        assert "retry-after" not in never.headers
        clock.advance(3000)
        place(house.caller)


@pytest.mark.parametrize(
    ("to", "status", "code", "again"),
    [
        (["112", "bogus"], 429, "guard_emergency", False),
        (["bogus", "112"], 422, "unknown_recipient", False),
        (["ana", "bogus"], 429, "guard_per_hour", True),
        (["bogus", "ana"], 422, "unknown_recipient", False),
        (["112", "ana"], 429, "guard_emergency", False),
    ],
)
def test_status_code_and_retry_after_are_all_of_the_first_refusal(
    tmp_path: Path, to: list[str], status: int, code: str, again: bool
) -> None:
    with HttpHouse(folder=tmp_path, sections={"guard": {**WIDE, "per_hour": 1}}) as house:
        place(house.caller)
        refused = house.caller.post("/messages", json={**HELLO, "to": to})
        told = problem(refused, status)
        assert (told["code"], told["refusals"][0]["code"]) == (code, code)
        assert ("retry-after" in refused.headers) is again


# Asking


def test_messages_and_texts_come_newest_first(house: HttpHouse, caller: httpx.Client) -> None:
    place(caller, id="first")
    text = receive(house.store, "Hi", sender=ANA)
    place(caller, id="second")

    assert ids(caller.get("/messages")) == ["second", text.id, "first"]
    assert ids(caller.get("/messages?direction=in")) == [text.id]
    assert ids(caller.get("/messages?direction=out")) == ["second", "first"]
    found = caller.get(f"/messages/{text.id}").json()
    assert found == caller.get("/messages?direction=in").json()["messages"][0]
    assert (found["direction"], found["state"], found["from"], found["contact"], found["body"]) == (
        *("in", "received", ANA, "ana"),
        "Hi",
    )


def test_a_list_is_narrowed_down(house: HttpHouse, caller: httpx.Client) -> None:
    place(caller, id="ana", **{"from": "yours"})
    place(caller, id="bruno", to="bruno")
    caller.delete("/messages/bruno")
    national = receive(house.store, "Hi", sender="099123451")
    named = receive(house.store, "Offer!", sender="Antel", sender_type="name", line="yours")

    assert ids(caller.get("/messages?state=cancelled")) == ["bruno"]
    assert ids(caller.get("/messages?state=received")) == [named.id, national.id]
    assert ids(caller.get("/messages", params={"line": "+59899000002"})) == [named.id, "ana"]
    for number in ("ana", ANA, "099 123 451", "0059899123451"):
        assert ids(caller.get("/messages", params={"number": number})) == [national.id, "ana"], number
    assert ids(caller.get("/messages?number=Family")) == [national.id, "bruno", "ana"]
    assert ids(caller.get("/messages?number=Antel")) == [named.id]
    assert ids(caller.get("/messages?number=099999999")) == []
    assert ids(caller.get("/messages?since=2036-01-01T00:00:00Z")) == []
    assert len(ids(caller.get("/messages?since=2026-01-01T00:00:00Z"))) == 4


def test_pages_miss_nothing_and_repeat_nothing_while_new_ones_come(house: HttpHouse, caller: httpx.Client) -> None:
    expected = []
    for number in range(7):
        expected.append(place(caller, id=f"m{number}")["id"])
        expected.append(receive(house.store, f"text {number}", sender=ANA).id)
    seen, path = [], "/messages?limit=3"
    while path:
        answer = caller.get(path)
        seen += ids(answer)
        path = answer.links["next"]["url"] if "next" in answer.links else ""
        assert bool(path) == (answer.json()["next"] is not None)
        place(caller)
        receive(house.store, "meanwhile", sender=BRUNO)
    assert seen == expected[::-1]


def test_the_cursor_of_a_page_keeps_what_was_asked_for(caller: httpx.Client) -> None:
    for number in range(3):
        place(caller, id=f"a{number}")
        place(caller, id=f"b{number}", to="bruno")
    answer = caller.get("/messages", params={"number": "ana", "limit": "2"})
    assert ids(answer) == ["a2", "a1"]
    assert ids(caller.get(answer.links["next"]["url"])) == ["a0"]
    assert ids(caller.get("/messages", params={"number": "ana", "cursor": answer.json()["next"]})) == ["a0"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limt=3", "limt"),
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=%C2%B2", "limit"),
        ("limit=3&limit=4", "limit"),
        ("direction=up", "direction"),
        ("state=rejected", "state"),
        ("line=his", "line"),
        ("number=", "number"),
        ("since=yesterday", "since"),
        ("since=2026-11-22 19:35", "since"),
        ("cursor=abc", "cursor"),
        ("cursor=%C3%A1", "cursor"),
    ],
)
def test_a_query_that_makes_no_sense_is_refused(calm: HttpHouse, query: str, field: str) -> None:
    assert problem(calm.caller.get(f"/messages?{query}"), 422)["field"] == field


def test_a_message_tells_its_story(house: HttpHouse, caller: httpx.Client) -> None:
    place(caller, id="a")
    house.store.write(lambda tx: send(tx, "a"))
    told = caller.get("/messages/a").json()
    assert (told["state"], told["parts"]["sent"]) == ("sent", 1)
    assert [it["state"] for it in told["timeline"] if it["part"] is None] == ["queued", "sending", "sent"]
    assert told["at"] == told["timeline"][-1]["at"]


def test_what_did_not_change_is_not_sent_again(house: HttpHouse, caller: httpx.Client) -> None:
    place(caller, id="a")
    for path in ("/messages/a", "/messages"):
        answer = caller.get(path)
        assert answer.headers["cache-control"] == "private, no-cache"
        tag = {"If-None-Match": f'"other", W/{answer.headers["etag"]}'}
        unchanged = caller.get(path, headers=tag)
        assert (unchanged.status_code, unchanged.content) == (304, b"")
    house.store.write(lambda tx: outbox.claim(tx, "a"))
    assert caller.get("/messages/a", headers=tag).status_code == 200


def test_an_unknown_id_is_not_found(calm: HttpHouse) -> None:
    for answer in (calm.caller.get("/messages/none"), calm.caller.delete("/messages/none")):
        assert problem(answer, 404)["code"] == "unknown_id"


# Taking back


def test_a_message_is_cancelled_once_and_for_all(house: HttpHouse, caller: httpx.Client) -> None:
    place(caller, id="a")
    answer = caller.delete("/messages/a")
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    assert caller.delete("/messages/a").json() == answer.json() == caller.get("/messages/a").json()


def test_what_is_out_can_not_be_cancelled(house: HttpHouse, caller: httpx.Client) -> None:
    place(caller, id="a")
    house.store.write(lambda tx: send(tx, "a"))
    text = receive(house.store, "Hi", sender=ANA)
    for message_id in ("a", text.id):
        assert problem(caller.delete(f"/messages/{message_id}"), 409)["code"] == "too_late"
    assert caller.get("/messages/a").json()["state"] == "sent"


def test_what_can_be_taken_back_of_an_order_is(house: HttpHouse, caller: httpx.Client) -> None:
    place(caller, id="a", to=["ana", "bruno"])
    house.store.write(lambda tx: send(tx, "a.1"))
    told = caller.delete("/messages/a").json()
    assert [it["state"] for it in told["messages"]] == ["sent", "cancelled"]


def test_time_passes_for_ids_too(tmp_path: Path) -> None:
    clock = FakeClock()
    with HttpHouse(folder=tmp_path, clock=clock, sections={"messages": {"valid_for": "1h"}}) as house:
        place(house.caller, id="a")
        house.caller.delete("/messages/a")
        clock.advance(timedelta(days=2).total_seconds())
        told = place(house.caller, id="a", body="Something else")
        assert told["messages"][0]["created_at"] == (NOON + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize("since", ["2026-11-22T19:35:00+03:00", "2026-11-22T19:35+0300", "2026-11-22 19:35:00.5+03:00"])
def test_a_plus_that_came_as_a_blank_is_an_offset(calm: HttpHouse, since: str) -> None:
    assert calm.caller.get(f"/messages?since={since}").status_code == 200
