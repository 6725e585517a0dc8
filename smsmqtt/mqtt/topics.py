"""Every topic smsmqtt uses, built from the prefix; and what a topic that something came on means. Pure."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

_LONGEST = 65535


@dataclass(frozen=True, kw_only=True)
class JsonOrder:
    """``sms/outbox``"""


@dataclass(frozen=True, kw_only=True)
class TextOrder:
    """``sms/outbox/<recipient>``"""

    recipient: str


@dataclass(frozen=True, kw_only=True)
class CreditRequest:
    """``sms/balance/request``"""


@dataclass(frozen=True, kw_only=True)
class Request:
    """``sms/bridge/request/<verb>``"""

    verb: str


Command = JsonOrder | TextOrder | CreditRequest | Request


@dataclass(frozen=True)
class Topics:
    """The topics under one prefix, and those that Home Assistant listens to or speaks on under its own."""

    prefix: str
    discovery_prefix: str = "homeassistant"

    @property
    def outbox(self) -> str:
        return f"{self.prefix}/outbox"

    @property
    def credit_requests(self) -> str:
        return self.balance("request")

    @property
    def requests(self) -> str:
        return f"{self.prefix}/bridge/request"

    @property
    def bridge_state(self) -> str:
        return f"{self.prefix}/bridge/state"

    @property
    def bridge_info(self) -> str:
        return f"{self.prefix}/bridge/info"

    @property
    def bridge_health(self) -> str:
        return f"{self.prefix}/bridge/health"

    @property
    def home_assistant(self) -> str:
        """Where Home Assistant says that it came (``online``) or went (``offline``)."""
        return f"{self.discovery_prefix}/status"

    @property
    def filters(self) -> tuple[str, ...]:
        """What brings commands, and Home Assistant's comings and goings.

        None covers another: a broker would deliver an order twice.
        """
        return (self.outbox, f"{self.outbox}/+", self.credit_requests, f"{self.requests}/+", self.home_assistant)

    def discovery(self, device_id: str) -> str:
        """Where a device is announced to Home Assistant."""
        return f"{self.discovery_prefix}/device/{device_id}/config"

    def gateway(self, name: str) -> str:
        return f"{self.prefix}/gateway/{name}"

    def line(self, name: str) -> str:
        return f"{self.prefix}/line/{name}"

    def balance(self, line: str) -> str:
        return f"{self.prefix}/balance/{line}"

    def allowed_with(self, topic: str) -> str:
        """What an access list allows or forbids together with a topic: all of the discovery, else the topic itself."""
        every_device = self.discovery("+")
        return every_device if topic.startswith(every_device.partition("+")[0]) else topic

    def of_announcement(self, kind: str) -> str:
        """``status``, ``inbox`` or ``response/<verb>`` as a topic."""
        return f"{self.prefix}/bridge/{kind}" if kind.startswith("response/") else f"{self.prefix}/{kind}"

    def classify(self, topic: str) -> Command | None:
        """None: not a command of ours."""
        if topic == self.outbox:
            return JsonOrder()
        if topic == self.credit_requests:
            return CreditRequest()
        parent, _, level = topic.rpartition("/")
        if parent == self.outbox:
            return TextOrder(recipient=level)
        if parent == self.requests and level:
            return Request(verb=level)
        return None

    def refuses_reply_to(self, topic: str) -> str | None:
        """Why answers can't go to ``topic``; None when they can."""
        if not topic or len(topic.encode(errors="replace")) > _LONGEST or not topic.isprintable():
            return "the response topic is empty, too long or holds control characters"
        if "+" in topic or "#" in topic:
            return "the response topic holds a wildcard"
        if topic.startswith("$"):
            return "the response topic belongs to the broker"
        if _under(topic, self.discovery_prefix):
            return "the response topic is under the discovery prefix"
        if any(_under(topic, f"{self.prefix}/{own}") for own in _OWN):
            return "the response topic is one of our own"
        return None


_OWN = ("outbox", "inbox", "status", "call", "balance", "bridge", "gateway", "line")


def clearing_command(topic: str) -> str:
    """What to type so that a retained message goes away."""
    return f"mosquitto_pub -r -n -t {shlex.quote(topic)}"


def _under(topic: str, parent: str) -> bool:
    return topic == parent or topic.startswith(f"{parent}/")
