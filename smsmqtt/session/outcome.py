"""What the answer to a submission means for the message: sent, not now, never, or nobody can tell. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, auto

from smsmqtt.at.dialogues import Submission
from smsmqtt.at.results import Result, Severity
from smsmqtt.errors import ModuleReleased, NoAnswer
from smsmqtt.model import Reason

FIRST_PAUSE_S = 30.0
LONGEST_PAUSE_S = 900.0


class Verdict(StrEnum):
    SENT = auto()
    NOT_NOW = auto()  # costs one of the message's attempts
    WAIT = auto()  # the line is unwell; the message is not to blame and keeps its attempts
    NEVER = auto()
    UNCERTAIN = auto()


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """``reference`` is None for a text that the service centre had already."""

    verdict: Verdict
    reference: int | None = None
    reason: Reason | None = None


def decide(submission: Submission) -> Outcome:
    """Only ``+CMGS`` is success. Once the body is out, anything but a clear refusal is uncertain."""
    if submission.reference is not None:
        return Outcome(verdict=Verdict.SENT, reference=submission.reference)
    result = submission.result
    if not submission.handed_over:
        return _refused(result, unknown=Verdict.NOT_NOW)
    if result is None or result.ok or submission.failure is not None:
        return Outcome(verdict=Verdict.UNCERTAIN, reason=_why_uncertain(submission))
    if result.severity is Severity.DONE:
        return Outcome(verdict=Verdict.SENT, reason=result.reason)
    return _refused(result, unknown=Verdict.UNCERTAIN)


def _refused(result: Result | None, *, unknown: Verdict) -> Outcome:
    if result is None or result.ok:  # no prompt came, and nothing went out
        reason = Reason(code="no_prompt", text="the module did not ask for the text")
        return Outcome(verdict=Verdict.NOT_NOW, reason=reason)
    verdicts = {
        Severity.NOT_NOW: Verdict.NOT_NOW,
        Severity.NEVER: Verdict.NEVER,
        Severity.DEVICE: Verdict.WAIT,
        Severity.UNKNOWN: unknown,
        Severity.DONE: Verdict.NOT_NOW,
    }
    return Outcome(verdict=verdicts[result.severity], reason=result.reason)


def _why_uncertain(submission: Submission) -> Reason:
    if submission.result is not None:
        return Reason(code="bare_ok", text="the module said OK, but not that the network took the text")
    if isinstance(submission.failure, NoAnswer):
        return Reason(code="no_answer", text="the module fell silent after it had the text")
    if isinstance(submission.failure, ModuleReleased):
        return Reason(code="released", text="the gateway took the module away after it had the text")
    return Reason(code="link_lost", text="the connection broke after the module had the text")


def pause_s(attempt: int) -> float:
    """Before the next try, after ``attempt`` tries that ended with "not now": 30 s, doubled up to 15 min."""
    return min(FIRST_PAUSE_S * 2.0 ** (attempt - 1), LONGEST_PAUSE_S)
