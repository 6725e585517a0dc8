"""``doctor`` and ``capture``: a session that only looks, beside a running daemon or without one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from smsmqtt.cli import settings
from smsmqtt.cli.endings import DONE, FAILED, complain
from smsmqtt.cli.terminal import painted, printable

if TYPE_CHECKING:
    from smsmqtt.cli.checkup.finding import Finding
    from smsmqtt.config import GatewaySettings, Settings


@click.command()
@settings.config_option
@click.option("--json", "as_json", is_flag=True, help="Each finding as a JSON object, one a line.")
def doctor(config_path: Path | None, as_json: bool) -> int:
    """What is wrong, and what to do.

    Configuration, store, broker, HTTP where it is configured, what a running daemon complains of, and for each
    gateway log-in, modules, SIMs and network. Each finding is one line: ok, warn or FAIL. It only looks: nothing is
    sent or deleted, and no PIN is tried. While the daemon talks to a gateway it waits. Exit code 1 when anything FAILs.

    \b
    smsmqtt doctor
    smsmqtt doctor --json | jq 'select(.level != "ok")'
    """
    failed = False
    for finding in _findings(settings.load(config_path)):
        failed |= finding.level == "FAIL"
        click.echo(json.dumps(asdict(finding), ensure_ascii=False) if as_json else _told(finding))
    return FAILED if failed else DONE


def _findings(found: Settings) -> Iterator[Finding]:
    from smsmqtt.cli.checkup import shim, surroundings
    from smsmqtt.cli.checkup.finding import fail
    from smsmqtt.cli.checkup.visit import dial_patiently, visit

    yield from surroundings.configuration(found)
    yield from surroundings.store(found)
    yield from surroundings.broker(found)
    yield from shim.http(found)
    folder = found.store.path.parent
    if surroundings.refusal(folder):
        advice = "correct that first: the lock that keeps us and the daemon apart lies beside the store"
        yield fail("gateways", f"not looked at, since {folder} can't be written", advice)
        return
    for gateway in found.gateways.values():
        yield from visit(gateway, lambda: dial_patiently(gateway, found.store.path, complain))  # noqa: B023


def _told(finding: Finding) -> str:
    advice = f" - {finding.advice}" if finding.advice else ""
    return f"{painted(f'{finding.level:4}')}  {finding.where}: {printable(finding.text)}{advice}"


@click.command()
@settings.config_option
@click.argument("gateway", required=False)
@click.option("-o", "--output", metavar="FILE", type=click.Path(path_type=Path), help="Write it there.")
def capture(config_path: Path | None, gateway: str | None, output: Path | None) -> int:
    """A masked transcript, for bug reports.

    Of a session that only looks: log in, and for each module state, acquire, questions, listing, release. Phone
    numbers, texts, names, passwords and identities are masked; look it through all the same before you hand it on.
    GATEWAY may be left out when there is only one.

    \b
    smsmqtt capture hall -o hall.txt
    """
    from smsmqtt.cli.checkup import visit
    from smsmqtt.link.recorder import Recorder

    found = settings.load(config_path)
    chosen = _chosen(found, gateway)
    if output:
        output.open("a").close()  # what can't be written is told before the session, not after it
    secrets = (chosen.username, chosen.password, *(line.pin or "" for line in chosen.lines.values()))
    link = visit.dial_patiently(chosen, found.store.path, complain)
    recorder = Recorder(link, secrets, in_module=chosen.driver == "at")
    error = visit.capture(chosen, recorder)
    transcript = recorder.transcript() + "\n"
    if output:
        output.write_text(transcript, encoding="utf-8")
    else:
        click.echo(transcript, nl=False)
    if error is None:
        return DONE
    raise error


def _chosen(found: Settings, name: str | None) -> GatewaySettings:
    if name is None and len(found.gateways) == 1:
        return next(iter(found.gateways.values()))
    if name is None:
        raise click.UsageError(f"name one of the gateways: {', '.join(found.gateways)}")
    return settings.gateway(found, name)
