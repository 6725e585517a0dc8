"""What each way in which a submission can end means for the message."""

from __future__ import annotations

import pytest

from smsmqtt.at.dialogues import Submission
from smsmqtt.at.results import ERROR, OK, Result
from smsmqtt.errors import LinkLost, ModuleReleased, NoAnswer
from smsmqtt.session.outcome import Outcome, Verdict, decide, pause_s


def cms(code: int) -> Result:
    return Result(kind="cms", code=code)


@pytest.mark.parametrize(
    ("submission", "verdict", "code"),
    [
        (Submission(handed_over=False), Verdict.NOT_NOW, "no_prompt"),
        (Submission(handed_over=False, result=OK), Verdict.NOT_NOW, "no_prompt"),
        (Submission(handed_over=False, result=ERROR), Verdict.NOT_NOW, "error"),
        (Submission(handed_over=False, result=cms(38)), Verdict.NOT_NOW, "cms_38"),
        (Submission(handed_over=False, result=cms(332)), Verdict.NOT_NOW, "cms_332"),
        (Submission(handed_over=False, result=cms(304)), Verdict.NEVER, "cms_304"),
        (Submission(handed_over=False, result=cms(310)), Verdict.WAIT, "cms_310"),
        (Submission(handed_over=False, result=cms(197)), Verdict.NOT_NOW, "cms_197"),
        (Submission(handed_over=True, result=cms(500)), Verdict.NOT_NOW, "cms_500"),
        (Submission(handed_over=True, result=cms(1)), Verdict.NEVER, "cms_1"),
        (Submission(handed_over=True, result=cms(331)), Verdict.WAIT, "cms_331"),
        (Submission(handed_over=True, result=cms(332)), Verdict.UNCERTAIN, "cms_332"),
        (Submission(handed_over=True, result=Result(kind="cms", spoken="timed out")), Verdict.UNCERTAIN, "cms"),
        (Submission(handed_over=True, result=cms(197)), Verdict.SENT, "cms_197"),
        (Submission(handed_over=True, result=OK), Verdict.UNCERTAIN, "bare_ok"),
        (Submission(handed_over=True, result=OK, failure=NoAnswer()), Verdict.UNCERTAIN, "bare_ok"),
        (Submission(handed_over=True, failure=NoAnswer()), Verdict.UNCERTAIN, "no_answer"),
        (Submission(handed_over=True, failure=ModuleReleased()), Verdict.UNCERTAIN, "released"),
        (Submission(handed_over=True, failure=LinkLost()), Verdict.UNCERTAIN, "link_lost"),
    ],
)
def test_without_cmgs_the_rest_decides(submission: Submission, verdict: Verdict, code: str) -> None:
    outcome = decide(submission)

    assert outcome.verdict is verdict
    assert outcome.reference is None
    assert outcome.reason is not None
    assert outcome.reason.code == code
    assert outcome.reason.text


@pytest.mark.parametrize("failure", [None, NoAnswer(), ModuleReleased(), LinkLost()])
def test_cmgs_is_success_whatever_broke_behind_it(failure: NoAnswer | None) -> None:
    submission = Submission(handed_over=True, reference=0, failure=failure)

    assert decide(submission) == Outcome(verdict=Verdict.SENT, reference=0)


def test_the_pauses_between_tries_double_up_to_a_quarter_of_an_hour() -> None:
    assert [pause_s(attempt) for attempt in range(1, 8)] == [30, 60, 120, 240, 480, 900, 900]
