"""A cursor over octets: every read past the end is one PduError that names the field."""

from __future__ import annotations

from smsmqtt.errors import PduError


class Octets:
    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self._at = 0

    @property
    def left(self) -> int:
        return len(self._octets) - self._at

    def one(self, field: str) -> int:
        return self.take(1, field)[0]

    def take(self, count: int, field: str) -> bytes:
        if count > self.left:
            raise PduError(f"it ends within the {field}: {count} octets wanted, {self.left} left")
        self._at += count
        return self._octets[self._at - count : self._at]

    def rest(self) -> bytes:
        """What is left, without moving."""
        return self._octets[self._at :]


def from_hex(text: str) -> bytes:
    try:
        octets = bytes.fromhex(text)
    except ValueError as error:
        raise PduError("not an even number of hexadecimal digits") from error
    if not octets:
        raise PduError("nothing there")
    return octets
