"""``send``, through the broker."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from smsmqtt.cli import broker
from smsmqtt.cli.endings import DONE, FAILED, complain
from smsmqtt.cli.terminal import duration_s, painted, printable, read_text
from smsmqtt.errors import NoBridge, PayloadError

if TYPE_CHECKING:
    from smsmqtt.mqtt.caller import Caller

Fields = dict[str, Any]

GOOD_ENDS = ("sent", "delivered")


@click.command()
@broker.broker_options
@click.argument("to")
@click.argument("body", nargs=-1, required=True)
@click.option("--from", "line", metavar="LINE", help="The line to send from, by name or number.")
@click.option("--id", "order_id", metavar="ID", help="Your own id for it: the same id again does not send twice.")
@click.option("--urgent", is_flag=True, help="Log in to the gateway at once.")
@click.option("--flash", is_flag=True, help="Shown at once by the telephone, and not kept.")
@click.option("--wait", is_flag=True, help="Tell every state until the last one; exit code 1 unless sent or delivered.")
@click.option("--timeout", metavar="DURATION", default="5m", show_default=True, help="How long --wait waits at most.")
@click.option("--json", "as_json", is_flag=True, help="Each status as it was published, one object a line.")
def send(config_path: Path | None, url: str | None, to: str, body: tuple[str, ...], **options: Any) -> int:
    """Send a text.

    TO is a number, a contact or a group, or several with commas. The words of BODY are joined with blanks; - reads
    standard input. Without --wait the command ends when the order is queued or refused.

    \b
    smsmqtt send ana see you at 8
    smsmqtt send +59899123456 --urgent --wait 'The door is open'
    df -h | smsmqtt send --broker mqtt://192.168.0.10 admins -
    """
    from smsmqtt.payloads.orders import parse_order

    timeout_s = duration_s("--timeout", options["timeout"])
    order = _order(to, read_text(body), options)
    parse_order(json.dumps(order).encode())  # what can be refused here needs no broker
    with broker.caller(config_path, url) as caller:
        caller.expect_bridge()
        pursuit = Pursuit(caller, order["id"], as_json=options["as_json"])
        pursuit.begin(order)
        if options["wait"] and not pursuit.until_final(timeout_s):
            complain(f"order {order['id']} is not finished within {options['timeout']}; it goes on")
            return FAILED
        return DONE if pursuit.well else FAILED


class Pursuit:
    """What is said of one order. ``standing``: the last status of each of its messages."""

    def __init__(self, caller: Caller, order_id: str, *, as_json: bool) -> None:
        self.standing: dict[str, Fields] = {}
        self._caller = caller
        self._order_id = order_id
        self._as_json = as_json
        self._topic = caller.topics.of_announcement("status")

    def begin(self, order: Fields) -> None:
        """Publish the order; returns when each of its messages is queued or refused. NoBridge when nobody says so."""
        self._caller.follow(self._topic)
        self._caller.publish(self._caller.topics.outbox, order)
        if not self._hear(broker.ANSWER_S):
            raise NoBridge(
                f"nothing was said about order {self._order_id} within {broker.ANSWER_S:g} s; it may still be carried"
                f" out, and the same with --id {self._order_id} does not send twice"
            )
        if self._refused_whole:
            return
        # The answer comes behind all that was said when the order was taken.
        for message_id in self._messages():
            self.standing.setdefault(message_id, {"state": "queued", "final": False})
        while self._hear(0.0):
            pass

    def until_final(self, timeout_s: float) -> bool:
        """False when time is up before."""
        from smsmqtt.clock import SystemClock

        clock = SystemClock()
        deadline = clock.monotonic() + timeout_s
        while not all(status["final"] for status in self.standing.values()):
            if not self._hear(deadline - clock.monotonic()):
                return False
        return True

    @property
    def well(self) -> bool:
        """Nothing has ended in another way than sent or delivered."""
        return all(not status["final"] or status["state"] in GOOD_ENDS for status in self.standing.values())

    @property
    def _refused_whole(self) -> bool:
        """Also where an earlier order has this id and its messages."""
        return self.standing.get(self._order_id, {}).get("state") == "rejected"

    def _messages(self) -> list[str]:
        try:
            answer = self._caller.ask("message", {"id": self._order_id}, broker.ANSWER_S)
        except PayloadError:  # every recipient was refused
            return []
        return [message["id"] for message in answer.get("messages", [answer])]

    def _hear(self, timeout_s: float) -> bool:
        """Take up the next status of the order; False when none comes in time."""
        status = self._caller.wait_for(self._topic, lambda it: it.get("order_id") == self._order_id, timeout_s)
        if status is None:
            return False
        self.standing[status["id"]] = status
        click.echo(json.dumps(status, ensure_ascii=False) if self._as_json else _told(status))
        return True


def _order(to: str, body: str, options: dict[str, Any]) -> Fields:
    order: Fields = {"to": to, "body": body, "id": options["order_id"] or f"cli-{secrets.token_hex(6)}"}
    if options["line"]:
        order["from"] = options["line"]
    return order | {name: True for name in ("urgent", "flash") if options[name]}


def _told(status: Fields) -> str:
    reason = status["reason"]
    pieces = (
        painted(status["state"]),
        status["to"],
        status["line"] and f"over {status['line']}",
        f"id {status['id']}",
        status["repeat"] and "(known already)",
    )
    return " ".join(filter(None, pieces)) + (f": {printable(reason['text'])}" if reason else "")
