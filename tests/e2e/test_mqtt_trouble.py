"""Brokers that refuse, vanish, forget or are shared: each trouble has its own name, and the desk goes on."""

from __future__ import annotations

import ctypes
import gc
import json
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import enumerate as threads
from typing import Any

import pytest
from iotcore import Broker as Embedded
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from support.broker import Broker, Certificates, free_port, require_mosquitto
from support.mqtt_caller import Caller
from support.mqtt_house import QUICK, House
from support.waiting import eventually

from smsmqtt.store import announcements, outbox

VERSIONS = pytest.mark.parametrize("version", ["5", "3.1.1"])
UNCLOSED = pytest.mark.filterwarnings("ignore:unclosed <ssl:ResourceWarning")
"""paho leaves the socket of a failed TLS handshake to the garbage collector."""

HELLO = {"to": "+59899123451", "body": "Hello"}
MakeBroker = Callable[..., Broker]


@pytest.fixture
def make_broker(tmp_path: Path) -> Iterator[MakeBroker]:
    require_mosquitto()
    made: list[Broker] = []

    def make(**options: Any) -> Broker:
        made.append(Broker(folder=tmp_path / f"broker-{len(made)}", **options))
        return made[-1].start()

    yield make
    for broker in made:
        broker.kill()
    with warnings.catch_warnings():  # see UNCLOSED
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@UNCLOSED
@VERSIONS
def test_a_wrong_password_an_absent_broker_and_a_bad_certificate_are_told_apart(
    make_broker: MakeBroker, tmp_path: Path, version: str
) -> None:
    locked = make_broker(users={"smsmqtt": "right"})
    with House(locked, tmp_path / "login", {"username": "smsmqtt", "password": "wrong", "version": version}) as house:
        eventually(lambda: house.trouble_codes() == {"broker_login"})
    with House(locked, tmp_path / "absent", {"port": free_port(), "version": version}) as house:
        eventually(lambda: house.trouble_codes() == {"broker_unreachable"})
    secure = make_broker(tls=Certificates.make(tmp_path / "certificates"))
    mqtt = {"tls": {}, "version": version}
    with House(secure, tmp_path / "stranger", mqtt) as house:
        eventually(lambda: house.trouble_codes() == {"broker_tls"})
    with House(locked, tmp_path / "plain", mqtt) as house:
        eventually(lambda: house.trouble_codes() == {"broker_tls"})


def test_tls_works_with_the_right_authority(make_broker: MakeBroker, tmp_path: Path) -> None:
    secure = make_broker(tls=Certificates.make(tmp_path / "certificates"))
    with House(secure, tmp_path / "house") as house:
        eventually(lambda: house.desk.counters()["connects"])
        assert house.trouble_codes() == set()


def test_a_tls_port_spoken_to_in_plain_is_no_mqtt_port(make_broker: MakeBroker, tmp_path: Path) -> None:
    secure = make_broker(tls=Certificates.make(tmp_path / "certificates"))
    secure.tls = None
    with House(secure, tmp_path / "house") as house:
        eventually(lambda: house.trouble_codes() == {"broker_protocol"})


def test_a_broker_that_comes_late_ends_the_trouble(make_broker: MakeBroker, tmp_path: Path) -> None:
    broker = make_broker()
    broker.kill()
    with House(broker, tmp_path / "house") as house:
        eventually(house.trouble_codes)
        broker.start()
        eventually(lambda: not house.trouble_codes())
        assert house.desk.alive()


@VERSIONS
def test_an_access_list_that_starves_our_subscriptions_is_noticed(
    make_broker: MakeBroker, tmp_path: Path, version: str
) -> None:
    acl = "user smsmqtt\ntopic readwrite homeassistant/#\ntopic write sms/#\ntopic read sms/bridge/#\n"
    broker = make_broker(users={"smsmqtt": "pw"}, acl=acl)
    with House(broker, tmp_path / "house", {"username": "smsmqtt", "password": "pw", "version": version}) as house:
        eventually(lambda: house.trouble_codes() == {"broker_denied"})
        assert "sms/outbox" in house.desk.troubles()[0].text
        hint = house.desk.troubles()[0].hint
        assert all(key in hint for key in ("mqtt.prefix", "homeassistant.prefix", "mqtt.compat.sms2mqtt"))
        assert "sms/#" not in hint, "it holds for any prefix"


@VERSIONS
def test_the_topics_of_another_bridge_that_are_forbidden_keep_nothing_else(
    make_broker: MakeBroker, tmp_path: Path, version: str
) -> None:
    """mosquitto 2.0 hangs up over them, and says no more on 3.1.1."""
    acl = "user smsmqtt\ntopic readwrite homeassistant/#\ntopic readwrite sms/#\nuser caller\ntopic readwrite sms/#\n"
    broker = make_broker(users={"smsmqtt": "pw", "caller": "pw"}, acl=acl)
    login = {"username": "smsmqtt", "password": "pw", "version": version, "compat": {"sms2mqtt": "old"}}
    with (
        House(broker, tmp_path / "house", login) as house,
        Caller(broker, username="caller", password="pw") as caller,
    ):
        eventually(lambda: house.trouble_codes() == {"broker_denied"})
        assert "publish to old/connected" in house.desk.troubles()[0].text
        caller.publish("sms/outbox", {**HELLO, "id": "goes-on"})
        caller.wait_for("sms/status", id="goes-on")


def test_a_refused_publish_is_kept_and_other_topics_go_on(make_broker: MakeBroker, tmp_path: Path) -> None:
    acl = (
        "user smsmqtt\ntopic readwrite homeassistant/#\ntopic readwrite sms/outbox\ntopic readwrite sms/bridge/#\n"
        "user caller\ntopic readwrite #\ntopic readwrite sms/#\n"
    )
    broker = make_broker(users={"smsmqtt": "pw", "caller": "pw"}, acl=acl)
    login = {"username": "smsmqtt", "password": "pw"}
    with (
        House(broker, tmp_path / "house", login) as house,
        Caller(broker, username="caller", password="pw") as caller,
    ):
        caller.wait_for("sms/bridge/health")
        caller.publish("sms/outbox", {**HELLO, "id": "kept"})
        eventually(lambda: house.trouble_codes() == {"broker_denied"})
        assert "sms/status" in house.desk.troubles()[0].text
        caller.publish("sms/bridge/request/poll", {})
        caller.wait_for("sms/bridge/response/poll")
        eventually(lambda: house.store.read(announcements.pending_count) == 1)


@VERSIONS
def test_a_bridge_that_may_only_read_its_commands_works_all_the_same(
    make_broker: MakeBroker, tmp_path: Path, version: str
) -> None:
    acl = (
        "user smsmqtt\ntopic readwrite homeassistant/#\ntopic read sms/outbox/#\ntopic read sms/outbox\n"
        "topic readwrite sms/bridge/#\ntopic write sms/status\nuser caller\ntopic readwrite sms/#\n"
    )
    broker = make_broker(users={"smsmqtt": "pw", "caller": "pw"}, acl=acl)
    with (
        House(broker, tmp_path / "house", {"username": "smsmqtt", "password": "pw", "version": version}) as house,
        Caller(broker, username="caller", password="pw") as caller,
    ):
        caller.wait_for("sms/bridge/health")
        caller.publish("sms/outbox", {**HELLO, "id": "read"})
        caller.wait_for("sms/status", id="read")
        eventually(lambda: not house.trouble_codes())
        assert house.desk.counters()["connects"] <= 2


def test_what_was_refused_is_published_once_it_is_allowed(make_broker: MakeBroker, tmp_path: Path) -> None:
    everything = "user caller\ntopic readwrite #\ntopic readwrite sms/#\n"
    tight = (
        "user smsmqtt\ntopic readwrite homeassistant/#\ntopic readwrite sms/outbox\ntopic readwrite sms/bridge/#\n"
        + everything
    )
    broker = make_broker(users={"smsmqtt": "pw", "caller": "pw"}, acl=tight)
    with House(broker, tmp_path / "house", {"username": "smsmqtt", "password": "pw"}) as house:
        with Caller(broker, username="caller", password="pw") as caller:
            caller.wait_for("sms/bridge/health")
            caller.publish("sms/outbox", {**HELLO, "id": "kept"})
            eventually(lambda: house.trouble_codes() == {"broker_denied"})
        (broker.folder / "acl").write_text(
            everything + "user smsmqtt\ntopic readwrite homeassistant/#\ntopic readwrite sms/#\n"
        )
        broker.reload()
        with Caller(broker, username="caller", password="pw") as caller:
            assert caller.wait_for("sms/status", id="kept")["state"] == "queued"
        eventually(lambda: not house.trouble_codes())
        eventually(lambda: house.store.read(announcements.pending_count) == 0)


@VERSIONS
def test_a_fresh_broker_gets_every_retained_topic_again(make_broker: MakeBroker, tmp_path: Path, version: str) -> None:
    broker = make_broker()
    expected = {
        *("sms/bridge/state", "sms/bridge/info", "sms/bridge/health"),
        *("sms/gateway/hall", "sms/line/mine"),
    }
    with House(broker, tmp_path / "house", {"version": version}) as house:
        house.store.board.post("gateway", "hall", {"state": "idle"})
        house.store.board.post("line", "mine", {"state": "ready"})
        for _ in range(2):
            connects = house.desk.counters()["connects"]
            with Caller(broker) as caller:
                eventually(lambda: {it.topic for it in caller.heard if it.payload} >= expected)
            broker.kill()
            broker.start()
            eventually(lambda: house.desk.counters()["connects"] > connects)  # noqa: B023


def test_a_restarted_broker_that_kept_the_session_delivers_what_came_meanwhile(
    make_broker: MakeBroker, tmp_path: Path
) -> None:
    broker = make_broker(persistent=True)
    with House(broker, tmp_path / "house") as house:
        eventually(lambda: house.desk.counters()["connects"])
        with Caller(broker) as caller:
            caller.wait_for("sms/bridge/health")
    with Caller(broker) as caller:
        caller.publish("sms/outbox", {**HELLO, "id": "while-away"})
    broker.stop()
    broker.start()
    with Caller(broker) as caller, House(broker, tmp_path / "house") as house:
        assert caller.wait_for("sms/status", id="while-away")["state"] == "queued"
        assert len(house.store.read(outbox.queue)) == 1


@contextmanager
def thief_of_our_id(broker: Broker) -> Iterator[None]:
    thief = Client(CallbackAPIVersion.VERSION2, client_id="smsmqtt-sms", reconnect_on_failure=True)
    thief.reconnect_delay_set(1, 1)
    thief.connect(broker.host, broker.port)
    thief.loop_start()
    try:
        yield
    finally:
        thief.disconnect()
        thief.loop_stop()


def test_another_client_with_our_id_is_named_and_given_way(make_broker: MakeBroker, tmp_path: Path) -> None:
    broker = make_broker()
    with House(broker, tmp_path / "house") as house:
        eventually(lambda: house.desk.counters()["connects"])
        with thief_of_our_id(broker):
            eventually(lambda: house.trouble_codes() == {"client_id_taken"}, within_s=20)
            assert "smsmqtt-sms" in house.desk.troubles()[0].text
            assert house.desk.alive()


@VERSIONS
def test_a_broker_that_hangs_up_over_a_forbidden_topic_is_not_taken_for_another_client(
    make_broker: MakeBroker, tmp_path: Path, version: str
) -> None:
    broker = make_broker(acl="topic readwrite sms/#\n")
    pace = replace(QUICK, denied_first_s=0.1, denied_most_s=0.1)
    with House(broker, tmp_path / "house", {"version": version}, pace=pace) as house:
        eventually(lambda: house.desk.counters()["connects"] > 8)
        assert house.trouble_codes() == {"broker_denied"}


@VERSIONS
def test_another_client_with_our_id_is_named_while_a_topic_is_forbidden(
    make_broker: MakeBroker, tmp_path: Path, version: str
) -> None:
    broker = make_broker(acl="topic readwrite sms/#\n")
    pace = replace(QUICK, denied_first_s=60.0, denied_most_s=60.0)
    with House(broker, tmp_path / "house", {"version": version}, pace=pace) as house:
        eventually(lambda: house.trouble_codes() == {"broker_denied"})
        with thief_of_our_id(broker):
            eventually(lambda: house.trouble_codes() == {"broker_denied", "client_id_taken"}, within_s=20)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_dead_network_thread_is_replaced(make_broker: MakeBroker, tmp_path: Path) -> None:
    broker = make_broker()
    with House(broker, tmp_path / "house") as house, Caller(broker) as caller:
        caller.wait_for("sms/bridge/health")
        [network] = [thread for thread in threads() if thread.name == "mqtt-network"]
        assert network.ident is not None
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(network.ident), ctypes.py_object(SystemExit))
        eventually(lambda: not network.is_alive())
        caller.publish("sms/outbox", {**HELLO, "id": "after"})
        assert caller.wait_for("sms/status", within_s=15, id="after")["state"] == "queued"
        assert house.desk.alive()


def test_a_second_bridge_on_the_prefix_takes_no_orders_until_the_first_is_gone(
    make_broker: MakeBroker, tmp_path: Path
) -> None:
    broker = make_broker()
    with Caller(broker) as caller:
        with House(broker, tmp_path / "first", {"client_id": "first"}) as first:
            caller.wait_for("sms/bridge/health")
            with House(broker, tmp_path / "second", {"client_id": "second"}) as second:
                eventually(lambda: second.trouble_codes() == {"prefix_taken"})
                caller.publish("sms/outbox", {**HELLO, "id": "once"})
                caller.wait_for("sms/status", id="once")
                assert [it.id for it in first.store.read(outbox.queue)] == ["once"]
                first.desk.stop()
                eventually(lambda: not second.trouble_codes())
                caller.publish("sms/outbox", {**HELLO, "id": "twice"})
                caller.wait_for("sms/status", id="twice")
                assert [it.id for it in second.store.read(outbox.queue)] == ["twice"]
        assert first.trouble_codes() == set()


def test_a_second_bridge_with_the_same_client_id_leaves_the_session_to_the_first(
    make_broker: MakeBroker, tmp_path: Path
) -> None:
    broker = make_broker()
    with (
        Caller(broker) as caller,
        House(broker, tmp_path / "first") as first,
        House(broker, tmp_path / "second") as second,
    ):
        eventually(lambda: "prefix_taken" in first.trouble_codes() | second.trouble_codes())
        for number in range(20):
            caller.publish("sms/outbox", {**HELLO, "id": f"order-{number}"})
        eventually(lambda: len(caller.fields_on("sms/status", state="queued")) == 20)
        queues = [len(house.store.read(outbox.queue)) for house in (first, second)]
        assert sorted(queues) == [0, 20]


def test_a_bridge_that_left_its_state_behind_and_says_nothing_is_not_waited_for(
    make_broker: MakeBroker, tmp_path: Path
) -> None:
    broker = make_broker()
    with Caller(broker) as caller:
        info = {"store_id": "gone", "started_at": "2026-01-01T00:00:00Z", "client_id": "gone"}
        caller.publish("sms/bridge/info", info, retain=True)
        caller.publish("sms/bridge/state", {"state": "online"}, retain=True)
        with House(broker, tmp_path / "house", pace=replace(QUICK, rival_silent_s=1.0)) as house:
            eventually(lambda: house.trouble_codes() == {"prefix_taken"})
            caller.publish("sms/outbox", {**HELLO, "id": "early"})
            eventually(lambda: not house.trouble_codes(), within_s=15)
            caller.publish("sms/outbox", {**HELLO, "id": "mine"})
            caller.wait_for("sms/status", id="mine")


def test_a_new_prefix_ends_the_old_session_and_clears_the_old_retained_topics(
    make_broker: MakeBroker, tmp_path: Path
) -> None:
    broker = make_broker()
    with House(broker, tmp_path / "house") as house, Caller(broker) as caller:
        house.store.board.post("gateway", "hall", {"state": "idle"})
        caller.wait_for("sms/gateway/hall")
    with Caller(broker) as caller:
        caller.publish("sms/outbox", {**HELLO, "id": "old"})
        with House(broker, tmp_path / "house", {"prefix": "texts"}) as house:
            caller.wait_for("texts/bridge/health")
            cleared = {"sms/bridge/state", "sms/bridge/info", "sms/bridge/health", "sms/gateway/hall"}
            eventually(lambda: {it.topic for it in caller.heard if not it.payload} >= cleared)
            assert house.store.read(outbox.queue) == []
    with Caller(broker) as caller:
        caller.publish("marker", b"1")
        eventually(lambda: caller.on("marker"))
        assert not [it.topic for it in caller.heard if it.topic.startswith("sms/")]


def test_an_offline_said_by_somebody_else_is_corrected(make_broker: MakeBroker, tmp_path: Path) -> None:
    broker = make_broker()
    with House(broker, tmp_path / "house"), Caller(broker) as caller:
        caller.wait_for("sms/bridge/health")
        caller.publish("sms/bridge/state", json.dumps({"state": "offline"}), retain=True)
        eventually(lambda: [told["state"] for told in caller.fields_on("sms/bridge/state")][-1] == "online")


def test_a_broker_of_the_older_version_only_is_spoken_to_in_it(tmp_path: Path) -> None:
    port = free_port()
    with Embedded(port=port, listen="127.0.0.1"):
        broker = Broker(folder=tmp_path / "broker", port=port)
        with House(broker, tmp_path / "house") as house:
            eventually(lambda: house.desk.counters()["published"] == 0 and house.desk.counters()["connects"])
            caller = Client(CallbackAPIVersion.VERSION2)
            caller.connect(broker.host, port)
            caller.loop_start()
            caller.publish("sms/outbox", json.dumps({**HELLO, "id": "old"}), qos=1).wait_for_publish(5)
            eventually(lambda: house.store.read(outbox.queue))
            caller.disconnect()
            caller.loop_stop()
