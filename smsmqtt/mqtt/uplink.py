"""Keeps a connection to the broker: one after the other, with pauses, for as long as the daemon runs.

One thread opens a connection, turns its loop until it ends, judges why, and opens the next; each is a new object
(see ``client``). ``check`` is the watchdog: it is called from another thread now and then, and when the network thread
is dead or shows no sign of life it leaves it behind and starts another. The one left behind finds its stop event set.

Aside: while another bridge is at work under the prefix the uplink only listens, with nothing kept in the broker. Its
own session is ended by that, unless the other one uses the same client id: then the session is the other's too.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Event as Flag
from threading import Thread

from tenacity import (
    RetryCallState,
    RetryError,
    Retrying,
    retry_if_exception_type,
    sleep_using_event,
    stop_when_event_set,
    wait_exponential,
)

from smsmqtt.clock import Clock
from smsmqtt.config import MqttSettings
from smsmqtt.errors import (
    BrokerError,
    BrokerLogin,
    BrokerProtocol,
    BrokerTls,
    BrokerUnreachable,
    ClientIdTaken,
    NetworkThreadDead,
)
from smsmqtt.logs import get_logger
from smsmqtt.mqtt.client import Connection, Event, Outgoing, Version
from smsmqtt.mqtt.pace import Pace
from smsmqtt.mqtt.troubles import Troubles

log = get_logger("mqtt")
QUICK_DROPS = 3
"""More connections than this, thrown out soon after they came about, are no accident."""


class Uplink:
    """``old_client_id``: whose session is ended before the first connection; ``said_farewell`` is called then."""

    def __init__(
        self,
        settings: MqttSettings,
        *,
        clock: Clock,
        pace: Pace,
        troubles: Troubles,
        hear: Callable[[Event], None],
        will: Outgoing,
        old_client_id: str | None,
        said_farewell: Callable[[], None],
    ) -> None:
        self.current: Connection | None = None
        self.aside = False
        self.connects = 0
        self._settings = settings
        self._clock = clock
        self._pace = pace
        self._troubles = troubles
        self._hear = hear
        self._will = will
        self._old_client_id = old_client_id
        self._said_farewell = said_farewell
        self._client_id_aside = settings.client_id
        self._version: Version = "3.1.1" if settings.version == "3.1.1" else "5"
        self._quick_drops = 0
        self._excused = False
        self._resting_until = 0.0
        self._opened_at = 0.0
        self._stopping = Flag()
        self._thread: Thread | None = None

    def start(self) -> None:
        self._resting_until = self._clock.monotonic()
        self._stopping = Flag()
        self._thread = Thread(target=self._run, args=(self._stopping,), name="mqtt-network", daemon=True)
        self._thread.start()

    def stop(self, *, by_will: bool) -> None:
        """DISCONNECT after what is queued; or, ``by_will``, leave it to the broker to say that we are gone."""
        self._stopping.set()
        if self.current:
            (self.current.cut if by_will else self.current.close)()
        if self._thread:
            self._thread.join(self._pace.farewell_s)

    def step_aside(self, *, shared_session: bool) -> None:
        """From the next connection on only listen."""
        self._client_id_aside = self._settings.client_id + ("-aside" if shared_session else "")
        self._change_sides(aside=True)

    def step_in(self) -> None:
        """The prefix is free: take orders from the next connection on."""
        self._change_sides(aside=False)

    def excuse(self) -> None:
        """The broker refuses a publish. mosquitto 2.0 hangs up over that, so one quick end is no other client's doing.

        On MQTT 3.1.1 this is known only after that end; then the next one goes uncounted in its place.
        """
        self._excused = True

    def _alive(self) -> bool:
        """False when the network thread is dead or hangs."""
        if self._thread is None or not self._thread.is_alive():
            return self._thread is None
        beat_at = max(self._resting_until, self.current.beat_at if self.current else 0.0)
        return self._clock.monotonic() - beat_at < self._pace.stalled_s

    def check(self) -> None:
        """Replaces a network thread that isn't alive; forgets a fight that has been over for a while."""
        if not self._stopping.is_set() and not self._alive():
            self._troubles.note(NetworkThreadDead())
            self._stopping.set()
            if self.current:
                self._leave_behind(self.current)
            self.start()
        connection = self.current
        if connection and connection.is_open and self._clock.monotonic() - self._opened_at > self._pace.quick_s:
            self._quick_drops = 0
            self._troubles.over(ClientIdTaken, NetworkThreadDead)

    def _leave_behind(self, connection: Connection) -> None:
        connection.cut()
        if self._thread and not self._thread.is_alive():
            connection.release()

    # The network thread

    def _run(self, stopping: Flag) -> None:
        while not stopping.is_set():
            try:
                connection = self._retrying(stopping)(self._open)
            except RetryError:  # stopping
                return
            self._troubles.over(BrokerUnreachable, BrokerLogin, BrokerTls, BrokerProtocol)
            self._opened_at = self._clock.monotonic()
            self.connects += 1
            if stopping.is_set():  # said while it was being opened
                connection.close()
            why = connection.serve()
            if not stopping.is_set() and why is not None:
                self._after_drop(why, stopping)

    def _retrying(self, stopping: Flag) -> Retrying:
        return Retrying(
            retry=retry_if_exception_type(BrokerError),
            wait=wait_exponential(multiplier=self._pace.retry_first_s, max=self._pace.retry_most_s),
            stop=stop_when_event_set(stopping),
            sleep=sleep_using_event(stopping),
            before_sleep=self._before_retry,
        )

    def _before_retry(self, state: RetryCallState) -> None:
        self._rest(state.next_action.sleep if state.next_action else 0.0)
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, BrokerError):
            self._troubles.note(error)

    def _open(self) -> Connection:
        if self._old_client_id is not None:
            self._end_session(self._old_client_id)
            self._old_client_id = None
            self._said_farewell()
        client_id = self._client_id_aside if self.aside else self._settings.client_id
        return self._negotiated(client_id, remembered=not self.aside, hear=self._hear)

    def _end_session(self, client_id: str) -> None:
        """Connecting without asking to be remembered makes the broker forget."""
        connection = self._negotiated(client_id, remembered=False, hear=lambda _event: None)
        connection.close()
        connection.serve()

    def _negotiated(self, client_id: str, *, remembered: bool, hear: Callable[[Event], None]) -> Connection:
        """MQTT 5 first and 3.1.1 when the broker makes nothing of it; what worked is tried first the next time."""
        if self._settings.version != "auto":
            return self._opened(self._version, client_id, remembered, hear)
        other: Version = "3.1.1" if self._version == "5" else "5"
        try:
            return self._opened(self._version, client_id, remembered, hear)
        except BrokerProtocol:
            connection = self._opened(other, client_id, remembered, hear)
        log.info("the broker speaks another version of MQTT", version=other)
        self._version = other
        return connection

    def _opened(self, version: Version, client_id: str, remembered: bool, hear: Callable[[Event], None]) -> Connection:
        connection = Connection(
            self._settings,
            version=version,
            client_id=client_id,
            remembered=remembered,
            will=self._will if remembered else None,
            clock=self._clock,
            hear=hear,
        )
        self.current = connection
        connection.open()
        return connection

    def _after_drop(self, why: str, stopping: Flag) -> None:
        lasted_s = self._clock.monotonic() - self._opened_at
        if lasted_s >= self._pace.quick_s:
            self._quick_drops = 0
        elif not self._excused:
            self._quick_drops += 1
        self._excused = False
        pause_s = self._pace.retry_first_s
        if self._quick_drops > QUICK_DROPS:
            self._troubles.note(ClientIdTaken(f"client id {self._settings.client_id}, thrown out again ({why})"))
            doubled = self._pace.fight_pause_s * 2.0 ** min(self._quick_drops - QUICK_DROPS - 1, 16)
            pause_s = min(doubled, self._pace.fight_pause_most_s)
        log.info("connection to the broker ended", why=why, lasted_s=round(lasted_s, 1), again_in_s=pause_s)
        self._rest(pause_s)
        stopping.wait(pause_s)

    def _rest(self, pause_s: float) -> None:
        self._resting_until = self._clock.monotonic() + pause_s

    def _change_sides(self, *, aside: bool) -> None:
        self.aside = aside
        if self.current:
            self.current.close()
