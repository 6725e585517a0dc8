"""What is wrong, in plain words: with the broker, with gateways, with lines and their credit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from smsmqtt.http.page.lines import Gateway, Line
from smsmqtt.http.page.words import AT_CAP, HELD_BACK
from smsmqtt.payloads.state import Trouble


@dataclass(frozen=True, kw_only=True)
class Shown:
    """``who`` has it; ``hint``: what can be done. ``sending``: the line that could be let send again."""

    who: str
    text: str
    hint: str
    since: datetime | None = None
    sending: str | None = None


def troubles(broker: Iterable[Trouble], gateways: Iterable[Gateway]) -> list[Shown]:
    return [
        *(Shown(who="Broker", text=it.text, hint=it.hint, since=it.since) for it in broker),
        *(shown for gateway in gateways for shown in _of_gateway(gateway)),
    ]


def _of_gateway(gateway: Gateway) -> Iterator[Shown]:
    error = gateway.error
    if error:
        since = datetime.fromisoformat(error["since"])
        yield Shown(who=f"Gateway {gateway.name}", text=error["text"], hint=error["hint"], since=since)
    for line in gateway.lines:
        yield from _of_line(line, reachable=not error)


def _of_line(line: Line, *, reachable: bool) -> Iterator[Shown]:
    who = f"Line {line.name}"
    if reachable and line.state.tone == "bad":
        yield Shown(who=who, text=line.state.text, hint=line.state.hint)
    if line.held_back:
        yield Shown(who=who, text=HELD_BACK.text, hint=HELD_BACK.hint, sending=line.name)
    elif line.facts["sending"]["reason"]:
        yield Shown(who=who, text=AT_CAP.text, hint=AT_CAP.hint)
    warning = line.credit and line.credit.warning
    if line.credit and warning:
        yield Shown(who=who, text=warning.text, hint=line.credit.reason or warning.hint)
