"""The sections of the file as frozen models: the keys as users write them, the attributes with their units.

A key that is written and left empty counts as absent. Models are built from the file by the keys
(``every``) and in code by the attributes (``every_s``).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema, model_validator
from pydantic.json_schema import SkipJsonSchema

from smsmqtt.config.http_sections import HttpSettings
from smsmqtt.config.scalars import (
    Amount,
    Duration,
    FileBeside,
    FileKept,
    Flag,
    Fraction,
    Listed,
    Member,
    Name,
    Period,
    PhoneNumber,
    Text,
    Whole,
    Word,
)
from smsmqtt.config.section import NOT_WRITTEN, Section, about, present, section
from smsmqtt.errors import Fault

Places = Mapping[tuple[str | int, ...], int]
"""The line in the file of each key, by its path."""


class TlsSettings(Section):
    """How the broker is trusted, and how we show who we are."""

    ca_file: FileBeside | None = Field(None, description="Certificates to trust; the system's when absent.")
    cert_file: FileBeside | None = Field(None, description="Our own certificate, when the broker asks for one.")
    key_file: FileBeside | None = Field(None, description="The key of cert_file.")
    verify: Flag = Field(True, description="false: accept any certificate. For trying things out only.")


class CompatSettings(Section):
    """Other bridges whose topics are served too."""

    sms2mqtt: Word | None = Field(
        None, description="The prefix of that bridge's topics: its users need change nothing."
    )


Version = Annotated[Literal["auto", "5", "3.1.1"], WithJsonSchema({"enum": ["auto", 5, "5", "3.1.1"]})]


class MqttSettings(Section):
    """The broker and our topics on it."""

    host: Word = Field("localhost", description="The broker's name or address.")
    tls: TlsSettings | None = Field(None, description="Presence switches TLS on.")
    port: Whole = Field(
        default_factory=lambda data: 8883 if data.get("tls") else 1883,
        ge=1,
        le=65535,
        description="1883, or 8883 when tls is set.",
    )
    username: Word | None = Field(None, description="The broker's log-in.")
    password: Text | None = Field(None, repr=False, description="Its password.")
    prefix: Word = Field("sms", description="The first level or levels of every topic.")
    client_id: Word = Field(
        default_factory=lambda data: f"smsmqtt-{data.get('prefix', 'sms')}",
        description="Who we are to the broker; smsmqtt-<prefix> when absent. No two daemons may share one.",
    )
    version: Version = Field("auto", description="auto: MQTT 5, then 3.1.1.")
    max_queued: Whole = Field(
        1000, ge=1, le=65535, description="Publishes in flight or waiting in memory; the rest waits in the store."
    )
    compat: CompatSettings = section("Other bridges' topics, served too.")

    @model_validator(mode="before")
    @classmethod
    def _presence_means_on(cls, data: Any) -> Any:
        """``tls:`` with nothing below it is present."""
        return present(data, "tls")


class StoreSettings(Section):
    """The one file that everything is kept in."""

    path: FileKept = Field(
        Path("smsmqtt.db"), description="Relative to $STATE_DIRECTORY when systemd sets it, else to this file."
    )
    keep_s: Period = about("keep", "90d", "Finished messages and their timelines are removed after this.")


class SessionSettings(Section):
    """When the gateways are logged in to, and for how long."""

    every_s: Period = about("every", "60s", "A session at least this often, to look for new texts.")
    early: Flag = Field(True, description="Work in the outbox opens a session before its time.")
    batch_window_s: Duration = about("batch_window", "2s", "An early session first waits this long for more work.")
    min_gap_s: Duration = about(
        "min_gap", "5s", "Hang up at least this long between sessions, and never shorter than the last one lasted."
    )
    max_held_s: Period = about("max_held", "45s", "Start nothing that would not be done by then.")
    hold_budget: Fraction = about(
        "hold_budget", "10%", "Of any hour, per gateway; when spent only look-ins and urgent messages go on."
    )
    check_busy: Flag = Field(True, description="Ask for a module's state first; never take one that is in a call.")
    adaptive: Flag = Field(False, description="Look sooner when an answer is due, later when the house is quiet.")
    every_min_s: Period = about("every_min", "20s", "The shortest interval of adaptive.")
    every_max_s: Period = about("every_max", "5m", "The longest interval of adaptive.")


class GuardSettings(Section):
    """What protects the bill, and the neighbours, from a runaway automation."""

    duplicate_window_s: Duration = about(
        "duplicate_window", "10s", "The same body to the same number within it, without an id, is refused; 0: off."
    )
    per_hour: Whole = Field(
        30, ge=0, le=100_000, description="Parts that a line may send within an hour; 0: none at all."
    )
    per_day: Whole = Field(
        100, ge=0, le=1_000_000, description="Parts that a line may send within a day; 0: none at all."
    )
    per_recipient_hour: Whole = Field(
        20, ge=0, le=100_000, description="Messages to one number within an hour, over all lines; 0: none at all."
    )
    allow: tuple[Listed, ...] | None = Field(
        None,
        repr=False,
        description="When there: nobody else is texted. Numbers, prefixes ending in *, contacts, groups.",
    )
    deny: tuple[Listed, ...] = Field((), repr=False, description="Who is never texted, in the same forms.")


class LineSettings(Section):
    """One GSM module: one SIM, one phone number."""

    name: SkipJsonSchema[str] = Field("", alias=NOT_WRITTEN.format("name"))
    module: Whole | None = Field(None, ge=1, le=99, description="The device's number of it; none with driver at.")
    number: PhoneNumber | None = Field(None, repr=False, description="Its own phone number, international.")
    carrier: Word | None = Field(
        None, description="The profile of its phone company, such as antel-uy: how it is asked for credit."
    )
    pin: Annotated[Text, Field(pattern=r"^[0-9]{4,8}$")] | None = Field(
        None, repr=False, description="The SIM's PIN: tried once, remembered as wrong."
    )
    guard: GuardSettings = section("Overrides of guard for this line, key by key; a list replaces the general one.")


class GatewaySettings(Section):
    """One endpoint to log in to, with the lines behind it."""

    name: SkipJsonSchema[str] = Field("", alias=NOT_WRITTEN.format("name"))
    driver: Literal["portech", "at"] = Field(
        "portech", description="at: no login, no modules, a modem behind host:port or device."
    )
    host: Word | None = Field(None, description="Its name or address.")
    port: Whole = Field(23, ge=1, le=65535, description="Its telnet port.")
    device: Word | None = Field(None, description="A serial port instead of host; driver at only.")
    baud: Whole = Field(115200, ge=300, le=4_000_000, description="The speed of device.")
    username: Text = Field("voip", description="The gateway's log-in.")
    password: Text = Field("1234", repr=False, description="Its password.")
    at_mode: Literal["auto", "pdu", "text"] = Field("auto", description="auto: PDU mode, text where it is refused.")
    session: SessionSettings = section("Overrides of session for this gateway.")
    lines: dict[Name, LineSettings] = Field(default_factory=dict, description="The modules, by the names you give.")


class MessageSettings(Section):
    """How orders are read, sent and followed."""

    region: Word | None = Field(None, description="The country (UY) whose national numbers are understood.")
    report: Flag = Field(True, description="Ask the network for delivery reports.")
    report_wait_s: Period = about("report_wait", "1d", "No report by then: the message ends as sent.")
    valid_for_s: Period = about("valid_for", "1d", "First part not sent by then: expired.")
    id_window_s: Duration = about("id_window", "1d", "How long an order's id is remembered.")
    max_parts: Whole = Field(10, ge=1, le=255, description="A longer text is refused.")
    attempts: Whole = Field(5, ge=1, le=100, description='Tries for a "not now" answer, 30s apart, then more.')
    on_uncertain: Literal["report", "resend"] = Field(
        "report", description="When nobody can tell whether a text was sent; resend: once more."
    )
    transliterate: Flag = Field(False, description="Curly quotes and the like become GSM-7 so that fewer parts go.")
    incomplete_after_s: Period = about(
        "incomplete_after", "10m", "A long text received with parts missing is published as incomplete after this."
    )


class BalanceSettings(Section):
    """When lines that have a carrier are asked for their credit, and what is made of the answer."""

    every_s: Period | None = about("every", None, "Ask by ourselves this often; absent: only when asked to.")
    low: Amount | None = Field(None, description="Less than this is little; the carrier's own when absent.")
    min_interval_s: Duration = about(
        "min_interval", "5m", "Requests sooner than this after an answer get that answer: asking may cost money."
    )
    timeout_s: Period = about("timeout", "10m", "How long an answer is waited for that comes as a text.")
    also_inbox: Flag = Field(False, description="true: an answer that is a text is published on sms/inbox too.")


class HomeAssistantSettings(Section):
    """How Home Assistant finds everything by itself."""

    discovery: Flag = Field(True, description="Announce devices and entities by MQTT discovery.")
    prefix: Word = Field("homeassistant", description="Home Assistant's own discovery prefix.")


class LogSettings(Section):
    """What is logged and how."""

    level: Literal["debug", "info", "warning", "error"] = Field("info", description="The least that is logged.")
    format: Literal["auto", "console", "json"] = Field("auto", description="auto: console on a terminal, else JSON.")
    personal: Literal["masked", "full"] = Field("masked", description="full: phone numbers and texts are logged.")


class Settings(Section):
    """The whole file."""

    mqtt: MqttSettings = section()
    store: StoreSettings = section()
    gateways: dict[Name, GatewaySettings] = Field(
        default_factory=dict, description="Telnet endpoints, by the names you give."
    )
    session: SessionSettings = section()
    messages: MessageSettings = section()
    guard: GuardSettings = section()
    balance: BalanceSettings = section()
    homeassistant: HomeAssistantSettings = section()
    http: HttpSettings | None = Field(None, description="Presence switches the HTTP shim on.")
    contacts: dict[Name, PhoneNumber] = Field(
        default_factory=dict, repr=False, description="Names for numbers: use them wherever a number goes."
    )
    groups: dict[Name, tuple[Member, ...]] = Field(
        default_factory=dict, repr=False, description="Names for lists of contacts and numbers."
    )
    log: LogSettings = section()
    path: SkipJsonSchema[Path] = Field(Path(), alias=NOT_WRITTEN.format("path"))
    places: SkipJsonSchema[dict[tuple[str | int, ...], int]] = Field(
        default_factory=dict, alias=NOT_WRITTEN.format("places"), repr=False
    )

    @model_validator(mode="before")
    @classmethod
    def _presence_means_on(cls, data: Any) -> Any:
        """``http:`` with nothing below it is present."""
        return present(data, "http")

    def fault(self, key: str, text: str) -> Fault:
        """A fault at ``key`` (``gateways.hall.host``), at its line or that of the nearest key above it."""
        parts = (int(part) if part.isdecimal() else part for part in key.split("."))
        return fault_at(self.path, self.places, tuple(parts), text)


def fault_at(path: Path, places: Places, key: tuple[str | int, ...], text: str) -> Fault:
    """A fault at a key's line, or at that of the nearest key above it that is written."""
    above = (places.get(key[:length]) for length in range(len(key), 0, -1))
    line = next((number for number in above if number), None)
    return Fault(file=str(path), line=line, key=".".join(map(str, key)), text=text)
