"""What a carrier sells for a question: USSD codes, words by text, the SIM's own menu; and who asked for what.

``Asked`` is one request that reached the network and would be paid for, whatever the client got to know of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from smsmqtt.simulator.network_knobs import NumberKnobs
from smsmqtt.simulator.ussd_knobs import UssdAnswer

if TYPE_CHECKING:
    from smsmqtt.simulator.network import Network

Way = Literal["ussd", "text", "toolkit"]
NO_SERVICE = UssdAnswer(result=4)
NO_SUCH_INPUT = UssdAnswer(result=2)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """``to``: number or code; ``text``: of a text; ``inputs``: what was typed further in the USSD session."""

    at: datetime
    at_s: float  # since the unit started
    module: int
    way: Way
    to: str
    text: str = ""
    inputs: list[str] = field(default_factory=list)


def answer_to(rules: NumberKnobs, text: str) -> str | None:
    """What a number answers to a text by its words."""
    words = {word.strip().casefold(): answer for word, answer in rules.answers.items()}
    return words.get(text.strip().casefold(), words.get("*"))


def ask_ussd(network: Network, module: int, code: str, *, way: Way) -> tuple[UssdAnswer, Asked]:
    """The code is with the network."""
    codes = network.knobs.ussd
    asked = network.ask(module, way, code)
    return codes.get(code) or codes.get("*") or NO_SERVICE, asked


def go_on_ussd(answer: UssdAnswer, asked: Asked, words: str) -> UssdAnswer:
    """A further input in a session that ``asked`` began and in which ``answer`` came last."""
    asked.inputs.append(words)
    return answer.inputs.get(words) or answer.inputs.get("*") or NO_SUCH_INPUT


def text_later(network: Network, module: int, answer: UssdAnswer) -> None:
    """The text that comes besides an answer."""
    words = answer.sms
    if words is not None:
        network.deliver_later(answer.sms_delay_s, module, answer.sms_from, words)
