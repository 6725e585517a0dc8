"""Doing what a desk is asked by a verb (``sms/bridge/request/<verb>``), inside the store's transaction; the answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from smsmqtt.errors import PayloadError, WrongState
from smsmqtt.intake import switches
from smsmqtt.intake.directory import Directory
from smsmqtt.intake.door import Door
from smsmqtt.intake.resend import resend
from smsmqtt.model import Message
from smsmqtt.payloads import answers, news
from smsmqtt.payloads.requests import (
    Cancel,
    GuardReset,
    InboxAsked,
    MessageAsked,
    Pause,
    Poll,
    Request,
    Resend,
    Resume,
    Sending,
    read_request,
)
from smsmqtt.payloads.strict_json import read_object
from smsmqtt.payloads.times import iso
from smsmqtt.store import Board, Transaction, controls, inbox, outbox, uses

Answer = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Verbs:
    """The verbs, with what they act on besides the ledger."""

    door: Door
    board: Board

    @property
    def directory(self) -> Directory:
        return self.door.directory

    def answer(self, tx: Transaction, verb: str, payload: bytes) -> Answer:
        """What was done, or a sentence that says why not; never raises for what a caller wrote."""
        transaction = None
        try:
            asked = read_object(payload)
            transaction = asked.get("transaction")
            return answers.ok(self.act(tx, read_request(verb, asked)), transaction)
        except PayloadError as error:
            return answers.error(str(error), transaction)
        except WrongState as error:
            return answers.error(error.detail or error.hint, transaction)

    def act(self, tx: Transaction, request: Request) -> Answer:
        """What was done; PayloadError or WrongState when it can't be."""
        match request:
            case Poll():
                return self._poll(tx, self._gateway(request.gateway))
            case Pause():
                until = None if request.for_s is None else tx.now + timedelta(seconds=request.for_s)
                controls.pause(tx, self._gateway(request.gateway), until)
                return {"gateway": request.gateway, "until": iso(until)}
            case Resume():
                controls.resume(tx, self._gateway(request.gateway))
                return {"gateway": request.gateway}
            case Sending():
                line = self._line(request.line)
                controls.set_sending(tx, line, request.enabled)
                switches.show(tx, self.door.guard, self.board)
                return {"line": line, "enabled": request.enabled}
            case Cancel(id=None):
                return {"cancelled": outbox.cancel_all(tx)}
            case Cancel(id=str(asked_id)):
                self._found(tx, asked_id)
                return {"cancelled": len(outbox.cancel(tx, asked_id))}
            case Resend():
                return resend(tx, self._found(tx, request.id), self.door)
            case GuardReset():
                line = self._line(request.line)
                uses.forget(tx, line)
                switches.show(tx, self.door.guard, self.board)
                tx.signal("control")
                return {"line": line, "reset": True}
            case MessageAsked():
                return self._message(tx, request.id)
            case InboxAsked():
                return self._inbox(tx, request)
        raise TypeError(request)

    def _poll(self, tx: Transaction, gateway: str | None) -> Answer:
        wanted = [gateway] if gateway else list(self.directory.gateways)
        if len(controls.paused(tx, wanted)) == len(wanted):
            raise PayloadError("gateway", f"paused: {', '.join(wanted)}; resume first", "paused")
        self.board.request_poll(gateway)
        return {"gateway": gateway}

    def _message(self, tx: Transaction, asked_id: str) -> Answer:
        found = [
            answers.Told(message=message, timeline=tuple(outbox.timeline(tx, message.id)))
            for message in self._found(tx, asked_id)
        ]
        return answers.messages(asked_id, found, at=tx.now)

    def _inbox(self, tx: Transaction, asked: InboxAsked) -> Answer:
        texts = inbox.texts(tx, asked.since, asked.limit)
        if asked.republish:
            inbox.republish(tx, [text.id for text in texts])
        return {"texts": [news.inbox(text, directory=self.directory, now=tx.now) for text in texts]}

    def _found(self, tx: Transaction, asked_id: str) -> list[Message]:
        found = outbox.resolve(tx, asked_id)
        if not found:
            raise PayloadError("id", "no message or order has this id", "unknown_id")
        return found

    def _gateway(self, name: str | None) -> str | None:
        if name is not None and name not in self.directory.gateways:
            raise PayloadError("gateway", f"unknown; known are {', '.join(self.directory.gateways)}", "unknown_gateway")
        return name

    def _line(self, name_or_number: str | None) -> str | None:
        if name_or_number is None:
            return None
        line = self.directory.line_called(name_or_number)
        if line is None:
            raise PayloadError("line", f"unknown; known are {', '.join(self.directory.lines)}", "unknown_line")
        return line.name
