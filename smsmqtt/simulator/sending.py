"""From the body behind a prompt to the air, and the answer to it.

The order matters to whoever judges a client: a body that is no PDU, a SIM that is away, a fault at ``body`` or a
number with an error end before the air. Then ``network.sent`` gets its entry, and only after that come radio time,
the fault at ``air``, and the answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from smsmqtt.simulator import alphabet, pdu, records, writing
from smsmqtt.simulator.card import UNSENT, Record
from smsmqtt.simulator.command_line import Ask
from smsmqtt.simulator.network import Author, OnAir
from smsmqtt.simulator.settings import Refused

if TYPE_CHECKING:
    from smsmqtt.simulator.modem import Modem

LINK_HELD_S = 5.0
"""+CMMS keeps the link this long between two texts (3GPP TS 27.005 §3.5.6)."""


def take_body(modem: Modem, ask: Ask, body: bytes) -> None:
    try:
        octets = _from_text(modem, ask.target, body) if modem.settings.text_mode else _from_hex(modem, ask.target, body)
        pdu.read_submit(pdu.split_smsc(octets))
    except ValueError:
        modem.refuse([], Refused("CMS", 305 if modem.settings.text_mode else 304))
        return
    if ask.purpose == "send":
        send(modem, pdu.split_smsc(octets))
    else:
        _store(modem, octets)


def _from_hex(modem: Modem, length: str, body: bytes) -> bytes:
    """A PDU with the service centre's address in front; ValueError for one that is none."""
    text = body.decode("ascii")
    octets = bytes.fromhex(text)
    if len(pdu.split_smsc(octets)) != int(length) or _too_long(modem, body):
        raise pdu.BadPdu(text)
    return octets


def _from_text(modem: Modem, number: str, body: bytes) -> bytes:
    """The PDU that text-mode settings make of a body (3GPP TS 27.005 §3.1 <data>)."""
    settings = modem.settings
    if _too_long(modem, body):
        raise pdu.BadPdu("too long")
    coding = pdu.coding_of(settings.dcs)
    if coding == "gsm7" and not settings.first_octet & 0x40:
        septets = (
            alphabet.septets_of(records.from_charset(body, settings.charset)) if settings.charset != "GSM" else body
        )
        if len(septets) > 160 and modem.knobs.long_text == "refused":
            raise pdu.BadPdu("too long")
        septets = bytes(septet & 0x7F for septet in septets[:160])
        data, length = alphabet.pack(septets), len(septets)
    else:
        data = bytes.fromhex(body.decode("ascii"))
        if len(data) > 140 and modem.knobs.long_text == "refused":
            raise pdu.BadPdu("too long")
        data = data[:140]
        length = len(data) * 8 // 7 if coding == "gsm7" else len(data)
    tpdu = writing.write_submit(
        first_octet=settings.first_octet,
        recipient=number,
        pid=settings.pid,
        dcs=settings.dcs,
        validity=bytes([settings.validity]) if settings.first_octet & 0x18 == 0x10 else b"",
        data=data,
        length=length,
    )
    return b"\x00" + tpdu


def _too_long(modem: Modem, body: bytes) -> bool:
    return modem.knobs.body_limit is not None and len(body) > modem.knobs.body_limit


def _store(modem: Modem, octets: bytes) -> None:
    record = Record(kind="submit", pdu=octets, status=UNSENT)
    index = modem.put("SM", record)
    if index is None:
        modem.refuse([], Refused("CMS", 322))
    else:
        modem.finish([f"+CMGW: {index}"], "OK")


def send(modem: Modem, tpdu: bytes) -> None:
    """A sound SUBMIT goes to the network, unless a fault is in the way."""
    submit = pdu.read_submit(tpdu)
    modem.command += f" {submit.recipient}"
    modem.meet("body", lambda: _to_network(modem, tpdu, submit))


def _to_network(modem: Modem, tpdu: bytes, submit: pdu.Submit) -> None:
    rules = modem.network.rules_for(submit.recipient)
    if not modem.on_network:
        _fail(modem, 331)
    elif not modem.sim.service_centre:
        _fail(modem, 330)
    elif rules.error is not None:
        code = rules.error
        modem.later(rules.error_delay_s, lambda: _fail(modem, code))
    else:
        entry, radio_s = _put_on_air(modem, tpdu, submit, by="holder")
        modem.later(radio_s, lambda: modem.meet("air", lambda: _succeed(modem, entry.reference)))
        modem.world.after(radio_s, lambda: modem.network.follow_up(entry))


def from_card(modem: Modem, tpdu: bytes) -> float | None:
    """A text that the SIM sends by itself: the seconds on the air, None when the network refuses it."""
    submit = pdu.read_submit(tpdu)
    if modem.network.rules_for(submit.recipient).error is not None:
        return None
    entry, radio_s = _put_on_air(modem, tpdu, submit, by="card")
    modem.world.after(radio_s, lambda: modem.network.follow_up(entry))
    return radio_s


def _put_on_air(modem: Modem, tpdu: bytes, submit: pdu.Submit, *, by: Author) -> tuple[OnAir, float]:
    """And the seconds that it is."""
    reference, modem.reference = modem.reference, (modem.reference + 1) % 256
    return modem.network.take(modem.number, tpdu, submit, reference, by=by), _radio_s(modem)


def _radio_s(modem: Modem) -> float:
    knobs, now_s = modem.knobs, modem.world.monotonic()
    linked = modem.settings.linked and now_s - modem.last_send_s <= LINK_HELD_S
    if modem.settings.linked == 1 and not linked and modem.last_send_s > 0:
        modem.settings.linked = 0
    seconds = knobs.radio_linked_s if linked and knobs.radio_linked_s is not None else knobs.radio_s
    return seconds + (modem.world.chance.uniform(0, knobs.radio_jitter_s) if knobs.radio_jitter_s else 0.0)


def _fail(modem: Modem, code: int) -> None:
    if modem.knobs.failed_send == "ok":
        modem.finish([], "OK")
    else:
        modem.refuse([], Refused("CMS", code))


def _succeed(modem: Modem, reference: int) -> None:
    modem.last_send_s = modem.world.monotonic()
    line = f"+CMGS: {reference}"
    if modem.knobs.cmgs_answer == "normal":
        modem.finish([line], "OK")
        return
    modem.finish([], "OK")
    if modem.knobs.cmgs_answer == "ok_first":
        modem.later(modem.knobs.cmgs_late_s, lambda: modem.say(line))
