"""Information lines → values: one small function for each reply. What can't be read is None, never an exception."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

DBM_AT_0 = -113  # 3GPP TS 27.007 §8.5: -113 dBm and 2 dB a step
RSSI_UNKNOWN = 99
_VALUE = re.compile(r',(\s*"[^"]*"[^,]*|[^,]*)')


class SimState(StrEnum):
    READY = "ready"
    NO_SIM = "no_sim"
    PIN = "pin"
    BLOCKED = "blocked"  # PUK or another code that a daemon must not try


class Registration(StrEnum):
    HOME = "home"
    ROAMING = "roaming"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Storage:
    """A message store: 3GPP TS 27.005 §3.2.2. ``name`` is empty in the answer to a set."""

    name: str
    used: int
    capacity: int


@dataclass(frozen=True, kw_only=True)
class Record:
    """One stored record of a listing. ``content``: the PDU, or header and body of a text-mode record.

    ``received``: a text or a report that came in; what somebody stored to send it is not ours to take.
    """

    index: int
    received: bool
    content: str


def fields(line: str) -> list[str]:
    """The comma separated values behind the colon; quotes are taken off, also a single one."""
    _, _, rest = line.partition(":")
    return [value.strip().strip('"') for value in _VALUE.findall(f",{rest}")] if rest.strip() else []


def first(lines: Iterable[str], start: str) -> list[str] | None:
    """The values of the first line that starts so."""
    return next((fields(line) for line in lines if line.startswith(start)), None)


def signal_dbm(lines: Sequence[str]) -> int | None:
    """+CSQ; None when unknown."""
    values = first(lines, "+CSQ:")
    if not values or not values[0].isdecimal() or int(values[0]) >= RSSI_UNKNOWN:
        return None
    return DBM_AT_0 + 2 * int(values[0])


def sim_state(lines: Sequence[str]) -> SimState | None:
    """+CPIN?."""
    values = first(lines, "+CPIN:")
    if not values:
        return None
    known = {"READY": SimState.READY, "SIM PIN": SimState.PIN, "NOT INSERTED": SimState.NO_SIM}
    return known.get(values[0].upper(), SimState.BLOCKED)


def registration(lines: Sequence[str]) -> Registration | None:
    """+CREG?: ``<n>,<stat>[,…]``. Some leave <n> out; some send the unsolicited form in between.

    A location area has four hexadecimal digits, so a short second value is the state.
    """
    found = None
    for line in lines:
        if not line.startswith("+CREG:"):
            continue
        values = fields(line)
        value = values[1] if len(values) > 1 and re.fullmatch(r"\d{1,2}", values[1]) else values[0] if values else ""
        state = {"1": Registration.HOME, "6": Registration.HOME, "5": Registration.ROAMING, "7": Registration.ROAMING}
        found = state.get(value, Registration.NONE)
    return found


def operator(lines: Sequence[str]) -> str | None:
    """+COPS?: the name, or the number where the module has no name; None when not registered."""
    values = first(lines, "+COPS:")
    return values[2] or None if values and len(values) > 2 else None


def storages(lines: Sequence[str]) -> list[Storage]:
    """+CPMS?: the stores for reading, for sending and for what arrives."""
    values = first(lines, "+CPMS:") or []
    width = 3 if values and not values[0].isdecimal() else 2
    groups = [values[i : i + width] for i in range(0, len(values) - width + 1, width)]
    return [
        Storage(name=group[0] if width == 3 else "", used=int(group[-2]), capacity=int(group[-1]))
        for group in groups
        if group[-2].isdecimal() and group[-1].isdecimal()
    ]


def arrives_in(lines: Sequence[str]) -> str:
    """+CPMS?, the last one: the store that texts arrive in, where another one is listed; else empty."""
    for line in reversed(lines):
        match storages([line]):
            case [Storage(name=listed), _, Storage(name=name), *_] if listed:
                return "" if name == listed else name
    return ""


def service_centre(lines: Sequence[str]) -> str | None:
    """+CSCA?: the number; None when there is none."""
    values = first(lines, "+CSCA:")
    return values[0] or None if values else None


def submitted(lines: Sequence[str]) -> int | None:
    """+CMGS: the message reference, the only proof that the network took a text."""
    values = first(lines, "+CMGS:")
    return int(values[0]) & 0xFF if values and values[0].isdecimal() else None


def pdu_records(lines: Sequence[str]) -> list[Record]:
    """A +CMGL listing in PDU mode: ``+CMGL: index,stat,[alpha],length`` and a line of hex.

    Lines of other kinds may stand in between. A record without its PDU (an empty slot) is left out.
    """
    found: list[Record] = []
    for line in lines:
        values = fields(line) if line.startswith("+CMGL:") else None
        if values and len(values) > 1 and values[0].isdecimal():
            found.append(Record(index=int(values[0]), received=values[1] in ("0", "1"), content=""))
        elif found and not found[-1].content and re.fullmatch(r"[0-9A-Fa-f]+", line.strip()):
            found[-1] = replace(found[-1], content=line.strip().upper())
    return [record for record in found if record.content]


def text_records(lines: Sequence[str]) -> list[Record]:
    """A +CMGL listing in text mode: a header and any number of body lines, none for reports and empty records.

    The content is the header and the body as they came, joined by LF.
    """
    found: list[Record] = []
    for line in lines:
        header = re.match(r'\+CMGL: ?(\d+),"(REC|STO) ', line)
        if header:
            found.append(Record(index=int(header[1]), received=header[2] == "REC", content=line))
        elif found:
            found[-1] = replace(found[-1], content=f"{found[-1].content}\n{line}")
    return [replace(record, content=record.content.rstrip("\n")) for record in found]
