"""Asking a carrier for credit in a session, and knowing its answer when it comes as a text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from smsmqtt.at.module import ModuleFacts
from smsmqtt.carriers import asking
from smsmqtt.carriers.base import NotAsked
from smsmqtt.carriers.profile import NoAnswerNow, Profile, Reading
from smsmqtt.carriers.stk_menu import CLOSED
from smsmqtt.carriers.toolkits import MEDIATEK, TOOLKITS, Toolkit, learn_toolkit
from smsmqtt.carriers.ussd import understand
from smsmqtt.errors import WrongState
from smsmqtt.intake.credit import Credit
from smsmqtt.link.runner import Runner
from smsmqtt.logs import get_logger
from smsmqtt.model import BalanceReply, BalanceState, InboundText, Reason
from smsmqtt.session.hold import TOOLKIT
from smsmqtt.store import Store, Transaction, balances, controls, inbox, uses

ASKING_S = 10.0
"""What a question takes, as a guess: menus are walked in seconds, a slow network may take longer."""
NO_ANSWER_NOW = Reason(code="no_answer_now", text="the carrier can't tell at the moment")
UNREADABLE = Reason(code="unreadable", text="the carrier's profile doesn't know this answer")

log = get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Question:
    """One line's open question, to be put in this hold. ``most_s``: how long a hold may be."""

    store: Store
    credit: Credit
    line: str
    most_s: float

    def put(self, runner: Runner, facts: ModuleFacts) -> None:
        """Recorded before anything costs money. A GatewayError leaves it open: what was asked is awaited."""
        try:
            self._put(runner, facts)
        except WrongState:
            log.info("the question's time ran out while it was asked", line=self.line)

    def _put(self, runner: Runner, facts: ModuleFacts) -> None:
        profile = self.credit.profiles[self.line]
        answer_s = min(self.most_s, self.credit.settings.timeout_s)
        strategy = asking.strategy(profile, self._toolkit(runner, profile), answer_s)
        outcome = runner.run(strategy.ask(facts), checkpoint=self._mark_asking)
        log.info("asked for credit", line=self.line, outcome=type(outcome).__name__)
        if isinstance(outcome, NotAsked):
            self._fail(outcome.reason, outcome.text)
        elif outcome.text is not None:
            self._read(profile, outcome.text, expects_sms=outcome.expects_sms)

    def _mark_asking(self) -> None:
        self.store.write(self._note_asking)

    def _note_asking(self, tx: Transaction) -> None:
        """A keyword is a text like any other for the guard, which counts it and never refuses it."""
        balances.asking(tx, self.line, self.credit.settings.timeout_s)
        if self.credit.profiles[self.line].ask.sms:
            uses.add(tx, self.line, 1)

    def _read(self, profile: Profile, text: str, *, expects_sms: bool) -> None:
        """A direct answer that nothing matches is a failure, never a guess; unless the answer is still to come."""
        reading = profile.read(text)
        if isinstance(reading, Reading):
            self.store.write(lambda tx: keep(tx, self.credit, self.line, reading, text))
        elif isinstance(reading, NoAnswerNow):
            self._fail(NO_ANSWER_NOW, text)
        elif not expects_sms:
            self._fail(UNREADABLE, text)

    def _fail(self, reason: Reason, text: str | None) -> None:
        def unit(tx: Transaction) -> None:
            balances.failed(tx, self.line, reason, text)
            self.credit.conclude(tx, self.line)
            if reason == CLOSED:
                self._remember_toolkit(tx, None)

        self.store.write(unit)

    def _toolkit(self, runner: Runner, profile: Profile) -> Toolkit:
        """Learnt once for each module, until it opens no menu; MediaTek's when nothing tells."""
        known = self.store.read(lambda tx: controls.recall(tx, f"line/{self.line}")).get(TOOLKIT, "")
        if known in TOOLKITS or not profile.ask.toolkit:
            return TOOLKITS.get(known, MEDIATEK)
        toolkit = runner.run(learn_toolkit())
        if toolkit:
            self.store.write(lambda tx: self._remember_toolkit(tx, toolkit))
        return toolkit or MEDIATEK

    def _remember_toolkit(self, tx: Transaction, toolkit: Toolkit | None) -> None:
        controls.remember(tx, f"line/{self.line}", TOOLKIT, toolkit.name if toolkit else None)


def recognise(tx: Transaction, credit: Credit, text: InboundText) -> None:
    """Take a text that answers the line's open question for what it is. Any other stays an ordinary text."""
    profile = credit.profiles.get(text.line)
    from_carrier = profile and text.complete and profile.is_answer_from(text.sender)
    if from_carrier and _answers(tx, credit, text.line, text.body) and not credit.settings.also_inbox:
        inbox.withdraw(tx, text.id)


def recognise_late(tx: Transaction, credit: Credit, line: str, said: Iterable[str], character_set: str) -> None:
    """Take what the module says of a code whose hold broke off for the answer, if it is one."""
    for each in filter(None, (understand(one, character_set) for one in said)):
        if each.text and credit.profiles[line].ask.ussd:
            _answers(tx, credit, line, each.text)


def _answers(tx: Transaction, credit: Credit, line: str, text: str) -> bool:
    """Whether it answers a question that was asked, which is over then."""
    request = balances.open_request(tx, line)
    reading = credit.profiles[line].read(text) if request and request.state is BalanceState.ASKED else None
    if isinstance(reading, Reading):
        keep(tx, credit, line, reading, text)
    elif reading:
        balances.failed(tx, line, NO_ANSWER_NOW, text)
        credit.conclude(tx, line)
    return reading is not None


def keep(tx: Transaction, credit: Credit, line: str, reading: Reading, text: str) -> None:
    """A good answer, in the history and on display."""
    reply = BalanceReply(
        line=line, credit=reading.credit, currency=reading.currency, expires=reading.expires, raw=text, at=tx.now
    )
    balances.answered(tx, reply)
    credit.conclude(tx, line)
