"""The sections of the HTTP shim."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from smsmqtt.config.scalars import Address, Flag, Host, Listed, ListenAt, Name, Text, Url, WebhookSecret, Word
from smsmqtt.config.section import Section, present

WebhookEvent = Literal["inbox", "status", "balance"]


class WebhookSettings(Section):
    """Somebody who is told what happens, signed after the Standard Webhooks."""

    url: Url = Field(repr=False, description="Where it is posted.")
    events: tuple[WebhookEvent, ...] = Field(
        ("inbox", "status", "balance"), min_length=1, description="What is told: inbox, status, balance."
    )
    secret: WebhookSecret = Field(
        repr=False, description="whsec_ and 24 to 64 octets in base64: what it is signed with."
    )


class RestfulSmsSettings(Section):
    """The paths and callbacks of restful-sms, for its clients."""

    token: Word = Field(repr=False, description="The token that clients put into the path.")
    incoming_url: Url | None = Field(None, repr=False, description="Where texts received are posted.")
    incoming_token: Text | None = Field(None, repr=False, description="The token that is posted with them.")
    callback_hosts: tuple[Host, ...] = Field((), description="Hosts that a callback_url may name.")


class TwilioSettings(Section):
    """A Twilio number that forwards its texts to us."""

    auth_token: Word = Field(repr=False, description="The account's auth token: what Twilio signs with.")
    forward_to: Listed = Field(repr=False, description="Who gets these texts: a contact, a group or a number.")


class HttpSettings(Section):
    """The HTTP shim: REST, server-sent events, webhooks, metrics and a page."""

    listen: ListenAt = Field(
        "127.0.0.1:8080", description="Address and port: 127.0.0.1:8080, [::1]:8080, 0.0.0.0:8080."
    )
    tokens: dict[Name, Word] = Field(
        default_factory=dict, repr=False, description="Who may use it: a name of your choice, and a long random text."
    )
    public_url: Url | None = Field(None, description="As clients see it, behind a proxy that takes the path off.")
    trusted_proxies: tuple[Address, ...] = Field(
        (), description="Addresses or networks whose forwarded headers are believed."
    )
    webhooks: tuple[WebhookSettings, ...] = Field((), repr=False, description="Who is told what happens.")
    restful_sms: RestfulSmsSettings | None = Field(None, description="Presence switches the paths of restful-sms on.")
    twilio: TwilioSettings | None = Field(None, description="Presence switches the webhook for Twilio on.")
    metrics: Flag = Field(True, description="Serve /metrics for Prometheus.")

    @model_validator(mode="before")
    @classmethod
    def _presence_means_on(cls, data: Any) -> Any:
        return present(data, "restful_sms", "twilio")
