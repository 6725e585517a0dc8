"""What waits on a line that is not in the configuration any more: moved to another one, or told that it waits.

The configuration changes only between two starts, so this is settled at the start, when nothing is in hand.
"""

from __future__ import annotations

from smsmqtt.errors import LineGone
from smsmqtt.intake.accept import line_for
from smsmqtt.intake.directory import Directory
from smsmqtt.intake.door import Door
from smsmqtt.intake.guard import Sendable
from smsmqtt.logs import get_logger
from smsmqtt.model import Message, MessageState, Reason
from smsmqtt.payloads.state import Trouble
from smsmqtt.store import outbox
from smsmqtt.store.transaction import Transaction

WAITS = Reason(
    code="line_gone",
    text="its line is not in the configuration any more; it waits until it expires, or until the line is back",
)
GIVEN_UP = Reason(
    code="line_gone", text="its time ran out, and its line is not in the configuration any more; a part went out before"
)

log = get_logger(__name__)


def settle(tx: Transaction, door: Door) -> None:
    """Moves what may move; what the caller bound to its line, or is out in part, stays and says why."""
    for each in outbox.waiting_for(tx, WAITS.code):
        if each.line in door.directory.lines:  # it is back
            outbox.wait_because(tx, each.id, None, None)
    stranded = outbox.stranded(tx, tuple(door.directory.lines))
    staying = [each for each in stranded if not _moved(tx, each, door)]
    for each in staying:
        outbox.wait_because(tx, each.id, WAITS, None)
    if stranded:
        gone = sorted({str(each.line) for each in stranded})
        moved = len(stranded) - len(staying)
        log.warning("lines that messages wait for are not configured", lines=gone, moved=moved, waiting=len(staying))


def give_up(tx: Transaction, directory: Directory) -> None:
    """What is out in part can't expire: without its line it fails when its time is over."""
    outbox.give_up(tx, tuple(directory.lines), GIVEN_UP)


def troubles(tx: Transaction, directory: Directory) -> dict[str, Trouble]:
    """By the name of the line that is gone, as long as messages wait for it."""
    return {
        gone.line: Trouble(
            code=LineGone.code,
            text=f"messages that wait for line {gone.line}: {gone.number}",
            hint=LineGone().hint,
            since=gone.since,
        )
        for gone in outbox.gone_lines(tx, tuple(directory.lines), WAITS.code)
    }


def _moved(tx: Transaction, message: Message, door: Door) -> bool:
    """To the line that a new order would go by, unless that one must not text this number."""
    if message.line_fixed or message.state is not MessageState.QUEUED:
        return False
    line = line_for(tx, message.recipient, door.directory)
    text = Sendable(line=line, recipient=message.recipient, body=message.body, parts=len(message.parts), named=True)
    if not door.guard.takes_over(tx, text):
        return False
    outbox.move_line(tx, message.id, line)
    return True
