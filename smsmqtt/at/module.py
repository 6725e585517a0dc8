"""What is asked of a GSM module in a hold: learn what it can, look what it has, delete, submit.

Settings don't survive from one holder to the next, so each hold begins with the set-up. Where the
module joins commands with ``;`` the set-up, the questions and the listing are one line and one turn;
``ModuleFacts`` remembers that, and what else had to be found out by trying.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from smsmqtt.at import replies
from smsmqtt.at.channel import Command, Reply
from smsmqtt.at.dialogues import Dialogue, Submission, ask, submit, wake
from smsmqtt.at.replies import Record, Registration, SimState
from smsmqtt.at.results import Result, Severity
from smsmqtt.errors import NoAnswer

DELETIONS_AT_ONCE = 30
"""Keeps a joined line under 350 characters. SIM900-class modules take 556; nobody knows for the others."""
QUESTIONS = ("+CSQ", "+CPMS?")
"""The commands that always bring an information line."""
LISTING_TIMEOUT_S = 30.0
CNMI_VARIANTS = ("2,1,0,2,0", "1,1,0,2,0", "0,1,0,2,1", "2,1,0,1,0", "1,1,0,1,0", "2,1,0,0,0", "1,1,0,0,0")
"""Texts stored, reports stored where the module can, else handed through, else none (3GPP TS 27.005 §3.4.1)."""


@dataclass(frozen=True, kw_only=True)
class ModuleFacts:
    """What was learnt of a module by trying; kept so that it is learnt once.

    ``character_set``: of text mode, ``UCS2`` or ``GSM``; empty in PDU mode. ``storage``: the +CPMS setting
    that makes the listed store the one that texts arrive in, empty when it is so anyway.
    """

    model: str = ""
    joins: bool = False
    character_set: str = ""
    shows_detail: bool = False  # +CSDH=1 is taken
    cnmi: str = ""
    storage: str = ""
    keeps_link: bool = False  # +CMMS is taken: the radio link stays open between parts

    @property
    def text_mode(self) -> bool:
        return bool(self.character_set)


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a look at the module showed. ``records`` is None when the listing was not given."""

    signal_dbm: int | None
    sim: SimState | None
    registration: Registration | None
    operator: str | None
    sim_used: int | None
    sim_capacity: int | None
    records: tuple[Record, ...] | None
    result: Result

    @property
    def sim_missing(self) -> bool:
        return self.sim is None and self.result.severity is Severity.DEVICE and not self.result.ok


def learn(at_mode: str) -> Dialogue[ModuleFacts]:
    """Find out by trying what this module takes. ``at_mode``: auto, pdu or text."""
    joins = (yield from wake(Command(text="ATE0V1+CMEE=1;+CSQ", needs="+CSQ:", timeout_s=5.0))).result.ok
    for text in ("ATE0", "ATV1", "AT+CMEE=1"):  # where joining failed, none of it may have been taken
        yield from ask(Command(text=text))
    model = yield from ask(Command(text="ATI"))
    character_set = yield from _learn_mode(at_mode)
    detail = bool(character_set) and (yield from _takes("AT+CSDH=1"))
    cnmi = yield from _first_taken("AT+CNMI=", CNMI_VARIANTS)
    storage = yield from _learn_storage()
    return ModuleFacts(
        model=" ".join(model.lines)[:80],
        joins=joins,
        character_set=character_set,
        shows_detail=detail,
        cnmi=cnmi,
        storage=storage,
        keeps_link=(yield from _takes("AT+CMMS=?")),
    )


def _takes(text: str) -> Dialogue[bool]:
    return (yield from ask(Command(text=text))).result.ok


def _first_taken(start: str, variants: Sequence[str]) -> Dialogue[str]:
    for variant in variants:
        if (yield from _takes(start + variant)):
            return variant
    return ""


def _learn_mode(at_mode: str) -> Dialogue[str]:
    if at_mode != "text" and (yield from _takes("AT+CMGF=0")):
        return ""
    if at_mode == "pdu":
        raise NoAnswer("at_mode is pdu, and the module refuses PDU mode")
    yield from ask(Command(text="AT+CMGF=1"))
    return (yield from _first_taken("AT+CSCS=", ('"UCS2"', '"GSM"'))).strip('"') or "GSM"


def _learn_storage() -> Dialogue[str]:
    """Only where texts arrive in another store than the one that is listed is anything set: it may be kept in flash."""
    stores = replies.storages((yield from ask(Command(text="AT+CPMS?"))).lines)
    if len(stores) < 3 or stores[0].name == stores[2].name:
        return ""
    name = stores[2].name
    return (yield from _first_taken("AT+CPMS=", (f'"{name}","{name}","{name}"', f'"{name}"')))


def look(facts: ModuleFacts) -> Dialogue[Look]:
    """Set the module up and see all there is to see: state, network, what is stored. One turn where it joins."""
    pieces = [*_setup(facts), "+CREG?", "+COPS?", *_listing(facts)]
    if facts.joins:
        reply = yield from wake(_joined("ATE0V1", pieces, facts))
    else:
        reply = yield from _one_by_one(["E0", "V1", *pieces])
    return _understand_look(facts, reply)


def _setup(facts: ModuleFacts) -> list[str]:
    """+CSQ comes first: an information line without which a success is a stale one."""
    mode = ["+CMGF=1", f'+CSCS="{facts.character_set}"'] if facts.text_mode else ["+CMGF=0"]
    detail = ["+CSDH=1"] if facts.shows_detail else []
    cnmi = [f"+CNMI={facts.cnmi}"] if facts.cnmi else []
    storage = [f"+CPMS={facts.storage}"] if facts.storage else []
    return ["+CMEE=1", "+CSQ", "+CPIN?", *mode, *detail, *cnmi, *storage]


def _listing(facts: ModuleFacts) -> list[str]:
    """In text mode the store's count comes behind the records: what stands before it may be a body."""
    return ['+CMGL="ALL"', "+CPMS?"] if facts.text_mode else ["+CPMS?", "+CMGL=4"]


def _one_by_one(pieces: Sequence[str]) -> Dialogue[Reply]:
    """The same where the module doesn't join: stops at the first error that the SIM or the network explains."""
    lines: list[str] = []
    reply = yield from wake(Command(text="AT+CSQ", needs="+CSQ:", timeout_s=5.0))
    for piece in pieces:
        reply = yield from ask(Command(text=f"AT{piece}", timeout_s=LISTING_TIMEOUT_S))
        lines += reply.lines
        if reply.result.severity is Severity.DEVICE and not reply.result.ok:
            break
    return Reply(lines=tuple(lines), result=reply.result)


def _understand_look(facts: ModuleFacts, reply: Reply) -> Look:
    stores = replies.storages(reply.lines)
    return Look(
        signal_dbm=replies.signal_dbm(reply.lines),
        sim=replies.sim_state(reply.lines),
        registration=replies.registration(reply.lines),
        operator=replies.operator(reply.lines),
        sim_used=stores[0].used if stores else None,
        sim_capacity=stores[0].capacity if stores else None,
        records=_records(facts, reply.lines) if reply.result.ok else None,
        result=reply.result,
    )


def _records(facts: ModuleFacts, lines: Sequence[str]) -> tuple[Record, ...]:
    if not facts.text_mode:
        return tuple(replies.pdu_records(lines))
    end = max((i for i, line in enumerate(lines) if line.startswith("+CPMS:")), default=len(lines))
    return tuple(replies.text_records(lines[:end]))


def delete(facts: ModuleFacts, indexes: Iterable[int]) -> Dialogue[tuple[Record, ...]]:
    """Delete by index, never by flag, and list what is there then: the module's OK proves nothing."""
    pieces = [f"+CMGD={index}" for index in indexes]
    for start in range(0, len(pieces), DELETIONS_AT_ONCE):
        batch = pieces[start : start + DELETIONS_AT_ONCE]
        last = start + DELETIONS_AT_ONCE >= len(pieces)
        reply = yield from _delete_batch(facts, batch, _listing(facts) if last else [])
    return _records(facts, reply.lines) if reply.result.ok else ()


def _delete_batch(facts: ModuleFacts, batch: list[str], listing: list[str]) -> Dialogue[Reply]:
    if facts.joins:
        reply = yield from ask(_joined("AT", [*batch, *listing], facts))
        if reply.result.ok:
            return reply
    for piece in batch:  # one index that is refused must not keep the others
        reply = yield from ask(Command(text=f"AT{piece}"))
    if listing:
        reply = yield from (ask(_joined("AT", listing, facts)) if facts.joins else _one_by_one(listing))
    return reply


def _joined(start: str, pieces: Sequence[str], facts: ModuleFacts) -> Command:
    """One line of commands. What it needs to be answered with: see ``at.channel``, rule 2."""
    listing = facts.text_mode and any("+CMGL" in piece for piece in pieces)
    needs = "+CPMS:" if listing else next((f"{piece.rstrip('?')}:" for piece in pieces if piece in QUESTIONS), "")
    return Command(text=start + ";".join(pieces), needs=needs, listing=listing, timeout_s=LISTING_TIMEOUT_S)


def submit_pdu(facts: ModuleFacts, *, pdu_hex: str, tpdu_length: int, more_follow: bool) -> Dialogue[Submission]:
    """One PDU (3GPP TS 27.005 §4.3). With more to come the radio link is kept where the module can."""
    keep = "+CMMS=1;" if more_follow and facts.keeps_link and facts.joins else ""
    return (yield from submit(f"AT{keep}+CMGS={tpdu_length}", pdu_hex))


def enter_pin(pin: str) -> Dialogue[Result]:
    """Give the SIM its PIN, once: a third wrong one locks it."""
    return (yield from ask(Command(text=f'AT+CPIN="{pin}"', timeout_s=15.0))).result


def submit_text(facts: ModuleFacts, *, parameters: str, number: str, body: str) -> Dialogue[Submission]:
    """One text in text mode. Its parameters are set each time: nobody knows what the last holder left."""
    command = f'+CMGS="{number}"'
    if facts.joins:
        return (yield from submit(f"AT+CSMP={parameters};{command}", body))
    yield from ask(Command(text=f"AT+CSMP={parameters}"))
    return (yield from submit(f"AT{command}", body))
