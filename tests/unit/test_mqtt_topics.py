"""Topics under any prefix, and what comes on them."""

from __future__ import annotations

import pytest

from smsmqtt.mqtt.presence import Bridge, Presence
from smsmqtt.mqtt.topics import CompatOrder, CreditRequest, JsonOrder, Request, TextOrder, Topics, clearing_command

SMS = Topics("sms")


def test_the_filters_are_few_and_none_covers_another() -> None:
    assert SMS.filters == (
        *("sms/outbox", "sms/outbox/+", "sms/balance/request", "sms/bridge/request/+"),
        "homeassistant/status",
    )


def test_every_topic_is_under_the_prefix() -> None:
    home = Topics("home/sms")
    assert home.gateway("hall") == "home/sms/gateway/hall"
    assert home.line("mine") == "home/sms/line/mine"
    assert home.balance("mine") == "home/sms/balance/mine"
    assert (home.bridge_state, home.bridge_info) == ("home/sms/bridge/state", "home/sms/bridge/info")
    assert home.of_announcement("status") == "home/sms/status"
    assert home.of_announcement("inbox") == "home/sms/inbox"
    assert home.of_announcement("response/poll") == "home/sms/bridge/response/poll"


@pytest.mark.parametrize(
    ("topic", "command"),
    [
        ("sms/outbox", JsonOrder()),
        ("sms/outbox/59899000001", TextOrder(recipient="59899000001")),
        ("sms/outbox/", TextOrder(recipient="")),
        ("sms/balance/request", CreditRequest()),
        ("sms/balance/mine", None),
        ("sms/bridge/request/poll", Request(verb="poll")),
        ("sms/bridge/request/", None),
        ("sms/bridge/request", None),
        ("sms/outbox/a/b", None),
        ("sms/status", None),
        ("other/outbox", None),
        ("", None),
    ],
)
def test_a_topic_is_the_command_it_names(topic: str, command: object) -> None:
    assert SMS.classify(topic) == command


def test_answers_never_go_below_the_discovery_prefix_of_this_house() -> None:
    topics = Topics("sms", "ha")
    assert topics.refuses_reply_to("ha/device/x/config")
    assert topics.refuses_reply_to("homeassistant/status") is None


def test_all_of_the_discovery_is_allowed_or_forbidden_together() -> None:
    assert SMS.allowed_with("homeassistant/device/x/config") == "homeassistant/device/+/config"
    assert SMS.allowed_with("sms/line/mine") == "sms/line/mine"


def test_another_bridge_is_served_under_its_own_prefix_and_only_where_that_is_asked_for() -> None:
    both = Topics("sms", compat="sms2mqtt")
    assert both.filters == (*SMS.filters, "sms2mqtt/send")
    assert both.classify("sms2mqtt/send") == CompatOrder()
    assert (both.of_announcement("compat/sent"), both.compat_connected) == ("sms2mqtt/sent", "sms2mqtt/connected")
    assert SMS.classify("sms2mqtt/send") is None
    assert SMS.compat_connected is None
    assert (SMS.serves("compat/sent"), both.serves("compat/sent"), SMS.serves("status")) == (False, True, True)


@pytest.mark.parametrize("topic", ["sms2mqtt/send", "sms2mqtt/sent", "sms2mqtt/received", "sms2mqtt/connected"])
def test_answers_never_go_to_the_topics_of_another_bridge(topic: str) -> None:
    assert Topics("sms", compat="sms2mqtt").refuses_reply_to(topic)
    assert SMS.refuses_reply_to(topic) is None


@pytest.mark.parametrize("topic", ["answers/me", "sms/replies/me", "sms/outboxes", "smsx/outbox", "homeassistants"])
def test_answers_may_go_to_topics_of_others(topic: str) -> None:
    assert SMS.refuses_reply_to(topic) is None


@pytest.mark.parametrize(
    "topic",
    [
        *("sms/outbox", "sms/outbox/ana", "sms/bridge/request/poll", "sms/balance/request", "sms/bridge/state"),
        *("sms/line/mine", "homeassistant", "homeassistant/status", "$SYS/x", "a/+", "a/#", "", "a\x00", "x" * 65536),
    ],
)
def test_answers_never_go_where_they_could_act(topic: str) -> None:
    assert SMS.refuses_reply_to(topic)


def test_the_clearing_command_is_safe_to_paste() -> None:
    assert clearing_command("sms/outbox") == "mosquitto_pub -r -n -t sms/outbox"
    assert clearing_command("sms/outbox/$(reboot)") == "mosquitto_pub -r -n -t 'sms/outbox/$(reboot)'"


OWN = Bridge(store_id="own", started_at="2026-11-22T12:00:00Z", client_id="smsmqtt-sms")
OTHER = b'{"store_id": "other", "started_at": "2026-11-22T11:00:00Z", "client_id": "x"}'


def test_a_foreign_bridge_is_a_rival_only_while_it_is_online() -> None:
    presence = Presence(OWN, None)
    assert presence.hear_info(OTHER)
    assert presence.rival is None
    presence.hear_state(b'{"state": "online"}')
    assert presence.rival is not None
    assert presence.rival.came_before(OWN)
    presence.hear_state(b'{"state": "offline"}')
    assert presence.rival is None


@pytest.mark.parametrize("payload", [b"", b"{", b"[]", b"{}", b'{"store_id": "own"}', b'{"store_id": "gone"}', b"\xff"])
def test_ourselves_the_gone_and_nonsense_are_no_rival(payload: bytes) -> None:
    presence = Presence(OWN, "gone")
    presence.hear_state(b'{"state": "online"}')
    assert presence.hear_info(payload) is None
    assert presence.rival is None
