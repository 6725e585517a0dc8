"""PDUs as telephones and SIMs hold them (3GPP TS 23.040 §9.2), in hex, and back.

    service centre | first octet | what the kind of PDU has | user data length | header | text

The lowest two bits of the first octet tell the kind, but the same bits mean other kinds in the other direction:
without ``kind`` this is read as a list from the SIM (deliver and status report come in, submit is kept to go out).
The reserved kind 3 is read as deliver, since networks have sent it.

The length of the user data counts septets for GSM 7 and octets else, the header included. With septets the text
begins at the next septet boundary behind the header, so up to six bits of filler lie between.

Rules for what is odd: a field that the octets don't hold, or digits that are none, is PduError, since half a text
must not pass for a whole one. What real networks send all the same (no time, octets behind the end, reserved
codes) is read and comes with a warning. ``FF`` behind the end is how a SIM fills its records and no warning.

Not here: what the text means, whether its parts are complete, MMS and other data behind a port.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from smsmqtt.codec import address, coding, moments, userdata
from smsmqtt.codec.address import Address
from smsmqtt.codec.header import Shifts
from smsmqtt.codec.octets import Octets, from_hex
from smsmqtt.codec.tpdu import Deliver, Kind, StatusReport, Submit
from smsmqtt.codec.tpdu import fields as fields
from smsmqtt.errors import PduError
from smsmqtt.model import Alphabet

# First octet (§9.2.3.1 to .7, .17, .23, .25, .26)
_MTI: Final = 0x03
_KINDS: Final[tuple[Kind, ...]] = ("deliver", "submit", "status_report", "deliver")
_RESERVED: Final = 0x03
_SUBMIT: Final = 0x01
_MORE_MESSAGES: Final = 0x04  # 0: there are more
_REJECT_DUPLICATES: Final = 0x04
_VALIDITY_SHIFT: Final = 3
_REPORT: Final = 0x20
_HAS_HEADER: Final = 0x40
_REPLY_PATH: Final = 0x80

# TP-PI of a status report (§9.2.3.27)
_PI_PID, _PI_DCS, _PI_USER_DATA, _PI_MORE = 0x01, 0x02, 0x04, 0x80


@dataclass(frozen=True, kw_only=True)
class EncodedSubmit:
    """``tpdu_length`` is what AT+CMGS asks for: octets without the service centre."""

    hex: str
    tpdu_length: int


def decode(hex: str, *, kind: Kind | None = None, smsc: bool = True) -> Deliver | Submit | StatusReport:
    """A PDU in hex; ``smsc`` tells whether it begins with the service centre. Raises PduError and nothing else."""
    octets = Octets(from_hex(hex))
    centre = address.read_service_centre(octets) if smsc else None
    first = octets.one("first octet")
    if first & _MTI == _RESERVED:
        warnings: tuple[str, ...] = ("the message type 3 is reserved",)
    elif kind not in (None, _KINDS[first & _MTI]):
        raise PduError(f"the first octet 0x{first:02X} is not that of a {kind}")
    else:
        warnings = ()
    found = _READERS[kind or _KINDS[first & _MTI]](octets, first, centre)
    if set(octets.rest()) - {0xFF}:
        warnings += (f"{octets.left} octets behind the end",)
    return replace(found, warnings=warnings + found.warnings)


def _read_deliver(octets: Octets, first: int, centre: Address | None) -> Deliver:
    sender = address.read(octets, "sender")
    pid, dcs = octets.one("protocol"), octets.one("data coding")
    timestamp, warnings = moments.read_timestamp(octets, "time stamp")
    how = coding.read(dcs)
    data = userdata.read(octets, how, has_header=bool(first & _HAS_HEADER))
    return Deliver(
        smsc=centre,
        sender=sender,
        pid=pid,
        dcs=dcs,
        coding=how,
        timestamp=timestamp,
        user_data=data,
        more_waiting=not first & _MORE_MESSAGES,
        sri=bool(first & _REPORT),
        rp=bool(first & _REPLY_PATH),
        warnings=warnings + how.warnings + data.warnings,
    )


def _read_submit(octets: Octets, first: int, centre: Address | None) -> Submit:
    reference = octets.one("reference")
    recipient = address.read(octets, "recipient")
    pid, dcs = octets.one("protocol"), octets.one("data coding")
    validity, warnings = moments.read_validity(octets, first >> _VALIDITY_SHIFT & 0x03)
    how = coding.read(dcs)
    data = userdata.read(octets, how, has_header=bool(first & _HAS_HEADER))
    return Submit(
        smsc=centre,
        mr=reference,
        recipient=recipient,
        pid=pid,
        dcs=dcs,
        coding=how,
        validity=validity,
        user_data=data,
        srr=bool(first & _REPORT),
        rd=bool(first & _REJECT_DUPLICATES),
        rp=bool(first & _REPLY_PATH),
        warnings=warnings + how.warnings + data.warnings,
    )


def _read_status_report(octets: Octets, first: int, centre: Address | None) -> StatusReport:
    reference = octets.one("reference")
    recipient = address.read(octets, "recipient")
    timestamp, warnings = moments.read_timestamp(octets, "time stamp")
    discharge, more_warnings = moments.read_timestamp(octets, "discharge time")
    status = octets.one("status")
    indicator = _parameter_indicator(octets)
    pid = octets.one("protocol") if indicator & _PI_PID else None
    dcs = octets.one("data coding") if indicator & _PI_DCS else None
    how = coding.read(dcs or 0)
    data = None
    if indicator & _PI_USER_DATA:
        data = userdata.read(octets, how, has_header=bool(first & _HAS_HEADER))
    return StatusReport(
        smsc=centre,
        mr=reference,
        recipient=recipient,
        timestamp=timestamp,
        discharge=discharge,
        status=status,
        pid=pid,
        dcs=dcs,
        coding=how,
        user_data=data,
        more_waiting=not first & _MORE_MESSAGES,
        srq=bool(first & _REPORT),
        warnings=warnings + more_warnings + how.warnings + (data.warnings if data else ()),
    )


def _parameter_indicator(octets: Octets) -> int:
    """Which optional parameters follow; none where the report ends or a SIM filled its record with FF."""
    if not set(octets.rest()) - {0xFF}:
        return 0
    indicator = following = octets.one("parameter indicator")
    while following & _PI_MORE:
        following = octets.one("parameter indicator")
    return indicator


_READERS: Final[dict[Kind, Callable[[Octets, int, Address | None], Deliver | Submit | StatusReport]]] = {
    "deliver": _read_deliver,
    "submit": _read_submit,
    "status_report": _read_status_report,
}


def encode_submit(
    *,
    recipient: str,
    text: str,
    alphabet: Alphabet,
    locking_shift: int = 0,
    single_shift: int = 0,
    header: bytes = b"",
    report: bool,
    message_class: int | None = None,
    validity_s: float | None = None,
    smsc: str = "",
) -> EncodedSubmit:
    """One part as ``segments.split`` cut it, ready for AT+CMGS. Raises PduError for what no PDU can hold.

    ``header`` has its length octet. ``validity_s``: the longest span of §9.2.3.12.1 that isn't longer, at least
    five minutes; None leaves it to the network. ``smsc`` empty: the SIM's own.
    """
    first = _SUBMIT | (_HAS_HEADER if header else 0) | (_REPORT if report else 0)
    validity = b""
    if validity_s is not None:
        first |= moments.RELATIVE << _VALIDITY_SHIFT
        validity = bytes((moments.relative_octet(validity_s),))
    reference = protocol = b"\x00"  # the module sets the reference
    tpdu = bytes((first,)) + reference + address.encode(recipient) + protocol
    tpdu += bytes((coding.octet(alphabet, message_class),)) + validity
    shifts = Shifts(locking=locking_shift, single=single_shift)
    tpdu += userdata.write(text, alphabet, header=header, shifts=shifts)
    centre = address.encode_service_centre(smsc)
    return EncodedSubmit(hex=(centre + tpdu).hex().upper(), tpdu_length=len(tpdu))
