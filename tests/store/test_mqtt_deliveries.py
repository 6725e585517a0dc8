"""When a message from the broker is one that was handled before, and when it only looks like one."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from support.guards import guard
from support.replies_of_carriers import OTHERS

from smsmqtt.carriers.profile import parse
from smsmqtt.config import BalanceSettings, MessageSettings
from smsmqtt.intake.credit import Credit
from smsmqtt.intake.directory import Directory, Line
from smsmqtt.intake.door import Door
from smsmqtt.intake.verbs import Verbs
from smsmqtt.model import Reason
from smsmqtt.mqtt.client import Incoming
from smsmqtt.mqtt.deliveries import Deliveries
from smsmqtt.mqtt.topics import Topics
from smsmqtt.store import Store, announcements, balances, outbox, receipts

ORDER = Incoming(
    connection=None,  # type: ignore[arg-type]  # nothing here speaks with a broker
    topic="sms/outbox",
    payload=b'{"to": "+59899123451", "body": "Hello"}',
    qos=1,
    packet_id=7,
    dup=False,
    retain=False,
)
AGAIN = replace(ORDER, dup=True)


class Desk:
    """Connections one after the other, and what came on them."""

    def __init__(self, store: Store) -> None:
        lines = {name: Line(name=name, number=None, gateway="hall") for name in ("mine", "yours")}
        directory = Directory(contacts={}, groups={}, lines=lines, gateways=("hall",), region=None)
        profiles = {"mine": parse(OTHERS["o2-uk"])}
        door = Door(directory=directory, messages=MessageSettings(), guard=guard(directory))
        self.store = store
        self.deliveries = Deliveries(
            topics=Topics("sms"),
            door=door,
            credit=Credit(settings=BalanceSettings(), profiles=profiles, directory=directory, board=store.board),
            verbs=Verbs(door=door, board=store.board),
        )
        self.number = 0

    def connect(self, *, session_present: bool) -> None:
        self.number = self.store.write(lambda tx: receipts.open_connection(tx, session_present))

    def hear(self, *incoming: Incoming) -> None:
        for it in incoming:
            self.store.write(self.deliveries.unit(it, lambda: self.number))

    @property
    def orders(self) -> int:
        return len(self.store.read(outbox.queue))

    def told(self) -> list[dict[str, Any]]:
        pending = self.store.read(lambda tx: announcements.pending(tx, 0, 100))
        return [json.loads(it.payload or "") for it in pending]


@pytest.fixture
def desk(store: Store) -> Desk:
    desk = Desk(store)
    desk.connect(session_present=False)
    return desk


def test_a_repetition_on_a_later_connection_is_no_second_order_however_often_it_comes(desk: Desk) -> None:
    desk.hear(ORDER)
    for _ in range(3):
        desk.connect(session_present=True)
        desk.hear(AGAIN)
    assert desk.orders == 1


def test_an_equal_order_that_is_no_repetition_is_one_of_its_own(desk: Desk) -> None:
    desk.hear(ORDER)
    desk.connect(session_present=True)
    desk.hear(ORDER)
    assert desk.orders == 2


def test_each_delivery_recognises_one_repetition_only(desk: Desk) -> None:
    desk.hear(ORDER)
    desk.connect(session_present=True)
    desk.hear(AGAIN, AGAIN)
    assert desk.orders == 2


@pytest.mark.parametrize(
    "other", [replace(AGAIN, packet_id=8), replace(AGAIN, payload=b'{"to": "+59899123451", "body": "Bye"}')]
)
def test_a_repetition_of_something_never_handled_is_an_order(desk: Desk, other: Incoming) -> None:
    desk.hear(ORDER)
    desk.connect(session_present=True)
    desk.hear(other)
    assert desk.orders == 2


def test_a_broker_that_forgot_the_session_repeats_nothing(desk: Desk) -> None:
    desk.hear(ORDER)
    desk.connect(session_present=False)
    desk.hear(AGAIN)
    assert desk.orders == 2


ASK = replace(ORDER, topic="sms/balance/request", payload=b'{"line": "mine", "id": "q1"}')


def test_credit_is_asked_for_once_however_often_the_request_is_repeated(desk: Desk) -> None:
    desk.hear(ASK)
    desk.store.write(lambda tx: balances.failed(tx, "mine", Reason(code="x", text="x")))
    desk.connect(session_present=True)
    desk.hear(replace(ASK, dup=True))
    assert desk.store.read(lambda tx: balances.open_request(tx, "mine")) is None
    desk.hear(replace(ASK, packet_id=8))
    assert desk.store.read(lambda tx: balances.open_request(tx, "mine")) is not None
    assert desk.told() == []


@pytest.mark.parametrize(
    ("payload", "order_id", "code"),
    [
        (b"nix", None, "unknown_line"),
        (b'{"line": "nix", "id": "q1"}', "q1", "unknown_line"),
        (b"yours", None, "no_carrier"),
        (b'{"lin": "mine", "id": "q1"}', "q1", "unknown_field"),
        (b"{", None, "bad_payload"),
    ],
)
def test_a_question_that_makes_no_sense_is_rejected(
    desk: Desk, payload: bytes, order_id: str | None, code: str
) -> None:
    desk.hear(replace(ASK, payload=payload))
    (told,) = desk.told()
    assert (told["state"], told["order_id"], told["reason"]["code"]) == ("rejected", order_id, code)
    assert told["reason"]["field"] == {"unknown_field": "lin", "bad_payload": None}.get(code, "line")


def test_a_question_that_the_broker_keeps_is_never_asked(desk: Desk) -> None:
    for payload in (b"all", b"all", b""):
        desk.hear(replace(ASK, payload=payload, retain=True))
    assert [it["reason"]["code"] for it in desk.told()] == ["retained"]
    assert desk.store.read(lambda tx: balances.latest(tx, "mine")) is None


def test_a_message_set_aside_is_refused_once(desk: Desk) -> None:
    for incoming in (ORDER, AGAIN):
        desk.store.write(desk.deliveries.setting_aside(incoming, lambda: desk.number))
        desk.connect(session_present=True)
    assert [it["reason"]["code"] for it in desk.told()] == ["internal"]


def test_a_request_set_aside_is_answered_with_an_error(desk: Desk) -> None:
    request = replace(ORDER, topic="sms/bridge/request/poll", payload=b"{}")
    desk.store.write(desk.deliveries.setting_aside(request, lambda: desk.number))
    assert [it["status"] for it in desk.told()] == ["error"]


def test_what_is_no_command_is_overlooked(desk: Desk) -> None:
    desk.hear(replace(ORDER, topic="sms/status"), replace(ORDER, payload=b""), replace(ORDER, topic=""))
    assert desk.told() == []


def test_a_message_without_acknowledgement_is_never_a_repetition(desk: Desk) -> None:
    for _ in range(2):
        desk.hear(replace(ORDER, qos=0, packet_id=0))
    assert desk.orders == 2
