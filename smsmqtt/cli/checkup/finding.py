"""One answer of the doctor."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from smsmqtt.cli.advice import ADVICE
from smsmqtt.errors import SmsmqttError


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "FAIL"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """``where``: what was looked at (``broker``, ``gateway hall``). ``advice``: what to do, empty when it is well."""

    level: Level
    where: str
    text: str
    advice: str = ""


def ok(where: str, text: str) -> Finding:
    return Finding(level=Level.OK, where=where, text=text)


def warn(where: str, text: str, advice: str) -> Finding:
    return Finding(level=Level.WARN, where=where, text=text, advice=advice)


def fail(where: str, text: str, advice: str) -> Finding:
    return Finding(level=Level.FAIL, where=where, text=text, advice=advice)


def trouble(where: str, error: SmsmqttError) -> Finding:
    """An error as a finding."""
    return fail(where, error.detail or error.code.replace("_", " "), ADVICE.get(error.code, error.hint))
