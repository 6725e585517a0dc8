"""A serial device or RFC 2217 port, through pyserial (extra ``serial``)."""

from __future__ import annotations

from smsmqtt.errors import LinkLost, Unreachable

WRITE_TIMEOUT_S = 10.0


class SerialLink:
    """Open on construction; raises Unreachable. ``device``: a path, or a URL such as ``rfc2217://host:port``."""

    def __init__(self, device: str, baud: int) -> None:
        try:
            import serial
        except ImportError as error:
            raise Unreachable(f"{device}: serial devices need the extra: pip install 'smsmqtt[serial]'") from error
        self._errors = (serial.SerialException, OSError)
        try:
            self._port = serial.serial_for_url(device, baudrate=baud, timeout=0, write_timeout=WRITE_TIMEOUT_S)
        except (*self._errors, ValueError) as error:
            raise Unreachable(f"{device}: {error}") from error

    def write(self, octets: bytes) -> None:
        try:
            self._port.write(octets)
        except self._errors as error:
            raise LinkLost(str(error)) from error

    def read(self, timeout_s: float) -> bytes:
        try:
            self._port.timeout = max(timeout_s, 0.001)
            first = self._port.read(1)
            return bytes(first + self._port.read(self._port.in_waiting) if first else first)
        except self._errors as error:
            raise LinkLost(str(error)) from error

    def close(self) -> None:
        self._port.close()
