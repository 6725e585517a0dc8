"""``run`` and ``check-config``."""

from __future__ import annotations

import json
from pathlib import Path

import click

from smsmqtt.cli import settings


@click.command()
@settings.config_option
def run(config_path: Path | None) -> int:
    """The daemon.

    It stays in the foreground until SIGTERM or Ctrl-C.

    \b
    smsmqtt run -c config.yaml
    """
    from smsmqtt import app

    return app.run(settings.load_for_daemon(config_path))


@click.command()
@settings.config_option
@click.option("--schema", is_flag=True, help="Print the JSON Schema of the file, for editors, and check nothing.")
def check_config(config_path: Path | None, schema: bool) -> None:
    """Check the configuration.

    Every fault is told, with its line. Nothing is started.

    \b
    smsmqtt check-config -c config.yaml
    smsmqtt check-config --schema > smsmqtt.schema.json
    """
    if schema:
        from smsmqtt.config import json_schema

        click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))
        return
    found = settings.load(config_path)
    lines = sum(len(gateway.lines) for gateway in found.gateways.values())
    click.echo(f"{found.path}: no faults; gateways: {len(found.gateways)}, lines: {lines}")
