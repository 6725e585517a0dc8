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
    return "\n".join((HEAD, *_sections(commands, parent, "##")))


def _sections(group: click.Group, parent: click.Context, heading: str) -> Iterator[str]:
    for name in group.list_commands(parent):
        command = group.get_command(parent, name)
        assert command is not None
        context = click.Context(command, info_name=name, parent=parent)
        yield _section(command, context, heading)
        if isinstance(command, click.Group):
            yield from _sections(command, context, f"{heading}#")


def _section(command: click.Command, context: click.Context, heading: str) -> str:
    usage = " ".join((context.command_path, *command.collect_usage_pieces(context)))
    title = context.command_path.partition(" ")[2]
    return "\n".join((f"{heading} {title}\n", f"`{usage}`\n", *_paragraphs(command), *_options(command, context)))


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
