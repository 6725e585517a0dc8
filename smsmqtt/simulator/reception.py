"""What the network brings for a SIM: stored, told to the holder, or left waiting (3GPP TS 27.005 §3.4.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smsmqtt.simulator import records
from smsmqtt.simulator.card import UNREAD, Record

if TYPE_CHECKING:
    from smsmqtt.simulator.modem import Modem
    from smsmqtt.simulator.network import Incoming


def take(modem: Modem, incoming: Incoming) -> bool:
    """False: it must wait in the network."""
    if not modem.on_network:
        return False
    mode, texts, _, reports, _ = modem.cnmi
    if incoming.kind == "report" and _report_gone(modem, incoming, reports):
        return True
    listening = mode != 0 and modem.holder is not None
    if incoming.kind == "deliver" and texts in (2, 3) and listening:
        modem.say(records.direct_text(modem, incoming.pdu))
        return True
    record = Record(kind=incoming.kind, pdu=incoming.pdu, status=UNREAD)
    store = modem.stores[2]
    index = modem.put(store, record)
    if index is None:
        if modem.knobs.cmti_when_full and modem.holder is not None:
            modem.say(f'+CMTI: "{store}",-1')
        return False
    if listening and incoming.kind == "deliver" and texts == 1:
        modem.say(f'+CMTI: "{store}",{index}')
    if listening and incoming.kind == "report" and reports == 2:
        modem.say(f'+CDSI: "{store}",{index}')
    return True


def _report_gone(modem: Modem, incoming: Incoming, ds: int) -> bool:
    """True: the report was told or lost, and needs no slot."""
    if modem.knobs.reports == "stored" or (modem.knobs.reports == "by_cnmi" and ds == 2):
        return False
    if modem.knobs.reports == "by_cnmi" and ds == 1:
        modem.say(records.direct_report(modem, incoming.pdu))
    return True
