"""How the carriers' profiles read a text: ``balance --explain``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from smsmqtt.cli import settings
from smsmqtt.cli.endings import DONE, FAILED, complain
from smsmqtt.cli.terminal import read_text

if TYPE_CHECKING:
    from smsmqtt.carriers.profile import NoAnswerNow, Profile, Reading

    Finding = Reading | NoAnswerNow

Fields = dict[str, Any]


def explain(config_path: Path | None, text: str, carrier: str | None, *, as_json: bool) -> int:
    """Print what each profile that knows the text makes of it; the exit code. Raises ConfigError."""
    profiles = _profiles(config_path)
    if carrier is not None and carrier not in profiles:
        raise click.UsageError(f"--carrier: no profile is called {carrier}; known are {', '.join(sorted(profiles))}")
    text = read_text((text,))
    asked = profiles if carrier is None else {carrier: profiles[carrier]}
    findings = {name: found for name, profile in sorted(asked.items()) if (found := profile.read(text))}
    for name, found in findings.items():
        fields = {"carrier": name, **_fields(found)}
        click.echo(json.dumps(fields, ensure_ascii=False) if as_json else "\n".join(_told(fields)))
    if not findings:
        complain(f"{carrier} doesn't know this text" if carrier else "no profile knows this text")
    return DONE if findings else FAILED


def _profiles(config_path: Path | None) -> dict[str, Profile]:
    """Those of smsmqtt, and the user's own where a configuration is found."""
    from smsmqtt.carriers import shelf
    from smsmqtt.intake.credit import own_profiles

    file = settings.look_for(config_path)
    return shelf.load(*own_profiles(file) if file else ())


def _fields(found: Finding) -> Fields:
    from smsmqtt.carriers.profile import NoAnswerNow
    from smsmqtt.payloads.balances import amount

    if isinstance(found, NoAnswerNow):
        return {"no_answer": found.pattern}
    return {
        "credit": amount(found.credit),
        "currency": found.currency,
        "expires": found.expires and found.expires.isoformat(),
        "pattern": found.pattern,
    }


def _told(fields: Fields) -> Iterator[str]:
    yield fields["carrier"]
    if "no_answer" in fields:
        yield "  no answer now"
        yield f"  by        {fields['no_answer']}"
        return
    yield f"  credit    {plain(fields['credit'])}"
    yield f"  currency  {fields['currency']}"
    yield f"  expires   {fields['expires'] or 'not told'}"
    yield f"  by        {fields['pattern']}"


def plain(credit: float) -> str:
    """An amount as people write it: with no decimals or at least two."""
    return f"{credit:.2f}" if credit != int(credit) and round(credit, 2) == credit else f"{credit}"
