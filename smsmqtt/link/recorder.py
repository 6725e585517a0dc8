"""A link that notes what passes through it: what ``smsmqtt capture`` prints, masked."""

from __future__ import annotations

from collections.abc import Sequence

from smsmqtt.link.base import Link
from smsmqtt.link.masking import FROM, TO, Note, masked


class Recorder:
    """``secrets`` are hidden wherever they stand. ``in_module``: see ``masked``."""

    def __init__(self, link: Link, secrets: Sequence[str], *, in_module: bool = False) -> None:
        self._link = link
        self._secrets = [secret for secret in secrets if secret]
        self._in_module = in_module
        self._notes: list[Note] = []

    def write(self, octets: bytes) -> None:
        self._note(TO, octets)
        self._link.write(octets)

    def read(self, timeout_s: float) -> bytes:
        octets = self._link.read(timeout_s)
        if octets:
            self._note(FROM, octets)
        return octets

    def close(self) -> None:
        self._link.close()

    def transcript(self) -> str:
        """``->`` to the gateway, ``<-`` from it; control octets as ``<CR>`` or ``<1A>``."""
        return "\n".join(masked(self._notes, self._secrets, in_module=self._in_module))

    def _note(self, direction: str, octets: bytes) -> None:
        if self._notes and self._notes[-1].direction == direction:
            octets = self._notes.pop().octets + octets
        self._notes.append(Note(direction=direction, octets=octets))
