"""``python -m smsmqtt.cli.manual > docs/COMMANDS.md``: the reference, from what the commands say of themselves."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import cleandoc

import click

from smsmqtt.cli import commands

HEAD = """\
# Commands

<!-- Made by: python -m smsmqtt.cli.manual > docs/COMMANDS.md -->

Every command explains itself with `--help`. `-c FILE` names the configuration, before the command or behind it; without
it `$SMSMQTT_CONFIG`, `./config.yaml` and `/etc/smsmqtt/config.yaml` are tried in this order. Colours are used on a
terminal only.

| exit code | |
| --- | --- |
| 0 | done |
| 1 | the thing asked for failed |
| 64 | the command line can't be understood |
| 74 | the store can't be written |
| 78 | the configuration has faults: each is told with file, line and key |
| 130 | Ctrl-C |
"""
LITERAL = "\b\n"


def manual() -> str:
    """The whole page."""
    parent = click.Context(commands, info_name="smsmqtt")
    sections = (_section(parent, name) for name in commands.list_commands(parent))
    return "\n".join((HEAD, *sections))


def _section(parent: click.Context, name: str) -> str:
    command = commands.get_command(parent, name)
    assert command is not None
    context = click.Context(command, info_name=name, parent=parent)
    usage = " ".join((name, *command.collect_usage_pieces(context)))
    return "\n".join((f"## {name}\n", f"`smsmqtt {usage}`\n", *_paragraphs(command), *_options(command, context)))


def _paragraphs(command: click.Command) -> Iterator[str]:
    for paragraph in cleandoc(command.help or "").split("\n\n"):
        if paragraph.startswith(LITERAL):
            yield f"```sh\n{paragraph.removeprefix(LITERAL)}\n```\n"
        else:
            yield f"{paragraph}\n"


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    records = [record for option in command.params if (record := option.get_help_record(context))]
    if not records:
        return
    yield "| option | |\n| --- | --- |"
    for form, meaning in records:
        yield f"| `{form}` | {meaning.replace('|', chr(92) + '|')} |"
    yield ""


if __name__ == "__main__":
    click.echo(manual(), nl=False)
