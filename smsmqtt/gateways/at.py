"""A modem behind host:port, RFC 2217 or a serial device: no login, no modules."""

from __future__ import annotations

from smsmqtt.at.dialogues import Attach, Detach, Dialogue
from smsmqtt.gateways.base import Availability


class AtDriver:
    """The connection is the module."""

    def login(self) -> Dialogue[None]:
        yield from ()

    def availability(self, module: int | None) -> Dialogue[Availability]:
        yield from ()
        return Availability.UNTOLD

    def acquire(self, module: int | None) -> Dialogue[None]:
        yield Attach()

    def release(self, module: int | None) -> Dialogue[None]:
        yield Detach()

    def logout(self) -> Dialogue[None]:
        yield from ()
