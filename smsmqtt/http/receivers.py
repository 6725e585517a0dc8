"""Who is told by HTTP what happens, as the configuration names them, and in which words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

from smsmqtt.config import HttpSettings
from smsmqtt.logs import get_logger
from smsmqtt.payloads import restful_sms, webhooks
from smsmqtt.store import Transaction
from smsmqtt.store.webhooks import Address, take_callbacks

log = get_logger("http")


@dataclass(frozen=True, kw_only=True)
class News:
    """One announcement, with the payload that MQTT publishes."""

    id: int
    kind: str
    at: datetime
    payload: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Letter:
    """Something to be told. ``url`` None: at the receiver's own address."""

    body: str
    url: str | None = None


class Receiver(Protocol):
    """Somebody who is told. ``url`` None: each letter says where it goes."""

    @property
    def address(self) -> Address: ...
    @property
    def url(self) -> str | None: ...
    def letters(self, tx: Transaction, news: News) -> Iterable[Letter]:
        """What it is told of news of a kind that it gets."""
        ...

    def headers(self, event_id: str, body: str, at: datetime) -> dict[str, str]:
        """Those that only it gets; ``at``: when this try is made."""
        ...


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """Gets everything of its kinds, signed."""

    address: Address
    url: str
    secret: str

    def letters(self, _tx: Transaction, news: News) -> Iterable[Letter]:
        return [Letter(body=_json(webhooks.event(news.kind, news.payload, at=news.at)))]

    def headers(self, event_id: str, body: str, at: datetime) -> dict[str, str]:
        return webhooks.signature(self.secret, event_id=event_id, at=at, body=body)


@dataclass(frozen=True, kw_only=True)
class IncomingUrl:
    """Gets the texts received, as restful-sms posts them: those that are words, and once, since its form can't say
    that a text came before.
    """

    address: Address
    url: str
    token: str | None

    def letters(self, _tx: Transaction, news: News) -> Iterable[Letter]:
        if news.payload["event_type"] == "data" or news.payload["again"]:
            return []
        return [Letter(body=_json(restful_sms.incoming(news.payload, self.token)))]

    def headers(self, _event_id: str, _body: str, _at: datetime) -> dict[str, str]:
        return {}


@dataclass(frozen=True, kw_only=True)
class CallbackHost:
    """Gets the credit that clients of restful-sms asked for, at the addresses that they gave."""

    address: Address
    url: None = None

    def letters(self, tx: Transaction, news: News) -> Iterator[Letter]:
        """restful-sms has no words for a question that came to nothing."""
        waiting = take_callbacks(tx, self.address.name, news.payload["line"], news.id)
        for number, url in waiting.items():
            if news.payload["state"] == "ok":
                yield Letter(body=_json(restful_sms.credit(number, news.payload)), url=url)
            else:
                log.info("no credit to call back with", credit_request=number, state=news.payload["state"])

    def headers(self, _event_id: str, _body: str, _at: datetime) -> dict[str, str]:
        return {}


def receivers(http: HttpSettings) -> list[Receiver]:
    """All of them. Their names in the ledger stay as long as their addresses do."""
    found: list[Receiver] = [
        Webhook(
            address=_address("webhook", f"webhooks.{place}", webhook.url, webhook.events),
            url=webhook.url,
            secret=webhook.secret,
        )
        for place, webhook in enumerate(http.webhooks)
    ]
    restful = http.restful_sms
    if restful and restful.incoming_url:
        address = _address("incoming", "restful_sms.incoming_url", restful.incoming_url, ("inbox",))
        found.append(IncomingUrl(address=address, url=restful.incoming_url, token=restful.incoming_token))
    if restful:
        found += [_callbacks(place, host) for place, host in enumerate(dict.fromkeys(restful.callback_hosts))]
    return found


def callback_name(host: str) -> str:
    """Of the receiver with the callbacks to this host."""
    return f"callback {host}"


def _callbacks(place: int, host: str) -> CallbackHost:
    label = f"restful_sms.callback_hosts.{place} ({host})"
    return CallbackHost(address=Address(name=callback_name(host), label=label, kinds=frozenset({"balance"})))


def _address(kind: str, key: str, url: str, kinds: Iterable[str]) -> Address:
    """Only the host is shown: user, password, path and query may all be secret."""
    digest = hashlib.sha256(url.encode()).hexdigest()[:16]
    return Address(name=f"{kind} {digest}", label=f"{key} ({urlsplit(url).hostname})", kinds=frozenset(kinds))


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
