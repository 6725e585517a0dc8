"""What the runner needs of a connection."""

from __future__ import annotations

from typing import Protocol


class Link(Protocol):
    """An open connection. Raises LinkLost when it is no more."""

    def write(self, octets: bytes) -> None:
        """Send all of them."""
        ...

    def read(self, timeout_s: float) -> bytes:
        """What has come, waiting for the first octet at most so long; empty when nothing came."""
        ...

    def close(self) -> None:
        """Hang up; may be called twice."""
        ...
