"""Texts and reports as a module writes them: in lists, read singly, and unasked (3GPP TS 27.005 §3.1, §3.4).

Lines are text of which each character is one byte: with +CSCS="GSM" the bytes are raw GSM 03.38 codes, 0x00 for ``@``
and so on.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Literal

from smsmqtt.simulator import alphabet, pdu, writing
from smsmqtt.simulator.card import Record

if TYPE_CHECKING:
    from smsmqtt.simulator.modem import Modem

NAMES = ("REC UNREAD", "REC READ", "STO UNSENT", "STO SENT")


def to_charset(text: str, charset: str) -> str:
    if charset == "UCS2":
        return text.encode("utf-16-be").hex().upper()
    if charset == "IRA":
        return text.encode("ascii", errors="replace").decode("ascii")
    septets = alphabet.septets_of(text)
    return septets.hex().upper() if charset == "HEX" else septets.decode("latin-1")


def from_charset(octets: bytes, charset: str) -> str:
    """ValueError where it can't be read."""
    if charset == "UCS2":
        return bytes.fromhex(octets.decode("ascii")).decode("utf-16-be")
    if charset == "IRA":
        return octets.decode("ascii", errors="replace")
    septets = bytes.fromhex(octets.decode("ascii")) if charset == "HEX" else octets
    return alphabet.text_of(septet & 0x7F for septet in septets)


def listed(modem: Modem, record: Record, command: Literal["CMGL", "CMGR"]) -> str:
    """Status and all that follows it, the body's line too."""
    if not modem.settings.text_mode:
        return f"{record.status}{_alpha(modem)},{_length(record.pdu)}\r\n{record.pdu.hex().upper()}"
    status = f'"{NAMES[record.status]}"'
    try:
        tpdu = pdu.split_smsc(record.pdu)
        if record.kind == "report":
            return f"{status},{_report(modem, pdu.read_report(tpdu))}"
        if record.kind == "submit":
            return f"{status},{_submit(modem, pdu.read_submit(tpdu))}"
        return f"{status},{_deliver(modem, pdu.read_deliver(tpdu), command)}"
    except pdu.BadPdu:
        return f'{status},""{_alpha(modem)},""\r\n{record.pdu.hex().upper()}'


def direct_text(modem: Modem, octets: bytes) -> str:
    """+CMT, for +CNMI mt=2; what text mode can't show comes as a PDU."""
    if modem.settings.text_mode:
        with suppress(pdu.BadPdu):
            return "+CMT: " + _deliver(modem, pdu.read_deliver(pdu.split_smsc(octets)), "CMGL")
    alpha = {"empty": ",", "quoted": '"",', "absent": ""}[modem.knobs.alpha_field]
    return f"+CMT: {alpha}{_length(octets)}\r\n{octets.hex().upper()}"


def direct_report(modem: Modem, octets: bytes) -> str:
    """+CDS, for +CNMI ds=1."""
    if modem.settings.text_mode:
        with suppress(pdu.BadPdu):
            return "+CDS: " + _report(modem, pdu.read_report(pdu.split_smsc(octets)))
    comma = "," if modem.knobs.cds_form == "comma" else ""
    return f"+CDS: {comma}{_length(octets)}\r\n{octets.hex().upper()}"


def _alpha(modem: Modem) -> str:
    return {"empty": ",", "quoted": ',""', "absent": ""}[modem.knobs.alpha_field]


def _length(octets: bytes) -> int:
    """Of the TPDU; octets that have no proper service centre's address count as one."""
    try:
        return len(pdu.split_smsc(octets))
    except pdu.BadPdu:
        return len(octets)


def _number(modem: Modem, number: str) -> str:
    return to_charset(number, modem.settings.charset)


def _deliver(modem: Modem, deliver: pdu.Deliver, command: str) -> str:
    line = f'"{_number(modem, deliver.sender)}"{_alpha(modem)},"{deliver.stamp}"'
    if modem.settings.show_header:
        size = len(deliver.content.octets)
        between = f",{deliver.first_octet},{deliver.pid},{deliver.dcs},,129" if command == "CMGR" else ""
        line += f",{deliver.sender_toa}{between},{size}"
    return f"{line}\r\n{_body(modem, deliver.content)}"


def _submit(modem: Modem, submit: pdu.Submit) -> str:
    body = _body(modem, submit.content)
    return f'"{_number(modem, submit.recipient)}",,' + (f"\r\n{body}" if body else "")


def _report(modem: Modem, report: pdu.Report) -> str:
    """One line; there is no body."""
    toa = report.recipient_toa if report.recipient else ""
    recipient = f'"{_number(modem, report.recipient)}"' if report.recipient else ""
    line = f"{report.first_octet},{report.reference},{recipient},{toa}"
    return f'{line},"{report.stamp}","{report.discharge}",{report.status}'


def _body(modem: Modem, content: pdu.Content) -> str:
    if content.header and modem.knobs.header_in_lists == "hex":
        return writing.write_content(content.octets, content.coding, content.header)[0].hex().upper()
    if content.coding != "gsm7":
        return content.octets.hex().upper()
    return to_charset(alphabet.text_of(content.octets), modem.settings.charset)
