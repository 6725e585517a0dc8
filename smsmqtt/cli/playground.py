"""``demo`` and ``simulate``: everything without a gateway."""

from __future__ import annotations

import signal
from pathlib import Path
from threading import Event
from typing import Any

import click


@click.command()
def demo() -> int:
    """Try it without a gateway.

    Broker, simulated gateway and daemon on the loopback, nothing to configure. It sends a text, shows the answer,
    prints lines to try in another terminal, and goes on until Ctrl-C. Each MQTT message of interest is one line,
    topic and JSON. The broker is mosquitto, or, in a clone of smsmqtt, the one of pip install '.[demo]'.

    \b
    smsmqtt demo
    smsmqtt demo | grep ^sms/inbox
    """
    from smsmqtt.demo.play import play

    return play(click.echo, _stopped_by_signals())


@click.command()
@click.option(
    "-c",
    "--config",
    "config_path",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The simulator's own file: the knobs that differ.",
)
@click.option("--host", help="Where to listen.  [default: the file's, else 127.0.0.1]")
@click.option(
    "--port", type=click.IntRange(0, 65535), help="0: any free one.  [default: the file's, else any free one]"
)
@click.option(
    "--control-port",
    type=click.IntRange(0, 65535),
    help="Also take orders (a text comes in, a fault) on this port of the loopback; 0: any free one.",
)
def simulate(config_path: Path | None, host: str | None, port: int | None, control_port: int | None) -> None:
    """The simulated gateway alone.

    An MV-37x with SIMs and a network behind it, until Ctrl-C.

    \b
    smsmqtt simulate --port 8023 --control-port 8024
    telnet 127.0.0.1 8023
    """
    from smsmqtt.simulator.serve import serve

    serve(config_path, host=host, port=port, control_port=control_port, tell=click.echo, stop=_stopped_by_signals())


def _stopped_by_signals() -> Event:
    """Set by SIGTERM, SIGHUP and Ctrl-C."""
    stop = Event()

    def on_signal(number: int, frame: Any) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, on_signal)
    return stop
