"""What every order is held to, whichever desk it comes by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from smsmqtt.config import MessageSettings, Settings
from smsmqtt.intake.directory import Directory


@dataclass(frozen=True, kw_only=True)
class Door:
    """Who is who, and the limits."""

    directory: Directory
    messages: MessageSettings

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        return cls(directory=Directory.from_settings(settings), messages=settings.messages)
