"""Final result codes, verbose and numeric, and what the error numbers mean.

3GPP TS 27.005 §3.2.5, 3GPP TS 27.007 §9.2, 3GPP TS 24.011 annex E, ITU-T V.250 §5.7.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from smsmqtt.model import Reason


class Severity(StrEnum):
    """What an error says about trying again: the one question that decides."""

    NOT_NOW = "not now"
    NEVER = "never"
    DEVICE = "device"  # the SIM or the module needs attention; every message of the line waits
    UNKNOWN = "unknown"  # nobody can tell whether it went out
    DONE = "done"  # refused because it had gone out already


@dataclass(frozen=True, kw_only=True)
class Result:
    """The final result of a command. ``kind`` is ``ok``, ``error``, ``cms`` or ``cme``."""

    kind: str
    code: int | None = None
    spoken: str = ""  # what the module said, where it gave words instead of a number

    @property
    def ok(self) -> bool:
        return self.kind == "ok"

    @property
    def severity(self) -> Severity:
        """By the tables below; an unknown number is taken as "not now", words that nobody knows as anything."""
        if known := self._known:
            return known[0]
        return Severity.UNKNOWN if self.kind in TABLES and self.code is None else Severity.NOT_NOW

    @property
    def reason(self) -> Reason:
        """For people and programs: ``cms_38``, "network out of order"."""
        meaning = self._known[1] if self._known else self.spoken or "the module refuses, without saying why"
        return Reason(code=self.kind if self.code is None else f"{self.kind}_{self.code}", text=meaning)

    @property
    def _known(self) -> tuple[Severity, str] | None:
        return None if self.code is None else TABLES.get(self.kind, {}).get(self.code)


OK = Result(kind="ok")
ERROR = Result(kind="error")

_PLAIN = {"OK": OK, "0": OK, "ERROR": ERROR, "4": ERROR}
_ERROR = re.compile(r"\+(CMS|CME|EXT) ERROR: *(\S.*)")


def parse_result(line: str) -> Result | None:
    """The final result that a whole line is, or None. ``OK see you at 8`` is none."""
    if line in _PLAIN:
        return _PLAIN[line]
    match = _ERROR.fullmatch(line)
    if not match:
        return None
    kind, value = match[1].lower(), match[2].strip()
    if kind == "ext":
        return Result(kind="error", spoken=value)
    if value.isdecimal():
        return Result(kind=kind, code=int(value))
    return Result(kind=kind, code=_code_of(kind, value), spoken=value)


def _code_of(kind: str, spoken: str) -> int | None:
    """Some modules speak (CMEE=2) although numbers were asked for."""
    squeezed = _squeeze(spoken)
    ours = (code for code, (_, text) in TABLES[kind].items() if _squeeze(text) == squeezed)
    return OTHER_WORDS[kind].get(squeezed) or next(ours, None)


def _squeeze(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


_N, _P, _D, _U = Severity.NOT_NOW, Severity.NEVER, Severity.DEVICE, Severity.UNKNOWN

CMS: dict[int, tuple[Severity, str]] = {
    1: (_P, "number not assigned"),
    8: (_P, "operator determined barring"),
    10: (_P, "call barred"),
    21: (_P, "transfer rejected: with some carriers, no credit"),
    27: (_N, "destination out of service"),
    28: (_P, "unidentified subscriber"),
    29: (_P, "facility rejected"),
    30: (_P, "unknown subscriber"),
    38: (_N, "network out of order"),
    41: (_N, "temporary failure"),
    42: (_N, "congestion"),
    47: (_N, "resources unavailable"),
    50: (_P, "requested facility not subscribed"),
    69: (_P, "requested facility not implemented"),
    81: (_N, "invalid transfer reference value"),
    95: (_P, "invalid message"),
    96: (_P, "invalid mandatory information"),
    97: (_P, "message type not implemented"),
    98: (_P, "message not compatible with the protocol state"),
    99: (_P, "information element not implemented"),
    111: (_P, "protocol error"),
    127: (_N, "interworking"),
    128: (_P, "telematic interworking not supported"),
    129: (_P, "short message type 0 not supported"),
    130: (_P, "cannot replace short message"),
    143: (_P, "unspecified TP-PID error"),
    144: (_P, "data coding scheme not supported"),
    145: (_P, "message class not supported"),
    159: (_P, "unspecified TP-DCS error"),
    160: (_P, "command cannot be actioned"),
    161: (_P, "command unsupported"),
    175: (_P, "unspecified TP-Command error"),
    176: (_P, "TPDU not supported"),
    192: (_N, "service centre busy"),
    193: (_D, "no service centre subscription"),
    194: (_N, "service centre system failure"),
    195: (_P, "invalid address"),
    196: (_P, "destination barred"),
    197: (Severity.DONE, "the service centre has this message already"),
    198: (_P, "TP-VPF not supported"),
    199: (_P, "TP-VP not supported"),
    208: (_D, "SIM storage full"),
    209: (_D, "the SIM cannot store texts"),
    210: (_N, "error in the module"),
    211: (_D, "memory capacity exceeded"),
    212: (_N, "SIM application toolkit busy"),
    213: (_D, "SIM data download error"),
    255: (_N, "unspecified error"),
    300: (_N, "module failure"),
    301: (_N, "the SMS service of the module is reserved"),
    302: (_P, "operation not allowed"),
    303: (_P, "operation not supported"),
    304: (_P, "invalid PDU mode parameter"),
    305: (_P, "invalid text mode parameter"),
    310: (_D, "SIM not inserted"),
    311: (_D, "SIM PIN required"),
    312: (_D, "PH-SIM PIN required"),
    313: (_D, "SIM failure"),
    314: (_N, "SIM busy"),
    315: (_D, "SIM wrong"),
    316: (_D, "SIM PUK required"),
    317: (_D, "SIM PIN2 required"),
    318: (_D, "SIM PUK2 required"),
    320: (_D, "memory failure"),
    321: (_P, "invalid memory index"),
    322: (_D, "memory full"),
    330: (_D, "service centre address unknown"),
    331: (_D, "no network service"),
    332: (_U, "network time-out"),
    340: (_P, "no +CNMA acknowledgement expected"),
    500: (_N, "unknown error: on some units, no credit"),
    # Above 511 the numbers belong to the maker: what they mean on Siemens' modules, they don't on SIMCom's. So none is
    # for good or stops the line; and where one says that the text may have gone out, it may have.
    514: (_N, "invalid status, on Siemens modules"),
    515: (_N, "invalid character in the address, on Siemens modules"),
    516: (_N, "invalid length, on Siemens modules"),
    517: (_N, "invalid character in the PDU, on Siemens modules"),
    521: (_U, "timer expired, on Siemens modules"),
    522: (_N, "temporarily not allowed, on Siemens modules"),
    532: (_N, "SIM not ready, on Siemens modules"),
}

CME: dict[int, tuple[Severity, str]] = {
    0: (_N, "phone failure"),
    1: (_N, "no connection to phone"),
    2: (_N, "phone adaptor link reserved"),
    3: (_P, "operation not allowed"),
    4: (_P, "operation not supported"),
    5: (_D, "PH-SIM PIN required"),
    6: (_D, "PH-FSIM PIN required"),
    7: (_D, "PH-FSIM PUK required"),
    10: (_D, "SIM not inserted"),
    11: (_D, "SIM PIN required"),
    12: (_D, "SIM PUK required"),
    13: (_D, "SIM failure"),
    14: (_N, "SIM busy"),
    15: (_D, "SIM wrong"),
    16: (_D, "incorrect password"),
    17: (_D, "SIM PIN2 required"),
    18: (_D, "SIM PUK2 required"),
    20: (_D, "memory full"),
    21: (_P, "invalid index"),
    22: (_P, "not found"),
    23: (_D, "memory failure"),
    24: (_P, "text string too long"),
    25: (_P, "invalid characters in text string"),
    26: (_P, "dial string too long"),
    27: (_P, "invalid characters in dial string"),
    30: (_D, "no network service"),
    31: (_U, "network time-out"),
    32: (_D, "network not allowed, emergency calls only"),
    50: (_P, "incorrect parameters"),
    100: (_N, "unknown error"),
    103: (_D, "illegal MS"),
    106: (_D, "illegal ME"),
    111: (_D, "PLMN not allowed"),
    112: (_D, "location area not allowed"),
    113: (_D, "roaming not allowed in this location area"),
}

TABLES = {"cms": CMS, "cme": CME}

OTHER_WORDS: dict[str, dict[str, int]] = {
    "cms": {
        "unassignedunallocatednumber": 1,
        "shortmessagetransferrejected": 21,
        "unidentifiedsubscriber": 28,
        "resourcesunavailableunspecified": 47,
        "invalidshortmessagetransferreferencevalue": 81,
        "invalidmessageunspecified": 95,
        "protocolerrorunspecified": 111,
        "interworkingunspecified": 127,
        "scbusy": 192,
        "noscsubscription": 193,
        "scsystemfailure": 194,
        "invalidsmeaddress": 195,
        "destinationsmebarred": 196,
        "smrejectedduplicatesm": 197,
        "simsmsstoragefull": 208,
        "nosmsstoragecapabilityinsim": 209,
        "errorinms": 210,
        "unspecifiederrorcause": 255,
        "mefailure": 300,
        "smsserviceofmereserved": 301,
        "notallowed": 302,
        "notsupported": 303,
        "phsimpinrequired": 312,
        "smscaddressunknown": 330,
        "unknownerror": 500,
        "invalidstatus": 514,
        "invalidcharacterinaddressstring": 515,
        "invalidlength": 516,
        "invalidcharacterinpdu": 517,
        "timerexpired": 521,
        "temporarilynotallowed": 522,
        "simnotready": 532,
    },
    "cme": {
        "nonetworkservice": 30,
        "networknotallowedemergencycallsonly": 32,
        "networknotallowedemergencycallonly": 32,
        "unknown": 100,
    },
}
"""How modules speak (3GPP TS 27.005 §3.2.5, 3GPP TS 27.007 §9.2) where the tables say it in other words."""
