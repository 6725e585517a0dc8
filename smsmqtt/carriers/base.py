"""What a strategy is: a way to ask a phone company for credit, as a dialogue with the module."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from smsmqtt.at.dialogues import Dialogue
from smsmqtt.at.module import ModuleFacts
from smsmqtt.model import Reason


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The question is out. ``text``: what came back at once; ``expects_sms``: the answer is a text, minutes later."""

    text: str | None = None
    expects_sms: bool = False


@dataclass(frozen=True, kw_only=True)
class NotAsked:
    """The question came to nothing, and the module is as it was before. ``text``: what was said all the same."""

    reason: Reason
    text: str | None = None


Outcome = Asked | NotAsked


class Strategy(Protocol):
    """One way to ask. Knows nothing of how the answer reads."""

    def ask(self, facts: ModuleFacts) -> Dialogue[Outcome]:
        """Needs a module that was looked at, so that its answers are in words and its errors in numbers.

        Yields a Checkpoint before each step that may cost money, so perhaps more than one. What breaks behind it
        leaves open whether the question is out; a NotAsked says that it isn't. Ends what it began, whatever breaks,
        if the module still listens.
        """
        ...


def not_asked(code: str, text: str, said: str | None = None) -> NotAsked:
    return NotAsked(reason=Reason(code=code, text=text), text=said)
