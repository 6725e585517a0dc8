"""Everything but the gateways: the configuration, the store, the broker."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryFile

from smsmqtt.cli.checkup.finding import Finding, Level, fail, ok, trouble, warn
from smsmqtt.cli.terminal import moment
from smsmqtt.clock import SystemClock, is_set
from smsmqtt.config import Settings
from smsmqtt.errors import BrokerDenied, BrokerError, StoreError
from smsmqtt.mqtt.caller import Caller
from smsmqtt.store import Store, controls

LEAST_FREE_OCTETS = 20_000_000


def configuration(settings: Settings) -> Iterator[Finding]:
    """It was read without a fault; what else can be said of it."""
    lines = sum(len(gateway.lines) for gateway in settings.gateways.values())
    if lines:
        yield ok("configuration", f"{settings.path}: gateways: {len(settings.gateways)}, lines: {lines}")
    else:
        yield warn("configuration", f"{settings.path} names no line", "give gateways and their lines")
    if not is_set(SystemClock()):
        yield fail("clock", "the clock of this machine is not set", "let NTP set it; nothing expires until then")


def store(settings: Settings) -> Iterator[Finding]:
    """Whether the daemon, run as this user, could keep its ledger there."""
    path, folder = settings.store.path, settings.store.path.parent
    if not folder.is_dir():
        yield fail("store", f"there is no folder {folder}", "make it, or let systemd's StateDirectory do so")
        return
    refused = refusal(folder)
    if refused or (path.exists() and not os.access(path, os.R_OK | os.W_OK)):
        text = f"nothing can be written in {folder}: {refused}" if refused else f"this user may not write {path}"
        yield fail("store", text, "run doctor as the daemon's user or as root, or choose another store.path")
        return
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_OCTETS:
        yield warn("store", f"{free // 1_000_000} MB are free in {folder}", "make room: a full disk stops the daemon")
    yield from _ledger(settings)


def refusal(folder: Path) -> str | None:
    """Why no file can be made there; None when it can. It is tried: root may write everywhere, it is said."""
    try:
        TemporaryFile(dir=folder).close()
    except OSError as error:
        return error.strerror
    return None


def _ledger(settings: Settings) -> Iterator[Finding]:
    path = settings.store.path
    if not path.exists():
        yield ok("store", f"{path} will be made when the daemon first runs")
        return
    try:
        with closing(Store.open(path, SystemClock(), read_only=True)) as ledger:
            paused = ledger.read(lambda tx: controls.paused(tx, settings.gateways))
    except StoreError as error:
        yield trouble("store", error)
        return
    yield ok("store", f"{path} can be read and written")
    for gateway, until in paused.items():
        told = f"paused until {moment(until)}" if until else "paused until somebody resumes it"
        yield warn(f"gateway {gateway}", told, f"smsmqtt resume {gateway}")


def broker(settings: Settings) -> Iterator[Finding]:
    """Address, TLS, log-in, access list, whether the daemon is there, and what it complains of."""
    mqtt = settings.mqtt
    place = f"{mqtt.host}:{mqtt.port}"
    try:
        with Caller(mqtt, SystemClock(), settings.homeassistant.prefix) as caller:
            yield ok("broker", f"{place} lets us in" + (f" as {mqtt.username}" if mqtt.username else ""))
            access = _access(caller)
            yield access
            if access.level is Level.OK:
                daemon = _daemon(caller, settings)
                yield daemon
                if daemon.level is Level.OK:
                    yield from _complaints(caller)
                if settings.homeassistant.discovery:  # last: a broker may hang up over it
                    yield _discovery(caller, settings.homeassistant.prefix)
    except BrokerError as error:
        yield trouble("broker", error)


def _access(caller: Caller) -> Finding:
    try:
        caller.check_access()
    except BrokerDenied as error:
        advice = f"let this user read and write {caller.topics.prefix}/# (topic readwrite {caller.topics.prefix}/#)"
        return fail("broker", error.detail, advice)
    return ok("broker", f"what is published under {caller.topics.prefix}/ arrives")


def _daemon(caller: Caller, settings: Settings) -> Finding:
    if caller.bridge_state() != "online":
        return warn("daemon", "is not connected to the broker", "start it: systemctl start smsmqtt, or smsmqtt run")
    theirs, ours = caller.bridge_store(), _store_id(settings.store.path)
    if theirs and ours and theirs != ours:
        text = f"another bridge is on the prefix {caller.topics.prefix}, with another store than {settings.store.path}"
        return fail(
            "daemon", text, "stop it, or give this one its own mqtt.prefix; or does store.path name another file?"
        )
    return ok("daemon", "is connected to the broker")


def _complaints(caller: Caller) -> Iterator[Finding]:
    """What the daemon says of the broker and of the guard. The gateways are looked at by ourselves."""
    for error in caller.bridge_errors():
        if "gateway" not in error:
            where = f"line {error['line']}" if "line" in error else "daemon"
            yield fail(where, str(error.get("text")), str(error.get("hint")))


def _discovery(caller: Caller, prefix: str) -> Finding:
    """Brokers swallow in silence what MQTT 3.1.1 forbids; and we need not be able to read what we announce."""
    advice = (
        f"let this user read and write {prefix}/# (topic readwrite {prefix}/#), or set homeassistant.discovery: false"
    )
    try:
        if caller.check_discovery():
            return ok("broker", f"what is announced to Home Assistant under {prefix}/ arrives")
    except BrokerError as error:
        return fail("broker", f"nothing can be announced to Home Assistant: {error.detail}", advice)
    return warn(
        "broker", f"what is announced under {prefix}/ does not come back to us", f"unless that is meant, {advice}"
    )


def _store_id(path: Path) -> str | None:
    """None where there is no store to be read, which is told elsewhere."""
    try:
        with closing(Store.open(path, SystemClock(), read_only=True)) as ledger:
            return ledger.id
    except StoreError:
        return None
