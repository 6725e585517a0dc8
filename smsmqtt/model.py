"""The nouns of smsmqtt as frozen values: no IO, no methods that act.

Times are aware UTC datetimes; durations are seconds in names ending in ``_s``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal


class MessageState(StrEnum):
    """What a user is told of a message; computed from its parts (see ``store.outbox``)."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    UNCERTAIN = "uncertain"
    REJECTED = "rejected"


class PartState(StrEnum):
    """Where one PDU is on its way; the ledger's table of transitions is in ``store.outbox``."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    SUBMITTING = "submitting"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class BalanceState(StrEnum):
    """Where a request for credit is."""

    WAITING = "waiting"  # for a session
    ASKED = "asked"  # it may have cost money; the answer is due
    OK = "ok"
    FAILED = "failed"
    TIMEOUT = "timeout"


class Alphabet(StrEnum):
    """The TP-DCS character set groups (3GPP TS 23.038 §4)."""

    GSM7 = "gsm7"
    UCS2 = "ucs2"
    DATA = "8bit"


SenderType = Literal["number", "short", "name"]
OnUncertain = Literal["report", "resend"]


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why something is as it is: a stable code for programs, a sentence for people."""

    code: str
    text: str


@dataclass(frozen=True, kw_only=True)
class ReplyTo:
    """Where an MQTT 5 caller wants the answers: response topic and correlation data."""

    topic: str
    correlation: bytes | None = None


@dataclass(frozen=True, kw_only=True)
class RecipientText:
    """A recipient as the caller wrote it, not resolved yet.

    ``bare_is_international``: digits without a sign are a full international number (a whole
    JSON number, or a topic level, where ``+`` is not allowed).
    """

    text: str
    bare_is_international: bool = False


@dataclass(frozen=True, kw_only=True)
class OrderRequest:
    """What a caller asked for, well formed but with nothing resolved or decided yet."""

    recipients: tuple[RecipientText, ...]
    body: str
    line: str | None = None  # "from": a line's name or number
    id: str | None = None
    urgent: bool = False
    flash: bool = False
    report: bool | None = None  # None: as the configuration says
    send_at: datetime | None = None
    valid_for_s: float | None = None
    valid_until: datetime | None = None
    on_uncertain: OnUncertain | None = None
    reply_to: ReplyTo | None = None


@dataclass(frozen=True, kw_only=True)
class Part:
    """One PDU of a message. ``seq`` counts from 1."""

    seq: int
    text: str
    header_hex: str = ""  # the user data header with its length octet, empty when there is none
    state: PartState = PartState.QUEUED
    reference: int | None = None  # TP-MR, as the +CMGS answer gave it


@dataclass(frozen=True, kw_only=True)
class Message:
    """One text to one recipient."""

    id: str
    order_id: str
    recipient: str  # E.164, or a short code that was allowed
    body: str
    line: str | None
    line_fixed: bool = False  # the caller named the line with "from"
    urgent: bool = False
    flash: bool = False
    report: bool = True
    on_uncertain: OnUncertain = "report"
    resent: bool = False  # the one automatic resend after "uncertain" was used
    created_at: datetime
    send_at: datetime | None = None
    valid_until: datetime | None = None
    alphabet: Alphabet = Alphabet.GSM7
    locking_shift: int = 0  # national language identifiers, 3GPP TS 23.038 §6.2.1.2.4; 0 = default alphabet
    single_shift: int = 0
    state: MessageState = MessageState.QUEUED
    reason: Reason | None = None
    attempt: int = 0  # tries that ended with "not now"
    next_attempt_at: datetime | None = None
    seq: int = 0  # counts the status announcements of this message
    final: bool = False
    parts: tuple[Part, ...]
    reply_to: ReplyTo | None = None


@dataclass(frozen=True, kw_only=True)
class TimelineEntry:
    """One change of state of a message."""

    at: datetime
    state: str
    part: int | None  # None: the message as a whole
    reason: Reason | None = None


@dataclass(frozen=True, kw_only=True)
class RawText:
    """A record as the module gave it, kept before anything understands it.

    ``index`` is None for a record that came unsolicited (+CMT, +CDS). ``form``: "pdu" for hex with the
    service centre address, "tpdu" for hex without it, "text" for a text-mode record as JSON.
    """

    id: int
    line: str
    index: int | None
    digest: str
    form: Literal["pdu", "tpdu", "text"]
    content: str
    received_at: datetime
    found_at_first_start: bool = False


@dataclass(frozen=True, kw_only=True)
class TextPart:
    """One decoded DELIVER, ready to be joined with its fellows."""

    raw_id: int
    line: str
    sender: str
    sender_type: SenderType
    encoding: Alphabet
    text: str = ""
    data_hex: str = ""
    sent_at: datetime | None = None  # the service centre's time stamp
    received_at: datetime
    flash: bool = False
    concat_reference: int | None = None
    total: int = 1
    seq: int = 1
    found_at_first_start: bool = False


@dataclass(frozen=True, kw_only=True)
class InboundText:
    """One text received, whole or with gaps. The id is the same however often it is announced."""

    id: str
    line: str
    sender: str
    sender_type: SenderType
    encoding: Alphabet
    body: str
    data_hex: str = ""
    sent_at: datetime | None = None
    received_at: datetime
    flash: bool = False
    parts: int = 1
    complete: bool = True
    unreadable: Reason | None = None  # kept and announced, never dropped
    again: int = 0
    found_at_first_start: bool = False


@dataclass(frozen=True, kw_only=True)
class DeliveryReport:
    """A STATUS-REPORT reduced to what closes a part (3GPP TS 23.040 §9.2.2.3)."""

    line: str
    reference: int
    recipient: str
    status: int  # TP-ST, 3GPP TS 23.040 §9.2.3.15
    sent_at: datetime | None  # TP-SCTS: when the service centre took the text


@dataclass(frozen=True, kw_only=True)
class Order:
    """What was accepted: one message for each recipient. ``digest`` covers recipients and body."""

    id: str
    digest: str
    accepted_at: datetime
    messages: tuple[Message, ...]


@dataclass(frozen=True, kw_only=True)
class BalanceRequest:
    """One question for a line's credit. ``deadline_at``: without an answer by then it is a time-out."""

    id: str
    line: str
    state: BalanceState
    created_at: datetime
    deadline_at: datetime
    raw: str | None = None  # what the carrier said to a question that failed
    reason: Reason | None = None


@dataclass(frozen=True, kw_only=True)
class BalanceReply:
    """A good answer. ``raw`` is what the carrier wrote."""

    line: str
    credit: Decimal
    currency: str  # ISO 4217
    expires: date | None
    raw: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Announcement:
    """News owed to the outside, kept until it was handed over.

    ``kind`` is ``status``, ``inbox``, ``call``, ``balance``, ``response/<verb>`` or ``compat/<topic>``; a desk knows
    which topic that is. With ``reply_to`` it goes to that topic only. ``payload`` is JSON; for a text received it is
    None and ``text`` is set, since its form depends on when it is handed over.
    """

    id: int
    kind: str
    at: datetime
    payload: str | None = None
    text: InboundText | None = None
    reply_to: ReplyTo | None = None
