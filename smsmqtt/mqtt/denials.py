"""What the broker's access list keeps from us, as one trouble that names it all."""

from __future__ import annotations

from threading import Lock

from smsmqtt.errors import BrokerDenied
from smsmqtt.mqtt.troubles import Troubles


class Denials:
    """``publish to sms/inbox``, ``subscribe to sms/outbox`` … May be used from any thread."""

    def __init__(self, troubles: Troubles) -> None:
        self._troubles = troubles
        self._lock = Lock()
        self._denied: set[str] = set()

    def add(self, what: str) -> None:
        with self._lock:
            self._denied.add(what)
            self._tell()

    def lift(self, what: str) -> None:
        with self._lock:
            if what in self._denied:
                self._denied.discard(what)
                self._tell()

    def _tell(self) -> None:
        if self._denied:
            self._troubles.note(BrokerDenied("not allowed to " + ", ".join(sorted(self._denied))))
        else:
            self._troubles.over(BrokerDenied)
