"""Asking by a text with a keyword; the answer is a text from the carrier."""

from __future__ import annotations

from dataclasses import dataclass

from smsmqtt.at import text_mode
from smsmqtt.at.dialogues import Dialogue, Submission
from smsmqtt.at.module import ModuleFacts, submit_pdu, submit_text
from smsmqtt.at.results import ERROR
from smsmqtt.carriers.base import Asked, NotAsked, Outcome
from smsmqtt.codec import moments, pdu, segments
from smsmqtt.errors import PduError
from smsmqtt.model import Alphabet, Reason

VALID_FOR_S = 3600.0
"""An answer that comes later is of no use."""


@dataclass(frozen=True, kw_only=True)
class SmsKeyword:
    """``to`` may be a short number, which means something to this network alone."""

    to: str
    text: str

    def ask(self, facts: ModuleFacts) -> Dialogue[Outcome]:
        """See ``base.Strategy``. The Checkpoint stands between the module's prompt and the text."""
        try:
            submission = yield from self._submit(facts)
        except PduError as error:
            return NotAsked(reason=Reason(code="bad_keyword", text=str(error)))
        if submission.failure is not None:
            raise submission.failure
        if submission.reference is not None:
            return Asked(expects_sms=True)
        return NotAsked(reason=(submission.result or ERROR).reason)

    def _submit(self, facts: ModuleFacts) -> Dialogue[Submission]:
        cut = segments.split(self.text, reference=0, national=False)
        if facts.text_mode:
            return (yield from words(facts, to=self.to, text=self.text, alphabet=cut.alphabet))
        encoded = pdu.encode_submit(
            recipient=self.to, text=self.text, alphabet=cut.alphabet, report=False, validity_s=VALID_FOR_S
        )
        return (yield from submit_pdu(facts, pdu_hex=encoded.hex, tpdu_length=encoded.tpdu_length, more_follow=False))


def words(facts: ModuleFacts, *, to: str, text: str, alphabet: Alphabet) -> Dialogue[Submission]:
    """A question in text mode; PduError at once where it can't be spelled."""
    spelled = text_mode.encode(
        number=to,
        text=text,
        header=b"",
        alphabet=alphabet,
        character_set=facts.character_set,
        report=False,
        flash=False,
        validity=moments.relative_octet(VALID_FOR_S),
    )
    return submit_text(facts, parameters=spelled.parameters, number=spelled.number, body=spelled.body)
