"""What is wrong with the broker right now: said once in the log, and as long as it lasts in ``bridge/health``."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from smsmqtt.clock import Clock
from smsmqtt.errors import SmsmqttError
from smsmqtt.logs import get_logger
from smsmqtt.payloads.state import Trouble

log = get_logger("mqtt")


class Troubles:
    """By code; may be used from any thread. ``changed`` is called when the list is another one."""

    def __init__(self, clock: Clock, changed: Callable[[], None]) -> None:
        self._clock = clock
        self._changed = changed
        self._lock = Lock()
        self._standing: dict[str, Trouble] = {}

    def note(self, error: SmsmqttError) -> None:
        """The same again is not said again."""
        with self._lock:
            known = self._standing.get(error.code)
            if known and known.text == error.detail:
                return
            since = known.since if known else self._clock.now()
            self._standing[error.code] = Trouble(code=error.code, text=error.detail, hint=error.hint, since=since)
        log.warning("broker trouble", code=error.code, detail=error.detail, hint=error.hint)
        self._changed()

    def over(self, *kinds: type[SmsmqttError]) -> None:
        """These troubles, if there were any, are no more."""
        with self._lock:
            ended = [kind.code for kind in kinds if self._standing.pop(kind.code, None)]
        for code in ended:
            log.info("broker trouble is over", code=code)
        if ended:
            self._changed()

    def standing(self) -> list[Trouble]:
        with self._lock:
            return list(self._standing.values())
