"""The forms of answers, for the OpenAPI document. They are made in ``payloads``, and tests hold the two together."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from smsmqtt.model import Alphabet, BalanceState, MessageState, SenderType
from smsmqtt.payloads.state import GatewayState, LineState

Moment = Annotated[datetime, Field(examples=["2026-11-22T19:35:00Z"])]
Id = Annotated[str, Field(examples=["door-17"])]
Number = Annotated[str, Field(examples=["+59899123456"])]
LineName = Annotated[str, Field(examples=["mine"])]


class Form(BaseModel):
    """An object with these fields and no others."""

    model_config = ConfigDict(extra="forbid")


class Reason(Form):
    """Why something is as it is."""

    code: str = Field(description="Stable, for programs.", examples=["gateway_unreachable"])
    text: str = Field(description="A sentence, for people.")


class Parts(Form):
    """How many parts a message has, and how far they are."""

    total: int
    sent: int = Field(description="Taken by the network.")
    delivered: int


class Step(Form):
    """One change of state."""

    at: Moment
    state: str
    part: int | None = Field(description="Which part, from 1; null: the message as a whole.")
    reason: Reason | None


class Sent(Form):
    """A message to one recipient."""

    direction: Literal["out"]
    id: Id
    order_id: Id
    state: MessageState
    to: Number
    line: LineName | None
    at: Moment = Field(description="When it last changed.")
    parts: Parts
    alphabet: Alphabet
    attempt: int = Field(description='Tries that ended with "not now".')
    reason: Reason | None
    next_attempt_at: Moment | None
    final: bool
    body: str = Field(examples=["The door is open"])
    created_at: Moment
    send_at: Moment | None
    valid_until: Moment | None


class SentWithTimeline(Sent):
    """A message and the story of its states."""

    timeline: list[Step]


class SentToSeveral(Form):
    """The messages of an order for several recipients."""

    direction: Literal["out"]
    id: Id
    order_id: Id
    messages: list[SentWithTimeline]


class Received(Form):
    """A text received."""

    direction: Literal["in"]
    id: str = Field(examples=["a35dad42f61e-2"])
    state: Literal["received"]
    again: int = Field(description="How often it was published again.")
    sender: str | None = Field(alias="from", description="A number, or what the network shows instead of one.")
    from_type: SenderType | None = Field(description="Null for a record that can't be read.")
    contact: str | None = Field(description="The contact with this number.")
    to: Number | None = Field(description="The line's number.")
    line: LineName
    gateway: str | None
    body: str
    sent_at: Moment | None = Field(description="The service centre's time stamp.")
    received_at: Moment
    parts: int
    complete: bool = Field(description="false: parts never came, and the gaps show as `…`.")
    encoding: Alphabet
    flash: bool
    data: str = Field("", description="The octets of a binary text in base64; else left out.")
    unreadable: Reason | None = Field(None, description="Why nobody could read it; else left out.")


class Refused(Form):
    """A recipient who is not texted."""

    to: str | None = Field(description="As it was written; null when the order as a whole is refused.")
    code: str = Field(examples=["bad_number"])
    text: str
    field: str | None
    retry_at: Moment | None = Field(description="When the guard would let it pass; null when never, or for others.")


class Placed(Form):
    """An order that was accepted, perhaps not for everybody."""

    id: Id
    messages: list[SentWithTimeline]
    refusals: list[Refused]


class Page(Form):
    """Messages and texts, newest first."""

    messages: list[Sent | Received]
    next: str | None = Field(description="The cursor for what comes next; null at the end.")


class Credit(Form):
    """What is known of a line's credit."""

    line: LineName
    number: Number | None
    state: BalanceState | None = Field(description="Of the question.")
    credit: float | None = Field(examples=[123.5])
    currency: str | None = Field(description="ISO 4217.", examples=["UYU"])
    expires: date | None
    low: bool
    expiring: bool = Field(description="Within a week.")
    raw: str | None = Field(description="What the carrier wrote.")
    at: Moment | None = Field(description="Of the answer.")
    reason: Reason | None


class CreditOfLine(Credit):
    """What the last question brought, and the last good answer, which a failure leaves standing."""

    request_id: str | None


class Question(Credit):
    """A question for credit, and its answer once it has one."""

    id: str = Field(examples=["5d2f8c1e9b0a7f34"])
    created_at: Moment
    deadline_at: Moment = Field(description="Without an answer by then it is a `timeout`.")


class Questions(Form):
    """Several lines' questions. ``id`` is that of the first, or the one that all have."""

    id: str = Field(examples=["5d2f8c1e9b0a7f34"])
    requests: list[Question]


class Sending(Form):
    """Whether a line may send."""

    enabled: bool
    reason: str | None


class Line(Form):
    """A SIM. Before the first look at it ``state`` is null, and what is not known is left out."""

    name: LineName
    number: Number | None
    gateway: str = Field(examples=["hall"])
    state: LineState | None
    sending: Sending | None = None
    signal_dbm: int | None = Field(None, examples=[-71])
    operator: str | None = None
    roaming: bool | None = None
    queue: int = Field(0, description="Messages that wait.")
    sim_used: int | None = None
    sim_capacity: int | None = None
    sent: int = Field(0, description="Since the store was made; so are the next two.")
    received: int = 0
    failed: int = 0
    at: Moment | None = Field(None, description="Of the last look at the line.")
    credit: CreditOfLine | None = Field(description="null: it was never asked for.")


class Lines(Form):
    lines: list[Line]


class LastSession(Form):
    """How the last session went."""

    at: Moment
    held_s: float = Field(description="Seconds from log-in to hang-up.")
    sent: int
    received: int
    turns: int


class Trouble(Form):
    """What is wrong since when, and what can be done."""

    code: str
    text: str
    hint: str
    since: Moment


class Gateway(Form):
    """A gateway. Before the first session ``state`` is null, and what is not known is left out."""

    name: str = Field(examples=["hall"])
    lines: list[LineName]
    state: GatewayState | None
    last_session: LastSession | None = None
    held_s_hour: float | None = Field(None, description="Seconds held during the last hour.")
    next_session_at: Moment | None = None
    error: Trouble | None = None


class Gateways(Form):
    gateways: list[Gateway]


class Asked(Form):
    """Which gateway it was about."""

    gateway: str = Field(examples=["hall"])


class Paused(Asked):
    until: Moment | None = Field(description="null: until it is resumed.")
