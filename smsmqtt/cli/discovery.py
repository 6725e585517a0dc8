"""``discovery``: what Home Assistant was told, taken away from the broker."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from smsmqtt.cli import settings

if TYPE_CHECKING:
    from smsmqtt.mqtt.caller import Caller


@click.group()
@settings.config_option
@click.pass_context
def discovery(ctx: click.Context, config_path: Path | None) -> None:
    """What Home Assistant was told of the bridge.

    \b
    smsmqtt discovery remove --help
    """
    ctx.obj = config_path


@discovery.command()
@settings.config_option
def remove(config_path: Path | None) -> None:
    """Take all devices away.

    From the broker, and so from Home Assistant, with their entities: those of the configuration's mqtt.prefix, under
    its homeassistant.prefix, whoever announced them. With a running daemon or without; one that runs announces them
    again when it connects or when Home Assistant starts, so set homeassistant: {discovery: false} first.

    \b
    smsmqtt discovery remove
    """
    from smsmqtt.clock import SystemClock
    from smsmqtt.mqtt.caller import Caller

    found = settings.load(config_path)
    with Caller(found.mqtt, SystemClock(), found.homeassistant.prefix) as caller:
        topics = _announced(caller)
        for topic in topics:
            caller.clear(topic)
        running = caller.bridge_state() == "online"
    click.echo(f"devices taken away: {len(topics)}")
    if running and found.homeassistant.discovery:
        click.echo(
            "the daemon runs and will announce them again: set homeassistant: {discovery: false}, and restart it"
        )


def _announced(caller: Caller) -> list[str]:
    """The topics that hold a device of a bridge under this prefix; what leads to a device comes after it."""
    from smsmqtt.mqtt.discovery import is_under

    every = caller.topics.discovery("+")
    retained = caller.retained(every)
    level = every.split("/").index("+")
    return sorted(
        (topic for topic in retained if is_under(topic.split("/")[level], caller.topics.prefix)), reverse=True
    )
