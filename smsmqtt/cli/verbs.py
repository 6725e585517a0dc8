"""``poll``, ``pause``, ``resume``, ``cancel`` and ``resend``, through the broker."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from smsmqtt.cli import broker
from smsmqtt.cli.endings import DONE, FAILED, complain
from smsmqtt.cli.terminal import duration_s, moment, zone

Fields = dict[str, Any]


def _asked(config_path: Path | None, url: str | None, verb: str, fields: Fields) -> Fields:
    """The daemon's answer to a verb; what is None is left out."""
    with broker.caller(config_path, url, fields.get("gateway")) as caller:
        caller.expect_bridge()
        return caller.ask(verb, {name: value for name, value in fields.items() if value is not None}, broker.ANSWER_S)


def _of(gateway: str | None) -> str:
    return f"gateway {gateway}" if gateway else "every gateway"


@click.command()
@broker.broker_options
@click.argument("gateway", required=False)
def poll(config_path: Path | None, url: str | None, gateway: str | None) -> None:
    """A session now.

    Look for texts received, send what waits, without waiting for the time.

    \b
    smsmqtt poll
    """
    _asked(config_path, url, "poll", {"gateway": gateway})
    click.echo(f"a session is opened now: {_of(gateway)}")


@click.command()
@broker.broker_options
@click.argument("gateway", required=False)
@click.option("--for", "for_", metavar="DURATION", help="Resume by itself after so long (10m, 2h).")
def pause(config_path: Path | None, url: str | None, gateway: str | None, for_: str | None) -> None:
    """Hang up and stay away.

    At the next safe point, so that calls can be placed. It survives a restart.

    \b
    smsmqtt pause hall --for 10m
    """
    if for_ is not None:
        duration_s("--for", for_)
    until = _asked(config_path, url, "pause", {"gateway": gateway, "for": for_}).get("until")
    if until is None:
        click.echo(f"paused until smsmqtt resume: {_of(gateway)}")
        return
    at = datetime.fromisoformat(until)
    click.echo(f"paused until {moment(at)}: {_of(gateway)}. {zone(at)}")


@click.command()
@broker.broker_options
@click.argument("gateway", required=False)
def resume(config_path: Path | None, url: str | None, gateway: str | None) -> None:
    """The end of a pause.

    \b
    smsmqtt resume
    """
    _asked(config_path, url, "resume", {"gateway": gateway})
    click.echo(f"resumed: {_of(gateway)}")


@click.command()
@broker.broker_options
@click.argument("any_id", metavar="[ID]", required=False)
@click.option("--all", "everything", is_flag=True, help="Whatever can still be taken back.")
def cancel(config_path: Path | None, url: str | None, any_id: str | None, everything: bool) -> None:
    """Take back a message.

    Or all messages of an order, as long as nothing of it is out.

    \b
    smsmqtt cancel cli-3f2a90c1d2e4
    smsmqtt cancel --all
    """
    if bool(any_id) == everything:
        raise click.UsageError("give either an ID or --all")
    asked: Fields = {"all": True} if everything else {"id": any_id}
    click.echo(f"cancelled: {_asked(config_path, url, 'cancel', asked)['cancelled']}")


@click.command()
@broker.broker_options
@click.argument("any_id", metavar="ID")
def resend(config_path: Path | None, url: str | None, any_id: str) -> int:
    """Send again what failed or is uncertain.

    A message, or what did not go of an order: only the parts that the network never took, in the same numbering.

    \b
    smsmqtt resend cli-3f2a90c1d2e4
    """
    answer = _asked(config_path, url, "resend", {"id": any_id})
    click.echo(f"to be sent again: {answer['resent']}")
    for refused in answer["refused"]:
        complain(f"message {refused['id']}: {refused['text']}")
    return FAILED if answer["refused"] else DONE
