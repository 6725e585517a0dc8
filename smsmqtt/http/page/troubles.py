"""What is wrong, in plain words: with the broker, with gateways, with lines and their credit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from smsmqtt.http.page.lines import Gateway, Line
from smsmqtt.http.page.words import AT_CAP, HELD_BACK, Word
from smsmqtt.payloads.state import Trouble
from smsmqtt.store.webhooks import Standing


@dataclass(frozen=True, kw_only=True)
class Shown:
    """``detail``: what a program said, for who wants to know; ``sending``: the line that could be let send again.

    ``grave``: texts don't come or go because of it.
    """

    who: str
    text: str
    hint: str
    detail: str = ""
    since: datetime | None = None
    sending: str | None = None
    grave: bool = True


def troubles(
    broker: Iterable[Trouble],
    gateways: Iterable[Gateway],
    *,
    gone: Mapping[str, Trouble],
    receivers: Iterable[Standing],
) -> list[Shown]:
    """``gone``: lines that are not in the configuration any more, by name."""
    return [
        *(_explained("Broker", it.hint, it.text, it.since) for it in broker),
        *(shown for gateway in gateways for shown in _of_gateway(gateway)),
        *(_explained(f"Line {line}", it.hint, it.text, it.since) for line, it in gone.items()),
        *(_of_receiver(it) for it in receivers if it.gone or it.error),
    ]


def _explained(who: str, hint: str, detail: str, since: datetime) -> Shown:
    """The first sentence of an error's hint says what is wrong, the others what can be done."""
    text, _, rest = hint.partition(". ")
    return Shown(who=who, text=text, hint=rest or hint, detail=detail, since=since)


def _of_gateway(gateway: Gateway) -> Iterator[Shown]:
    error = gateway.error
    if error:
        since = datetime.fromisoformat(error["since"])
        yield _explained(f"Gateway {gateway.name}", error["hint"], error["text"], since)
    for line in gateway.lines:
        yield from _of_line(line, reachable=not error)


def _of_receiver(it: Standing) -> Shown:
    """Who is told over HTTP what happens."""
    who, detail, since = f"Webhook {it.label}", it.error or "", it.oldest_at
    if it.gone:
        text, hint = "Wants no more news", "It answered 410 Gone, and is told nothing until smsmqtt starts again."
    else:
        text, hint = "Does not take the news", "They are tried again; see that it runs and can be reached."
    return Shown(who=who, text=text, hint=hint, detail=detail, since=since, grave=False)


def _of_line(line: Line, *, reachable: bool) -> Iterator[Shown]:
    if reachable and line.state.tone == "bad":
        yield _of_word(line, line.state, detail=line.detail, since=line.since)
    if line.held_back:
        yield _of_word(line, HELD_BACK, sending=line.name)
    elif line.facts["sending"]["reason"]:
        yield _of_word(line, AT_CAP)
    if line.credit and line.credit.warning:
        yield _of_word(line, line.credit.warning, detail=line.credit.reason or "", grave=False)


def _of_word(line: Line, word: Word, **more: Any) -> Shown:
    return Shown(who=f"Line {line.name}", text=word.text, hint=word.hint, **more)
