"""Knobs of the telephone network: what becomes of texts by number, and what carriers answer.

The carrier that is there without a file answers a text or a code about credit, as Antel does: by a text from +123.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator

from smsmqtt.simulator.knob_group import Knobs
from smsmqtt.simulator.ussd_knobs import UssdAnswer


class NumberKnobs(Knobs):
    """What happens to a text for one number."""

    error: int | None = None
    """+CMS ERROR code instead of sending. [FACT]"""
    error_delay_s: float = 0.0
    """How late that error comes; 48 s were seen with 500. [FACT]"""
    reports: tuple[int, ...] = (0,)
    """TP-Status of each delivery report in turn: 0 delivered, 32 still trying, 65 failed; empty: none ever. [FACT]"""
    report_delay_s: float = 0.0
    """Before each of them. [SIM]"""
    reply: str | None = None
    """The subscriber answers a whole text with this; `{text}` is what was received. [SIM]"""
    answers: dict[str, str] = Field({})
    """By word: what it answers to a text of this word alone, in capitals or not; `"*"` is any other. It goes before
    `reply`, and counts as asked. [SIM]"""
    reply_from: str | None = None
    """Sender of the answer; none: the number itself. [SIM]"""
    reply_delay_s: float = 0.0
    """After so long. [SIM]"""


CREDIT = "Su saldo es de $ 123.45, vence el 31/12/2030."
SERVICES = {"123": NumberKnobs(answers={"SALDO": CREDIT}, reply_from="+123", reply_delay_s=1.0)}
CODES = {"*100#": UssdAnswer(text=CREDIT)}


class NetworkKnobs(Knobs):
    """The telephone network behind the modules."""

    numbers: dict[str, NumberKnobs] = SERVICES
    """By number as it was dialled; `"*"` is everybody else. Those of a file come on top. [SIM]"""
    ussd: dict[str, UssdAnswer] = CODES
    """By code; `"*"` is any other, which without it is answered by result 4. Those of a file come on top. [SIM]"""
    service_centre: str = "+59899000000"
    """Address in front of PDUs that come in. [SIM]"""
    zone_quarters: int = Field(-12, ge=-48, le=56)
    """The service centre's time zone in quarters of an hour. [SIM]"""
    report_recipient: Literal["as_dialled", "national", "empty"] = "as_dialled"
    """Form of the number in delivery reports; empty was seen in text mode. [FACT]"""
    country_code: str = "598"
    """Dropped for the national form. [SIM]"""
    redelivery_s: float = 0.0
    """A text that found no room is tried again so long after a slot became free. [SIM]"""

    @field_validator("numbers", mode="before")
    @classmethod
    def _numbers_too(cls, given: Any) -> Any:
        return SERVICES | given if isinstance(given, dict) else given

    @field_validator("ussd", mode="before")
    @classmethod
    def _codes_too(cls, given: Any) -> Any:
        return CODES | given if isinstance(given, dict) else given
