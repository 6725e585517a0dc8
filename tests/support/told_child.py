"""A process that tells a receiver what happens until it is killed.

``python -m support.told_child STORE URL``: a line on standard output for each event that is on disk.
"""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path

from support.letters import place

from smsmqtt.clock import SystemClock
from smsmqtt.config import HttpSettings
from smsmqtt.http.dispatch import Dispatch
from smsmqtt.intake.directory import Directory
from smsmqtt.store import Store

DIRECTORY = Directory(contacts={}, groups={}, lines={}, gateways=(), region=None)


def settings(url: str) -> HttpSettings:
    secret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"
    return HttpSettings.model_validate({"webhooks": [{"url": url, "secret": secret}]})


def begin(path: Path, url: str) -> tuple[Store, Dispatch]:
    clock = SystemClock()
    store = Store.open(path, clock)
    dispatch = Dispatch(settings(url), store, clock, DIRECTORY)
    dispatch.start()
    return store, dispatch


if __name__ == "__main__":
    store, _ = begin(Path(sys.argv[1]), sys.argv[2])
    first = len(store.read(lambda tx: tx.execute("select 1 from orders")))
    for number in count(first):
        store.write(lambda tx, number=number: place(tx, str(number)))
        print(number, flush=True)
