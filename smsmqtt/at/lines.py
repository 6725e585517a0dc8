"""Cuts what a module says into lines, whatever the chunks and line ends are."""

from __future__ import annotations

LONGEST = 2048
"""Nothing that a gateway says is longer; what runs on without a line end is noise, and is cut here."""


class LineBuffer:
    """CR, LF and CR LF each end a line: numeric result codes may come as ``0<CR>`` alone.

    Empty lines are kept, since a text's body can contain them. What comes without a line end, such
    as the ``> `` prompt, stands in ``partial``.
    """

    def __init__(self) -> None:
        self._pending = bytearray()
        self._after_cr = False

    def feed(self, chunk: bytes) -> list[str]:
        """Returns the lines that are complete now, without their ends."""
        lines = []
        for octet in chunk:
            if octet == 0x0A and self._after_cr:
                self._after_cr = False
                continue
            self._after_cr = octet == 0x0D
            if octet in (0x0A, 0x0D):
                lines.append(self.take_partial())
            else:
                self._pending.append(octet)
                if len(self._pending) == LONGEST:
                    lines.append(self.take_partial())
        return lines

    @property
    def partial(self) -> str:
        """What has come since the last line end."""
        return self._pending.decode("latin-1")

    def take_partial(self) -> str:
        """The same, and starts afresh."""
        text = self.partial
        self._pending.clear()
        return text
