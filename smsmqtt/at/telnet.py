"""Takes telnet's own bytes out of the stream and refuses every option (RFC 854, RFC 1143)."""

from __future__ import annotations

from enum import Enum, auto

IAC, DONT, DO, WONT, WILL, SB, SE = 255, 254, 253, 252, 251, 250, 240
REFUSAL = {DO: WONT, WILL: DONT}
NOISE = bytes((0x00, 0x11, 0x13))
"""NUL, XON and XOFF: the box may emit them anywhere. Nothing that is read in PDU mode, or as hex, contains them; a text
in the raw GSM set of text mode loses its ``@``, ``_`` and ``Γ`` with them."""


class _State(Enum):
    DATA = auto()
    COMMAND = auto()
    OPTION = auto()
    SUBNEGOTIATION = auto()
    SUBNEGOTIATION_COMMAND = auto()


class TelnetFilter:
    """A filter for one connection; feed it chunks of any size."""

    def __init__(self) -> None:
        self._state = _State.DATA
        self._verb = 0

    def feed(self, chunk: bytes) -> tuple[bytes, bytes]:
        """Returns the data in the chunk, and the refusals owed to the other side."""
        data, answer = bytearray(), bytearray()
        for octet in chunk:
            self._take(octet, data, answer)
        return bytes(data).translate(None, NOISE), bytes(answer)

    def _take(self, octet: int, data: bytearray, answer: bytearray) -> None:
        match self._state:
            case _State.DATA:
                if octet == IAC:
                    self._state = _State.COMMAND
                else:
                    data.append(octet)
            case _State.COMMAND:
                self._command(octet, data)
            case _State.OPTION:
                if self._verb in REFUSAL:
                    answer += bytes((IAC, REFUSAL[self._verb], octet))
                self._state = _State.DATA
            case _State.SUBNEGOTIATION:
                if octet == IAC:
                    self._state = _State.SUBNEGOTIATION_COMMAND
            case _:
                self._state = _State.DATA if octet == SE else _State.SUBNEGOTIATION

    def _command(self, octet: int, data: bytearray) -> None:
        self._state = _State.DATA
        if octet == IAC:  # a doubled 255 is data
            data.append(IAC)
        elif octet == SB:
            self._state = _State.SUBNEGOTIATION
        elif octet in (DO, DONT, WILL, WONT):
            self._verb = octet
            self._state = _State.OPTION
