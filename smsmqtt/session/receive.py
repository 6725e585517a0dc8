"""Read, keep, delete; understand, announce: a text is safe on disk before the SIM forgets it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from smsmqtt.at.channel import Unsolicited
from smsmqtt.at.module import ModuleFacts, delete
from smsmqtt.at.replies import Record
from smsmqtt.errors import PduError, StoreError
from smsmqtt.intake.credit import Credit
from smsmqtt.link.runner import Runner
from smsmqtt.logs import get_logger
from smsmqtt.model import DeliveryReport, RawText, Reason, TextPart
from smsmqtt.session import understand
from smsmqtt.store import Store, controls, inbox, outbox
from smsmqtt.store.inbox.raw import Form
from smsmqtt.store.transaction import Transaction

JOIN_WINDOW_S = 86400.0
"""Parts of one long text can come hours apart; a reference comes again after 255 other long texts."""
MOST_ROUNDS = 20
"""A SIM with an overflowing queue in the network behind it fills up again as it is emptied."""
LOOKED = "looked"

log = get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Received:
    """``kept``: how many records were new. ``left``: how many the SIM holds still, None when nobody knows."""

    kept: int
    left: int | None


def receive_all(runner: Runner, store: Store, line: str, facts: ModuleFacts, records: Sequence[Record]) -> Received:
    """Empty the SIM of what came in. Nothing is deleted that isn't kept."""
    kept, left = 0, list(records)
    for _ in range(MOST_ROUNDS):
        kept += keep(store, line, facts, left)
        received = {record.index: record for record in left if record.received}
        if not received:
            break
        listed = runner.run(delete(facts, sorted(received)))
        if listed is None:  # what is there now is for the next session to find out
            return Received(kept=kept, left=None)
        left = list(listed)
        if all(received.get(record.index) == record for record in left):  # nothing new behind it
            keep(store, line, facts, left)
            break
    return Received(kept=kept, left=len(left))


def keep(store: Store, line: str, facts: ModuleFacts, records: Sequence[Record]) -> int:
    """Commit what is new of a listing and forget which places are free now. Writes nothing when nothing changed."""
    form: Form = "text" if facts.text_mode else "pdu"
    listed = {record.index: _content(record, facts) for record in records if record.received}
    present = {(index, inbox.digest(content)) for index, content in listed.items()}
    known = store.read(lambda tx: set(inbox.on_sim(tx, line)))
    looked_before = store.read(lambda tx: LOOKED in controls.recall(tx, _scope(line)))
    if known == present and looked_before:
        return 0

    def unit(tx: Transaction) -> int:
        inbox.listed(tx, line, present)
        controls.remember(tx, _scope(line), LOOKED, "yes")
        records = [(index, form, content, not looked_before) for index, content in listed.items()]
        return len(inbox.put_raw(tx, line, records))

    return store.write(unit)


def keep_unsolicited(store: Store, line: str, facts: ModuleFacts, unsolicited: Iterable[Unsolicited]) -> int:
    """Texts and reports that the module handed through instead of storing them."""
    handed = (understand.handed_through(event.lines, facts.character_set) for event in unsolicited)
    found = [(None, *record, False) for record in handed if record]
    return len(store.write(lambda tx: inbox.put_raw(tx, line, found))) if found else 0


def _content(record: Record, facts: ModuleFacts) -> str:
    if facts.text_mode:
        return understand.text_content(record.content, facts.character_set)
    return record.content


def _scope(line: str) -> str:
    return f"line/{line}"


def understand_all(store: Store, credit: Credit, lines: Iterable[str] | None = None) -> None:
    """Take up what was kept and not yet understood; ``lines`` None: of any line, also one that is no more."""
    wanted = None if lines is None else set(lines)
    for raw in store.read(inbox.not_understood):
        if wanted is None or raw.line in wanted:
            _understand_one(store, credit, raw)


def _understand_one(store: Store, credit: Credit, raw: RawText) -> None:
    """One record, one transaction. What can't be read is kept and announced, and keeps nobody else waiting."""
    try:
        meaning = understand.read(raw)
        store.write(lambda tx: _record(tx, credit, raw, meaning))
    except PduError as error:
        _set_aside(store, raw, Reason(code="bad_pdu", text=str(error)))
    except StoreError:
        raise
    except Exception:  # a bug of ours that this record wakes: once is enough
        log.exception("a record broke smsmqtt; it is set aside", line=raw.line, id=raw.id)
        _set_aside(store, raw, Reason(code="internal_error", text="reading it broke smsmqtt; the log tells how"))


def _set_aside(store: Store, raw: RawText, reason: Reason) -> None:
    store.write(lambda tx: inbox.unreadable(tx, raw.id, reason))


def _record(tx: Transaction, credit: Credit, raw: RawText, meaning: TextPart | DeliveryReport) -> None:
    if isinstance(meaning, TextPart):
        text = inbox.add_part(tx, meaning, JOIN_WINDOW_S)
        if text and text.line in credit.profiles:
            from smsmqtt.session.balance import recognise  # only a house with a carrier has the carriers in memory

            recognise(tx, credit, text)
    else:
        _close(tx, raw, meaning)


def _close(tx: Transaction, raw: RawText, report: DeliveryReport) -> None:
    matched = outbox.report(tx, report)
    inbox.understood_report(tx, raw.id)
    log.debug("delivery report", line=report.line, status=report.status, matched=matched)
