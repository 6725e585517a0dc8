"""Which broker a command talks through."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import SplitResult, unquote, urlsplit

import click

from smsmqtt.cli import settings

if TYPE_CHECKING:
    from smsmqtt.config import MqttSettings
    from smsmqtt.mqtt.caller import Caller

F = TypeVar("F", bound=Callable[..., Any])

VARIABLE = "SMSMQTT_BROKER"
FORM = "mqtt://[user:password@]host[:port][/prefix], or mqtts://… for TLS"
ANSWER_S = 10.0
"""A daemon answers at once; so long is waited for a slow one."""


def broker_options(command: F) -> F:
    """``--broker URL`` and ``-c FILE``."""
    by_url = click.option(
        "--broker",
        "url",
        metavar="URL",
        help=f"{FORM}, instead of the configuration's. Without -c also ${VARIABLE}, which keeps a password out of ps.",
    )
    return settings.config_option(by_url(command))


def caller(config_path: Path | None, url: str | None, gateway: str | None = None) -> Caller:
    """Not connected yet: a context manager. Raises ConfigError, or UsageError for a bad URL.

    So it does for a gateway that the configuration lacks; who names a broker leaves that to the bridge.
    """
    from smsmqtt.clock import SystemClock
    from smsmqtt.mqtt.caller import Caller

    named = url or (os.environ.get(VARIABLE) if config_path is None else None)
    if named:
        return Caller(mqtt_settings(named), SystemClock())
    found = settings.load(config_path)
    if gateway is not None:
        settings.gateway(found, gateway)
    return Caller(found.mqtt, SystemClock())


def mqtt_settings(url: str) -> MqttSettings:
    """What ``--broker`` says. UsageError when it says nothing sensible."""
    from smsmqtt.config import MqttSettings

    try:
        parts = urlsplit(url)
        if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError
        return MqttSettings.model_validate(_keys(parts))
    except ValueError as error:  # pydantic's own is one too
        raise click.UsageError(f"--broker: expected {FORM}") from error


def _keys(parts: SplitResult) -> dict[str, Any]:
    keys = {
        "host": parts.hostname,
        "port": parts.port,
        "username": parts.username and unquote(parts.username),
        "password": parts.password and unquote(parts.password),
        "prefix": unquote(parts.path).strip("/"),
        "tls": {} if parts.scheme == "mqtts" else "",
    }
    return {key: value for key, value in keys.items() if value not in (None, "")}
