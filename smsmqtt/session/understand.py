"""What a kept record means: a part of a text, a delivery report, or nothing readable. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Literal

from smsmqtt.at.text_mode import ReportRecord, parse_record
from smsmqtt.codec import pdu
from smsmqtt.codec.tpdu import Deliver, StatusReport
from smsmqtt.errors import PduError
from smsmqtt.model import Alphabet, DeliveryReport, RawText, SenderType, TextPart

FLASH = 0  # message class 0, 3GPP TS 23.038 §4


def read(raw: RawText) -> TextPart | DeliveryReport:
    """Raises PduError."""
    return _read_text(raw) if raw.form == "text" else _read_pdu(raw)


def text_content(record: str, character_set: str) -> str:
    """How a text-mode record is kept: it can't be read without its character set."""
    return json.dumps({"character_set": character_set, "record": record}, ensure_ascii=False)


def handed_through(lines: Sequence[str], character_set: str) -> tuple[Literal["pdu", "text"], str] | None:
    """Form and content of a text or report that the module sent by itself; None for anything else it says.

    In text mode +CMT and +CDS have the columns of a listing, but for the first two.
    """
    head, *rest = lines
    if re.match(r'\+CDS: ?\d+,\d+,|\+CMT: ?".*"\d\d/', head):
        record = "\n".join([f'+CMGL: 0,"REC UNREAD",{head.partition(":")[2].strip()}', *rest])
        return "text", text_content(record, character_set)
    return ("pdu", rest[0].strip().upper()) if rest else None


def _read_pdu(raw: RawText) -> TextPart | DeliveryReport:
    found = pdu.decode(raw.content, smsc=raw.form == "pdu")
    if isinstance(found, StatusReport):
        return DeliveryReport(
            line=raw.line,
            reference=found.mr,
            recipient=found.recipient.text,
            status=found.status,
            sent_at=found.timestamp,
        )
    if not isinstance(found, Deliver):
        raise PduError("a text to be sent, not one received")
    concat = found.concat
    return TextPart(
        raw_id=raw.id,
        line=raw.line,
        sender=found.sender.text,
        sender_type=found.sender.type,
        encoding=found.alphabet,
        text=found.text,
        data_hex="" if found.alphabet is Alphabet.GSM7 else found.data.hex().upper(),
        sent_at=found.timestamp,
        received_at=raw.received_at,
        flash=found.message_class == FLASH,
        concat_reference=concat.reference if concat else None,
        total=concat.total if concat else 1,
        seq=concat.seq if concat else 1,
        found_at_first_start=raw.found_at_first_start,
    )


def _read_text(raw: RawText) -> TextPart | DeliveryReport:
    kept = json.loads(raw.content)
    found = parse_record(kept["record"], kept["character_set"])
    if isinstance(found, ReportRecord):
        return DeliveryReport(
            line=raw.line,
            reference=found.reference,
            recipient=found.recipient,
            status=found.status,
            sent_at=found.sent_at,
        )
    concat = found.concat
    return TextPart(
        raw_id=raw.id,
        line=raw.line,
        sender=found.sender,
        sender_type=_sender_type(found.sender),
        encoding=found.encoding,
        text=found.body,
        sent_at=found.sent_at,
        received_at=raw.received_at,
        concat_reference=concat.reference if concat else None,
        total=concat.total if concat else 1,
        seq=concat.seq if concat else 1,
        found_at_first_start=raw.found_at_first_start,
    )


def _sender_type(sender: str) -> SenderType:
    digits = sender.removeprefix("+")
    if not digits.isdecimal():
        return "name"
    return "number" if sender.startswith("+") or len(digits) > 6 else "short"
