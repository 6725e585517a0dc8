"""What a message from the broker does to the ledger: one unit of work, whatever it says.

A message is known again only by all of this together: the broker marks it as a repetition (DUP), it kept our session,
and an earlier connection committed this packet id with this content. Anything less would eat one of two equal texts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from smsmqtt.errors import PayloadError
from smsmqtt.intake import refusals
from smsmqtt.intake.accept import accept_order
from smsmqtt.intake.credit import Credit, accept_balance_request
from smsmqtt.intake.door import Door
from smsmqtt.intake.refusals import Refusal
from smsmqtt.intake.verbs import Answer, Verbs
from smsmqtt.model import OrderRequest, ReplyTo
from smsmqtt.mqtt import audience
from smsmqtt.mqtt.client import Incoming
from smsmqtt.mqtt.compat import SENT
from smsmqtt.mqtt.topics import (
    Command,
    CompatOrder,
    CreditRequest,
    JsonOrder,
    Request,
    TextOrder,
    Topics,
    clearing_command,
)
from smsmqtt.payloads import answers, balances, compat
from smsmqtt.payloads.orders import id_of, parse_order, parse_text_order
from smsmqtt.store import Transaction, announcements, receipts


@dataclass(frozen=True, kw_only=True)
class Deliveries:
    """The units of work for messages of one daemon. ``reported``: topics whose retained message was complained of."""

    topics: Topics
    door: Door
    credit: Credit
    verbs: Verbs
    reported: set[str] = field(default_factory=set)

    def unit(self, incoming: Incoming, connection: Callable[[], int]) -> Callable[[Transaction], None]:
        """``connection``: the store's number of the connection it came on, known once that is noted."""

        def act(tx: Transaction) -> None:
            if not self._is_repetition(tx, incoming, connection()):
                self._act(tx, incoming)

        return act

    def setting_aside(self, incoming: Incoming, connection: Callable[[], int]) -> Callable[[Transaction], None]:
        """The unit for a message whose own unit failed by a fault of ours: refused, so that it never comes again."""

        def set_aside(tx: Transaction) -> None:
            if not self._is_repetition(tx, incoming, connection()):
                self._refuse(tx, incoming, PayloadError(None, "could not be handled; the log says more", "internal"))

        return set_aside

    def _is_repetition(self, tx: Transaction, incoming: Incoming, connection: int) -> bool:
        if not incoming.qos:
            return False
        digest = hashlib.sha256(f"{incoming.topic}\n".encode() + incoming.payload).hexdigest()
        if incoming.dup and receipts.redelivered(tx, connection, incoming.packet_id, digest):
            return True
        receipts.add(tx, connection, incoming.packet_id, digest)
        return False

    def _act(self, tx: Transaction, incoming: Incoming) -> None:
        if incoming.topic == self.topics.home_assistant:
            audience.hear_status(tx, incoming.payload)
            return
        command = self.topics.classify(incoming.topic)
        if command is None or not incoming.payload:
            return
        if incoming.retain:
            self._report_retained(tx, incoming.topic)
        elif isinstance(command, Request):
            self._answer(tx, incoming, command)
        elif isinstance(command, CreditRequest):
            self._ask_for_credit(tx, incoming)
        else:
            self._order(tx, incoming, command)

    def _report_retained(self, tx: Transaction, topic: str) -> None:
        if topic in self.reported:
            return
        text = f"a retained message is never acted on; clear it with: {clearing_command(topic)}"
        refusals.announce(tx, Refusal(code="retained", text=text, field=None))
        self.reported.add(topic)

    def _order(self, tx: Transaction, incoming: Incoming, command: JsonOrder | TextOrder | CompatOrder) -> None:
        try:
            request = _parse(command, incoming.payload)
            reply_to = self._reply_to(incoming)
        except PayloadError as error:
            self._refuse(tx, incoming, error)
            return
        limits = [it for it in (request.valid_for_s, incoming.expiry_s) if it is not None]
        request = replace(request, reply_to=reply_to, valid_for_s=min(limits, default=None))
        acceptance = accept_order(tx, request, self.door)
        if isinstance(command, CompatOrder):
            for refusal in acceptance.refusals:
                _tell_sent(tx, compat.refused(refusal.text, to=refusal.to, body=request.body, at=tx.now.astimezone()))

    def _ask_for_credit(self, tx: Transaction, incoming: Incoming) -> None:
        try:
            accept_balance_request(tx, balances.parse_request(incoming.payload), self.credit)
        except PayloadError as error:
            self._refuse(tx, incoming, error)

    def _refuse(self, tx: Transaction, incoming: Incoming, error: PayloadError) -> None:
        command = self.topics.classify(incoming.topic)
        if isinstance(command, Request):
            self._announce_answer(tx, incoming, command, answers.error(str(error)))
            return
        to = command.recipient if isinstance(command, TextOrder) else None
        with_id = isinstance(command, JsonOrder | CreditRequest | CompatOrder)
        order_id = id_of(incoming.payload) if with_id else None
        refusals.announce(tx, Refusal.of(error, order_id=order_id, to=to), self._usable_reply_to(incoming))
        if isinstance(command, CompatOrder):
            _tell_sent(tx, compat.unreadable(str(error), incoming.payload))

    def _answer(self, tx: Transaction, incoming: Incoming, request: Request) -> None:
        self._announce_answer(tx, incoming, request, self.verbs.answer(tx, request.verb, incoming.payload))

    def _announce_answer(self, tx: Transaction, incoming: Incoming, request: Request, answer: Answer) -> None:
        payload = json.dumps(answer, ensure_ascii=False, default=float)
        kind = f"response/{request.verb}"
        announcements.add(tx, kind, payload)
        if reply_to := self._usable_reply_to(incoming):
            announcements.add(tx, kind, payload, reply_to=reply_to)

    def _reply_to(self, incoming: Incoming) -> ReplyTo | None:
        """PayloadError when the caller wants answers where none may go."""
        if incoming.reply_to is None:
            return None
        refused = self.topics.refuses_reply_to(incoming.reply_to.topic)
        if refused:
            raise PayloadError("response_topic", refused, "bad_response_topic")
        return incoming.reply_to

    def _usable_reply_to(self, incoming: Incoming) -> ReplyTo | None:
        try:
            return self._reply_to(incoming)
        except PayloadError:
            return None


def _parse(command: Command, payload: bytes) -> OrderRequest:
    if isinstance(command, TextOrder):
        return parse_text_order(command.recipient, payload)
    return compat.parse_order(payload) if isinstance(command, CompatOrder) else parse_order(payload)


def _tell_sent(tx: Transaction, fields: dict[str, Any]) -> None:
    announcements.add(tx, SENT, json.dumps(fields, ensure_ascii=False))
