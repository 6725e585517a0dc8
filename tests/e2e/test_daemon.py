"""The whole way with the real daemon: MQTT to the air, the air to MQTT, word for word."""

from __future__ import annotations

from typing import Any

import pytest
from support.scene import FRIEND, STRANGER, Scene
from support.waiting import eventually

LONG = "".join(chr(ord("a") + number % 26) for number in range(1500))

THAT_BROKE_THE_ANCESTOR = [
    "ends in 0",
    "0",
    "OK",
    '+CMGL: 1,"REC UNREAD","+59899000099"',
    "] ",
    "first\nsecond\n\nfourth",
    "ñandú €",
    "😀 grüße 👩‍👩‍👧",
    LONG,
    "equal on purpose",
    "equal on purpose",
    "> ",
    "release module 1 ...",
    " blanks around ",
    '{"looks": "like JSON"}',
]


def test_a_json_order_goes_out_and_is_delivered(scene: Scene) -> None:
    with scene.running():
        sent = scene.order("hello out there")

        told = scene.reaches(sent, "delivered")

        assert scene.on_air() == ["hello out there"]
        assert told | {"at": "", "seq": 0} == {
            "event_type": "state",
            "id": sent,
            "order_id": sent,
            "state": "delivered",
            "to": FRIEND,
            "line": "mine",
            "at": "",
            "parts": {"total": 1, "sent": 1, "delivered": 1},
            "alphabet": "gsm7",
            "attempt": 0,
            "reason": None,
            "next_attempt_at": None,
            "seq": 0,
            "final": True,
            "repeat": False,
        }
        story = scene.caller.fields_on("sms/status", id=sent)
        assert [it["state"] for it in story] == ["queued", "sending", "sent", "delivered"]
        assert [it["seq"] for it in story] == [1, 2, 3, 4]


def test_a_text_order_goes_to_a_number_a_contact_and_a_group(scene: Scene) -> None:
    with scene.running():
        for recipient in ("59895551234", "ana", "family"):
            scene.caller.publish(f"sms/outbox/{recipient}", f"to {recipient}\n")

        eventually(lambda: len(scene.caller.fields_on("sms/status", state="delivered")) == 4, within_s=15)

        with scene.unit.world:
            sent = [(text.recipient, text.text) for text in scene.unit.network.texts()]
        assert sorted(sent) == [
            ("+59891234567", "to ana"),
            ("+59891234567", "to family"),
            ("+59891234568", "to family"),
            ("+59895551234", "to 59895551234"),
        ]


def test_what_comes_in_is_told_with_every_field(scene: Scene) -> None:
    with scene.running():
        eventually(lambda: scene.last("sms/line/yours").get("state") == "ready")
        scene.unit.deliver(2, FRIEND, "hello in there", message_class=0)

        (text,) = scene.receives(1)

        assert text.pop("sent_at").endswith("Z")
        assert text.pop("received_at").endswith("Z")
        assert text.pop("id")
        assert 0 <= text.pop("age_s") < 60
        assert text == {
            "event_type": "received",
            "again": 0,
            "from": FRIEND,
            "from_type": "number",
            "contact": "ana",
            "to": "+59899000002",
            "line": "yours",
            "gateway": "hall",
            "body": "hello in there",
            "parts": 1,
            "complete": True,
            "encoding": "gsm7",
            "flash": True,
        }


def test_what_was_on_the_sim_at_the_first_start_is_late(scene: Scene) -> None:
    scene.unit.deliver(1, STRANGER, "open the door")
    with scene.running():
        assert [text["event_type"] for text in scene.receives(1)] == ["late"]
        scene.unit.deliver(1, STRANGER, "and now")
        assert [text["event_type"] for text in scene.receives(2)] == ["late", "received"]


def test_texts_that_broke_the_ancestor_go_out_unharmed(scene: Scene) -> None:
    with scene.running():
        sent = [scene.order(body) for body in THAT_BROKE_THE_ANCESTOR]
        for order_id in sent:
            scene.reaches(order_id, "delivered", within_s=30)

        assert scene.on_air() == THAT_BROKE_THE_ANCESTOR


def test_texts_that_broke_the_ancestor_come_in_unharmed(scene: Scene) -> None:
    for body in THAT_BROKE_THE_ANCESTOR:
        scene.unit.deliver(1, STRANGER, body, order="shuffled", wide=len(body) % 2 == 0)
    scene.unit.deliver(1, "ALERT", "from a name")
    with scene.running():
        texts = scene.receives(len(THAT_BROKE_THE_ANCESTOR) + 1, within_s=30)

        bodies = [text["body"] for text in texts]
        assert sorted(bodies) == sorted([*THAT_BROKE_THE_ANCESTOR, "from a name"])
        assert len({text["id"] for text in texts}) == len(texts)
        assert [(it["from"], it["from_type"], it["contact"]) for it in texts if it["body"] == "from a name"] == [
            ("ALERT", "name", None)
        ]


@pytest.mark.parametrize("again", [{}, {"id": "the-same"}])
def test_equal_orders_are_two_and_equal_ids_are_one(scene: Scene, again: dict[str, Any]) -> None:
    with scene.running():
        for _ in range(2):
            scene.caller.publish("sms/outbox", {"to": FRIEND, "body": "hello", **again})
        last = scene.order("that was it")
        scene.reaches(last, "delivered")

        assert scene.on_air() == [*(["hello"] * (1 if again else 2)), "that was it"]
        assert bool(scene.caller.fields_on("sms/status", repeat=True)) == bool(again)


def test_the_parts_of_a_long_order_stay_together_on_one_line(scene: Scene) -> None:
    scene.open_unit(modem_radio_s=0.02)
    with scene.running(session={"max_held": "300ms"}):
        for number in range(3):
            scene.order(f"short {number}", to="+59895551234", **{"from": "yours"})
        sent = scene.order(LONG, **{"from": "yours"})
        others = [scene.order(f"other {number}", to="+59895551234", **{"from": "yours"}) for number in range(3)]
        for order_id in (sent, *others):
            scene.reaches(order_id, "delivered", within_s=30)

        with scene.unit.world:
            modules = {entry.module for entry in scene.unit.network.sent if entry.recipient == FRIEND}
            order = [entry.recipient == FRIEND for entry in scene.unit.network.sent]
        assert modules == {2}
        assert scene.on_air().count(LONG) == 1
        assert order == [False] * 3 + [True] * order.count(True) + [False] * 3


def test_somebody_who_answers_is_heard(scene: Scene) -> None:
    scene.open_unit(network_numbers={FRIEND: {"reply": "you said: {text}"}})
    with scene.running():
        scene.order("ñandú?")

        assert [text["body"] for text in scene.receives(1)] == ["you said: ñandú?"]
