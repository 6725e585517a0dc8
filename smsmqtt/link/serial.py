"""A serial device or RFC 2217 port, through pyserial (extra ``serial``)."""

from __future__ import annotations

from smsmqtt.errors import LinkLost, Unreachable

WRITE_TIMEOUT_S = 10.0
"""Of a device; RFC 2217 ports know none."""
READ_S = 0.1
"""Every read waits so long, however long it may: pyserial sets the port up anew for another time-out, and over the
network that takes a while."""


class SerialLink:
    """Open on construction; raises Unreachable. ``device``: a path, or a URL such as ``rfc2217://host:port``."""

    def __init__(self, device: str, baud: int) -> None:
        try:
            import serial
        except ImportError as error:
            raise Unreachable(
                f"{device}: serial devices need the extra, in a clone of smsmqtt: pip install '.[serial]'"
            ) from error
        self._errors = (serial.SerialException, OSError)
        try:
            limit_s = None if "://" in device else WRITE_TIMEOUT_S
            self._port = serial.serial_for_url(device, baudrate=baud, timeout=READ_S, write_timeout=limit_s)
        except (*self._errors, ValueError) as error:
            raise Unreachable(f"{device}: {error}") from error

    def write(self, octets: bytes) -> None:
        try:
            self._port.write(octets)
        except self._errors as error:
            raise LinkLost(str(error)) from error

    def read(self, timeout_s: float) -> bytes:
        try:
            first = self._port.read(1)
            return bytes(first + self._port.read(self._port.in_waiting) if first else first)
        except self._errors as error:
            raise LinkLost(str(error)) from error

    def close(self) -> None:
        self._port.close()
