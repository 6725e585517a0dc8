"""What every order is held to, whichever desk it comes by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from smsmqtt.config import MessageSettings, Settings
from smsmqtt.intake.directory import Directory
from smsmqtt.intake.guard import Guard


@dataclass(frozen=True, kw_only=True)
class Door:
    """Who is who, and the limits."""

    directory: Directory
    messages: MessageSettings
    guard: Guard

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        directory = Directory.from_settings(settings)
        return cls(directory=directory, messages=settings.messages, guard=Guard.from_settings(settings, directory))
