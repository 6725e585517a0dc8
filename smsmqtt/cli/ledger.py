"""``queue`` and ``explain``: read from the store's file, beside a running daemon or without one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from smsmqtt.cli import settings, webhooks
from smsmqtt.cli.endings import DONE, FAILED, complain
from smsmqtt.cli.terminal import moment, painted, printable, table, zone

if TYPE_CHECKING:
    from smsmqtt.model import Message, Reason, TimelineEntry
    from smsmqtt.store import Store

F = TypeVar("F", bound=Callable[..., Any])
Fields = dict[str, Any]


def _ledger_options(command: F) -> F:
    options = (
        click.option("--full", is_flag=True, help="Phone numbers and texts in full."),
        click.option("--json", "as_json", is_flag=True, help="JSON."),
        click.option(
            "--store",
            "store_path",
            metavar="FILE",
            type=click.Path(path_type=Path),
            help="The store's file, instead of the configuration's.",
        ),
        settings.config_option,
    )
    for option in options:
        command = option(command)
    return command


def _open(config_path: Path | None, store_path: Path | None) -> Store:
    """For reading only: no lock is taken and no file made."""
    from smsmqtt.clock import SystemClock
    from smsmqtt.store import Store

    return Store.open(store_path or settings.load(config_path).store.path, SystemClock(), read_only=True)


@click.command()
@_ledger_options
@click.option("--webhooks", "only_webhooks", is_flag=True, help="How each webhook stands, instead of the messages.")
def queue(config_path: Path | None, store_path: Path | None, as_json: bool, full: bool, only_webhooks: bool) -> None:
    """The messages that are not finished.

    Those that wait to be sent, and those that are sent and wait for their reports. In the order in which they are
    sent, read from the store: with a running daemon or without. Below them, the webhooks that wait to be taken.

    \b
    smsmqtt queue
    smsmqtt queue --json | jq -r '.[].id'
    smsmqtt queue --webhooks
    """
    from smsmqtt.store import outbox
    from smsmqtt.store.webhooks import standings

    with closing(_open(config_path, store_path)) as store:
        messages, told, now = store.read(lambda tx: (outbox.queue(tx), standings(tx), tx.now))
    if as_json:
        found = map(webhooks.fields, told) if only_webhooks else (_fields(message, full) for message in messages)
        click.echo(json.dumps(list(found), ensure_ascii=False))
        return
    waiting = [] if only_webhooks else _waiting(messages, full)
    late = list(webhooks.shown([it for it in told if only_webhooks or webhooks.needs_a_look(it)]))
    gap = [""] if waiting and late else []
    dated = [zone(now)] if late or (messages and not only_webhooks) else []
    click.echo("\n".join((*waiting, *gap, *late, *dated)) or "there is no webhook")


def _waiting(messages: list[Message], full: bool) -> list[str]:
    if not messages:
        return ["every message is finished"]
    head = ("state", "id", "to", "line", "parts", "since", "not before", "why")
    return list(table(head, [_row(message, full) for message in messages]))


@click.command()
@_ledger_options
@click.argument("any_id", metavar="ID")
def explain(config_path: Path | None, store_path: Path | None, any_id: str, as_json: bool, full: bool) -> int:
    """What happened to a message, and why.

    Or to each message of an order; read from the store.

    \b
    smsmqtt explain cli-3f2a90c1d2e4
    """
    from smsmqtt.store import outbox

    with closing(_open(config_path, store_path)) as store:
        found = store.read(
            lambda tx: [(message, outbox.timeline(tx, message.id)) for message in outbox.resolve(tx, any_id)]
        )
    if not found:
        complain(f"there is no message or order {any_id} in {store.path}")
        return FAILED
    if as_json:
        told = [{**_fields(message, full), "timeline": [_entry(it) for it in entries]} for message, entries in found]
        click.echo(json.dumps(told[0] if len(told) == 1 else told, ensure_ascii=False))
        return DONE
    click.echo("\n\n".join("\n".join(_story(message, entries, full)) for message, entries in found))
    click.echo(zone(found[0][0].created_at))
    return DONE


def _story(message: Message, entries: list[TimelineEntry], full: bool) -> Iterator[str]:
    flags = [name for name in ("urgent", "flash", "report") if getattr(message, name)]
    yield f"message {message.id}" + (f" of order {message.order_id}" if message.order_id != message.id else "")
    yield f"  to        {_number(message, full)} over {message.line or 'no line yet'}"
    yield f"  text      {_body(message, full)}"
    yield f"  asked     {moment(message.created_at)}" + (f" ({', '.join(flags)})" if flags else "")
    for word, at in (("not before", message.send_at), ("valid till", message.valid_until)):
        if at:
            yield f"  {word} {moment(at)}"
    yield f"  state     {painted(message.state.value)}" + _because(message.reason)
    if message.attempt:
        yield f"  attempts  {message.attempt}"
    if message.next_attempt_at:
        yield f"  next      {moment(message.next_attempt_at)}"
    if len(message.parts) > 1:
        yield "  parts     " + ", ".join(f"{part.seq} {part.state.value}" for part in message.parts)
    for entry in entries:
        part = f"part {entry.part}" if entry.part is not None else "message"
        yield f"  {moment(entry.at)}  {part:8}  {painted(entry.state)}{_because(entry.reason)}"


def _row(message: Message, full: bool) -> tuple[str, ...]:
    parts = _status(message)["parts"]
    return (
        message.state.value,
        message.id,
        _number(message, full),
        message.line or "",
        f"{parts['sent']}/{parts['total']}",
        moment(message.created_at),
        moment(max(filter(None, (message.send_at, message.next_attempt_at)), default=None)),
        printable(message.reason.text) if message.reason else "",
    )


def _fields(message: Message, full: bool) -> Fields:
    from smsmqtt.payloads.times import iso

    status = _status(message)
    for of_the_event in ("event_type", "repeat", "at"):
        del status[of_the_event]
    return {
        **status,
        "to": _number(message, full),
        "created_at": iso(message.created_at),
        "send_at": iso(message.send_at),
        "valid_until": iso(message.valid_until),
        "urgent": message.urgent,
        **({"body": message.body} if full else {}),
    }


def _status(message: Message) -> Fields:
    from smsmqtt.payloads import news

    return news.status(message, at=message.created_at)


def _entry(entry: TimelineEntry) -> Fields:
    from smsmqtt.payloads.times import iso

    reason = entry.reason and {"code": entry.reason.code, "text": entry.reason.text}
    return {"at": iso(entry.at), "state": entry.state, "part": entry.part, "reason": reason}


def _number(message: Message, full: bool) -> str:
    from smsmqtt import numbers

    return message.recipient if full else numbers.mask(message.recipient)


def _body(message: Message, full: bool) -> str:
    words = printable(message.body).replace("\n", "\n            ")
    return words if full else f"{len(message.body)} characters, {message.alphabet.value} (--full shows them)"


def _because(reason: Reason | None) -> str:
    return f": {printable(reason.text)}" if reason else ""
