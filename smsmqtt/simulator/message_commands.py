"""AT commands for texts (3GPP TS 27.005)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smsmqtt.simulator import pdu, records
from smsmqtt.simulator.card import READ, SENT, UNREAD, UNSENT, Record
from smsmqtt.simulator.command_line import Ask, Command, Doer, Outcome, Stored
from smsmqtt.simulator.settings import Refused

if TYPE_CHECKING:
    from smsmqtt.simulator.modem import Modem

SIM_CMS = {"none": 310, "pin": 311, "puk": 316}
STATUSES = {"REC UNREAD": UNREAD, "REC READ": READ, "STO UNSENT": UNSENT, "STO SENT": SENT, "ALL": 4}


def need_sim(modem: Modem) -> None:
    if modem.sim_state != "ready":
        raise Refused("CMS", SIM_CMS[modem.sim_state])


def _cmgf(modem: Modem, command: Command) -> list[str]:
    if command.does == "read":
        return [f"+CMGF: {int(modem.settings.text_mode)}"]
    allowed = [mode for mode, there in ((0, modem.knobs.pdu_mode), (1, modem.knobs.text_mode)) if there]
    if command.does == "test":
        return [f"+CMGF: ({','.join(map(str, allowed))})"]
    mode = command.numbers(1, 1)[0] if command.does == "set" else 0
    if mode not in allowed:
        raise Refused("CMS", 303)
    modem.settings.text_mode = mode == 1
    return []


def _cmgl(modem: Modem, command: Command) -> list[str]:
    text_mode = modem.settings.text_mode
    if command.does == "test":
        names = ",".join(f'"{name}"' for name in STATUSES)
        return [f"+CMGL: ({names})" if text_mode else "+CMGL: (0-4)"]
    need_sim(modem)
    word = command.arguments[0] if command.does == "set" else "REC UNREAD" if text_mode else "0"
    wanted = STATUSES.get(word.upper()) if text_mode else int(word) if word in ("0", "1", "2", "3", "4") else None
    if wanted is None:
        raise Refused("CMS", 305 if text_mode else 304)
    lines = []
    for index, record in modem.listed.listed():
        if wanted in (4, record.status):
            lines.append(f"+CMGL: {index}," + records.listed(modem, record, "CMGL"))
            _read(modem, record)
    return lines


def _cmgr(modem: Modem, command: Command) -> list[str]:
    if command.does == "test":
        return []
    need_sim(modem)
    record = _record(modem, command.numbers(1, 2)[0])
    line = "+CMGR: " + records.listed(modem, record, "CMGR")
    if record.status == UNREAD:
        record.status = READ
    return [line]


def _read(modem: Modem, record: Record) -> None:
    if record.status == UNREAD and modem.knobs.listing_marks_read:
        record.status = READ


def _record(modem: Modem, index: int | None) -> Record:
    record = modem.listed.slots.get(-1 if index is None else index)
    if record is None:
        raise Refused("CMS", 321)
    return record


def _cmgd(modem: Modem, command: Command) -> list[str]:
    if command.does == "test":
        indexes = ",".join(str(index) for index, _ in modem.listed.listed())
        return [f"+CMGD: ({indexes})" + (",(0-4)" if modem.knobs.delete_flags else "")]
    need_sim(modem)
    index, flag = (*command.numbers(1, 2), 0)[:2]
    first = modem.sim.first_index
    if (flag and not modem.knobs.delete_flags) or flag not in (0, 1, 2, 3, 4, None):
        raise Refused("CMS", 303)
    if not flag and (index is None or not first <= index < first + modem.room(modem.settings.listed)):
        raise Refused("CMS", 321)
    if not flag and index not in modem.listed.slots and modem.knobs.delete_empty == "error":
        raise Refused("CMS", 321)
    if modem.knobs.delete == "works":
        modem.listed.delete(index or 0, flag or 0)
        modem.network.slot_freed(modem.number)
    return []


def _cmgs(modem: Modem, command: Command) -> Outcome:
    if command.does == "test":
        return []
    need_sim(modem)
    return Ask(purpose="send", target=_target(modem, command))


def _cmgw(modem: Modem, command: Command) -> Outcome:
    if not modem.knobs.write_store:
        raise Refused
    if command.does == "test":
        return []
    need_sim(modem)
    return Ask(purpose="store", target=_target(modem, command))


def _target(modem: Modem, command: Command) -> str:
    """PDU mode: the length; text mode: the number, as hex with +CSCS="UCS2"."""
    first = command.arguments[0] if command.text else ""
    if not modem.settings.text_mode:
        if not first.isdecimal():
            raise Refused("CMS", 304)
        return first
    try:
        number = records.from_charset(first.encode("latin-1"), modem.settings.charset) if first else ""
    except ValueError as error:
        raise Refused("CMS", 305) from error
    if (not number and command.name == "+CMGS") or number.strip("+0123456789*#"):
        raise Refused("CMS", 305)
    return number


def _cmss(modem: Modem, command: Command) -> Outcome:
    if not modem.knobs.write_store:
        raise Refused
    if command.does == "test":
        return []
    need_sim(modem)
    first = command.arguments[0]
    record = _record(modem, int(first) if first.isdecimal() else None)
    if record.kind != "submit":
        raise Refused("CMS", 302)
    record.status = SENT
    return Stored(tpdu=pdu.split_smsc(record.pdu))


def _cnmi(modem: Modem, command: Command) -> list[str]:
    knobs = modem.knobs
    if command.does == "read":
        return ["+CNMI: " + ",".join(map(str, modem.cnmi))]
    if command.does == "test":
        modes, bfr = (",".join(map(str, values)) for values in (knobs.cnmi_modes, knobs.cnmi_bfr))
        return [f"+CNMI: ({modes}),(0-3),(0,2),(0-2),({bfr})"]
    given = command.numbers(0, 5)
    values = [old if new is None else new for new, old in zip(given, modem.cnmi, strict=False)]
    values += modem.cnmi[len(values) :]
    mode, texts, cells, reports, bfr_now = values
    if mode not in knobs.cnmi_modes or texts > 3 or cells > 3 or reports > 2 or bfr_now not in knobs.cnmi_bfr:
        raise Refused("CMS", 303)
    modem.cnmi = (mode, texts, cells, reports, bfr_now)
    return []


def _cpms(modem: Modem, command: Command) -> list[str]:
    if command.does == "test":
        names = "(" + ",".join(f'"{name}"' for name in modem.knobs.stores) + ")"
        return [f"+CPMS: {names},{names},{names}"]
    need_sim(modem)
    if command.does == "read":
        return ["+CPMS: " + ",".join(f'"{name}",{_filled(modem, name)}' for name in modem.stores)]
    if not 1 <= len(command.arguments) <= 3 or any(name not in modem.knobs.stores for name in command.arguments):
        raise Refused("CMS", 302)
    modem.settings.listed = command.arguments[0]
    if len(command.arguments) == 3:
        modem.arrives_in = command.arguments[2]
    return ["+CPMS: " + ",".join(_filled(modem, name) for name in modem.stores)]


def _filled(modem: Modem, name: str) -> str:
    return f"{len(modem.store(name).slots)},{modem.room(name)}"


def _csca(modem: Modem, command: Command) -> list[str]:
    if command.does == "set":
        number = command.arguments[0]
        modem.world.config = modem.world.config.turn(f"modules.{modem.number}.sim.service_centre", number)
        return []
    centre = modem.sim.service_centre
    written = records.to_charset(centre, modem.settings.charset)
    return [f'+CSCA: "{written}",{145 if centre.startswith("+") else 129}'] if command.does == "read" else []


def _cscs(modem: Modem, command: Command) -> list[str]:
    if command.does == "read":
        return [f'+CSCS: "{modem.settings.charset}"']
    if command.does == "test":
        return ["+CSCS: (" + ",".join(f'"{name}"' for name in modem.knobs.charsets) + ")"]
    if command.arguments[0] not in modem.knobs.charsets:
        raise Refused("CME", 4)
    modem.settings.charset = command.arguments[0]
    return []


def _csdh(modem: Modem, command: Command) -> list[str]:
    if not modem.knobs.csdh:
        raise Refused
    if command.does == "read":
        return [f"+CSDH: {int(modem.settings.show_header)}"]
    if command.does == "set":
        modem.settings.show_header = command.numbers(1, 1)[0] == 1
    return []


def _csmp(modem: Modem, command: Command) -> list[str]:
    settings = modem.settings
    if command.does == "read":
        return [f"+CSMP: {settings.first_octet},{settings.validity},{settings.pid},{settings.dcs}"]
    if command.does == "set":
        given = command.numbers(1, 4)
        old = (settings.first_octet, settings.validity, settings.pid, settings.dcs)
        new = [was if value is None else value for value, was in zip(given, old, strict=False)]
        new += old[len(new) :]
        if max(new) > 255 or (new[0] & 0x40 and not modem.knobs.text_header):
            raise Refused("CMS", 305)
        settings.first_octet, settings.validity, settings.pid, settings.dcs = new
    return []


def _csms(modem: Modem, command: Command) -> list[str]:
    if command.does == "read":
        return [f"+CSMS: {modem.settings.service},1,1,1"]
    if command.does == "test":
        return ["+CSMS: (0,1)"]
    modem.settings.service = command.numbers(1, 1)[0] or 0
    return ["+CSMS: 1,1,1"]


def _cmms(modem: Modem, command: Command) -> list[str]:
    known = modem.knobs.cmms
    if known == "no" or (known == "test" and command.does != "test"):
        raise Refused
    if known == "alone" and "+CMGS" in modem.command.upper():
        raise Refused("CMS", 303)
    if command.does == "read":
        return [f"+CMMS: {modem.settings.linked}"]
    if command.does == "test":
        return ["+CMMS: (0-2)"]
    (level,) = command.numbers(1, 1)
    if level not in (0, 1, 2):
        raise Refused("CMS", 305)
    modem.settings.linked = level
    return []


def _cnma(modem: Modem, command: Command) -> list[str]:
    if command.does == "test":
        return []
    raise Refused("CMS", 340)


DOERS: dict[str, Doer] = {
    "+CMGF": _cmgf,
    "+CMGL": _cmgl,
    "+CMGR": _cmgr,
    "+CMGD": _cmgd,
    "+CMGS": _cmgs,
    "+CMGW": _cmgw,
    "+CMSS": _cmss,
    "+CNMI": _cnmi,
    "+CPMS": _cpms,
    "+CSCA": _csca,
    "+CSCS": _cscs,
    "+CSDH": _csdh,
    "+CSMP": _csmp,
    "+CSMS": _csms,
    "+CMMS": _cmms,
    "+CNMA": _cnma,
}
