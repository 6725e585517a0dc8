"""What of a conversation with a gateway may be shown to strangers.

Texts have no look, so what a module says is hidden unless its form is known: information lines and results are
shown, with what is quoted and every long number hidden in them; other words only in answer to ATI. Behind the header
of a text nothing is shown but results, until we speak again. Of what we type only commands are shown. The gateway's
own shell is shown but for names, passwords and numbers: its texts are what a report is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

TO, FROM = "->", "<-"

_TEXT_HEADER = re.compile(r"\+(?:CMGL|CMGR|CMT|CDS|CBM|CUSD): ?")
_PLAIN_VALUE = re.compile(r"-?\d{0,5}|\([\d,-]*\)")
_RESULT = re.compile(r"(OK|ERROR|[0-9]|\+(CMS|CME) ERROR: ?\d+|> ?|\]|RING|NO CARRIER)")
_STORAGE = re.compile(r'\+CPMS: ?(("\w\w",)?\d+,\d+,?)+')
_RELEASED = re.compile(r"release module \d* ?\.\.\.")
_INFORMATION = re.compile(r"[+^*%#][A-Z0-9]{2,12}:.*")
_COMMAND = re.compile(r"(?i)AT(&?[A-Z]\d*)*([+^*%#][A-Z].*)?")
_SHELL_COMMAND = re.compile(r"(module|state)\d?|logout|info")
_BODY = re.compile(rb"\A((?:AT[^\r]*\r)?)(.*)([\x1a\x1b])", re.DOTALL)

_PDU = re.compile(r"\b(?:[0-9A-Fa-f]{2}){9,}\b")
_DIGITS = re.compile(r"\+?\d{6,}")
_QUOTED = re.compile(r'"[^"]*"?')
_HARMLESS = re.compile(
    r'"(REC (UN)?READ|STO (UN)?SENT|ALL|SM|ME|MT|SR|GSM|UCS2|IRA|HEX|\d\d/\d\d/\d\d,[\d:]{8}[+-]\d\d|)"'
)
_MODULE_TAKEN = "got!!"
_CTRL_X = b"\x18"


@dataclass(frozen=True, kw_only=True)
class Note:
    """What passed in one direction before something passed in the other."""

    direction: str
    octets: bytes


@dataclass(kw_only=True)
class _Context:
    """Where in the conversation a line stands."""

    in_module: bool
    told_about_itself: bool = False  # ATI was asked
    in_text: bool = False  # behind the header of a text


def masked(notes: Sequence[Note], secrets: Sequence[str], *, in_module: bool) -> Iterator[str]:
    """One line for each line that passed. ``in_module``: the connection itself is a module, there is no shell."""
    context = _Context(in_module=in_module)
    for note in notes:
        of_direction = _typed if note.direction == TO else _said
        for line in of_direction(note.octets, context, secrets):
            yield f"{note.direction} {line}"


def _typed(octets: bytes, context: _Context, secrets: Sequence[str]) -> Iterator[str]:
    context.in_text = False
    if body := _BODY.match(octets):
        yield from _typed(body[1], context, secrets)
        yield (_size(body[2].decode("latin-1")) if body[2] else "") + _names(body[3].decode("latin-1"))
        octets = octets[body.end() :]
    for text, end in _lines(octets):
        if _COMMAND.fullmatch(text):
            context.in_module = True
            context.told_about_itself = text.upper() == "ATI"
            yield _without_numbers(text, secrets) + end
        elif _SHELL_COMMAND.fullmatch(text):
            yield text + end
        else:
            yield (_size(text) if text.isprintable() else _names(re.sub(r"[ -~\x80-\xff]+", _hidden, text))) + end
    if _CTRL_X in octets:
        context.in_module = False


def _said(octets: bytes, context: _Context, secrets: Sequence[str]) -> Iterator[str]:
    for text, end in _lines(octets):
        shown = _names(_without_numbers(text, secrets)) + end
        if header := _TEXT_HEADER.match(text):
            context.in_text = True
            yield header[0] + _values(text[header.end() :]) + end
        elif not context.in_module:
            context.in_module = _MODULE_TAKEN in text
            yield shown
        elif not text or _RESULT.fullmatch(text) or _STORAGE.fullmatch(text) or _RELEASED.fullmatch(text):
            yield shown
        elif _COMMAND.fullmatch(text) or (_INFORMATION.fullmatch(text) and not context.in_text):
            yield _size(text) + end if context.in_text else shown
        elif context.told_about_itself and not context.in_text:
            yield shown
        else:
            yield (_without_numbers(text, ()) if _PDU.fullmatch(text) else _size(text)) + end


def _lines(octets: bytes) -> Iterator[tuple[str, str]]:
    """Each line and the names of the control octets that ended it."""
    for line in re.findall(r"[^\r\n]*(?:\r*\n|\r)|[^\r\n]+", octets.decode("latin-1")):
        text = line.rstrip("\r\n")
        yield text, _names(line[len(text) :])


def _names(text: str) -> str:
    names = {"\r": "<CR>", "\n": "<LF>"}
    return "".join(names.get(it) or (it if " " <= it <= "~" else f"<{ord(it):02X}>") for it in text)


def _size(text: str) -> str:
    return f"<{len(text)} characters>" if text else ""


def _hidden(found: re.Match[str]) -> str:
    return _size(found[0])


def _without_numbers(line: str, secrets: Sequence[str]) -> str:
    for secret in secrets:
        line = line.replace(secret, "<secret>")
    line = _PDU.sub(lambda found: f"<PDU of {len(found[0]) // 2} octets>", line)
    line = _QUOTED.sub(lambda found: _quoted(found[0]), line)
    return _DIGITS.sub(lambda found: f"<{len(found[0])} digits>", line)


def _values(text: str) -> str:
    """The values of a text's header; what looks like one may be the text itself, so nothing else is shown."""

    def value(found: re.Match[str]) -> str:
        if found[0].startswith('"'):
            return _quoted(found[0])
        return found[0] if _PLAIN_VALUE.fullmatch(found[0]) else _size(found[0])

    return re.sub(r'"[^"]*"?|[^,"]+', value, text)


def _quoted(text: str) -> str:
    return text if _HARMLESS.fullmatch(text) else f'"{_size(text.strip(chr(34)))}"'
