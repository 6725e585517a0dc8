"""Mishaps, armed beforehand and taken when the unit comes to the point they wait at.

Points, in the order a session passes them: ``connect``, ``login`` (after the password), ``shell`` (a command typed),
``acquire``, ``command`` (a line reached the module), ``answer`` (its lines go out), ``prompt`` (instead of ``> ``),
``body`` (Ctrl-Z came, the text is not on the air), ``air`` (it is, and nobody knows yet), ``ussd`` (the code is with
the network, and nobody knows yet), ``toolkit`` (the SIM has what the holder gave, and nobody knows yet), ``release``.
"""

from __future__ import annotations

import random
import re
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Point = Literal[
    "connect", "login", "shell", "acquire", "command", "answer", "prompt", "body", "air", "ussd", "toolkit", "release"
]  # fmt: skip
Deed = Literal["drop", "reset", "silence", "error", "ok", "line", "slow", "snatch", "reboot"]


class Fault(BaseModel):
    """One mishap. ``times`` None: whenever the point is passed. ``probability`` is drawn from the unit's seed."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    do: Deed
    """`drop` ends the connection, `reset` does so with RST, `silence` answers nothing, `error` gives +CMS ERROR
    `code` (0: ERROR), `ok` a bare OK, `line` says `text` (garbage or unsolicited), `slow` waits `seconds` (at
    `answer`: per byte), `snatch` takes the module away (at `release`: just before Ctrl-X comes, which meets the shell),
    `reboot` reboots."""
    at: Point
    module: int | None = None
    """Only this module's."""
    match: str = ""
    """Only where this regular expression is found in the command line, or, at `body` and later, in it and the
    recipient."""
    skip: int = Field(0, ge=0)
    """Passes to let go by first."""
    times: int | None = Field(1, ge=1)
    probability: float = Field(1.0, ge=0.0, le=1.0)
    after_lines: int = Field(0, ge=0)
    """At `answer`: after so many of its lines."""
    code: int = 500
    text: str = ""
    seconds: float = 0.0

    @model_validator(mode="after")
    def _possible(self) -> Self:
        before_module = self.at in ("connect", "login", "shell")
        if self.do in ("error", "ok") and (before_module or self.at in ("acquire", "release")):
            raise ValueError(f"{self.do} is for command, prompt, body, air, ussd, toolkit and answer")
        if self.do == "snatch" and before_module:
            raise ValueError("snatch is for acquire, command, prompt, body, air, ussd, toolkit, answer and release")
        try:
            re.compile(self.match)
        except re.error as error:
            raise ValueError(f"match is no regular expression: {error}") from error
        return self


class Faults:
    """Those armed, and those that happened."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._armed: list[tuple[Fault, list[int]]] = []
        self.happened: list[Fault] = []

    def arm(self, fault: Fault) -> None:
        self._armed.append((fault, [fault.skip, fault.times or -1]))

    def clear(self) -> None:
        self._armed.clear()

    @property
    def armed(self) -> list[Fault]:
        return [fault for fault, _ in self._armed]

    def take(self, at: Point, *, module: int | None = None, command: str = "") -> Fault | None:
        """The first armed fault for this point, used up once."""
        for entry in self._armed:
            fault, counts = entry
            if fault.at != at or fault.module not in (None, module) or not re.search(fault.match, command):
                continue
            if fault.probability < 1.0 and self._chance.random() >= fault.probability:
                continue
            if counts[0] > 0:
                counts[0] -= 1
                continue
            counts[1] -= 1
            if counts[1] == 0:
                self._armed.remove(entry)
            self.happened.append(fault)
            return fault
        return None
