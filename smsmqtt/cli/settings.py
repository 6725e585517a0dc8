"""Which configuration a command reads, and all its faults at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from smsmqtt.errors import ConfigError, Fault

if TYPE_CHECKING:
    from smsmqtt.config import GatewaySettings, Settings

F = TypeVar("F", bound=Callable[..., Any])

VARIABLE = "SMSMQTT_CONFIG"
PLACES = (Path("config.yaml"), Path("/etc/smsmqtt/config.yaml"))
ABOUT = f"The configuration; otherwise ${VARIABLE}, {' or '.join(map(str, PLACES))}."


def config_option(command: F) -> F:
    """``-c FILE`` for one command; given in front of the command's name it means the same."""
    return click.option(
        "-c",
        "--config",
        "config_path",
        metavar="FILE",
        type=click.Path(path_type=Path),
        callback=lambda ctx, _param, given: given or ctx.find_object(Path),
        help=ABOUT,
    )(command)


def look_for(given: Path | None) -> Path | None:
    """The file that was named, or the first of the usual places that has one; None where there is none."""
    if given:
        return given
    if named := os.environ.get(VARIABLE):
        return Path(named)
    return next((place for place in PLACES if place.exists()), None)


def find(given: Path | None) -> Path:
    """The same; raises ConfigError where there is none."""
    if found := look_for(given):
        return found
    looked_at = ", ".join(map(str, PLACES))
    raise ConfigError(
        [
            Fault(
                file="smsmqtt",
                line=None,
                key="",
                text=f"there is no configuration in {looked_at}; name one with -c FILE",
            )
        ]
    )


def gateway(settings: Settings, name: str) -> GatewaySettings:
    """The one of this name; UsageError when the configuration has none."""
    if name not in settings.gateways:
        raise click.UsageError(f"there is no gateway {name}; known are {', '.join(settings.gateways)}")
    return settings.gateways[name]


def load(given: Path | None) -> Settings:
    """The settings, their carriers looked up, too. Raises ConfigError with every fault of all files."""
    from smsmqtt.intake.credit import carrier_profiles

    settings = load_for_daemon(given)
    carrier_profiles(settings)
    return settings


def load_for_daemon(given: Path | None) -> Settings:
    """The same for who looks up the carriers next."""
    from smsmqtt import config

    return config.load(find(given), _carrier_faults)


def _carrier_faults(settings: Settings) -> Sequence[Fault]:
    from smsmqtt.intake.credit import carrier_profiles

    try:
        carrier_profiles(settings)
    except ConfigError as error:
        return error.faults
    return ()
