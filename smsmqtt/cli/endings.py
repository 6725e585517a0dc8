"""How a command ends: its exit code, and one sentence instead of a traceback for what isn't a bug."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from io import TextIOWrapper

import click

from smsmqtt.cli.advice import advised
from smsmqtt.errors import ConfigError, SmsmqttError

DONE, FAILED, USAGE, CONFIG, INTERRUPTED = 0, 1, 64, 78, 130


def run_to_the_end(command: click.Command, arguments: Sequence[str] | None) -> int:
    """Runs a command, says what went wrong on standard error, and returns the exit code.

    A command returns its own exit code, or None when it is done.
    """
    _never_choke_on_characters()
    try:
        code = command.main(arguments, prog_name="smsmqtt", standalone_mode=False)
    except click.UsageError as error:
        error.show()
        return USAGE
    except click.ClickException as error:
        error.show()
        return FAILED
    except click.Abort:
        return INTERRUPTED
    except ConfigError as error:
        click.echo(error, err=True)
        return CONFIG
    except SmsmqttError as error:
        complain(advised(error))
        return FAILED
    except OSError as error:
        complain(f"{error.filename}: {error.strerror}" if error.filename else error)
        return FAILED
    return code or DONE


def complain(error: object) -> None:
    """One line on standard error."""
    click.echo(f"smsmqtt: {error}", err=True)


def _never_choke_on_characters() -> None:
    """A terminal that lacks a character of some text shows its code instead."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
