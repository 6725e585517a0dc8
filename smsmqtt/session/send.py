"""Handing parts over: decide in ``outcome``, do in the runner, record in the ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from smsmqtt.at import text_mode
from smsmqtt.at.dialogues import Dialogue, Submission
from smsmqtt.at.module import ModuleFacts, submit_pdu, submit_text
from smsmqtt.clock import Clock, is_set
from smsmqtt.codec import moments, pdu, segments
from smsmqtt.config import MessageSettings
from smsmqtt.errors import PduError, SmsmqttError, WrongState
from smsmqtt.link.runner import Runner
from smsmqtt.logs import get_logger
from smsmqtt.model import Alphabet, Message, Part, PartState, Reason
from smsmqtt.session.outcome import Outcome, Verdict, decide, pause_s
from smsmqtt.session.plan import Pace
from smsmqtt.store import Store, Transaction, outbox

WAIT_S = 60.0
"""Before a line that was unwell is tried again for a message."""
FLASH = 0

log = get_logger(__name__)


@dataclass(kw_only=True)
class Tally:
    """What a session did: parts begun, parts that the network took, records that came in."""

    begun: int = 0
    sent: int = 0
    received: int = 0


@dataclass(kw_only=True)
class Sender:
    """Sends on one line during one hold.

    ``may_begin(expected_s)``: whether another part may be started. ``stopped_by`` is why the line sends no
    more in this hold.
    """

    runner: Runner
    store: Store
    clock: Clock
    facts: ModuleFacts
    pace: Pace
    messages: MessageSettings
    may_begin: Callable[[float], bool]
    tally: Tally
    stopped_by: Reason | None = field(default=None)

    def send(self, due: Message) -> None:
        """One message, as far as it goes. A GatewayError leaves its rest in the queue and ends the hold."""
        if self.stopped_by or not self.may_begin(self.pace.expected_s):
            return
        message = self.store.write(lambda tx: self._claim(tx, due))
        if message is None:  # cancelled, expired or switched off meanwhile
            return
        waiting = [part for part in message.parts if part.state is PartState.CLAIMED]
        try:
            for part in waiting:
                if part is not waiting[0] and not self.may_begin(self.pace.expected_s):
                    self._put_back(message)
                    break
                if not self._send_part(message, part, more_follow=part is not waiting[-1]):
                    break
        except SmsmqttError:
            self._put_back(message)
            raise
        except Exception:  # a bug of ours that this message wakes: once is enough
            reason = Reason(code="internal_error", text="sending it broke smsmqtt; the log tells how")
            self.store.write(lambda tx: outbox.set_aside(tx, message.id, reason))
            raise

    def _claim(self, tx: Transaction, due: Message) -> Message | None:
        """In text mode a header goes with UCS-2 only, so the text is cut anew for that."""
        headed = any(part.header_hex for part in due.parts)
        untouched = all(part.state is PartState.QUEUED for part in due.parts)
        if self.facts.text_mode and headed and untouched and due.alphabet is not Alphabet.UCS2:
            split = segments.split(due.body, reference=outbox.next_reference(tx, due.recipient), only_ucs2=True)
            if len(split.parts) <= self.messages.max_parts:
                outbox.recut(tx, due.id, split.alphabet, split.numbered())
        return outbox.claim(tx, due.id)

    def _send_part(self, message: Message, part: Part, *, more_follow: bool) -> bool:
        """Returns whether the next part of the message may follow."""
        try:
            dialogue = self._dialogue(message, part, more_follow=more_follow)
        except PduError as error:
            reason = Reason(code="cannot_encode", text=str(error))
            self.store.write(lambda tx: outbox.never(tx, message.id, part.seq, reason))
            return False
        began_s = self.clock.monotonic()
        self.tally.begun += 1
        try:
            submission = self.runner.run(dialogue, checkpoint=lambda: self._mark_submitting(message, part))
        except WrongState:  # it was cancelled while the module was getting ready; ESC has taken it back
            return False
        self.pace.note(self.clock.monotonic() - began_s)
        return self._record(message, part, submission)

    def _mark_submitting(self, message: Message, part: Part) -> None:
        self.store.write(lambda tx: outbox.submitting(tx, message.id, part.seq))

    def _dialogue(self, message: Message, part: Part, *, more_follow: bool) -> Dialogue[Submission]:
        header = bytes.fromhex(part.header_hex)
        if self.facts.text_mode:
            text = text_mode.encode(
                number=message.recipient,
                text=part.text,
                header=header,
                alphabet=message.alphabet,
                character_set=self.facts.character_set,
                report=message.report,
                flash=message.flash,
                validity=moments.relative_octet(self._validity_s(message) or 86400.0),
            )
            return submit_text(self.facts, parameters=text.parameters, number=text.number, body=text.body)
        encoded = pdu.encode_submit(
            recipient=message.recipient,
            text=part.text,
            alphabet=message.alphabet,
            locking_shift=message.locking_shift,
            single_shift=message.single_shift,
            header=header,
            report=message.report,
            message_class=FLASH if message.flash else None,
            validity_s=self._validity_s(message),
        )
        return submit_pdu(self.facts, pdu_hex=encoded.hex, tpdu_length=encoded.tpdu_length, more_follow=more_follow)

    def _validity_s(self, message: Message) -> float | None:
        """What remains of the message's time; None while the clock isn't set."""
        if message.valid_until is None or not is_set(self.clock):
            return None
        return max((message.valid_until - self.clock.now()) / timedelta(seconds=1), 0.0)

    def _record(self, message: Message, part: Part, submission: Submission) -> bool:
        outcome = decide(submission)
        log.info("part handed over", id=message.id, part=part.seq, verdict=outcome.verdict.value)
        self._write(message, part, outcome)
        if outcome.verdict is Verdict.WAIT:
            self.stopped_by = outcome.reason
        if submission.failure is not None:
            raise submission.failure
        return outcome.verdict in (Verdict.SENT, Verdict.UNCERTAIN)

    def _write(self, message: Message, part: Part, outcome: Outcome) -> None:
        now = self.clock.now()
        reason = outcome.reason or Reason(code="unknown", text="")
        match outcome.verdict:
            case Verdict.SENT:
                self.tally.sent += 1
                self.store.write(lambda tx: outbox.sent(tx, message.id, part.seq, outcome.reference))
            case Verdict.UNCERTAIN:
                self.store.write(lambda tx: outbox.uncertain(tx, message.id, part.seq, reason))
            case Verdict.NEVER:
                self.store.write(lambda tx: outbox.never(tx, message.id, part.seq, reason))
            case Verdict.NOT_NOW:
                attempt = message.attempt + 1
                again_at = now + timedelta(seconds=pause_s(attempt)) if attempt < self.messages.attempts else None
                self.store.write(lambda tx: outbox.not_now(tx, message.id, reason, again_at))
            case Verdict.WAIT:
                again_at = now + timedelta(seconds=WAIT_S)
                self.store.write(lambda tx: outbox.not_now(tx, message.id, reason, again_at, counts=False))

    def _put_back(self, message: Message) -> None:
        """What was claimed and not begun waits again."""
        assert message.line is not None
        line = message.line
        self.store.write(lambda tx: outbox.unclaim(tx, [line]))
