"""What a driver is: the dialogues around a hold of a module."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from smsmqtt.at.dialogues import Dialogue


class Availability(StrEnum):
    FREE = "free"
    BUSY = "busy"  # a call, or somebody else
    ABSENT = "absent"  # no such module, or no SIM in it
    UNTOLD = "untold"  # this firmware doesn't say


class Driver(Protocol):
    """One kind of gateway. ``module`` is 1 or 2 on each telnet port; None where there is only one."""

    def login(self) -> Dialogue[None]:
        """From the connection to the point where modules can be taken. Raises BadLogin, Occupied."""
        ...

    def availability(self, module: int | None) -> Dialogue[Availability]:
        """Whether the module may be taken now, without taking it."""
        ...

    def acquire(self, module: int | None) -> Dialogue[None]:
        """Take the module: AT commands from here on. Raises ModuleBusy."""
        ...

    def release(self, module: int | None) -> Dialogue[None]:
        """Give it back."""
        ...

    def logout(self) -> Dialogue[None]:
        """Say good-bye, waiting for nothing: the connection is closed next."""
        ...
