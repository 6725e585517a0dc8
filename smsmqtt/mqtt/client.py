"""One connection to the broker, from CONNECT to its end: the only place that knows paho.

How it is used here, against its habits:

- A ``Connection`` is one paho client and is used once. What came on it is acknowledged on it or not at all, so an
  acknowledgement can't hit a message of a later connection that happens to have the same packet id, and paho's own
  queue of unsent publishes dies with it: the store is the queue.
- The caller's thread turns paho's loop (``open``, then ``serve``); only that thread writes to the socket. Every other
  thread just queues packets: with ``on_socket_register_write`` set paho does not write from the thread that publishes.
- paho closes some of its sockets only when it is finalised, so that is done by hand (``_release``) at the end of the
  loop; under one lock with everything other threads call, since their wake-up would go to a closed socket.
- Callbacks only put a value on a queue, and can't raise: an exception in one would end the thread without a word.
- A message is acknowledged when the caller says so (``acknowledge``), never by paho.
"""

from __future__ import annotations

import ssl
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from typing import Any, Literal

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from smsmqtt.clock import Clock
from smsmqtt.config import MqttSettings
from smsmqtt.errors import BrokerError, BrokerLogin, BrokerProtocol, BrokerTls, BrokerUnreachable
from smsmqtt.model import ReplyTo

Version = Literal["5", "3.1.1"]
KEEPALIVE_S = 30
CONNACK_S = 10.0
BEAT_S = 1.0
_BOTH_WAYS = 2  # as socket.shutdown wants it
SESSION_KEPT_S = 30 * 86400
WILL_DELAY_S = 5
_LOGIN_REFUSED = (134, 135, 138)  # bad user name or password, not authorized, banned (MQTT 5 §3.2.2.2)
_NO_SUBSCRIBERS = 16  # MQTT 5 §3.4.2.1


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """Something to publish, QoS 1."""

    topic: str
    payload: bytes
    retain: bool = False
    correlation: bytes | None = None


@dataclass(frozen=True, kw_only=True)
class Connected:
    """The broker took the connection. ``session_present``: it remembers us from an earlier one."""

    connection: Connection
    session_present: bool


@dataclass(frozen=True, kw_only=True)
class Subscribed:
    """The answer to one ``subscribe``. ``refused``: which of the filters, if any."""

    connection: Connection
    filters: tuple[str, ...]
    refused: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """A message, not acknowledged yet. ``expiry_s``: what is left of its message expiry interval."""

    connection: Connection
    topic: str
    payload: bytes
    qos: int
    packet_id: int
    dup: bool
    retain: bool
    expiry_s: float | None = None
    reply_to: ReplyTo | None = None


@dataclass(frozen=True, kw_only=True)
class Published:
    """The broker's answer to one publish. ``refused``: its reason, None when it took it.

    ``subscribed``: whether there was anybody to pass it on to; True where the broker doesn't tell (MQTT 3.1.1).
    """

    connection: Connection
    packet_id: int
    refused: str | None
    subscribed: bool


Event = Connected | Subscribed | Incoming | Published


class Connection:
    """See above. ``remembered``: the broker keeps our session (30 days); otherwise it ends whatever it kept."""

    def __init__(
        self,
        settings: MqttSettings,
        *,
        version: Version,
        client_id: str,
        remembered: bool,
        will: Outgoing | None,
        clock: Clock,
        hear: Callable[[Event], None],
    ) -> None:
        self.version = version
        self.beat_at = clock.monotonic()
        self._settings = settings
        self._remembered = remembered
        self._clock = clock
        self._hear = hear
        self._asked: deque[tuple[str, ...]] = deque()  # the answers come in the same order
        self._accepted = False
        self._refused: ReasonCode | None = None
        self._lost: ReasonCode | None = None
        self._released = False
        self._lock = Lock()
        self._paho = Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            protocol=MQTTProtocolVersion.MQTTv5 if version == "5" else MQTTProtocolVersion.MQTTv311,
            clean_session=None if version == "5" else not remembered,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        self._paho.suppress_exceptions = True
        self._paho.max_queued_messages_set(0)  # the publisher counts
        self._paho.username = settings.username
        self._paho.password = settings.password
        self._paho.on_connect = self._on_connect
        self._paho.on_disconnect = self._on_disconnect
        self._paho.on_subscribe = self._on_subscribe
        self._paho.on_message = self._on_message
        self._paho.on_publish = self._on_publish
        self._paho.on_socket_register_write = lambda *_: None
        if will:
            self._paho.will_set(will.topic, will.payload, qos=1, retain=will.retain, properties=self._will_delay())

    # The network thread

    def open(self) -> None:
        """Returns once the broker took the connection; BrokerError says why it didn't."""
        try:
            self._open()
        except BaseException:
            self.release()
            raise

    def _open(self) -> None:
        try:
            if self._settings.tls:
                self._paho.tls_set_context(self._tls_context())
                self._paho.tls_insecure_set(not self._settings.tls.verify)
            self._connect()
        except (ssl.SSLError, ssl.CertificateError) as error:
            raise BrokerTls(f"{self._place} ({error})") from error
        except (OSError, UnicodeError) as error:  # UnicodeError: a host name that can't be one
            raise self._failure(error)(f"{self._place} ({error})") from error
        self._await_answer()

    def serve(self) -> str | None:
        """Turns the loop until the connection ends; why it did, None when we closed it."""
        try:
            while self._turn() == MQTTErrorCode.MQTT_ERR_SUCCESS:
                pass
        finally:
            self.release()
        if self._lost is None or self._lost.value == 0:
            return None
        return str(self._lost)

    def _failure(self, error: Exception) -> type[BrokerError]:
        """A file that isn't there, or a port that hangs up on a TLS greeting, is no matter of reaching it."""
        about_tls = isinstance(error, FileNotFoundError | ConnectionResetError | BrokenPipeError)
        return BrokerTls if self._settings.tls and about_tls else BrokerUnreachable

    def _connect(self) -> None:
        clean: dict[str, Any] = {}
        if self.version == "5":
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            properties.SessionExpiryInterval = SESSION_KEPT_S if self._remembered else 0
            clean = {"clean_start": not self._remembered, "properties": properties}
        self._paho.connect(self._settings.host, self._settings.port, keepalive=KEEPALIVE_S, **clean)

    def _await_answer(self) -> None:
        deadline = self._clock.monotonic() + CONNACK_S
        while not self._accepted:
            result = self._turn()
            if self._refused is not None:
                raise self._refusal(self._refused)
            if result != MQTTErrorCode.MQTT_ERR_SUCCESS and not self._accepted:
                raise BrokerProtocol(f"{self._place} hung up on MQTT {self.version} ({result.name})")
            if self._clock.monotonic() > deadline:
                self.cut()
                raise BrokerProtocol(f"{self._place} did not answer MQTT {self.version} within {CONNACK_S:g} s")

    def _turn(self) -> MQTTErrorCode:
        self.beat_at = self._clock.monotonic()
        try:
            return self._paho.loop(BEAT_S)
        except (OSError, ValueError):  # a socket closed under its feet
            return MQTTErrorCode.MQTT_ERR_CONN_LOST

    def _refusal(self, reason: ReasonCode) -> BrokerError:
        detail = f"{self._place} ({reason})"
        return BrokerLogin(detail) if reason.value in _LOGIN_REFUSED else BrokerProtocol(detail)

    def _tls_context(self) -> ssl.SSLContext:
        tls = self._settings.tls
        assert tls is not None
        context = ssl.create_default_context(cafile=tls.ca_file)
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # home-made certificates seldom have every extension
        if not tls.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if tls.cert_file:
            context.load_cert_chain(tls.cert_file, tls.key_file)
        return context

    def _will_delay(self) -> Properties | None:
        if self.version != "5":
            return None
        properties = Properties(PacketTypes.WILLMESSAGE)  # type: ignore[no-untyped-call]
        properties.WillDelayInterval = WILL_DELAY_S
        return properties

    @property
    def _place(self) -> str:
        return f"{self._settings.host}:{self._settings.port}"

    # From any thread

    @property
    def is_open(self) -> bool:
        return self._accepted and not self._released

    def subscribe(self, filters: Sequence[str], *, qos: Literal[0, 1], as_published: bool = False) -> None:
        """Retained messages are asked for too: those on command topics have to be reported.

        ``as_published``: MQTT 5 tells also of live messages whether they were published to be retained.
        """
        if self.version == "5":
            wanted: list[Any] = [
                (it, SubscribeOptions(qos=qos, retainHandling=0, retainAsPublished=as_published)) for it in filters
            ]
        else:
            wanted = [(it, qos) for it in filters]
        with self._lock:
            if not self._released:
                self._asked.append(tuple(filters))
                self._paho.subscribe(wanted)

    def publish(self, outgoing: Outgoing) -> int | None:
        """The packet id, which ``Published`` will name, maybe before this returns; None when the connection is gone."""
        properties = None
        if self.version == "5" and outgoing.correlation is not None:
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            properties.CorrelationData = outgoing.correlation
        with self._lock:
            if self._released:
                return None
            return self._paho.publish(
                outgoing.topic, outgoing.payload, qos=1, retain=outgoing.retain, properties=properties
            ).mid

    def acknowledge(self, incoming: Incoming) -> None:
        """Nothing happens when the connection it came on is gone: the broker will deliver it again."""
        with self._lock:
            if incoming.qos and not self._released:
                self._paho.ack(incoming.packet_id, incoming.qos)

    def close(self) -> None:
        """DISCONNECT after what is queued; no will is published. ``serve`` returns soon after."""
        with self._lock:
            if not self._released:
                self._paho.disconnect()

    def cut(self) -> None:
        """Break the connection, also under a thread that hangs on it; the broker publishes the will."""
        socket: Any = self._paho.socket()
        if socket is not None:
            with suppress(OSError):  # broken already
                socket.shutdown(_BOTH_WAYS)

    def release(self) -> None:
        """Let go of every socket. Only when nobody turns the loop any more."""
        with self._lock:
            self._released = True
            self._paho.__del__()

    # paho's callbacks, on the network thread

    def _on_connect(self, _client: Client, _data: Any, flags: Any, reason: ReasonCode, _properties: Any) -> None:
        if reason.is_failure:
            self._refused = reason
            return
        self._accepted = True
        self._hear(Connected(connection=self, session_present=bool(flags.session_present)))

    def _on_disconnect(self, _client: Client, _data: Any, _flags: Any, reason: ReasonCode, _properties: Any) -> None:
        self._lost = self._lost or reason

    def _on_subscribe(
        self, _client: Client, _data: Any, _packet_id: int, reasons: Sequence[ReasonCode], _properties: Any
    ) -> None:
        filters = self._asked.popleft()
        refused = tuple(it for it, reason in zip(filters, reasons, strict=False) if reason.is_failure)
        self._hear(Subscribed(connection=self, filters=filters, refused=refused))

    def _on_message(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:  # no command of ours; acknowledged like any other that isn't
            topic = ""
        self._hear(
            Incoming(
                connection=self,
                topic=topic,
                payload=bytes(message.payload),
                qos=message.qos,
                packet_id=message.mid,
                dup=message.dup,
                retain=message.retain,
                expiry_s=getattr(message.properties, "MessageExpiryInterval", None),
                reply_to=_reply_to(message.properties),
            )
        )

    def _on_publish(self, _client: Client, _data: Any, packet_id: int, reason: ReasonCode, _properties: Any) -> None:
        refused = str(reason) if reason.is_failure else None
        subscribed = reason.value != _NO_SUBSCRIBERS
        self._hear(Published(connection=self, packet_id=packet_id, refused=refused, subscribed=subscribed))


def _reply_to(properties: Properties | None) -> ReplyTo | None:
    topic = getattr(properties, "ResponseTopic", None)
    return ReplyTo(topic=topic, correlation=getattr(properties, "CorrelationData", None)) if topic is not None else None
