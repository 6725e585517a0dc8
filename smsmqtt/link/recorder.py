"""A transcript of a conversation with what is personal masked: what ``smsmqtt capture`` prints."""

from __future__ import annotations

import re
from collections.abc import Sequence

from smsmqtt.link.base import Link

_PDU = re.compile(r"\b(?:[0-9A-Fa-f]{2}){9,}\b")
_DIGITS = re.compile(r"\+?\d{6,}")
_QUOTED = re.compile(r'"[^"]*"')
_WORDS = re.compile(
    r'"(?:REC (?:UN)?READ|STO (?:UN)?SENT|ALL|SM|ME|MT|SR|GSM|UCS2|IRA|\d\d/\d\d/\d\d,[\d:]{8}[+-]\d\d)"'
)


class Recorder:
    """A link that notes what passes through it. ``secrets`` are replaced wherever they stand."""

    def __init__(self, link: Link, secrets: Sequence[str]) -> None:
        self._link = link
        self._secrets = [secret for secret in secrets if secret]
        self._notes: list[tuple[str, bytes]] = []

    def write(self, octets: bytes) -> None:
        self._note("->", octets)
        self._link.write(octets)

    def read(self, timeout_s: float) -> bytes:
        octets = self._link.read(timeout_s)
        if octets:
            self._note("<-", octets)
        return octets

    def close(self) -> None:
        self._link.close()

    def _note(self, direction: str, octets: bytes) -> None:
        if self._notes and self._notes[-1][0] == direction:
            octets = self._notes.pop()[1] + octets
        self._notes.append((direction, octets))

    def transcript(self) -> str:
        """One line for each line that passed: ``->`` to the gateway, ``<-`` from it, control octets as ``<XX>``."""
        return "\n".join(
            f"{direction} {self._mask(line)}" for direction, octets in self._notes for line in _visible(octets) if line
        )

    def _mask(self, line: str) -> str:
        for secret in self._secrets:
            line = line.replace(secret, "<secret>")
        line = _PDU.sub(lambda match: f"<pdu of {len(match[0]) // 2} octets>", line)
        line = _QUOTED.sub(
            lambda match: match[0] if _WORDS.fullmatch(match[0]) else f'"<{len(match[0]) - 2} characters>"', line
        )
        return _DIGITS.sub(lambda match: f"<{len(match[0])} digits>", line)


def _quoted(match: re.Match[str]) -> str:
    return match[0] if _HARMLESS.fullmatch(match[0]) else f'"<{len(match[0]) - 2} characters>"'


def _visible(octets: bytes) -> list[str]:
    names = {0x0D: "<CR>", 0x0A: "<LF>\n"}
    text = "".join(names.get(octet) or (chr(octet) if 0x20 <= octet < 0x7F else f"<{octet:02X}>") for octet in octets)
    return text.split("\n")
