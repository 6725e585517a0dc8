"""``balance``: asks for credit through the broker, or shows how an answer is read."""

from __future__ import annotations

import json
import secrets
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from smsmqtt.cli import broker, readings
from smsmqtt.cli.endings import DONE, FAILED, complain
from smsmqtt.cli.terminal import duration_s, moment, painted, printable
from smsmqtt.errors import NoBridge, PayloadError
from smsmqtt.numbers import same_subscriber

if TYPE_CHECKING:
    from smsmqtt.mqtt.caller import Caller
    from smsmqtt.mqtt.client import Incoming

Fields = dict[str, Any]


@click.command()
@broker.broker_options
@click.argument("line", required=False)
@click.option(
    "--wait/--no-wait",
    default=True,
    show_default=True,
    help="Wait for the answer, or only ask: it comes on sms/balance/LINE.",
)
@click.option("--timeout", metavar="DURATION", default="20m", show_default=True, help="How long to wait at most.")
@click.option("--json", "as_json", is_flag=True, help="Each answer or reading as one JSON object a line.")
@click.option("--explain", "text", metavar="TEXT", help="Ask nobody: how is this text read? - is standard input.")
@click.option("--carrier", metavar="NAME", help="With --explain: by this profile only.")
def balance(
    config_path: Path | None, url: str | None, line: str | None, text: str | None, carrier: str | None, **options: Any
) -> int:
    """Ask for credit.

    Of LINE, by its name or number, or of every line that has a carrier in the configuration. The answer can take
    minutes, and a question can cost money: soon after an answer, that one is shown again. The exit code is 1 when a
    line could not be asked or gave no answer.

    With --explain nobody is asked: it shows what the carriers' profiles read in a text, your own profiles (in the
    folder carriers beside the configuration) included. The exit code is 1 when none of them knows the text.

    \b
    smsmqtt balance
    smsmqtt balance mine --json | jq .credit
    smsmqtt balance --explain 'Your account balance is $20.00.' --carrier speakout-ca
    """
    if text is not None:
        if line is not None:
            raise click.UsageError("--explain asks no LINE")
        return readings.explain(config_path, text, carrier, as_json=options["as_json"])
    if carrier is not None:
        raise click.UsageError("--carrier goes with --explain")
    timeout_s = duration_s("--timeout", options["timeout"])
    with broker.caller(config_path, url) as caller:
        caller.expect_bridge()
        question = Question(caller, line, as_json=options["as_json"])
        question.put()
        if not options["wait"]:
            return DONE
        if not question.until_answered(timeout_s):
            complain(f"no answer for {question.missing} within {options['timeout']}; the question stands")
            return FAILED
        return DONE if question.well else FAILED


class Question:
    """What comes of one request, for one line or for all that can be asked.

    A line whose question is open already joins us to it: what then comes has another id than ours, and another than
    what the broker kept from before.
    """

    def __init__(self, caller: Caller, line: str | None, *, as_json: bool) -> None:
        self._caller = caller
        self._line = line
        self._as_json = as_json
        self._id = f"cli-{secrets.token_hex(6)}"
        self._status = caller.topics.of_announcement("status")
        self._kept: dict[str, str | None] = {}
        self._answers: dict[str, Fields] = {}
        self._awaited: set[str] = set()

    def put(self) -> None:
        """Ask; PayloadError when it is refused, NoBridge when nobody takes it."""
        topics = self._caller.topics
        self._caller.follow(topics.balance("+"), self._status, topics.bridge_info)
        info = self._caller.wait_for(topics.bridge_info, lambda _: True, broker.ANSWER_S)
        if info is None:
            raise NoBridge(f"there is nothing on {topics.bridge_info}")
        self._awaited = {self._line} if self._line else set(info.get("balance", {}).get("lines", ()))
        asked = {"line": self._line, "id": self._id} if self._line else {"id": self._id}
        self._caller.publish(topics.credit_requests, asked)
        with suppress(PayloadError):  # no message has our id; the answer says that what came before it is handled
            self._caller.ask("message", {"id": self._id}, broker.ANSWER_S)
        while self._hear(0.0):
            pass

    def until_answered(self, timeout_s: float) -> bool:
        """False when time is up before."""
        from smsmqtt.clock import SystemClock

        clock = SystemClock()
        deadline = clock.monotonic() + timeout_s
        while self._awaited:
            if not self._hear(deadline - clock.monotonic()):
                return False
        return True

    @property
    def well(self) -> bool:
        """Nothing has ended in another way than with an answer."""
        return all(answer["state"] == "ok" for answer in self._answers.values())

    @property
    def missing(self) -> str:
        return ", ".join(sorted(self._awaited))

    def _hear(self, timeout_s: float) -> bool:
        """Take up whatever comes next; False when nothing comes in time."""
        from smsmqtt.mqtt.caller import fields_of

        incoming = self._caller.hear(timeout_s)
        if incoming is None:
            return False
        fields = fields_of(incoming)
        if incoming.topic == self._status and fields.get("order_id") == self._id:
            reason = fields["reason"]
            raise PayloadError(None, reason["text"], reason["code"])
        if "line" in fields and incoming.topic == self._caller.topics.balance(str(fields["line"])):
            self._hear_balance(incoming, fields)
        return True

    def _hear_balance(self, incoming: Incoming, told: Fields) -> None:
        line, request_id = told["line"], told["request_id"]
        if incoming.retain:
            self._kept[line] = request_id
        elif request_id == self._id or (request_id != self._kept.get(line) and self._is_asked(told)):
            self._awaited -= {line if self._line is None else self._line}
            self._answers[line] = told
            click.echo(json.dumps(told, ensure_ascii=False) if self._as_json else _told(told))

    def _is_asked(self, told: Fields) -> bool:
        if self._line is None:
            return True
        return self._line.lower() == told["line"] or same_subscriber(self._line, told["number"] or "")


def _told(answer: Fields) -> str:
    pieces = [painted(answer["state"]), answer["line"]]
    if answer["state"] == "ok":
        return " ".join((*pieces, _credit(answer)))
    reason = answer["reason"]
    pieces.append(f"({reason['text']})" if reason else "")
    if answer["state"] == "failed" and answer["raw"]:
        pieces.append(f"“{printable(answer['raw'])}”;")
    last = f"last known: {_credit(answer)}" if answer["credit"] is not None else "nothing is known yet"
    return " ".join(filter(None, (*pieces, last)))


def _credit(answer: Fields) -> str:
    until = answer["expires"] and f"until {answer['expires']}"
    flags = [name for name in ("low", "expiring") if answer[name]]
    at = f"({moment(datetime.fromisoformat(answer['at']))})"
    amount = f"{readings.plain(answer['credit'])} {answer['currency']}"
    return " ".join(filter(None, (amount, until, *map(str.upper, flags), at)))
