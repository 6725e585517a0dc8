"""A whole daemon watched over HTTP: the same news as over MQTT, its health, its figures, and the end of a stream."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from support.broker import free_port
from support.daemon import Daemon
from support.event_stream import EventStream
from support.scene import STRANGER, Scene
from support.waiting import eventually

TOKEN = "a-long-random-text-for-tests"


@contextmanager
def watched(scene: Scene, **how: Any) -> Iterator[tuple[Daemon, httpx.Client]]:
    """A running daemon, and somebody with its token."""
    port = free_port()
    http = {"listen": f"127.0.0.1:{port}", "tokens": {"tests": TOKEN}}
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with (
        scene.running(http=http, **how) as daemon,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=10.0) as client,
    ):
        yield daemon, client


def metric(client: httpx.Client, row: str) -> float:
    found = re.search(rf"^{re.escape(row)} (.*)$", client.get("/metrics").text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def test_the_stream_tells_what_mqtt_publishes(scene: Scene) -> None:
    with watched(scene) as (_, client), EventStream(client=client) as stream:
        sent = scene.order("¡hola! €", urgent=True)
        scene.reaches(sent, "delivered")
        scene.unit.deliver(1, STRANGER, "soy yo\ny nadie más")
        scene.receives(1)
        statuses = scene.caller.on("sms/status")
        heard = stream.wait_for("status", len(statuses))
        assert [it.data.encode() for it in heard] == [it.payload for it in statuses]
        assert heard[-1].fields["state"] == "delivered"
        (text,) = stream.wait_for("inbox")
        (told,) = scene.caller.fields_on("sms/inbox")
        assert {**text.fields, "age_s": 0} == {**told, "age_s": 0}
        for kind, name in (("gateway", "hall"), ("line", "mine"), ("line", "yours")):
            states = [it.fields for it in stream.of(kind) if it.fields["name"] == name]
            assert states[-1].keys() == {"name", *scene.last(f"sms/{kind}/{name}")}


def test_what_happened_while_nobody_listened_is_told_after_a_restart_too(scene: Scene) -> None:
    with watched(scene) as (_, client), EventStream(client=client, path="/events?events=status") as stream:
        scene.reaches(scene.order("first"), "delivered")
        stream.wait_for("status", len(scene.caller.on("sms/status")))
        place = stream.id
    with watched(scene) as (_, client):
        scene.reaches(scene.order("second", id="second"), "delivered")
        last = {"Last-Event-ID": place}
        with EventStream(client=client, path="/events?events=status", headers=last) as again:
            states = [it.fields["state"] for it in again.wait_for("status", 4)]
            assert states == [it["state"] for it in scene.caller.fields_on("sms/status", id="second")]


def test_health_goes_with_broker_and_gateway(scene: Scene) -> None:
    with watched(scene) as (_, client):
        eventually(lambda: client.get("/healthz").json() == {"status": "ok", "reasons": []})
        scene.unit.close()
        scene.broker.kill()
        expected = {"status": "degraded", "reasons": ["broker_unreachable", "gateway_unreachable"]}
        eventually(lambda: client.get("/healthz").json() == expected, what=lambda: client.get("/healthz").text)
        assert client.get("/healthz").status_code == 200
        assert metric(client, "smsmqtt_broker_connected") == 0
        assert metric(client, 'smsmqtt_gateway_state{gateway="hall",state="unreachable"}') == 1
        scene.broker.start()


def test_the_figures_are_those_of_the_daemon(scene: Scene) -> None:
    with watched(scene) as (_, client):
        sent = scene.order("hello", urgent=True, to="ana")
        line = scene.reaches(sent, "delivered")["line"]
        scene.unit.deliver(1, STRANGER, "hello")
        scene.receives(1)
        assert metric(client, f'smsmqtt_messages_finished_total{{line="{line}",state="delivered"}}') == 1
        assert metric(client, 'smsmqtt_texts_received_total{line="mine"}') == 1
        assert metric(client, 'smsmqtt_sessions_total{gateway="hall"}') >= 2
        assert metric(client, 'smsmqtt_session_held_seconds_total{gateway="hall"}') > 0
        assert metric(client, 'smsmqtt_session_turns_total{gateway="hall"}') > 10
        assert metric(client, 'smsmqtt_line_state{line="mine",state="ready"}') == 1
        assert metric(client, "smsmqtt_broker_connected") == 1
        assert metric(client, "smsmqtt_broker_connects_total") == 1
        eventually(lambda: metric(client, "smsmqtt_broker_pending") == 0)


def test_a_stop_ends_streams_and_keeps_nobody_waiting(scene: Scene) -> None:
    with watched(scene) as (daemon, client), EventStream(client=client) as stream:
        began_s = time.monotonic()
        assert daemon.stop() == 0
        assert time.monotonic() - began_s < 5.0
        assert stream.ended.wait(1)


def test_nobodys_number_text_or_token_is_in_the_log(scene: Scene) -> None:
    with watched(scene, log={"level": "debug"}) as (daemon, client):
        scene.reaches(scene.order("strictly private", to="+59891234567"), "delivered")
        client.get("/events", headers={"Authorization": "Bearer another-token"})
        client.get("/messages/+59891234567?body=strictly+private")
        client.get("/metrics")
        log = eventually(lambda: it if "/metrics" in (it := daemon.log()) else "")
    assert '"event": "request"' in log
    for secret in ("1234567", "strictly", TOKEN, "another-token"):
        assert secret not in log
