"""Knobs of USSD: what a network's services answer, and how a module asks and tells."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from smsmqtt.simulator.knob_group import Knobs


class UssdAnswer(Knobs):
    """What a service answers to a code or to an input."""

    text: str | None = None
    """Its words; none: the result alone. [SIM]"""
    result: int = Field(0, ge=0, le=6)
    """First value of +CUSD: 0 done, 1 wants further input, 2 ended by the network, 3 answered elsewhere, 4 not
    supported, 5 timed out; 6 was seen too. [FACT]"""
    dcs: Literal[0, 15, 17, 72] = 15
    """0 and 15: the default alphabet; 17 and 72: UCS-2. [FACT]"""
    delay_s: float = 0.0
    """After so long. [SIM]"""
    never: bool = False
    """It never answers. [SIM]"""
    error: int | None = None
    """+CME ERROR code instead of an answer. [SIM]"""
    inputs: dict[str, UssdAnswer] = Field({})
    """By further input: what it answers then; `"*"` is any other. [SIM]"""
    then: tuple[UssdAnswer, ...] = ()
    """More that comes unasked behind it. [SIM]"""
    sms: str | None = None
    """A text that comes as well. [SIM]"""
    sms_from: str = "123"
    """Its sender. [SIM]"""
    sms_delay_s: float = 0.0
    """After so long. [SIM]"""


class UssdKnobs(Knobs):
    """USSD on one module."""

    supported: bool = True
    """False: +CUSD is an ERROR. [SIM]"""
    result: Literal["before", "after"] = "before"
    """The result code comes before +CUSD, or after it. [FACT]"""
    code: Literal["charset", "plain", "packed"] = "charset"
    """How the code is written: as +CSCS says, hex with UCS2; plainly whatever it says; as hex of packed septets.
    [FACT]"""
    answer: Literal["charset", "packed"] = "charset"
    """How answers in the default alphabet are written; those in UCS-2 are hex always. [FACT]"""
    newline: Literal["lf", "crlf", "cr"] = "lf"
    """Between the lines of an answer. [UNKNOWN]"""
    dcs: Literal["told", "hidden"] = "told"
    """`hidden`: +CUSD ends behind the text. [UNKNOWN]"""
    closing: Literal[2, 6] | None = None
    """One more `+CUSD: 2` (or 6) behind an answer that ends the session. [FACT]"""
    shown_at_acquire: bool = False
    """Answers are told without +CUSD=1 before. [UNKNOWN]"""
    cancel_idle: Literal["ok", "error"] = "ok"
    """+CUSD=2 without a session. [UNKNOWN]"""
    patience_s: float = 60.0
    """With the result code after it: so long the module waits for an answer, then +CME ERROR 31; ESC ends it sooner.
    [UNKNOWN]"""
