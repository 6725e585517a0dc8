"""What AT commands switch on one module, and the way results are written because of it (ITU-T V.250 §5.7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from smsmqtt.simulator.knobs import ModemKnobs

NUMERIC = {"OK": "0", "CONNECT": "1", "RING": "2", "NO CARRIER": "3", "ERROR": "4", "BUSY": "7", "NO ANSWER": "8"}

CMS_TEXTS = {
    38: "Network out of order",
    42: "Congestion",
    208: "SIM SMS storage full",
    300: "ME failure",
    302: "operation not allowed",
    303: "operation not supported",
    304: "invalid PDU mode parameter",
    305: "invalid text mode parameter",
    310: "SIM not inserted",
    311: "SIM PIN required",
    316: "SIM PUK required",
    321: "invalid memory index",
    330: "SMSC address unknown",
    331: "no network service",
    332: "network timeout",
    500: "unknown error",
}
CME_TEXTS = {3: "operation not allowed", 4: "operation not supported", 10: "SIM not inserted", 11: "SIM PIN required"}
CME_TEXTS |= {12: "SIM PUK required", 16: "incorrect password", 50: "Incorrect parameters", 100: "unknown"}


class Refused(Exception):
    """The command fails: ``+CMS ERROR`` (3GPP TS 27.005 §3.2.5), ``+CME ERROR`` (3GPP TS 27.007 §9.2) or plain
    ERROR."""

    def __init__(self, kind: Literal["ERROR", "CMS", "CME"] = "ERROR", code: int = 0) -> None:
        self.kind = kind
        self.code = code
        super().__init__(f"{kind} {code}")


@dataclass(kw_only=True)
class Settings:
    """In force on one module."""

    echo: bool
    verbose: bool
    cmee: int
    text_mode: bool
    charset: str
    listed: str  # +CPMS, the first
    show_header: bool = False  # +CSDH
    first_octet: int = 17  # +CSMP
    validity: int = 167
    pid: int = 0
    dcs: int = 0
    service: int = 0  # +CSMS
    linked: int = 0  # +CMMS
    clip: bool = False
    creg: int = 0
    cops_format: int = 0
    toolkit: bool = False  # +QSTK, +STKPCIS, +CUSATD
    ussd: bool = False  # +CUSD: answers are told

    @classmethod
    def at_acquire(cls, knobs: ModemKnobs) -> Settings:
        return cls(
            echo=knobs.echo_at_acquire,
            verbose=knobs.verbose_at_acquire,
            cmee=knobs.cmee_at_acquire,
            text_mode=bool(knobs.cmgf_at_acquire) or not knobs.pdu_mode,
            charset=knobs.cscs_at_acquire,
            listed=knobs.read_at_acquire,
        )

    def information(self, lines: list[str], *, apart: bool) -> list[str]:
        """Each element is one piece of output; with V1 a CR LF stands in front (of every one, when ``apart``)."""
        return [
            ("\r\n" if self.verbose and (apart or not place) else "") + line + "\r\n"
            for place, line in enumerate(lines)
        ]

    def result(self, final: str, knobs: ModemKnobs) -> str:
        """A final result code, or an unsolicited one such as RING."""
        if self.verbose:
            return f"\r\n{final}\r\n"
        if final not in NUMERIC:
            return final + "\r\n"
        return NUMERIC[final] + ("\r\n" if knobs.numeric_end == "crlf" else "\r")

    def refusal(self, refused: Refused, knobs: ModemKnobs) -> str:
        """The final line for a failed command, as +CMEE and the knobs have it."""
        hidden = self.cmee == 0 and (refused.kind == "CME" or knobs.cms_follows_cmee)
        if refused.kind == "ERROR" or hidden:
            return "ERROR"
        texts = CMS_TEXTS if refused.kind == "CMS" else CME_TEXTS
        spoken = texts.get(refused.code) if self.cmee == 2 else None
        return f"+{refused.kind} ERROR: {spoken or refused.code}"
