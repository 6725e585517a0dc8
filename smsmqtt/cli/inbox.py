"""``inbox``, through the broker."""

from __future__ import annotations

import json
import signal
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import click

from smsmqtt.cli import broker
from smsmqtt.cli.terminal import moment, printable
from smsmqtt.errors import PayloadError

if TYPE_CHECKING:
    from smsmqtt.mqtt.caller import Caller

Fields = dict[str, Any]

LISTEN_S = 0.5


@click.command()
@broker.broker_options
@click.option("--follow", is_flag=True, help="Go on with those that come, until Ctrl-C.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="At most so many.")
@click.option("--since", metavar="WHEN", help="Only those that came since: 2h ago, or 2026-11-22T08:00:00Z.")
@click.option("--json", "as_json", is_flag=True, help="Each text as on sms/inbox, one object a line.")
def inbox(
    config_path: Path | None, url: str | None, follow: bool, limit: int, since: str | None, as_json: bool
) -> None:
    """The texts received.

    Oldest first, and with --follow those that come.

    \b
    smsmqtt inbox --since 1d
    smsmqtt inbox --follow --json | jq -r .body
    """
    asked: Fields = {"limit": limit} | ({"since": _since(since)} if since else {})
    interrupted = _interrupted_by_ctrl_c() if follow else Event()
    with broker.caller(config_path, url) as caller:
        caller.expect_bridge()
        topic = caller.topics.of_announcement("inbox")
        if follow:
            caller.follow(topic)
        texts = _past(caller, asked)
        for text in texts:
            _show(text, as_json)
        if follow:
            _show_what_comes(caller, topic, {(text["id"], text["again"]) for text in texts}, as_json, interrupted)
        elif not texts and not as_json:
            click.echo("no texts", err=True)


def _past(caller: Caller, asked: Fields) -> list[Fields]:
    texts: list[Fields] = caller.ask("inbox", asked, broker.ANSWER_S)["texts"]
    return texts


def _interrupted_by_ctrl_c() -> Event:
    """A flag, since a KeyboardInterrupt that strikes in the middle of the network's work can be lost there."""
    interrupted = Event()
    signal.signal(signal.SIGINT, lambda number, frame: interrupted.set())
    return interrupted


def _show_what_comes(caller: Caller, topic: str, seen: set[tuple[str, int]], as_json: bool, interrupted: Event) -> None:
    """Until Ctrl-C, or the broker's end; whatever else comes is dropped."""
    from smsmqtt.mqtt.caller import fields_of

    while not interrupted.is_set():
        heard = caller.hear(LISTEN_S)
        text = fields_of(heard) if heard and heard.topic == topic else {}
        if "body" in text and (text.get("id"), text.get("again")) not in seen:
            _show(text, as_json)
    raise KeyboardInterrupt


def _show(text: Fields, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(text, ensure_ascii=False))
        return
    who = f"{text['from']} ({text['contact']})" if text.get("contact") else text.get("from") or "unknown"
    words = text["body"] if text["event_type"] != "data" else f"<data: {text.get('data', text['body'])}>"
    at = moment(datetime.fromisoformat(text["received_at"]))
    click.echo(f"{at}  {printable(who)} to {text['line']}: " + printable(words).replace("\n", "\n    "))


def _since(text: str) -> str:
    """A moment for the bridge. UsageError when the text is neither a duration nor a time."""
    from smsmqtt.clock import SystemClock
    from smsmqtt.config import parse_duration
    from smsmqtt.payloads import fields
    from smsmqtt.payloads.times import iso

    try:
        return iso(SystemClock().now() - timedelta(seconds=parse_duration(text))) or ""
    except ValueError:
        pass
    try:
        return iso(fields.moment({"since": text}, "since")) or ""
    except PayloadError as error:
        expected = "a duration such as 30m, 2h or 1d, or a time with its offset such as 2026-11-22T08:00:00Z"
        raise click.UsageError(f"--since: expected {expected}") from error
