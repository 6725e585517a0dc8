"""Plain words for the states of things."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from smsmqtt.model import MessageState as M


@dataclass(frozen=True, kw_only=True)
class Word:
    """``tone``: how it looks; never the only thing that tells."""

    text: str
    tone: Literal["good", "busy", "quiet", "bad"]
    hint: str = ""


def _word(text: str, tone: Literal["good", "busy", "quiet", "bad"], hint: str = "") -> Word:
    return Word(text=text, tone=tone, hint=hint)


MESSAGE = {
    M.QUEUED: _word("Waiting", "busy"),
    M.SENDING: _word("Being sent", "busy"),
    M.SENT: _word("Sent", "quiet"),
    M.DELIVERED: _word("Delivered", "good"),
    M.UNDELIVERED: _word("Not delivered", "bad"),
    M.FAILED: _word("Failed", "bad"),
    M.EXPIRED: _word("Too late to send", "bad"),
    M.CANCELLED: _word("Cancelled", "quiet"),
    M.UNCERTAIN: _word("Perhaps sent", "bad", "It was handed over and no clear answer came: it may have gone out."),
}
RECEIVED = _word("Received", "quiet")

GATEWAY = {
    "idle": _word("Free for calls", "good"),
    "connected": _word("Session under way", "busy"),
    "paused": _word("Paused", "quiet"),
    "unreachable": _word("Does not answer", "bad"),
    "bad_login": _word("Refuses the log-in", "bad"),
    "occupied": _word("Somebody else is logged in", "bad"),
}
HANGING_UP = _word("Hanging up…", "busy", "What is in the air is awaited; then the line is free for calls.")

LINE = {
    "ready": _word("Ready", "good"),
    "in_call": _word("In a call", "busy"),
    "no_sim": _word("No SIM", "bad", "Put a SIM into the module, or take the line out of the configuration."),
    "sim_locked": _word("SIM is locked", "bad", "Set the line's pin in the configuration, or switch the PIN off."),
    "not_registered": _word("No network", "bad", "Check the antenna, and that the SIM still works in a telephone."),
    "not_answering": _word("Does not answer", "bad", "The command smsmqtt doctor tells more."),
}
UNSEEN = _word("Not seen yet", "quiet")

CREDIT_LOW = _word("Credit is low", "busy", "Top the SIM up before its texts stop.")
CREDIT_EXPIRES = _word("Credit expires soon", "busy", "Top the SIM up to keep what is on it.")
CREDIT_UNKNOWN = _word("No answer about credit", "busy", "The last question for it came to nothing.")
HELD_BACK = _word("Sends nothing", "bad", "Sending is switched off for this line; what waits goes once it may.")

AT_CAP = _word("Has sent as much as it may", "bad", "The guard's limit is reached; what waits goes by and by.")

FULL_BARS = 4


def bars(signal_dbm: int) -> int:
    """Of four."""
    return sum(signal_dbm >= least for least in (-109, -99, -87, -75))


def strength(signal_dbm: int) -> str:
    return ("no signal", "weak", "fair", "good", "very good")[bars(signal_dbm)]
