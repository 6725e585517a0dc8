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


@dataclass(frozen=True, kw_only=True)
class CompatOrder:
    """``sms2mqtt/send``: an order in the form of another bridge"""


Command = JsonOrder | TextOrder | CreditRequest | Request | CompatOrder


@dataclass(frozen=True)
class Topics:
    """The topics under one prefix, and those that Home Assistant listens to or speaks on under its own.

    ``compat``: the prefix of another bridge that is served too; None: of none.
    """

    prefix: str
    discovery_prefix: str = "homeassistant"
    compat: str | None = None

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
        own = (self.outbox, f"{self.outbox}/+", self.credit_requests, f"{self.requests}/+", self.home_assistant)
        return (*own, f"{self.compat}/send") if self.compat else own

    def discovery(self, device_id: str) -> str:
        """Where a device is announced to Home Assistant."""
        return f"{self.discovery_prefix}/device/{device_id}/config"

    @property
    def compat_connected(self) -> str | None:
        """Whether the bridge is there, as users of another one look for it; None when none is served."""
        return f"{self.compat}/connected" if self.compat else None

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

    def is_compat(self, topic: str) -> bool:
        """Whether it is one of another bridge that is served too."""
        return self.compat is not None and _under(topic, self.compat)

    def serves(self, kind: str) -> bool:
        """False for news to users of another bridge that is served no more."""
        return bool(self.compat) or not kind.startswith("compat/")

    def of_announcement(self, kind: str) -> str:
        """``status``, ``inbox``, ``response/<verb>`` or ``compat/<topic>`` as a topic."""
        if kind.startswith("compat/"):
            return f"{self.compat}/{kind.removeprefix('compat/')}"
        return f"{self.prefix}/bridge/{kind}" if kind.startswith("response/") else f"{self.prefix}/{kind}"

    def classify(self, topic: str) -> Command | None:
        """None: not a command of ours."""
        if topic == self.outbox:
            return JsonOrder()
        if topic == self.credit_requests:
            return CreditRequest()
        if self.compat and topic == f"{self.compat}/send":
            return CompatOrder()
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
        own = [f"{self.prefix}/{name}" for name in _OWN]
        if self.compat:
            own += [f"{self.compat}/{name}" for name in _OWN_COMPAT]
        if any(_under(topic, parent) for parent in own):
            return "the response topic is one of our own"
        return None


_OWN = ("outbox", "inbox", "status", "call", "balance", "bridge", "gateway", "line")
_OWN_COMPAT = ("send", "sent", "received", "connected")


def clearing_command(topic: str) -> str:
    """What to type so that a retained message goes away."""
    return f"mosquitto_pub -r -n -t {shlex.quote(topic)}"


def _under(topic: str, parent: str) -> bool:
    return topic == parent or topic.startswith(f"{parent}/")
