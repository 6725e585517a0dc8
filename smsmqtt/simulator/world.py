"""What all rooms of the simulator share: one lock, one timetable, the knobs, chance, faults and counters.

Whoever changes anything does so inside ``with world:``; leaving it wakes everybody who waits for a change, so that a
test can wait for a condition. Actions for later run inside the lock on the timetable's own thread. Nothing blocks
inside the lock: bytes for a client only queue up (``wire``).
"""

from __future__ import annotations

import heapq
import itertools
import random
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType

from smsmqtt.simulator.faults import Faults
from smsmqtt.simulator.knobs import SimulatorConfig
from smsmqtt.simulator.measures import Measures

Action = Callable[[], None]


class World:
    """See the module's text."""

    def __init__(self, config: SimulatorConfig) -> None:
        self.config = config
        self.chance = random.Random(config.seed)
        self.faults = Faults(self.chance)
        self.measures = Measures()
        self._changed = threading.Condition(threading.RLock())
        self._started = time.monotonic()
        self._order = itertools.count()
        self._timetable: list[tuple[float, int, Action]] = []
        self._closing = False
        self._thread = threading.Thread(target=self._keep_time, name="simulator-timetable", daemon=True)
        self._thread.start()

    def __enter__(self) -> None:
        self._changed.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._changed.notify_all()
        self._changed.release()

    def monotonic(self) -> float:
        """Seconds since the unit was made."""
        return time.monotonic() - self._started

    def now(self) -> datetime:
        return datetime.now(UTC)

    def after(self, delay_s: float, action: Action) -> None:
        """Runs it so much later, or at once when there is no delay; the caller is inside the lock."""
        if delay_s <= 0:
            action()
            return
        heapq.heappush(self._timetable, (time.monotonic() + delay_s, next(self._order), action))
        self._changed.notify_all()

    def pause(self, seconds: float) -> None:
        """For the threads that send; never inside the lock."""
        time.sleep(seconds)

    def wait_for(self, condition: Callable[[], bool], timeout_s: float = 5.0) -> bool:
        """True as soon as the condition holds, False when it still doesn't after the time-out."""
        with self._changed:
            return self._changed.wait_for(condition, timeout_s)

    def close(self) -> None:
        with self:
            self._closing = True
            self._timetable.clear()
        self._thread.join()

    def _keep_time(self) -> None:
        with self._changed:
            while not self._closing:
                due_s = self._timetable[0][0] - time.monotonic() if self._timetable else None
                if due_s is None or due_s > 0:
                    self._changed.wait(due_s)
                    continue
                _, _, action = heapq.heappop(self._timetable)
                action()
                self._changed.notify_all()
