"""One TCP connection as bytes: what goes out in which pieces and with what noise, and telnet's own bytes taken out of
what comes in.

Writing only queues; one thread per connection sends, so that slow bytes hold up nobody else.
"""

from __future__ import annotations

import queue
import select
import socket
import struct
import threading

from smsmqtt.simulator.knobs import WireKnobs
from smsmqtt.simulator.world import World

IAC, DONT, DO, WONT, WILL, SB, SE = 255, 254, 253, 252, 251, 250, 240
OFFERS = bytes([IAC, WILL, 1, IAC, WILL, 3, IAC, DO, 24])
CONTROL = {"nul": b"\x00", "xon": b"\x11", "xoff": b"\x13"}


class TelnetBytes:
    """Takes commands out of what the client sends, over any chunking (RFC 854); ``answers``: its replies to offers."""

    def __init__(self) -> None:
        self._command = bytearray()
        self.answers: list[tuple[int, int]] = []

    def strip(self, data: bytes) -> bytes:
        payload = bytearray()
        for byte in data:
            if self._command or byte == IAC:
                self._command.append(byte)
                payload += self._finished()
            else:
                payload.append(byte)
        return bytes(payload)

    def _finished(self) -> bytes:
        """0xFF when a doubled one is complete."""
        command = self._command
        if len(command) < 2:
            return b""
        kind = command[1]
        if kind in (WILL, WONT, DO, DONT) and len(command) < 3:
            return b""
        if kind == SB and command[-2:] != bytes([IAC, SE]):
            return b""
        if kind in (WILL, WONT, DO, DONT):
            self.answers.append((kind, command[2]))
        self._command = bytearray()
        return bytes([IAC]) if kind == IAC else b""


class Wire:
    """See the module's text."""

    def __init__(self, world: World, connection: socket.socket) -> None:
        self._world = world
        self._socket = connection
        self._telnet = TelnetBytes()
        self._queue: queue.SimpleQueue[tuple[bytes, float] | None] = queue.SimpleQueue()
        self._since_noise = 0
        self._noises = 0
        self._end = socket.SHUT_RDWR
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=self._send_all, name="simulator-writer", daemon=True).start()

    @property
    def _knobs(self) -> WireKnobs:
        return self._world.config.wire

    @property
    def answers(self) -> list[tuple[int, int]]:
        """(WILL, WONT, DO or DONT, option) as the client sent them."""
        return self._telnet.answers

    def offer_options(self) -> None:
        self._queue.put((OFFERS, 0.0))

    def write(self, data: bytes, *, gap_s: float = 0.0) -> None:
        """``gap_s``: a pause after each byte."""
        if not data:
            return
        if self._knobs.iac_doubled:
            data = data.replace(bytes([IAC]), bytes([IAC, IAC]))
        self._queue.put((self._with_noise(data), gap_s))

    def _with_noise(self, data: bytes) -> bytes:
        knobs = self._knobs
        if not knobs.noise:
            return data
        noisy = bytearray()
        for byte in data:
            noisy.append(byte)
            self._since_noise += 1
            if self._since_noise >= knobs.noise_every_bytes:
                noisy += CONTROL[knobs.noise[self._noises % len(knobs.noise)]]
                self._since_noise = 0
                self._noises += 1
        return bytes(noisy)

    def read(self) -> bytes | None:
        """What the client sent, without telnet's commands; None when the connection is over. Blocks."""
        try:
            data = self._socket.recv(4096)
        except OSError:
            return None
        if not data:
            return None
        payload = self._telnet.strip(data)
        for name in self._knobs.swallowed:
            payload = payload.replace(CONTROL[name], b"")
        return payload

    def hung_up(self) -> bool:
        """The client has closed, though not all it sent may have been read."""
        poll = select.poll()
        poll.register(self._socket, select.POLLRDHUP)
        return bool(poll.poll(0))

    def finish(self) -> None:
        """Closes when all that was written is out."""
        self._queue.put(None)

    def cut(self, *, reset: bool = False) -> None:
        """Closes now; ``reset`` with RST, so that the client may lose what it has not read yet."""
        if reset:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._end = socket.SHUT_RD  # no FIN: the reading thread wakes and closes, and that is the RST
        self._close()
        self._queue.put(None)

    def _close(self) -> None:
        try:
            self._socket.shutdown(self._end)
        except OSError:
            return  # the other side was first

    def _send_all(self) -> None:
        while (item := self._queue.get()) is not None:
            try:
                self._send(*item)
            except OSError:
                return  # nobody reads any more; the reading thread ends the visit
        self._close()

    def _send(self, data: bytes, gap_s: float) -> None:
        knobs = self._knobs
        while data:
            size = 1 if gap_s else knobs.segment_bytes or len(data)
            if knobs.segment_random and not gap_s:
                size = self._world.chance.randint(1, size)
            self._socket.sendall(data[:size])
            data = data[size:]
            pause_s = gap_s or knobs.segment_gap_s
            if pause_s:
                self._world.pause(pause_s)
