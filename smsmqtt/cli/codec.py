"""``segments`` and ``pdu``: the codec by itself."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterator
from typing import Any

import click

from smsmqtt.cli.terminal import printable, read_text
from smsmqtt.errors import PduError

UNIT = {"gsm7": "septets", "ucs2": "16-bit units"}
ALPHABETS = {"gsm7": "GSM 7-bit", "ucs2": "UCS-2"}
LANGUAGES = (
    *("default", "Turkish", "Spanish", "Portuguese", "Bengali", "Gujarati", "Hindi", "Kannada"),
    *("Malayalam", "Oriya", "Punjabi", "Tamil", "Telugu", "Urdu"),
)
"""National Language Identifiers, 3GPP TS 23.038 §6.2.1.2.4."""


@click.command()
@click.argument("text", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def segments(text: tuple[str, ...], as_json: bool) -> None:
    """How a text goes out.

    Alphabet, parts, what is left in the last one, and what forces UCS-2. Words are joined with blanks; - reads
    standard input.

    \b
    smsmqtt segments 'Ring me at 8 – it’s urgent'
    smsmqtt segments - < text.txt
    """
    found = _measured(read_text(text))
    click.echo(json.dumps(found, ensure_ascii=False) if as_json else "\n".join(_told(found)))


def _measured(text: str) -> dict[str, Any]:
    from smsmqtt.codec.segments import split

    plain, rewritten = split(text, reference=0), split(text, reference=0, transliterate=True)
    better = len(rewritten.parts) < len(plain.parts)
    return {
        "alphabet": plain.alphabet.value,
        "characters": len(text),
        "parts": len(plain.parts),
        "left": plain.left,
        "forced": list(plain.forced),
        "locking_shift": plain.locking_shift,
        "single_shift": plain.single_shift,
        "texts": [part.text for part in plain.parts],
        "transliterated": {"alphabet": rewritten.alphabet.value, "parts": len(rewritten.parts)} if better else None,
    }


def _told(found: dict[str, Any]) -> Iterator[str]:
    shifts = {"locking": found["locking_shift"], "single": found["single_shift"]}
    tables = ", ".join(f"{LANGUAGES[language]} {kind} shift" for kind, language in shifts.items() if language)
    yield f"alphabet    {ALPHABETS[found['alphabet']]}" + (f" with national tables: {tables}" if tables else "")
    yield f"characters  {found['characters']}"
    yield f"parts       {found['parts']}"
    yield f"left        {found['left']} {UNIT[found['alphabet']]} in the last part"
    if found["forced"]:
        yield "not in GSM 7-bit:"
        yield from (f"  {_named(character)}" for character in found["forced"])
    if better := found["transliterated"]:
        yield f"with messages.transliterate: {ALPHABETS[better['alphabet']]}, parts: {better['parts']}"
    for number, part in enumerate(found["texts"], 1):
        yield f"part {number}: {printable(part)}"


def _named(character: str) -> str:
    shown = character if character.isprintable() else " "
    return f"{shown}  U+{ord(character):04X} {unicodedata.name(character, 'without a name')}"


@click.command()
@click.argument("pdus", metavar="[HEX]...", nargs=-1)
@click.option(
    "--no-smsc", is_flag=True, help="The PDUs begin without the service centre's address, as in +CMT of some modules."
)
def pdu(pdus: tuple[str, ...], no_smsc: bool) -> int:
    """The fields of PDUs as JSON.

    One object a line. Without HEX they are read from standard input, one a line; empty lines are skipped. What is
    malformed gives {"error": ...}, and the exit code 1 at the end.

    \b
    smsmqtt pdu 07918995080000F0040B918995214365F70000621122910000210361F118
    smsmqtt pdu < pdus.txt | jq .text
    """
    malformed = False
    for written in pdus or (line.decode(errors="replace") for line in sys.stdin.buffer):
        if written := "".join(written.split()):
            fields = _fields(written, smsc=not no_smsc)
            malformed |= "error" in fields
            click.echo(json.dumps(fields, ensure_ascii=False))
    return int(malformed)


def _fields(pdu_hex: str, *, smsc: bool) -> dict[str, Any]:
    from smsmqtt.codec import pdu as codec

    try:
        return codec.fields(codec.decode(pdu_hex, smsc=smsc))
    except PduError as error:
        return {"error": str(error)}
