"""Messages, texts and conversations as the templates show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from smsmqtt.http.page import words
from smsmqtt.http.page.words import Word
from smsmqtt.intake.directory import Directory
from smsmqtt.model import Alphabet, InboundText, Message, MessageState, PartState, Reason
from smsmqtt.store import outbox
from smsmqtt.store.conversations import Conversation, Peer, Turn, said_at

PREVIEW = 120
TO_BE_TAKEN_BACK = frozenset({PartState.QUEUED, PartState.CLAIMED})
WITHOUT_REASON = frozenset({MessageState.DELIVERED, MessageState.CANCELLED})


@dataclass(frozen=True, kw_only=True)
class Somebody:
    """``title``: the contact's name, or the number or name itself; ``number``: shown beside a contact's name."""

    peer: Peer
    title: str
    number: str | None

    @property
    def address(self) -> dict[str, str]:
        """The query that leads to the conversation."""
        return {"name" if self.peer.is_name else "with": self.peer.text}


@dataclass(frozen=True, kw_only=True)
class Said:
    """One text, in either direction. ``id`` is None for one received: nothing can be done about it."""

    key: str
    id: str | None
    who: Somebody
    body: str
    note: str
    line: str | None
    at: datetime
    state: Word
    reason: Reason | None = None
    next_attempt_at: datetime | None = None
    send_at: datetime | None = None
    can_cancel: bool = False
    can_resend: bool = False

    @property
    def preview(self) -> str:
        words_only = " ".join((self.body or self.note).split())
        return words_only if len(words_only) <= PREVIEW else words_only[: PREVIEW - 1] + "…"


def somebody(peer: Peer, directory: Directory) -> Somebody:
    contact = None if peer.is_name else directory.contact_of(peer.text)
    title = contact or peer.text or "Unknown sender"
    return Somebody(peer=peer, title=title, number=peer.text if contact else None)


def said(turn: Turn, who: Somebody) -> Said:
    return _sent(turn, who) if isinstance(turn, Message) else _received(turn, who)


def sent(message: Message, directory: Directory) -> Said:
    return _sent(message, somebody(Peer(text=message.recipient), directory))


def last_said(conversation: Conversation, directory: Directory) -> Said:
    return said(conversation.last, somebody(conversation.peer, directory))


def _sent(message: Message, who: Somebody) -> Said:
    waits = message.state in (MessageState.QUEUED, MessageState.SENDING)
    return Said(
        key=f"sent-{message.id}",
        id=message.id,
        who=who,
        body=message.body,
        note="",
        line=message.line,
        at=said_at(message),
        state=words.MESSAGE[message.state],
        reason=None if message.state in WITHOUT_REASON else message.reason,
        next_attempt_at=message.next_attempt_at if waits else None,
        send_at=message.send_at if message.state is MessageState.QUEUED else None,
        can_cancel=waits and all(part.state in TO_BE_TAKEN_BACK for part in message.parts),
        can_resend=outbox.can_resend(message),
    )


def _received(text: InboundText, who: Somebody) -> Said:
    return Said(
        key=f"received-{text.id}",
        id=None,
        who=who,
        body=text.body,
        note=_note(text),
        line=text.line,
        at=said_at(text),
        state=words.RECEIVED,
    )


def _note(text: InboundText) -> str:
    """What has to be known of a text besides its words."""
    if text.unreadable:
        return f"It could not be read: {text.unreadable.text}"
    if text.encoding is Alphabet.DATA:
        return "Data, no words"
    return "" if text.complete else "Parts of it never came"
