"""Every error that may cross a storey. One question decides: not now, never, or don't know?

The docstring of each class is its message, written for the operator: what happened, what the
daemon does now, what can be done. ``code`` is stable and appears in topics and logs.
"""

from __future__ import annotations

from dataclasses import dataclass
from inspect import cleandoc
from typing import ClassVar


class SmsmqttError(Exception):
    """Something went wrong."""

    code: ClassVar[str] = "error"

    def __init__(self, detail: str = "") -> None:
        self.detail = detail
        super().__init__(detail)

    @property
    def hint(self) -> str:
        """The class's advice, as one line."""
        return " ".join(cleandoc(type(self).__doc__ or "").split())

    def __str__(self) -> str:
        return f"{self.detail}: {self.hint}" if self.detail else self.hint


# Configuration and what callers hand in


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One mistake in a file: where it is and what was expected there."""

    file: str
    line: int | None
    key: str
    text: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.key}: {self.text}" if self.key else f"{place}: {self.text}"


class ConfigError(SmsmqttError):
    """The configuration has mistakes; nothing was started. Correct them and try again."""

    code = "config"

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("\n".join(map(str, faults)))

    def __str__(self) -> str:
        return self.detail


class PayloadError(SmsmqttError):
    """What the caller sent can't be accepted; correct it and send it again."""

    code = "bad_payload"

    def __init__(self, field: str | None, text: str, code: str = "bad_payload") -> None:
        self.field = field
        self.text = text
        self.code = code  # type: ignore[misc]  # narrower than the class's own
        super().__init__(f"{field}: {text}" if field else text)

    def __str__(self) -> str:
        return self.detail


class PduError(SmsmqttError):
    """These octets are not a PDU that the standard allows."""

    code = "bad_pdu"

    def __str__(self) -> str:
        return self.detail or self.hint


# The store


class StoreError(SmsmqttError):
    """The store can't be used. The daemon stops; nothing that was acknowledged is lost."""

    code = "store"


class StoreFull(StoreError):
    """The disk is full. The daemon stops without acknowledging what it can't keep; free some space and start it again."""

    code = "store_full"


class StoreBroken(StoreError):
    """The store's file is damaged or isn't one of ours. Move it away to start afresh, or restore a copy; keep it, since sqlite3's .recover may read most of it."""

    code = "store_broken"


class StoreLocked(StoreError):
    """Another smsmqtt holds this store. One daemon at a time may run on a file; stop the other, or give this one its own path."""

    code = "store_locked"


class WrongState(SmsmqttError):
    """A change of state was asked for that the ledger doesn't allow."""

    code = "wrong_state"


# The gateway


class GatewayError(SmsmqttError):
    """The gateway did not do as it should. The work waits in the store and is tried again."""

    code = "gateway"
    lines: tuple[str, ...] = ()
    """What the module had said of its reply when this happened."""


class Unreachable(GatewayError):
    """The gateway does not answer. The daemon tries again with growing pauses; check its power, address and port."""

    code = "unreachable"


class Occupied(GatewayError):
    """Somebody else uses the gateway, which takes one connection at a time. The daemon tries again later; look for another program that is logged in."""

    code = "occupied"


class NoLock(GatewayError):
    """Nobody can tell whether the gateway is in use, so it is left alone. Check who may write to the store's folder."""

    code = "no_lock"


class BadLogin(GatewayError):
    """The gateway refuses the user name or password. Correct username and password; the daemon tries again, seldom."""

    code = "bad_login"


class LinkLost(GatewayError):
    """The connection to the gateway broke. The session ends and the next one goes on where this one stopped."""

    code = "link_lost"


class NoAnswer(GatewayError):
    """The module did not answer in time. The session ends for this line and is tried again."""

    code = "no_answer"


class ModuleReleased(GatewayError):
    """The gateway took the module away, as it does for a call. The line's work waits for the next session."""

    code = "released"


class ModuleBusy(GatewayError):
    """The module is not free: a call, or somebody else, uses it. The line's work waits for the next session."""

    code = "in_call"


class BadDialogue(GatewayError):
    """The gateway answered something that makes no sense here. The session ends and is tried again; `smsmqtt capture` records what it says."""

    code = "bad_dialogue"


# The broker


class BrokerError(SmsmqttError):
    """The broker can't be used. The daemon tries again with growing pauses; sessions go on and texts are kept."""

    code = "broker"


class BrokerUnreachable(BrokerError):
    """The broker does not answer. The daemon tries again with growing pauses and texts are kept; check that it runs, and mqtt.host and mqtt.port."""

    code = "broker_unreachable"


class BrokerLogin(BrokerError):
    """The broker refuses the user name or password. Correct mqtt.username and mqtt.password, or the broker's password file; the daemon tries again."""

    code = "broker_login"


class BrokerTls(BrokerError):
    """No secure connection to the broker came about. Check mqtt.tls (ca_file above all), the name in the broker's certificate and that mqtt.port is its TLS port; the daemon tries again."""

    code = "broker_tls"


class BrokerProtocol(BrokerError):
    """The broker hung up or answered nonsense instead of taking the connection. Check that mqtt.port is an MQTT port, with tls set just when it speaks TLS, and mqtt.version; the daemon tries again."""

    code = "broker_protocol"


class BrokerDenied(BrokerError):
    """The broker's access list forbids a topic. Let the user of smsmqtt read and write everything (in mosquitto: topic readwrite PREFIX/#) below mqtt.prefix, below homeassistant.prefix unless homeassistant.discovery is false, and below mqtt.compat.sms2mqtt where that is set; what could not be published is kept and tried again."""

    code = "broker_denied"


class ClientIdTaken(BrokerError):
    """Another program connects to the broker under the same client id, and each throws the other out. Stop the other one or give this one its own mqtt.client_id; the daemon waits longer between tries. (Some brokers hang up over a forbidden topic, which looks the same on MQTT 3.1.1: their log tells.)"""

    code = "client_id_taken"


class PrefixTaken(BrokerError):
    """Another smsmqtt is at work under the same prefix, and both would send every text. This one takes no orders until the other is gone; stop it, or give this one its own mqtt.prefix."""

    code = "prefix_taken"


class NoBridge(BrokerError):
    """No smsmqtt answers under this prefix. Start the daemon, or check that broker and prefix are the ones it uses."""

    code = "no_bridge"


class NetworkThreadDead(BrokerError):
    """The thread that speaks with the broker died or hung. It was replaced by a new connection; nothing that was acknowledged is lost. Please report it, with the log around it."""

    code = "network_thread"


# The HTTP shim


class HttpError(SmsmqttError):
    """The HTTP shim can't be started, and so nothing is. Check http.listen: the address must be one of this machine, and the port free."""

    code = "http"


class HttpMissing(HttpError):
    """The configuration has http, and what it needs is not installed. In a clone of smsmqtt type: pip install '.[http]'."""

    code = "http_missing"


# The guard


class DailyCap(SmsmqttError):
    """The line has sent the parts of a day that guard.per_day allows. Orders over it are refused until the oldest of them is a day old; look for what sends so much, then raise the limit, or reset the guard: by the request guard ({"reset": true}), or by the button in Home Assistant."""

    code = "guard_per_day"


class NothingADay(DailyCap):
    """Nothing is ever sent on the line, since its guard.per_day is 0, and every order for it is refused. If it is to send, raise per_day in guard or in the line's own guard, and restart the daemon."""


# The lines


class LineGone(SmsmqttError):
    """Messages wait for a line that is not in the configuration any more. They were ordered from it by name or are out in part, so they wait until their time is over; bring the line back under its old name, or cancel them and order anew."""

    code = "line_gone"


# The commands


class DemoFailed(SmsmqttError):
    """The demo can't go on."""

    code = "demo"
