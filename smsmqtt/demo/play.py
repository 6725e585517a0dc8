"""The demo from the first line to the last: put up the house, send a text, tell what goes over MQTT."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

from smsmqtt.clock import SystemClock
from smsmqtt.config import MqttSettings
from smsmqtt.demo.broker import HOST, broker, free_port
from smsmqtt.demo.process import Process, running
from smsmqtt.mqtt.caller import Caller, fields_of
from smsmqtt.mqtt.client import Incoming
from smsmqtt.simulator import Simulator, SimulatorConfig

Tell = Callable[[str], None]

ANA = "+59899123456"
ANSWER = "Hi! You wrote: {text}"
LOOK_S = 0.2
DONE = 0

CONFIG = """\
mqtt: {{host: {host}, port: {broker_port}}}
store: {{path: smsmqtt.db}}
gateways:
  hall:
    host: {host}
    port: {gateway_port}
    lines:
      mine: {{module: 1, number: +59899000001, carrier: antel-uy}}
      yours: {{module: 2, number: +59899000002}}
session: {{every: 3s, batch_window: 300ms, min_gap: 1s, hold_budget: 100%}}
messages: {{region: UY}}
contacts: {{ana: {ana}}}
"""
WITH_A_PAGE = """\
http: {{listen: "{host}:{page_port}", tokens: {{demo: {token}}}}}
"""
TOKEN = "demo"


def play(tell: Tell, stop: Event) -> int:
    """Until ``stop`` is set; the exit code. DemoFailed when something that it needs is not to be had or ends."""
    with TemporaryDirectory(prefix="smsmqtt-demo-") as folder, house(Path(folder)) as (port, page, daemon):
        with Caller(MqttSettings(host=HOST, port=port), SystemClock()) as caller:
            topics = caller.topics
            caller.follow(topics.bridge_state, topics.outbox, f"{topics.outbox}/+")
            caller.follow(topics.of_announcement("inbox"), topics.of_announcement("status"))
            caller.follow(topics.of_announcement("response/+"))
            tell(f"The broker listens on {HOST}:{port}; the daemon is starting.")
            invited = False
            while not stop.is_set():
                daemon.check()
                heard = caller.hear(LOOK_S)
                if heard is None or not heard.payload:  # the empty ones are the daemon's way to hear itself
                    continue
                tell(f"{heard.topic} {one_line(heard)}")
                if not invited and heard.topic == topics.bridge_state and fields_of(heard).get("state") == "online":
                    invited = True
                    tell(invitation(port, page))
                    caller.publish(topics.outbox, {"to": "ana", "body": "Hello from smsmqtt"})
        tell("stopping")
    return DONE


@contextmanager
def house(folder: Path) -> Iterator[tuple[int, str | None, Process]]:
    """Broker, gateway and daemon; the broker's port, the page's address where the extra is there, and the daemon."""
    subscribers = {"*": {"reply": ANSWER, "reply_delay_s": 1.0, "report_delay_s": 0.5}}
    world = SimulatorConfig.model_validate({"modem": {"radio_s": 0.3}, "network": {"numbers": subscribers}})
    config = folder / "config.yaml"
    with broker(folder) as port, Simulator(world) as gateway:
        settings = CONFIG.format(host=HOST, broker_port=port, gateway_port=gateway.port, ana=ANA)
        page = None
        if all(map(find_spec, ("fastapi", "uvicorn", "jinja2"))):
            page_port = free_port()
            settings += WITH_A_PAGE.format(host=HOST, page_port=page_port, token=TOKEN)
            page = f"http://{HOST}:{page_port}/"
        config.write_text(settings)
        command = [sys.executable, "-m", "smsmqtt", "run", "-c", str(config)]
        with running(command, folder / "daemon.log") as daemon:
            yield port, page, daemon


def one_line(heard: Incoming) -> str:
    """JSON on one line, also for what is none."""
    text = heard.payload.decode("utf-8", errors="replace")
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except ValueError:
        return json.dumps(text, ensure_ascii=False)


def invitation(port: int, page: str | None) -> str:
    """Three lines that work in another terminal, and where the page is."""
    publish = f"mosquitto_pub -h {HOST} -p {port} -q 1"
    order = json.dumps({"to": ANA, "body": "¿Qué tal?"}, ensure_ascii=False)
    missing = "" if shutil.which("mosquitto_pub") else "  (mosquitto_pub: apt install mosquitto-clients)"
    return "\n".join(
        (
            "",
            f"Try in another terminal; everybody answers here. Ctrl-C ends the demo.{missing}",
            f"  {publish} -t sms/outbox -m '{order}'",
            f"  {publish} -t sms/outbox/ana -m 'a line of plain text'",
            f"  {own_command()} send --wait --broker mqtt://{HOST}:{port} ana see you at 8",
            f"Or in a browser: {page} (the token is {TOKEN})"
            if page
            else "For a page, in a clone of smsmqtt: pip install '.[http]'",
            "",
        )
    )


def own_command() -> str:
    """How this program is called from anywhere."""
    called = Path(sys.argv[0])
    on_path = shutil.which("smsmqtt")
    if on_path and called.exists() and Path(on_path).samefile(called):
        return "smsmqtt"
    if called.name == "smsmqtt" and called.exists():
        return shlex.quote(str(called.absolute()))
    return f"{shlex.quote(sys.executable)} -m smsmqtt"
