"""The configuration: one YAML file becomes typed settings, or all its faults at once."""

from __future__ import annotations

from smsmqtt.config.http_sections import HttpSettings, RestfulSmsSettings, TwilioSettings, WebhookSettings
from smsmqtt.config.load import load
from smsmqtt.config.scalars import parse_duration
from smsmqtt.config.schema import json_schema
from smsmqtt.config.sections import (
    BalanceSettings,
    GatewaySettings,
    GuardSettings,
    HomeAssistantSettings,
    LineSettings,
    LogSettings,
    MessageSettings,
    MqttSettings,
    SessionSettings,
    Settings,
    StoreSettings,
    TlsSettings,
)

__all__ = [
    "BalanceSettings",
    "GatewaySettings",
    "GuardSettings",
    "HomeAssistantSettings",
    "HttpSettings",
    "LineSettings",
    "LogSettings",
    "MessageSettings",
    "MqttSettings",
    "RestfulSmsSettings",
    "SessionSettings",
    "Settings",
    "StoreSettings",
    "TlsSettings",
    "TwilioSettings",
    "WebhookSettings",
    "json_schema",
    "load",
    "parse_duration",
]
