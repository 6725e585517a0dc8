"""Everything but the gateways: the configuration, the store, the broker."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

from smsmqtt.cli.checkup.finding import Finding, Level, fail, ok, trouble, warn
from smsmqtt.clock import SystemClock, is_set
from smsmqtt.config import MqttSettings, Settings
from smsmqtt.errors import BrokerDenied, BrokerError, StoreError
from smsmqtt.mqtt.caller import Caller
from smsmqtt.store import Store

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
    kept = path if path.exists() else folder
    if not os.access(kept, os.R_OK | os.W_OK):
        yield fail("store", f"this user may not write {kept}", "run doctor as the daemon's user, or as root")
        return
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_OCTETS:
        yield warn("store", f"{free // 1_000_000} MB are free in {folder}", "make room: a full disk stops the daemon")
    yield _ledger(settings)


def _ledger(settings: Settings) -> Finding:
    path = settings.store.path
    if not path.exists():
        return ok("store", f"{path} will be made when the daemon first runs")
    try:
        Store.open(path, SystemClock(), read_only=True).close()
    except StoreError as error:
        return trouble("store", error)
    return ok("store", f"{path} can be read and written")


def broker(settings: MqttSettings) -> Iterator[Finding]:
    """Address, TLS, log-in, access list, and whether the daemon is there."""
    place = f"{settings.host}:{settings.port}"
    try:
        with Caller(settings, SystemClock()) as caller:
            yield ok("broker", f"{place} lets us in" + (f" as {settings.username}" if settings.username else ""))
            access = _access(caller)
            yield access
            if access.level is Level.OK:
                yield _daemon(caller)
    except BrokerError as error:
        yield trouble("broker", error)


def _access(caller: Caller) -> Finding:
    try:
        caller.check_access()
    except BrokerDenied as error:
        advice = f"let this user read and write {caller.topics.prefix}/# (topic readwrite {caller.topics.prefix}/#)"
        return fail("broker", error.detail, advice)
    return ok("broker", f"what is published under {caller.topics.prefix}/ arrives")


def _daemon(caller: Caller) -> Finding:
    state = caller.bridge_state()
    if state == "online":
        return ok("daemon", "is connected to the broker")
    return warn("daemon", "is not connected to the broker", "start it: systemctl start smsmqtt, or smsmqtt run")
