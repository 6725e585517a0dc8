"""Sending a card's text for it, by way of the service centre that the SIM knows."""

from __future__ import annotations

from smsmqtt.at.dialogues import Dialogue, Submission, submit
from smsmqtt.at.module import ModuleFacts
from smsmqtt.carriers.sms_query import words
from smsmqtt.codec import pdu
from smsmqtt.codec.tpdu import Submit
from smsmqtt.errors import PduError
from smsmqtt.model import Alphabet


def submission(tpdu_hex: str | None, facts: ModuleFacts) -> Dialogue[Submission] | None:
    """How it is handed over; None where it can't be. Text mode has words alone."""
    if not tpdu_hex:
        return None
    if not facts.text_mode:
        return submit(f"AT+CMGS={len(tpdu_hex) // 2}", f"00{tpdu_hex}")
    try:
        text = pdu.decode(tpdu_hex, kind="submit", smsc=False)
        if not isinstance(text, Submit) or text.header or text.pid or text.alphabet is Alphabet.DATA:
            return None
        return words(facts, to=text.recipient.text, text=text.text, alphabet=text.alphabet)
    except PduError:
        return None
