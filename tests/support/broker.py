"""A private mosquitto for each test: on a free loopback port, with what the test asks for."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from support.waiting import eventually

MOSQUITTO = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
READY_S = 10.0
_ports = itertools.count(os.getpid() * 1009)


def free_port() -> int:
    """Of the loopback; below those that the system gives to connections: it may be one's by the time it is used."""
    while True:
        port = 12_000 + next(_ports) % 20_000
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@dataclass
class Broker:
    """``start`` and ``kill`` as often as a test likes; the port stays the same."""

    folder: Path
    users: dict[str, str] = field(default_factory=dict)
    acl: str = ""
    tls: Certificates | None = None
    persistent: bool = False
    extra: str = ""
    port: int = field(default_factory=free_port)
    host: str = "127.0.0.1"
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> Broker:
        """Returns once it accepts connections."""
        self.folder.mkdir(parents=True, exist_ok=True)
        config = self.folder / "mosquitto.conf"
        config.write_text("\n".join(self._settings()))
        with (self.folder / "mosquitto.log").open("ab") as log:
            self._process = subprocess.Popen([MOSQUITTO, "-c", str(config), "-v"], stdout=log, stderr=log)
        eventually(self._accepts, within_s=READY_S, what=self.log)
        return self

    def _accepts(self) -> bool:
        assert self._process
        assert self._process.poll() is None, self.log()
        try:
            socket.create_connection((self.host, self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def __enter__(self) -> Broker:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def kill(self) -> None:
        """-9: nothing is said, nothing is saved."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """Clean: a persistent broker saves what it knows."""
        if self._process:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def reload(self) -> None:
        """Users and access lists are read again."""
        assert self._process
        self._process.send_signal(signal.SIGHUP)

    def log(self) -> str:
        return (self.folder / "mosquitto.log").read_text(errors="replace")

    def _settings(self) -> Iterator[str]:
        yield f"listener {self.port} {self.host}"
        if self.tls:
            yield f"cafile {self.tls.ca_file}"
            yield f"certfile {self.tls.cert_file}"
            yield f"keyfile {self.tls.key_file}"
        yield f"allow_anonymous {'false' if self.users else 'true'}"
        if self.users:
            yield f"password_file {self._passwords()}"
        if self.acl:
            acl_file = self.folder / "acl"
            acl_file.write_text(self.acl)
            acl_file.chmod(0o644)
            yield f"acl_file {acl_file}"
        yield f"persistence {'true' if self.persistent else 'false'}"
        yield f"persistence_location {self.folder}/"
        yield "max_queued_messages 0"
        yield "user root"
        yield self.extra

    def _passwords(self) -> Path:
        passwords = self.folder / "passwords"
        passwords.write_text("".join(f"{user}:{password}\n" for user, password in self.users.items()))
        subprocess.run([shutil.which("mosquitto_passwd") or "mosquitto_passwd", "-U", str(passwords)], check=True)
        return passwords


@dataclass(frozen=True)
class Certificates:
    """A certificate authority of our own, and what it signed for 127.0.0.1."""

    ca_file: Path
    cert_file: Path
    key_file: Path

    @classmethod
    def make(cls, folder: Path) -> Certificates:
        folder.mkdir(parents=True, exist_ok=True)
        made = cls(ca_file=folder / "ca.pem", cert_file=folder / "cert.pem", key_file=folder / "key.pem")
        authority, request, extensions = folder / "ca.key", folder / "request.pem", folder / "extensions"
        extensions.write_text("subjectAltName=IP:127.0.0.1\n")
        new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        openssl("req", "-x509", *new_key, "-keyout", authority, "-out", made.ca_file, "-days", "2", "-subj", "/CN=test")
        openssl("req", *new_key, "-keyout", made.key_file, "-out", request, "-subj", "/CN=127.0.0.1")
        openssl(
            *("x509", "-req", "-in", request, "-CA", made.ca_file, "-CAkey", authority, "-CAcreateserial"),
            *("-out", made.cert_file, "-days", "2", "-extfile", extensions),
        )
        return made


def openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def require_mosquitto() -> None:
    if not Path(MOSQUITTO).exists():
        pytest.skip("mosquitto is not installed: apt-get install mosquitto mosquitto-clients")
