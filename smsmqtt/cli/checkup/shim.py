"""The HTTP shim: whether it is installed, and whether its address is to be had or the running daemon's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException

from smsmqtt.cli.checkup.finding import Finding, fail, ok
from smsmqtt.config import Settings
from smsmqtt.errors import HttpError, HttpMissing

ANSWER_S = 5.0


def http(settings: Settings) -> Iterator[Finding]:
    """Nothing where there is no such section."""
    if settings.http is None:
        return
    listen = settings.http.listen
    try:
        from smsmqtt.http.desk import bound
    except ModuleNotFoundError as error:
        yield fail("http", f"the extra http is not installed: {error}", HttpMissing().hint)
        return
    status = health(listen)
    if status:
        yield _answered(listen, status)
        return
    try:
        bound(listen).close()
    except HttpError as error:
        advice = "stop what has the address, or choose another http.listen: an address of this machine, a free port"
        yield fail("http", f"{error.detail}, and no smsmqtt answers there", advice)
    else:
        yield ok("http", f"{listen} is free; the daemon will listen there")


def health(listen: str) -> str | None:
    """What a daemon at this address says of itself; None when none answers."""
    host, _, port = listen.rpartition(":")
    connection = HTTPConnection(host.strip("[]"), int(port), timeout=ANSWER_S)
    try:
        connection.request("GET", "/healthz")
        return str(json.loads(connection.getresponse().read())["status"])
    except (OSError, HTTPException, ValueError, TypeError, KeyError):
        return None
    finally:
        connection.close()


def _answered(listen: str, status: str) -> Finding:
    if status == "failed":
        return fail("http", f"the daemon at {listen} says that a part of it died", "see its log, and start it anew")
    return ok("http", f"the daemon answers at {listen}")
