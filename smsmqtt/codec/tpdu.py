"""What a PDU says, as values, and their JSON form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from smsmqtt.codec.address import Address
from smsmqtt.codec.coding import Coding, Waiting
from smsmqtt.codec.header import Concat, Element, Header, Ports, Shifts
from smsmqtt.codec.moments import Validity
from smsmqtt.codec.userdata import UserData
from smsmqtt.model import Alphabet

Kind = Literal["deliver", "submit", "status_report"]


@dataclass(frozen=True, kw_only=True)
class _Content:
    """What every kind has: text or data with its coding. ``warnings`` tell what was odd but could be read.

    ``pid``, ``dcs`` and ``user_data`` are None only where a status report leaves them out.
    """

    smsc: Address | None
    pid: int | None
    dcs: int | None
    coding: Coding
    user_data: UserData | None
    warnings: tuple[str, ...] = ()

    @property
    def alphabet(self) -> Alphabet:
        return self.user_data.alphabet if self.user_data else self.coding.alphabet

    @property
    def message_class(self) -> int | None:
        """0 (flash) to 3, None when no class is given."""
        return self.coding.message_class

    @property
    def waiting(self) -> Waiting | None:
        return self.coding.waiting

    @property
    def text(self) -> str:
        return self.user_data.text if self.user_data else ""

    @property
    def data(self) -> bytes:
        """The octets of 8-bit data, and of UCS-2 too (see ``segments.TextSegment``)."""
        return self.user_data.data if self.user_data else b""

    @property
    def _header(self) -> Header:
        return (self.user_data.header if self.user_data else None) or Header()

    @property
    def header(self) -> tuple[Element, ...]:
        return self._header.elements

    @property
    def concat(self) -> Concat | None:
        return self._header.concat

    @property
    def ports(self) -> Ports | None:
        return self._header.ports

    @property
    def lang(self) -> Shifts | None:
        """None when the header names no national language."""
        return self._header.shifts


@dataclass(frozen=True, kw_only=True)
class Deliver(_Content):
    """A text received (§9.2.2.1). ``timestamp`` is the service centre's, None when it gives none."""

    sender: Address
    timestamp: datetime | None
    more_waiting: bool
    sri: bool
    rp: bool


@dataclass(frozen=True, kw_only=True)
class Submit(_Content):
    """A text to send (§9.2.2.2). ``srr`` asks for a report, ``rd`` for the refusal of duplicates."""

    mr: int
    recipient: Address
    validity: Validity | None
    srr: bool
    rd: bool
    rp: bool


@dataclass(frozen=True, kw_only=True)
class StatusReport(_Content):
    """What became of a text (§9.2.2.3). ``timestamp``: when the service centre took it; ``status`` is TP-ST."""

    mr: int
    recipient: Address
    timestamp: datetime | None
    discharge: datetime | None
    status: int
    more_waiting: bool
    srq: bool


def fields(pdu: Deliver | Submit | StatusReport) -> dict[str, Any]:
    """The JSON form; what is absent or false is left out."""
    found = {**_head(pdu), **_content(pdu)}
    if pdu.warnings:
        found["warnings"] = list(pdu.warnings)
    return {name: value for name, value in found.items() if value is not None and value is not False}


def _head(pdu: Deliver | Submit | StatusReport) -> dict[str, Any]:
    smsc = (pdu.smsc.text if pdu.smsc else "") or None
    if isinstance(pdu, Deliver):
        kind: dict[str, Any] = {"kind": "deliver", "smsc": smsc, **_address(pdu.sender)}
        return {**kind, "timestamp": _iso(pdu.timestamp), "sri": pdu.sri, "rp": pdu.rp}
    if isinstance(pdu, Submit):
        kind = {"kind": "submit", "smsc": smsc, "mr": pdu.mr, **_address(pdu.recipient)}
        return {**kind, "vp": _validity(pdu.validity), "srr": pdu.srr, "rd": pdu.rd, "rp": pdu.rp}
    kind = {"kind": "status_report", "smsc": smsc, "mr": pdu.mr, **_address(pdu.recipient)}
    moments = {"timestamp": _iso(pdu.timestamp), "discharge": _iso(pdu.discharge)}
    return {**kind, **moments, "status": pdu.status}


def _content(pdu: _Content) -> dict[str, Any]:
    found: dict[str, Any] = {"pid": pdu.pid, "dcs": pdu.dcs}
    if pdu.dcs is not None:
        found |= _coding(pdu.coding)
    if pdu.user_data is None:
        return found
    if pdu.user_data.header:
        found["udh"] = [{"iei": element.iei, "data": element.data_hex} for element in pdu.header]
    if concat := pdu.concat:
        found["concat"] = {
            "bits": concat.bits,
            "ref": concat.reference,
            "total": concat.total,
            "seq": concat.seq,
        }
    if ports := pdu.ports:
        found["ports"] = {"dst": ports.destination, "src": ports.source}
    if lang := pdu.lang:
        found["lang"] = {"lock": lang.locking, "shift": lang.single}
    found["alphabet"] = pdu.alphabet.value
    if pdu.alphabet is Alphabet.DATA:
        return {**found, "data": pdu.data.hex().upper()}
    return {**found, "text": pdu.text}


def _coding(coding: Coding) -> dict[str, Any]:
    found: dict[str, Any] = {"class": coding.message_class, "compressed": coding.compressed}
    if waiting := coding.waiting:
        found["waiting"] = {"kind": waiting.kind, "active": waiting.active, "store": waiting.store}
    return found


def _address(address: Address) -> dict[str, Any]:
    return {"number": address.text, "toa": address.toa}


def _validity(validity: Validity | None) -> dict[str, Any] | None:
    if validity is None:
        return None
    spans = {"relative_s": validity.relative_s, "absolute": _iso(validity.absolute)}
    found: dict[str, Any] = {name: value for name, value in spans.items() if value is not None}
    return found | ({"single_shot": True} if validity.single_shot else {}) or None


def _iso(moment: datetime | None) -> str | None:
    """With the offset of the time stamp, never ``Z``."""
    return moment.isoformat() if moment else None
