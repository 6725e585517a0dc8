"""What ``smsmqtt simulate`` runs: the unit and its control connection, until interrupted."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import yaml
from pydantic import ValidationError

from smsmqtt.errors import ConfigError, Fault
from smsmqtt.simulator.control import Control
from smsmqtt.simulator.knobs import SimulatorConfig
from smsmqtt.simulator.unit import Simulator


def read_config(path: Path | None) -> SimulatorConfig:
    """Defaults without a file; ConfigError with all that is wrong in one."""
    if path is None:
        return SimulatorConfig()
    try:
        return SimulatorConfig.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except OSError as error:
        raise ConfigError([Fault(file=str(path), line=None, key="", text=error.strerror or str(error))]) from error
    except yaml.YAMLError as error:
        raise ConfigError([Fault(file=str(path), line=None, key="", text=str(error))]) from error
    except ValidationError as error:
        faults = [
            Fault(file=str(path), line=None, key=".".join(map(str, fault["loc"])), text=fault["msg"])
            for fault in error.errors()
        ]
        raise ConfigError(faults) from error


def serve(
    config_path: Path | None = None,
    *,
    host: str | None = None,
    port: int | None = None,
    control_port: int | None = None,
    tell: Callable[[str], None] = print,
    stop: threading.Event | None = None,
) -> None:
    """Runs until ``stop`` is set or KeyboardInterrupt comes. ``host`` and ``port`` go before the file's.

    ``control_port``: 0 for any free one, None for no control connection; it listens on the loopback only.
    """
    chosen = {key: value for key, value in (("host", host), ("port", port)) if value is not None}
    config = read_config(config_path).model_copy(update=chosen)
    stop = stop or threading.Event()
    with Simulator(config) as unit:
        control = Control(unit, port=control_port) if control_port is not None else None
        tell(_welcome(unit, control))
        try:
            stop.wait()
        except KeyboardInterrupt:
            tell("stopped")
        finally:
            if control is not None:
                control.close()


def _welcome(unit: Simulator, control: Control | None) -> str:
    shell = unit.config.shell
    lines = [
        f"gateway listening on {unit.host}:{unit.port}",
        f"  try: telnet {unit.host} {unit.port}   log in as {shell.username} with {shell.password},",
        "       type state1, then module1; then AT commands; Ctrl-X (^X) gives the module back, logout ends",
    ]
    if control is not None:
        order = '{"do": "deliver", "module": 1, "from": "+59899123456", "text": "hola"}'
        lines += [
            f"control listening on 127.0.0.1:{control.port}",
            f"  try: echo '{order}' | bash -c 'exec 3<>/dev/tcp/127.0.0.1/{control.port}; cat >&3; head -n1 <&3'",
        ]
    return "\n".join(lines)
