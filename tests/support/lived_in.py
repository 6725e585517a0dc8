"""Daemons with a page: a bare one, and one that has been lived in and has a bit of everything to show."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from support.broker import free_port
from support.browser import TOKEN
from support.daemon import write_config
from support.scene import FRIEND, STRANGER, Scene, opened

from smsmqtt.clock import SystemClock
from smsmqtt.config import load
from smsmqtt.intake.accept import accept_order
from smsmqtt.intake.door import Door
from smsmqtt.model import BalanceReply
from smsmqtt.payloads.orders import parse_order
from smsmqtt.store import Store, Transaction, balances, outbox

HOSTILE = "<script>alert('body')</script><img src=x onerror=alert('image')>"
HOSTILE_NAME = "<b>Bank"
OLD_TEXTS = 50
GENEROUS = {"per_hour": 1000, "per_day": 1000, "per_recipient_hour": 1000}
"""A guard that lets all of them pass."""
LINES = {
    "mine": {"module": 1, "number": "+59899000001", "carrier": "antel-uy"},
    "yours": {"module": 2, "number": "+59899000002"},
}


@contextmanager
def page_of(scene: Scene, **sections: Any) -> Iterator[str]:
    """The address of a running daemon's page."""
    port = free_port()
    http = {"listen": f"127.0.0.1:{port}", "tokens": {"me": TOKEN}}
    with scene.running(http=http, **sections):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def lived_in(folder: Path) -> Iterator[str]:
    """Texts both ways, many old and some hostile; one uncertain, one that waits; a pause; credit with a history."""
    with opened(folder) as scene:
        _remember(scene)
        unit = scene.unit
        gateways = {"hall": {"host": "127.0.0.1", "port": unit.port, "lines": LINES}}
        with page_of(scene, gateways=gateways, guard=GENEROUS) as url:
            scene.order("A warm <b>hello</b>", id="delivered")
            scene.reaches("delivered", "delivered")
            unit.arm(do="drop", at="body")
            scene.reaches(scene.order("did it go?", id="lost"), "uncertain")
            unit.deliver(1, STRANGER, HOSTILE)
            unit.deliver(1, HOSTILE_NAME, "from a name")
            unit.deliver(1, FRIEND, "and back")
            scene.receives(3)
            scene.ask("pause")
            scene.waits_because(scene.order("not before the pause is over", id="waiting"), "paused")
            yield url


def _remember(scene: Scene) -> None:
    """Fifty texts that were taken back, and six answers about credit, ten days apart."""
    settings = load(write_config(scene.folder, scene.broker, scene.unit, guard=GENEROUS))
    store, door = Store.open(settings.store.path, SystemClock()), Door.from_settings(settings)

    def unit(tx: Transaction) -> None:
        for nr in range(OLD_TEXTS):
            accept_order(tx, parse_order(json.dumps({"to": FRIEND, "body": f"old text {nr}"}).encode()), door)
        outbox.cancel_all(tx)
        for nr, credit in enumerate(("350", "301.50", "240", "500", "455", "410.25")):
            balances.put(tx, f"ask-{nr}", "mine", 60)
            balances.answered(tx, _answer(credit, tx.now - timedelta(days=60 - 10 * nr)))

    store.write(unit)
    store.close()


def _answer(credit: str, at: datetime) -> BalanceReply:
    return BalanceReply(
        line="mine", credit=Decimal(credit), currency="UYU", expires=date(2030, 12, 31), raw="Su saldo", at=at
    )
