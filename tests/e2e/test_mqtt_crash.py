"""The process dies with -9 around the commit: nothing is lost, nothing is doubled, equal texts stay two."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from support import mqtt_child
from support.broker import Broker
from support.mqtt_caller import Caller
from support.mqtt_house import settings_for
from support.waiting import eventually

from smsmqtt.clock import SystemClock
from smsmqtt.store import Store, outbox

BODIES = ["equal", "equal", "first", "equal", "second", "third"]


def bodies_in(ledger: Path) -> Counter[str]:
    store = Store.open(ledger, SystemClock(), read_only=True)
    try:
        return Counter(message.body for message in store.read(outbox.queue))
    finally:
        store.close()


@pytest.mark.parametrize("version", ["5", "3.1.1"])
@pytest.mark.parametrize(("point", "at"), [("before_ack", 2), ("before_ack", 4), ("before_commit", 3)])
def test_a_death_around_the_commit_loses_and_doubles_nothing(
    broker: Broker, tmp_path: Path, version: str, point: str, at: int
) -> None:
    settings = settings_for(broker, tmp_path / "house", version=version)
    # the empty message to ourselves after each connect is the first that is handled and acknowledged
    dying = mqtt_child.start(settings.path, point, at + 1)
    with Caller(broker) as caller:
        caller.wait_for("sms/bridge/health")
        for body in BODIES:
            caller.publish("sms/outbox", {"to": "+59899123451", "body": body})
        assert dying.wait(10) == -9
        living = mqtt_child.start(settings.path)
        try:
            caller.publish("sms/outbox", {"to": "+59899123451", "body": "last", "id": "last"})
            caller.wait_for("sms/status", id="last")
            assert bodies_in(settings.store.path) == Counter([*BODIES, "last"])
            told = {status["id"] for status in caller.fields_on("sms/status", state="queued")}
            assert len(told) == len(BODIES) + 1
        finally:
            living.kill()
            living.wait()


def test_what_was_committed_and_not_published_is_published_by_the_next_process(broker: Broker, tmp_path: Path) -> None:
    settings = settings_for(broker, tmp_path / "house")
    dying = mqtt_child.start(settings.path, "before_ack", 2)
    with Caller(broker) as caller:
        caller.wait_for("sms/bridge/health")
        caller.publish(
            "sms/outbox", {"to": "ana", "body": "Hello", "id": "mine"}, reply_to="answers/me", correlation=b"7"
        )
        dying.wait(10)
        living = mqtt_child.start(settings.path)
        try:
            assert caller.wait_for("sms/status", id="mine")["state"] == "queued"
            answer = eventually(lambda: caller.on("answers/me"))[0]
            assert answer.correlation == b"7"
        finally:
            living.kill()
            living.wait()
