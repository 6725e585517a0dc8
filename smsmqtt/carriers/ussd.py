"""Asking by a USSD code: AT+CUSD (3GPP TS 27.007 §7.15, 3GPP TS 22.090)."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum

from smsmqtt.at import replies
from smsmqtt.at.channel import ESC, Command
from smsmqtt.at.dialogues import Checkpoint, Dialogue, Send, ask, forget, hear
from smsmqtt.at.module import ModuleFacts
from smsmqtt.carriers.base import Asked, NotAsked, Outcome, not_asked
from smsmqtt.codec import gsm7, stk_text, ucs2
from smsmqtt.errors import NoAnswer
from smsmqtt.model import Alphabet

START = "+CUSD:"
ANSWER_S = 45.0
"""A network may take its time; the module often answers the command only when the network has."""
ESCAPE_S = 1.0
"""How long a command that was cut short may take to say so."""
CANCEL_S = 5.0
GSM7_DCS = 15
SHORTEST_HEX = 8
LAST_USUAL_LETTER = "\u06ff"  # Latin, Greek, Cyrillic, Hebrew, Arabic

_LINE = re.compile(r'\+CUSD: ?(?P<status>\d)(?:, ?"(?P<text>.*?)"?(?:, ?(?P<dcs>\d*))?)? *', re.DOTALL)
_HEX = re.compile(r"(?:[0-9A-F]{2})+|(?:[0-9a-f]{2})+")


class Status(IntEnum):
    """<m> of +CUSD."""

    DONE = 0
    INPUT_WANTED = 1
    ENDED = 2
    OTHER_CLIENT = 3
    NOT_SUPPORTED = 4
    TIMED_OUT = 5


FAILURES = {
    Status.ENDED: ("ussd_ended", "the network ended the request"),
    Status.OTHER_CLIENT: ("ussd_other_client", "another client of the module took the answer"),
    Status.NOT_SUPPORTED: ("ussd_not_supported", "the network does not know this code"),
    Status.TIMED_OUT: ("ussd_network_timeout", "the network did not answer in time"),
}


@dataclass(frozen=True, kw_only=True)
class Said:
    """A +CUSD line. ``status`` is the raw number, since undocumented ones were seen."""

    status: int
    text: str | None


@dataclass(frozen=True, kw_only=True)
class UssdCode:
    """``inputs``: what is answered where the network wants more, in this order. ``answer_s``: how long each answer is
    waited for.
    """

    code: str
    inputs: tuple[str, ...] = ()
    expects_sms: bool = False
    answer_s: float = ANSWER_S

    def ask(self, facts: ModuleFacts) -> Dialogue[Outcome]:
        """See ``base.Strategy``."""
        character_set = yield from _character_set(facts)
        yield from forget(START)
        yield Checkpoint()
        for spell in SPELLINGS.get(character_set, (_plain, _packed)):
            said = yield from self._exchange(spell(self.code), character_set)
            if not _is_misspelt(said, spell):
                break
        inputs = iter(self.inputs)
        while isinstance(said, Said) and said.status == Status.INPUT_WANTED and (typed := next(inputs, None)):
            said = yield from self._exchange(spell(typed), character_set)
        if isinstance(said, NotAsked) or said.status == Status.INPUT_WANTED:
            yield from _cancel(unanswered=isinstance(said, NotAsked))
        return said if isinstance(said, NotAsked) else self._outcome(said)

    def _exchange(self, spelled: str, character_set: str) -> Dialogue[Said | NotAsked]:
        """The code or an input, and what the network says to it, before or behind the module's OK."""
        try:
            reply = yield from ask(Command(text=f'AT+CUSD=1,"{spelled}",{GSM7_DCS}', timeout_s=self.answer_s))
        except NoAnswer:
            return not_asked("ussd_silent", "the module did not answer the code")
        if not reply.result.ok:
            return NotAsked(reason=reply.result.reason)
        while True:
            line = yield from hear(START, self.answer_s)
            if line is None:
                return not_asked("ussd_silent", "the network did not answer the code")
            said = understand(line, character_set)
            if said and (said.text or said.status <= Status.TIMED_OUT):
                return said

    def _outcome(self, said: Said) -> Outcome:
        if said.text:
            return Asked(text=said.text, expects_sms=self.expects_sms)
        if said.status in FAILURES:
            return not_asked(*FAILURES[Status(said.status)])
        if self.expects_sms:
            return Asked(expects_sms=True)
        return not_asked("ussd_empty", "the network's answer is empty")


def _character_set(facts: ModuleFacts) -> Dialogue[str]:
    """The one in force: that of text mode, else GSM as far as the module takes it; empty when nobody knows."""
    if facts.character_set:
        return facts.character_set
    if (yield from ask(Command(text='AT+CSCS="GSM"'))).result.ok:
        return "GSM"
    in_force = replies.first((yield from ask(Command(text="AT+CSCS?"))).lines, "+CSCS:")
    return in_force[0] if in_force else ""


def _plain(typed: str) -> str:
    return typed


def _packed(typed: str) -> str:
    return gsm7.pack_unmarked(gsm7.encode(typed)).hex().upper()


def _octets(typed: str) -> str:
    return gsm7.encode(typed).hex().upper()


def _wide(typed: str) -> str:
    return ucs2.encode(typed).hex().upper()


SPELLINGS = {"UCS2": (_wide, _plain, _packed), "HEX": (_octets, _plain, _packed)}
"""By character set: as it has it; but some modules want it plain, or as the network has it, whatever that is."""


def _is_misspelt(said: Said | NotAsked, spell: Callable[[str], str]) -> bool:
    """Refused by the module, or not known to a network that may have got what nobody dials: neither is paid for."""
    if isinstance(said, NotAsked):
        return said.reason.code == "cme_50"
    return said.status == Status.NOT_SUPPORTED and spell is not _plain


def _cancel(*, unanswered: bool) -> Dialogue[None]:
    """Leave no session open. A module that waits for the network listens to nothing but ESC. One that doesn't answer
    has no session, or is met by whoever speaks to it next.
    """
    if unanswered:
        yield Send(octets=ESC)
        yield from hear(START, ESCAPE_S)
    with suppress(NoAnswer):
        yield from ask(Command(text="AT+CUSD=2", timeout_s=CANCEL_S))


def understand(line: str, character_set: str) -> Said | None:
    """A +CUSD line; None when it is none."""
    match = _LINE.fullmatch(line)
    if not match:
        return None
    dcs = int(match["dcs"]) & 0xFF if match["dcs"] else GSM7_DCS
    text = match["text"]
    return Said(status=int(match["status"]), text=None if text is None else _text(text, dcs, character_set))


def _text(text: str, dcs: int, character_set: str) -> str:
    """Modules hand the text on as words, as words in hex, or as the octets of the network in hex.

    Only what reads as words is taken for hex of them, so that a plain number stays one.
    """
    if _HEX.fullmatch(text):
        octets = bytes.fromhex(text)
        if len(octets) % 2 == 0 and (character_set == "UCS2" or stk_text.ussd_alphabet(dcs) is Alphabet.UCS2):
            return ucs2.decode(octets)[0]
        if character_set == "HEX" and max(octets) < 0x80:
            return gsm7.decode(octets)
        words = _as_ucs2(octets) or (None if text.isdecimal() else _as_packed(octets, dcs))
        if words and len(text) >= SHORTEST_HEX:
            return words
    if character_set == "GSM" and text.isascii():
        return gsm7.decode(text.encode())
    return text


def _as_ucs2(octets: bytes) -> str | None:
    text = ucs2.decode(octets)[0]
    return text if len(octets) % 2 == 0 and _reads(text) and all(map(_is_usual, text)) else None


def _is_usual(letter: str) -> bool:
    return letter <= LAST_USUAL_LETTER or "\u2000" <= letter <= "\u20cf"  # dashes, quotes and signs of currencies


def _as_packed(octets: bytes, dcs: int) -> str | None:
    text = stk_text.ussd_text(octets, dcs)
    return text if _reads(text) and stk_text.ussd_alphabet(dcs) is Alphabet.GSM7 else None


def _reads(text: str) -> bool:
    """Words and figures, with line ends between them."""
    return all(letter.isprintable() or letter in "\r\n" for letter in text) and any(map(str.isalnum, text))
