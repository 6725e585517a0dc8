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
from smsmqtt.at.dialogues import Dialogue, Haste, Submission, ask, escape, submit, wake
from smsmqtt.at.joining import TEXT_LISTING, ask_all
from smsmqtt.at.replies import Record, Registration, SimState
from smsmqtt.at.results import Result, Severity
from smsmqtt.errors import NoAnswer

WAKE = Command(text="AT+CSQ", needs="+CSQ:", timeout_s=5.0)
LINE_LIMITS = (300, 120, 60)
"""Lengths of a joined line that are tried. SIM900-class modules take 556; nobody knows for the others."""
CNMI_VARIANTS = (
    *("2,1,0,2,0", "1,1,0,2,0", "0,1,0,2,1", "2,1,0,2,1", "1,1,0,2,1"),
    *("2,1,0,1,0", "1,1,0,1,0", "2,1,0,0,0", "1,1,0,0,0"),
)
"""Texts stored, reports stored where the module can, else handed through, else none (3GPP TS 27.005 §3.4.1)."""


@dataclass(frozen=True, kw_only=True)
class ModuleFacts:
    """What was learnt of a module by trying; kept so that it is learnt once.

    ``line_limit``: how long a line of joined commands may be, 0 where none may. ``character_set``: of text mode,
    ``UCS2`` or ``GSM``; empty in PDU mode. ``storage``: the +CPMS setting that makes the listed store the one
    that texts arrive in, empty when it is so anyway. ``out_of_reach``: it can't be.
    """

    model: str = ""
    takes_haste: bool = False  # commands may follow right behind a result
    line_limit: int = 0
    numbers_errors: bool = False  # +CMEE=1 is taken
    character_set: str = ""
    shows_detail: bool = False  # +CSDH=1 is taken
    cnmi: str = ""
    storage: str = ""
    out_of_reach: bool = False
    keeps_link: bool = False  # +CMMS is taken: the radio link stays open between parts
    shows_callers: bool = False  # +CLIP=1 is taken: a ring tells who it is (3GPP TS 27.007 §7.6)

    @property
    def joins(self) -> bool:
        return self.line_limit > 0

    @property
    def text_mode(self) -> bool:
        return bool(self.character_set)

    @property
    def hex_bodies(self) -> bool:
        return self.character_set == "UCS2"


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a look at the module showed. ``records`` is None when the listing was not given.

    ``arrives_elsewhere``: in another store than the one that was listed.
    """

    signal_dbm: int | None
    sim: SimState | None
    registration: Registration | None
    operator: str | None
    sim_used: int | None
    sim_capacity: int | None
    arrives_elsewhere: bool
    records: tuple[Record, ...] | None
    result: Result

    @property
    def sim_missing(self) -> bool:
        if self.sim is SimState.NO_SIM:
            return True
        return self.sim is None and self.result.severity is Severity.DEVICE and not self.result.ok


def learn(at_mode: str) -> Dialogue[ModuleFacts]:
    """Find out by trying what this module takes. ``at_mode``: auto, pdu or text."""
    yield from wake(WAKE)
    takes_haste = yield from _learn_haste()
    numbers_errors = yield from _takes("AT+CMEE=1")
    model = yield from ask(Command(text="ATI"))
    line_limit = yield from _learn_line_limit("+CMEE=1" if numbers_errors else "+CSQ")
    character_set = yield from _learn_mode(at_mode)
    detail = bool(character_set) and (yield from _takes("AT+CSDH=1"))
    cnmi = yield from _first_taken("AT+CNMI=", CNMI_VARIANTS)
    storage = yield from _learn_storage()
    return ModuleFacts(
        model=" ".join(model.lines)[:80],
        takes_haste=takes_haste,
        line_limit=line_limit,
        numbers_errors=numbers_errors,
        character_set=character_set,
        shows_detail=detail,
        cnmi=cnmi,
        storage=storage,
        keeps_link=(yield from _takes("AT+CMMS=1")),
        shows_callers=(yield from _takes("AT+CLIP=1")),
    )


def _learn_haste() -> Dialogue[bool]:
    """Whether the plainest commands are answered when each comes right behind the last result."""
    plain = (Command(text="ATE0", timeout_s=2.0), Command(text="ATV1", timeout_s=2.0))
    yield Haste(allowed=True)
    try:
        for command in plain:
            yield from ask(command)
        return True
    except NoAnswer:
        yield Haste(allowed=False)
        for command in plain:
            yield from ask(command)
        return False


def _learn_line_limit(filler: str) -> Dialogue[int]:
    """The longest line whose last question is answered: some modules drop what they don't take, and say OK."""
    for limit in LINE_LIMITS:
        pieces = [*[filler] * ((limit - len("AT+CSQ")) // len(f"{filler};")), "+CSQ"]
        try:
            reply = yield from ask(Command(text="AT" + ";".join(pieces), timeout_s=5.0))
        except NoAnswer:
            yield from escape()
            continue
        answers = [line for line in reply.lines if line.startswith("+CSQ:")]
        if reply.result.ok and len(answers) == pieces.count("+CSQ"):
            return limit
    return 0


def _takes(text: str) -> Dialogue[bool]:
    return (yield from ask(Command(text=text))).result.ok


def _first_taken(start: str, variants: Sequence[str]) -> Dialogue[str]:
    for variant in variants:
        if (yield from _takes(start + variant)):
            return variant
    return ""


def _learn_mode(at_mode: str) -> Dialogue[str]:
    if at_mode != "text":
        result = (yield from ask(Command(text="AT+CMGF=0"))).result
        if result.ok or result.severity is Severity.DEVICE:  # without its SIM it tells nothing of its modes
            return ""
    if at_mode == "pdu":
        raise NoAnswer("at_mode is pdu, and the module refuses PDU mode")
    yield from ask(Command(text="AT+CMGF=1"))
    return (yield from _first_taken("AT+CSCS=", ('"UCS2"', '"GSM"'))).strip('"') or "GSM"


def _learn_storage() -> Dialogue[str]:
    """Only where texts arrive in another store than the one that is listed is anything set: it may be kept in flash.

    And no more than what is listed, if the module takes that: a look must see where texts arrive between two holds.
    """
    name = replies.arrives_in((yield from ask(Command(text="AT+CPMS?"))).lines)
    return (yield from _first_taken("AT+CPMS=", (f'"{name}"', f'"{name}","{name}","{name}"'))) if name else ""


def look(facts: ModuleFacts) -> Dialogue[Look]:
    """Set the module up and see all there is to see: state, network, what is stored. One turn where it joins."""
    yield Haste(allowed=facts.takes_haste)
    start, switches = ("ATE0V1", []) if facts.joins else ("AT", ["E0", "V1"])
    pieces = ["+CSQ", *switches, *_setup(facts), "+CREG?", "+COPS?", *_listing(facts)]
    reply = yield from ask_all(start, pieces, facts.line_limit, hex_bodies=facts.hex_bodies, opening=wake)
    return _understand_look(facts, reply)


def _setup(facts: ModuleFacts) -> list[str]:
    errors = ["+CMEE=1"] if facts.numbers_errors else []
    mode = ["+CMGF=1", f'+CSCS="{facts.character_set}"'] if facts.text_mode else ["+CMGF=0"]
    detail = ["+CSDH=1"] if facts.shows_detail else []
    cnmi = [f"+CNMI={facts.cnmi}"] if facts.cnmi else []
    storage = [f"+CPMS={facts.storage}"] if facts.storage else []
    callers = ["+CLIP=1"] if facts.shows_callers and facts.joins else []  # not worth a turn of its own
    return [*errors, "+CPIN?", *mode, *detail, *cnmi, *storage, *callers]


def _listing(facts: ModuleFacts) -> list[str]:
    """In text mode the store's count comes behind the records: what stands before it may be a body."""
    if not facts.text_mode:
        return ["+CPMS?", "+CMGL=4"]
    return [f"{TEXT_LISTING};+CPMS?"] if facts.joins else ["+CPMS?", TEXT_LISTING]


def _understand_look(facts: ModuleFacts, reply: Reply) -> Look:
    stores = replies.storages(reply.lines)
    return Look(
        signal_dbm=replies.signal_dbm(reply.lines),
        sim=replies.sim_state(reply.lines),
        registration=replies.registration(reply.lines),
        operator=replies.operator(reply.lines),
        sim_used=stores[0].used if stores else None,
        sim_capacity=stores[0].capacity if stores else None,
        arrives_elsewhere=bool(replies.arrives_in(reply.lines)),
        records=_records(facts, reply.lines) if reply.result.ok else None,
        result=reply.result,
    )


def _records(facts: ModuleFacts, lines: Sequence[str]) -> tuple[Record, ...]:
    if not facts.text_mode:
        return tuple(replies.pdu_records(lines))
    if facts.joins:
        lines = lines[: max((i for i, line in enumerate(lines) if line.startswith("+CPMS:")), default=len(lines))]
    return tuple(replies.text_records(lines))


def delete(facts: ModuleFacts, indexes: Iterable[int]) -> Dialogue[tuple[Record, ...] | None]:
    """Delete by index, never by flag, and list what is there then: the module's OK proves nothing.

    None when the listing was not given: nobody knows what is there.
    """
    pieces = [f"+CMGD={index}" for index in indexes]
    reply = yield from ask_all("AT", [*pieces, *_listing(facts)], facts.line_limit, hex_bodies=facts.hex_bodies)
    return _records(facts, reply.lines) if reply.result.ok else None


def submit_pdu(facts: ModuleFacts, *, pdu_hex: str, tpdu_length: int, more_follow: bool) -> Dialogue[Submission]:
    """One PDU (3GPP TS 27.005 §4.3). With more to come the radio link is kept where the module can.

    An error before the prompt may be about the link alone.
    """
    if more_follow and facts.keeps_link and facts.joins:
        submission = yield from submit(f"AT+CMMS=1;+CMGS={tpdu_length}", pdu_hex)
        if submission.handed_over:
            return submission
    return (yield from submit(f"AT+CMGS={tpdu_length}", pdu_hex))


def enter_pin(pin: str) -> Dialogue[Result]:
    """Give the SIM its PIN, once: a third wrong one locks it."""
    return (yield from ask(Command(text=f'AT+CPIN="{pin}"', timeout_s=15.0))).result


def submit_text(facts: ModuleFacts, *, parameters: str, number: str, body: str) -> Dialogue[Submission]:
    """One text in text mode. Its parameters are set each time: nobody knows what the last holder left."""
    command = f'+CMGS="{number}"'
    if facts.joins:
        return (yield from submit(f"AT+CSMP={parameters};{command}", body))
    reply = yield from ask(Command(text=f"AT+CSMP={parameters}"))
    if not reply.result.ok:
        return Submission(handed_over=False, result=reply.result)
    return (yield from submit(f"AT{command}", body))
