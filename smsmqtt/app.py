"""The composition root: builds, wires, starts and stops. The only file that knows everyone."""

from __future__ import annotations

import math
import signal
import threading
from contextlib import closing
from threading import Thread
from typing import TYPE_CHECKING, Any

from smsmqtt import notify
from smsmqtt.clock import Clock, SystemClock
from smsmqtt.config import Settings
from smsmqtt.errors import HttpError, HttpMissing, StoreError
from smsmqtt.gateways.family import driver_for
from smsmqtt.intake import stranded
from smsmqtt.intake.credit import Credit, carrier_profiles
from smsmqtt.intake.door import Door
from smsmqtt.link.dial import dial
from smsmqtt.logs import configure, get_logger
from smsmqtt.mqtt.desk import MqttDesk
from smsmqtt.session.receive import understand_all
from smsmqtt.session.worker import GatewayWorker
from smsmqtt.store import Store, Transaction, announcements, balances, inbox, outbox

if TYPE_CHECKING:
    from smsmqtt.http.desk import HttpDesk

DONE, FAILED, STORE_FAILED = 0, 1, 74
UPKEEP_S = 10.0
DECIDING_S = 2.0
"""How long the gateways wait until it is known whether another bridge has them; a broker may be away for days."""
PART_IN_AIR_S = 70.0
"""How long the end may take: a part in the air is awaited for 60 s, and the hang-up takes a moment."""

log = get_logger(__name__)


def run(settings: Settings, clock: Clock | None = None) -> int:
    """The daemon, until SIGTERM or SIGINT; returns the exit code. Raises ConfigError."""
    configure(settings.log)
    threading.excepthook = _log_death
    clock = clock or SystemClock()
    door, profiles = Door.from_settings(settings), carrier_profiles(settings)
    try:
        with closing(Store.open(settings.store.path, clock)) as store:
            credit = Credit(settings=settings.balance, profiles=profiles, directory=door.directory, board=store.board)
            return Daemon(settings, door, credit, store, clock).run()
    except StoreError as error:
        log.error("the store can't be used", error=str(error))
        return STORE_FAILED
    except HttpError as error:
        log.error("the HTTP shim can't be started", code=error.code, error=str(error))
    except Exception:
        log.exception("an error of smsmqtt itself; nothing goes on")
    return FAILED


class Daemon:
    """All the threads, and the loop of the main one: upkeep, watchdog, signals."""

    def __init__(self, settings: Settings, door: Door, credit: Credit, store: Store, clock: Clock) -> None:
        self._settings = settings
        self._door = door
        self._credit = credit
        self._store = store
        self._clock = clock
        self._listener = store.listen("outbox")
        self._ending = False
        self._started = False
        self._store_failure: StoreError | None = None
        store.on_failure = self._on_store_failure
        self._desk = MqttDesk(settings, store, clock, door, credit=credit)
        self._http = self._http_desk(door) if settings.http else None
        self._workers = [self._worker(name) for name in settings.gateways]

    def _worker(self, name: str) -> GatewayWorker:
        gateway = self._settings.gateways[name]
        return GatewayWorker(
            gateway,
            driver_for(gateway),
            lambda: dial(gateway, self._settings.store.path),
            self._store,
            self._clock,
            messages=self._settings.messages,
            guard=self._door.guard,
            credit=self._credit,
            on_crash=_log_crash,
        )

    def _http_desk(self, door: Door) -> HttpDesk:
        """Imported only here: who does without it neither has it in memory nor need have it installed."""
        assert self._settings.http is not None
        try:
            from smsmqtt.http.desk import HttpDesk
        except ModuleNotFoundError as error:
            raise HttpMissing(str(error)) from error
        return HttpDesk(
            self._settings,
            self._settings.http,
            self._store,
            self._clock,
            door,
            credit=self._credit,
            broker=self._desk,
            dead=self._dead,
        )

    def run(self) -> int:
        """Until it is to end, or a part died; the exit code. What hinders the start is raised."""
        self._start()
        try:
            code = self._keep_going()
        except Exception:
            log.exception("an error of smsmqtt itself; the daemon ends")
            code = FAILED
        self._end()
        return STORE_FAILED if self._store_failure else code

    def _start(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        self._store.write(outbox.recover)
        self._store.write(lambda tx: stranded.settle(tx, self._door))
        understand_all(self._store, self._credit)
        self._upkeep()
        if self._http:
            self._http.start()
        self._desk.start()
        self._store.board.decided.wait(DECIDING_S)
        for worker in self._workers:
            worker.start()
        self._started = True
        notify.ready()
        log.info("started", gateways=list(self._settings.gateways))

    def _keep_going(self) -> int:
        while not self._ending:
            self._rest()
            dead = self._dead()
            if dead and not self._ending:  # the end of the store is the end of threads, too
                log.error("a part of smsmqtt died; the daemon ends, to be started anew", dead=dead)
                return FAILED
            notify.alive()
            self._upkeep()
        return DONE

    def _rest(self) -> None:
        """Until the next beat, or until a message runs out of time; one that came meanwhile may be the first."""
        ends_s = self._clock.monotonic() + self._beat_s()
        while not self._ending:
            left_s = min(ends_s - self._clock.monotonic(), self._expiry_in_s())
            if left_s <= 0:
                return
            self._listener.wait(left_s)

    def _expiry_in_s(self) -> float:
        """Seconds until the next message expires, endless when none does."""
        try:
            at = self._store.read(outbox.next_expiry)
        except StoreError as error:
            self._on_store_failure(error)
            return 0.0
        return math.inf if at is None else (at - self._clock.now()).total_seconds()

    def _beat_s(self) -> float:
        watchdog_s = notify.watchdog_s()
        return min(UPKEEP_S, watchdog_s / 3) if watchdog_s else UPKEEP_S

    def _dead(self) -> list[str]:
        """Which of the parts that matter died; none is dead that has not been started yet."""
        if not self._started:
            return []
        alive = {
            "http": self._http is None or self._http.alive(),
            "mqtt": self._desk.alive(),
            "session": all(worker.alive for worker in self._workers),
        }
        return [part for part, lives in alive.items() if not lives]

    def _upkeep(self) -> None:
        """What time does to the ledger. A unit that changes nothing is no commit and wears no SD card."""
        try:
            self._store.write(self._upkeep_unit)
        except StoreError as error:
            self._on_store_failure(error)

    def _upkeep_unit(self, tx: Transaction) -> None:
        messages, keep_s = self._settings.messages, self._settings.store.keep_s
        self._door.guard.upkeep(tx, self._store.board)
        outbox.expire(tx)
        stranded.give_up(tx, self._door.directory)
        outbox.close_unreported(tx, messages.report_wait_s)
        inbox.close_incomplete(tx, messages.incomplete_after_s)
        announcements.prune(tx)
        outbox.prune(tx, keep_s, messages.id_window_s)
        inbox.prune(tx, keep_s)
        inbox.forget_missed(tx)
        balances.prune(tx, keep_s)
        self._credit.upkeep(tx)

    def _on_signal(self, number: int, _frame: Any) -> None:
        """Wakes from another thread: this one may have been interrupted within the very wait that is to end."""
        self._ending = True
        Thread(target=self._listener.wake, name="signal").start()

    def _on_store_failure(self, failure: StoreError) -> None:
        """Nothing more can be kept, so nothing more may be taken."""
        if self._store_failure is None:
            self._store_failure = failure
            log.error("the store failed", error=str(failure))
        self._ending = True
        self._listener.wake()

    def _end(self) -> None:
        """Hang up at the next safe point, answer who asked, hand out what can be handed out, say good-bye."""
        notify.stopping()
        log.info("stopping")
        deadline_s = self._clock.monotonic() + PART_IN_AIR_S
        for worker in self._workers:
            worker.stop()
        if self._http:
            self._http.stop()
        for worker in self._workers:
            if not worker.join(max(0.0, deadline_s - self._clock.monotonic())):
                log.error("a session did not end in time")
        self._desk.stop()
        log.info("stopped")


def _log_death(death: threading.ExceptHookArgs) -> None:
    """Of any thread, in the log's own format and masked."""
    thread = death.thread.name if death.thread else None
    log.error("an error of smsmqtt itself; a thread died", thread=thread, exc_info=death.exc_value)


def _log_crash(error: BaseException) -> None:
    log.error("an error of smsmqtt itself; the session ends, the daemon goes on", exc_info=error)
