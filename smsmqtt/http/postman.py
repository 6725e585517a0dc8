"""Carries the deliveries of one receiver, in a thread of its own: whoever is slow or dead keeps nobody else waiting.

- While the receiver can't be reached, or says that it is busy, everything for it waits in order. When one was tried
  ``PATIENCE`` times, the next is tried in its place: perhaps it is about that one after all.
- What it refuses, or chokes on, is tried again by itself; what comes later passes it.
- A try that fails is followed by a pause that doubles, up to an hour, with some chance in it. After a day the delivery
  is dropped and said to be.
- 410 Gone from a receiver's own address is its wish to hear no more until the next start.
"""

from __future__ import annotations

import random
from datetime import timedelta
from threading import Event, Thread

from smsmqtt.clock import Clock
from smsmqtt.errors import StoreError
from smsmqtt.http.receivers import Receiver
from smsmqtt.http.webhooks import Outcome, Posting
from smsmqtt.logs import get_logger
from smsmqtt.store import Store, webhooks
from smsmqtt.store.webhooks import Delivery

FIRST_PAUSE_S, LONGEST_PAUSE_S = 5.0, 3600.0
PATIENCE = 5
CHANCE = 0.2
"""Of the pause, more or less: many that failed together need not come again together."""
TICK_S = 60.0
"""The longest wait without a look at the clock: somebody may set it."""
FAREWELL_S = 1.0

log = get_logger("http")


class Postman:
    """See above."""

    def __init__(self, receiver: Receiver, store: Store, clock: Clock, *, posting: Posting | None = None) -> None:
        self._receiver = receiver
        self._name, self._label = receiver.address.name, receiver.address.label
        self._store = store
        self._clock = clock
        self._posting = posting or Posting()
        self._failures = 0  # one after the other, to reach it
        self._rests_until_s = 0.0
        self._stopping = Event()
        self._listener = store.listen("webhooks")
        self._thread = Thread(target=self._run, name=f"http-{self._label}"[:40], daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._listener.wake()

    def join(self) -> None:
        """A try that is under way is not waited for long: nothing is struck off that was not taken."""
        if self._thread.ident:
            self._thread.join(FAREWELL_S)
        self._listener.close()

    def alive(self) -> bool:
        return self._thread.is_alive()

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._listener.wait(self._round())
        except StoreError:
            if not (self._store.failure or self._stopping.is_set()):
                raise

    def _round(self) -> float | None:
        """Carry one delivery if it is due; the seconds until there may be another, None when none waits."""
        self._drop_late()
        delivery = self._store.read(lambda tx: webhooks.next_one(tx, self._name))
        if delivery is None:
            return None
        wait_s = (delivery.next_at - self._clock.now()).total_seconds() if delivery.next_at else 0.0
        wait_s = max(wait_s, self._rests_until_s - self._clock.monotonic())
        if wait_s > 0:
            return min(wait_s, TICK_S)
        self._settle(delivery, self._try(delivery))
        return 0.0

    def _drop_late(self) -> None:
        dropped, error = self._store.write(lambda tx: webhooks.expire(tx, self._name))
        if dropped:
            log.error("not taken for a day: dropped", receiver=self._label, count=dropped, error=error)

    def _try(self, delivery: Delivery) -> Outcome:
        url = delivery.url or self._receiver.url
        assert url is not None
        try:
            headers = self._receiver.headers(delivery.event_id, delivery.body, self._clock.now())
            return self._posting.post(url, delivery.body, headers)
        except Exception:  # poison: one that can't be posted must not keep the rest
            log.exception("an event can't be posted", receiver=self._label, id=delivery.event_id)
            return Outcome(error="an error of smsmqtt itself: see the log")

    def _settle(self, delivery: Delivery, outcome: Outcome) -> None:
        if outcome.error is None:
            was_away, self._failures = self._failures > 0, 0
            self._store.write(lambda tx: webhooks.taken(tx, delivery.nr, was_away=was_away))
        elif not outcome.gone:
            self._try_again(delivery, outcome, outcome.error)
        elif delivery.url is None:
            dropped = self._store.write(lambda tx: webhooks.say_gone(tx, self._name))
            log.error("answered 410 Gone: it is told no more until the next start", receiver=self._label, count=dropped)
        else:
            self._store.write(lambda tx: webhooks.give_up(tx, delivery.nr))
            log.error("answered 410 Gone: dropped", receiver=self._label, count=1)

    def _try_again(self, delivery: Delivery, outcome: Outcome, error: str) -> None:
        now, attempt, away = self._clock.now(), delivery.attempts + 1, outcome.unreachable
        self._failures += away
        wanted_s = min(outcome.retry_after_s(now), LONGEST_PAUSE_S)
        pause_s = max(pause_after_s(self._failures if away else attempt), wanted_s)
        if away:
            self._rests_until_s = self._clock.monotonic() + pause_s
        next_at, aside = now + timedelta(seconds=pause_s), not away or attempt >= PATIENCE
        self._store.write(lambda tx: webhooks.failed(tx, delivery.nr, error, next_at=next_at, aside=aside, away=away))
        tell = log.warning if attempt == 1 else log.info
        tell("not taken", receiver=self._label, error=error, attempt=attempt, again_in_s=round(pause_s))


def pause_after_s(attempts: int) -> float:
    """How long to wait after so many tries that failed."""
    doubled = min(FIRST_PAUSE_S * 2.0 ** min(attempts - 1, 30), LONGEST_PAUSE_S)
    return doubled * random.uniform(1 - CHANCE, 1 + CHANCE)
