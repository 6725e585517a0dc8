"""The page without a browser: somebody who logs in, looks, and sends the forms that stand there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from typing import Any

import httpx
from support.http_house import TOKEN, HttpHouse

from smsmqtt.clock import SystemClock
from smsmqtt.intake.accept import accept_order
from smsmqtt.payloads import state
from smsmqtt.payloads.orders import parse_order
from smsmqtt.payloads.state import GatewayState, LastSession, LineState, Sim, Totals, Trouble

ANA = "+59899123451"
TALK = "/conversation?with=%2B59899123451"


@dataclass(kw_only=True)
class Visit:
    """``root``: the path that a proxy put us under."""

    client: httpx.Client
    root: str = ""

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.client.get(path, params=query or None)

    def see(self, path: str = "/", **query: Any) -> str:
        """What a page holds, as it is written."""
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.text

    @property
    def form_token(self) -> str:
        return self.field("form_token")

    def field(self, name: str, path: str = "/") -> str:
        """A hidden field of the first form that has it."""
        found = re.search(f'name="{name}" value="([^"]*)"', self.see(path))
        assert found, name
        return unescape(found[1])

    def send(self, form: str, headers: dict[str, str] | None = None, **fields: str) -> httpx.Response:
        """As the page's own form would, unless the fields say otherwise."""
        own = {"form_token": self.form_token, **fields}
        return self.client.post(f"/page/{form}", data=own, headers={"Sec-Fetch-Site": "same-origin", **(headers or {})})


@contextmanager
def visit(house: HttpHouse, **how: Any) -> Iterator[Visit]:
    """Logged in; ``how`` goes to the client."""
    with house.client(**how) as client:
        answer = client.post("/log-in", data={"token": TOKEN})
        assert answer.status_code == 303, answer.text
        yield Visit(client=client)


def order(house: HttpHouse, body: str, to: str = "ana") -> str:
    """Accepted; nobody sends it. The message's id."""
    request = parse_order(json.dumps({"to": to, "body": body}).encode())
    return house.store.write(lambda tx: accept_order(tx, request, house.door)).messages[0].id


def ledger(house: HttpHouse) -> list[str]:
    """The bodies of all messages."""
    return [row["body"] for row in house.store.read(lambda tx: tx.execute("select body from messages order by nr"))]


def post_gateway(house: HttpHouse, error: Trouble | None = None, *, gateway_state: GatewayState = "idle") -> None:
    """As a session leaves it behind."""
    now = SystemClock().now()
    payload = state.gateway(
        state="unreachable" if error else gateway_state,
        last_session=LastSession(at=now, held_s=1.5, sent=1, received=0, turns=9),
        held_s_hour=1.5,
        next_session_at=now + timedelta(minutes=1),
        error=error,
    )
    house.store.board.post("gateway", "hall", payload)


def post_line(house: HttpHouse, name: str, *, line_state: LineState = "ready", sending: bool = True) -> None:
    payload = state.line(
        state=line_state,
        sending=sending,
        sending_reason=None if sending else "switched_off",
        number="+59899000001",
        gateway="hall",
        sim=Sim(signal_dbm=-95, operator="Antel", roaming=False),
        totals=Totals(),
        at=SystemClock().now(),
    )
    house.store.board.post("line", name, payload)
