"""A whole daemon with somebody to tell: texts from the air, texts to it, credit, and a kill between."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook as Verifier
from support.broker import free_port
from support.listening import Answer, Listening, Posted
from support.scene import STRANGER, Scene
from support.waiting import eventually

SECRET = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"
TOKEN = "4f1c0a9be2d8"


@pytest.fixture
def listening() -> Iterator[Listening]:
    with Listening() as server:
        yield server


def sections(listening: Listening, port: int) -> dict[str, Any]:
    restful = {
        "token": TOKEN,
        "incoming_url": f"http://127.0.0.1:{listening.port}/incoming",
        "callback_hosts": ["127.0.0.1"],
    }
    webhook = {"url": f"http://127.0.0.1:{listening.port}/hook", "secret": SECRET}
    lines = {"mine": {"module": 1, "number": "+59899000001", "carrier": "antel-uy"}}
    return {
        "http": {"listen": f"127.0.0.1:{port}", "webhooks": [webhook], "restful_sms": restful},
        "messages": {"region": "UY"},
        "lines": lines,
    }


def on(listening: Listening, path: str) -> list[Posted]:
    return [it for it in listening.heard if it.path == path]


def types(listening: Listening) -> list[str]:
    return [Verifier(SECRET).verify(it.body, dict(it.headers))["type"] for it in on(listening, "/hook")]


def with_a_carrier(scene: Scene, http: dict[str, Any]) -> dict[str, Any]:
    gateway = {"host": "127.0.0.1", "port": scene.unit.port, "lines": http.pop("lines")}
    return {**http, "gateways": {"hall": gateway}}


def test_texts_states_and_credit_are_told(scene: Scene, listening: Listening) -> None:
    port = free_port()
    with scene.running(**with_a_carrier(scene, sections(listening, port))):
        scene.unit.deliver(1, STRANGER, "¿hola?")
        eventually(lambda: on(listening, "/incoming"), within_s=15)
        order = {"from": "099000001", "to": "091234567", "body": "hola"}
        assert httpx.post(f"http://127.0.0.1:{port}/message/{TOKEN}", data=order).json() == {"id": 1}
        credit = {"number": "099000001", "callback_url": f"http://127.0.0.1:{listening.port}/credit"}
        assert httpx.post(f"http://127.0.0.1:{port}/credit-request/{TOKEN}", data=credit).json() == {"id": 1}
        (answer,) = eventually(lambda: on(listening, "/credit"), within_s=20)
        eventually(lambda: {"status.delivered", "balance.ok"} <= set(types(listening)), within_s=20)

    assert on(listening, "/incoming")[0].fields["message"] == "¿hola?"
    assert answer.fields["credit_request_id"] == 1
    assert isinstance(answer.fields["credit"], float | int)
    assert answer.fields["credit_expiration"].endswith(" 23:59:59")
    told = types(listening)
    assert [it for it in told if it.startswith("status.")] == [
        "status.queued",
        "status.sending",
        "status.sent",
        "status.delivered",
    ]
    assert {"inbox.received", "inbox.late"} & set(told)  # whether the first look at the SIM came before it
    assert scene.on_air().count("hola") == 1


def test_what_nobody_took_before_a_kill_is_told_by_the_next_daemon(scene: Scene, listening: Listening) -> None:
    listening.answer = lambda _posted: Answer(status=503)
    port = free_port()
    with scene.running(**with_a_carrier(scene, sections(listening, port))) as daemon:
        scene.unit.deliver(1, STRANGER, "before the kill")
        scene.receives(1)
        eventually(lambda: on(listening, "/hook"))
        daemon.kill()
        ids = {it.headers["webhook-id"] for it in on(listening, "/hook")}
        listening.answer = lambda _posted: Answer()
        heard = len(listening.heard)
    with scene.running(**with_a_carrier(scene, sections(listening, port))):
        eventually(lambda: {it.path for it in listening.heard[heard:]} == {"/hook", "/incoming"}, within_s=20)

    assert {it.headers["webhook-id"] for it in on(listening, "/hook")} == ids


def test_no_part_begins_while_receivers_that_hang_delay_the_end(scene: Scene, listening: Listening) -> None:
    listening.let_go.clear()
    hooks = [{"url": f"http://127.0.0.1:{listening.port}/{number}", "secret": SECRET} for number in range(4)]
    scene.open_unit(modem_radio_s=0.5)
    with scene.running(http={"listen": f"127.0.0.1:{free_port()}", "webhooks": hooks}) as daemon:
        scene.order("part " * 200)
        scene.unit.wait_for(lambda: bool(scene.unit.network.sent))
        listening.hears(len(hooks))
        sent = len(scene.unit.network.sent)
        assert daemon.stop() == 0
    assert len(scene.unit.network.sent) <= sent + 1
