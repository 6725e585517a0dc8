"""The commands. Each family is one file, loaded when one of its commands is called."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import NoReturn

import click

from smsmqtt import __version__
from smsmqtt.cli.endings import run_to_the_end

FAMILIES = {
    "run": "daemon",
    "check-config": "daemon",
    "demo": "playground",
    "simulate": "playground",
    "doctor": "device",
    "capture": "device",
    "send": "send",
    "inbox": "inbox",
    "balance": "balance",
    "queue": "ledger",
    "explain": "ledger",
    "poll": "verbs",
    "pause": "verbs",
    "resume": "verbs",
    "cancel": "verbs",
    "resend": "verbs",
    "discovery": "discovery",
    "segments": "codec",
    "pdu": "codec",
}
"""Each command and the file that has it, in the order of the list."""


class Commands(click.Group):
    """Loads a command when it is asked for: the daemon has no use for the simulator."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(FAMILIES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in FAMILIES:
            return None
        family = import_module(f"smsmqtt.cli.{FAMILIES[cmd_name]}")
        command: click.Command = getattr(family, cmd_name.replace("-", "_"))
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "-c",
    "--config",
    "config_path",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The configuration, for every command that reads it.",
)
@click.version_option(__version__, "--version", message="smsmqtt %(version)s")
@click.pass_context
def commands(ctx: click.Context, config_path: Path | None) -> None:
    """SMS over MQTT through GSM gateways such as the Portech MV-372.

    \b
    Try it without a gateway:   smsmqtt demo
    Is my configuration right?  smsmqtt check-config
    Does my gateway answer?     smsmqtt doctor

    Exit codes: 0 done, 1 the thing asked for failed, 64 usage, 74 the store can't be written, 78 configuration.
    """
    ctx.obj = config_path


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """The entry point; ``arguments`` are the process's own when None."""
    sys.exit(run_to_the_end(commands, arguments))
