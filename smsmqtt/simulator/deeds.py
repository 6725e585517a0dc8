"""What can be ordered over the control connection: a function for each ``do``, its fields checked by their types."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, ValidationError, validate_call

from smsmqtt.simulator import alphabet
from smsmqtt.simulator.card import Kind
from smsmqtt.simulator.faults import Fault
from smsmqtt.simulator.network import OnAir
from smsmqtt.simulator.unit import Simulator

Order = dict[str, Any]
Deed = Callable[..., Order]

NUMBER = re.compile(r"\+?[0-9*#]*")
LONGEST_NAME = 11
ARRANGEMENTS = ("forward", "reversed", "shuffled")
STAMPED = (datetime(1970, 1, 1, tzinfo=UTC), datetime(2070, 1, 1, tzinfo=UTC))
"""The years that two digits tell."""

checked = validate_call(config=ConfigDict(arbitrary_types_allowed=True))


def _sender(text: str) -> str:
    named = text.strip("+0123456789*#") and len(text) <= LONGEST_NAME and alphabet.fits(text)
    if not named and not NUMBER.fullmatch(text):
        raise ValueError("expected a number, or a name of at most 11 letters of the GSM alphabet")
    return text


def _octets(text: Any) -> bytes:
    try:
        return bytes.fromhex(text)
    except (ValueError, TypeError) as error:
        raise ValueError("expected octets as hexadecimal digits") from error


def _moment(text: Any) -> datetime:
    expected = "expected a time with its offset, such as 2026-11-22T10:00:00Z"
    try:
        at = datetime.fromisoformat(text)
    except (ValueError, TypeError) as error:
        raise ValueError(expected) from error
    if at.tzinfo is None or not STAMPED[0] <= at < STAMPED[1]:
        raise ValueError(f"{expected}, of the years 1970 to 2069")
    return at


def _arrangement(wanted: Any) -> Any:
    parts = isinstance(wanted, list) and all(isinstance(part, int) and part > 0 for part in wanted)
    if not parts and wanted not in ARRANGEMENTS:
        raise ValueError(f"expected {', '.join(ARRANGEMENTS)}, or a list of the parts' numbers")
    return wanted


From = Annotated[str, AfterValidator(_sender), Field(alias="from")]
Octets = Annotated[bytes, BeforeValidator(_octets)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Arrangement = Annotated[Any, BeforeValidator(_arrangement)]
MessageClass = Annotated[int, Field(ge=0, le=3)]
Reference = Annotated[int, Field(ge=0, le=65535)]
Status = Annotated[int, Field(ge=0, le=255)]
Place = Annotated[int, Field(ge=0)]


@checked
def _deliver(
    unit: Simulator,
    /,
    *,
    module: int,
    sender: From,
    text: str | None = None,
    data: Octets | None = None,
    at: Moment | None = None,
    order: Arrangement = "forward",
    wide: bool = False,
    message_class: MessageClass | None = None,
    reference: Reference | None = None,
) -> Order:
    content = data if text is None else text
    if content is None or (text is not None and data is not None):
        raise ValueError("text: expected either text or data")
    how = {"at": at, "order": order, "wide": wide, "message_class": message_class, "reference": reference}
    try:
        return {"pdus": unit.deliver(module, sender, content, **how)}
    except IndexError as error:
        raise ValueError("order: names a part that the text has not") from error
    except ValueError as error:
        raise ValueError("text: too long") from error


@checked
def _deliver_pdu(unit: Simulator, /, *, module: int, pdu: Octets, kind: Kind = "deliver") -> Order:
    unit.deliver_pdu(module, pdu.hex(), kind)
    return {}


@checked
def _report(unit: Simulator, /, *, place: Place, status: Status) -> Order:
    try:
        unit.report(place, status)
    except IndexError as error:
        raise ValueError("place: nothing was sent there; the first text sent is 0") from error
    return {}


@checked
def _call(unit: Simulator, /, *, module: int, sender: From) -> Order:
    return {"noticed": unit.call(module, sender)}


@checked
def _hang_up(unit: Simulator, /, *, module: int) -> Order:
    unit.hang_up(module)
    return {}


@checked
def _leave_open(unit: Simulator, /, *, module: int, items: tuple[int, ...]) -> Order:
    unit.leave_open(module, *items)
    return {}


@checked
def _snatch(unit: Simulator, /, *, module: int) -> Order:
    unit.snatch(module)
    return {}


@checked
def _say(unit: Simulator, /, *, module: int, line: str) -> Order:
    unit.say(module, line)
    return {}


@checked
def _reboot(unit: Simulator, /) -> Order:
    unit.reboot()
    return {}


@checked
def _fault(unit: Simulator, /, *, fault: Fault | None = None, clear: bool = False) -> Order:
    with unit.world:
        faults = unit.world.faults
        if clear:
            faults.clear()
        if fault is not None:
            faults.arm(fault)
        return {"armed": [armed.model_dump() for armed in faults.armed], "happened": len(faults.happened)}


@checked
def _knob(unit: Simulator, /, *, knob: str, value: Any) -> Order:
    try:
        unit.turn(knob, value)
    except ValidationError:
        raise
    except (AttributeError, LookupError, TypeError, ValueError) as error:  # the path leads nowhere
        raise ValueError(f"knob: there is none called {knob}") from error
    return {}


@checked
def _config(unit: Simulator, /) -> Order:
    return {"config": unit.config.model_dump(mode="json")}


@checked
def _sent(unit: Simulator, /, *, after: Place = 0) -> Order:
    with unit.world:
        return {"sent": [_as_json(entry) for entry in unit.network.sent[after:]]}


def _as_json(entry: OnAir) -> Order:
    submit = entry.submit
    concat = submit.content.concat
    return {
        "at": entry.at.isoformat(),
        "at_s": entry.at_s,
        "module": entry.module,
        "to": entry.recipient,
        "text": entry.text,
        "coding": submit.content.coding,
        "data": submit.content.octets.hex().upper(),
        "header": submit.content.header.hex().upper(),
        "concat": asdict(concat) if concat else None,
        "reference": entry.reference,
        "by": entry.by,
        "report": submit.report_wanted,
        "dcs": submit.dcs,
        "pid": submit.pid,
        "validity_s": submit.validity_s,
        "tpdu": entry.tpdu_hex,
    }


@checked
def _texts(unit: Simulator, /) -> Order:
    with unit.world:
        return {"texts": [asdict(text) for text in unit.network.texts()]}


@checked
def _asked(unit: Simulator, /, *, after: Place = 0) -> Order:
    with unit.world:
        return {"asked": [asdict(one) | {"at": one.at.isoformat()} for one in unit.network.asked[after:]]}


@checked
def _stats(unit: Simulator, /) -> Order:
    with unit.world:
        inside = [asdict(visit.record) | {"state": visit.state} for visit in unit.visits]
        return {"stats": unit.measures.summary() | {"now_s": unit.world.monotonic(), "inside": inside}}


@checked
def _sim(unit: Simulator, /, *, module: int) -> Order:
    with unit.world:
        modem = unit.module(module)
        slots = [
            {"index": index, "kind": record.kind, "status": record.status, "pdu": record.pdu.hex().upper()}
            for index, record in modem.card.listed()
        ]
        waiting = [incoming.pdu.hex().upper() for incoming in unit.network.waiting.get(modem.number, ())]
        toolkit = {"state": modem.toolkit.state, "items": modem.toolkit.path}
        state = {"state": modem.sim_state, "capacity": modem.sim.capacity, "toolkit": toolkit}
        return state | {"slots": slots, "waiting": waiting}


DEEDS: dict[str, Deed] = {
    "deliver": _deliver,
    "deliver_pdu": _deliver_pdu,
    "report": _report,
    "call": _call,
    "hang_up": _hang_up,
    "leave_open": _leave_open,
    "snatch": _snatch,
    "say": _say,
    "reboot": _reboot,
    "fault": _fault,
    "knob": _knob,
    "config": _config,
    "sent": _sent,
    "texts": _texts,
    "asked": _asked,
    "stats": _stats,
    "sim": _sim,
}
