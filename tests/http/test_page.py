"""The page as a server gives it out: who gets it, what it carries, what stands on it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from support.http_house import TOKEN, HttpHouse
from support.page_visit import Visit, visit

from smsmqtt.clock import SystemClock
from smsmqtt.errors import BrokerLogin
from smsmqtt.http.access import COOKIE
from smsmqtt.intake.accept import accept_order
from smsmqtt.model import Alphabet, TextPart
from smsmqtt.payloads.orders import parse_order
from smsmqtt.payloads.state import Trouble
from smsmqtt.store import inbox

ANA = "+59899123451"
RULES = "default-src 'none'"
INGRESS = "/api/hassio_ingress/b2xk"


@pytest.fixture
def page(house: HttpHouse) -> Iterator[Visit]:
    with visit(house) as page:
        yield page


def order(house: HttpHouse, body: str = "hello", to: str = "ana", **fields: str) -> str:
    """Accepted; nobody sends it. The message's id."""
    request = parse_order(json.dumps({"to": to, "body": body, **fields}).encode())
    return house.store.write(lambda tx: accept_order(tx, request, house.door)).messages[0].id


def receive(house: HttpHouse, sender: str, body: str, kind: str = "number") -> None:
    raw = {"line": "mine", "index": None, "digest": f"{sender} {body}", "form": "pdu", "content": "00"}
    received_at = SystemClock().now()
    kept = house.store.write(lambda tx: inbox.put_raw(tx, **raw, received_at=received_at))
    part = TextPart(
        raw_id=kept.id if kept else 0,
        line="mine",
        sender=sender,
        sender_type=kind,  # type: ignore[arg-type]
        encoding=Alphabet.GSM7,
        text=body,
        received_at=received_at,
    )
    house.store.write(lambda tx: inbox.join(tx, part))


# Who comes in
