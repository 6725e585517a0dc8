"""What a holder says to a SIM's toolkit, put together octet by octet, and what it hears taken apart, without any
codec."""

from __future__ import annotations

import re


def envelope(item: int) -> str:
    """Menu selection in the conforming form (ETSI TS 102 223 §7.2.1)."""
    return f"D307820201819001{item:02X}"


def short_envelope(item: int) -> str:
    """As it was seen: one device identity only."""
    return f"D3068201819001{item:02X}"


def response(kind: int, result: int = 0, *, item: int | None = None, typed: str | None = None, number: int = 1) -> str:
    """Terminal response (§6.8); what is typed goes unpacked in the default alphabet."""
    qualifier = 0x81 if kind == 0x21 else 0
    text = f"8103{number:02X}{kind:02X}{qualifier:02X}820282818301{result:02X}"
    if item is not None:
        text += f"9001{item:02X}"
    if typed is not None:
        text += f"8D{len(typed) + 1:02X}04{typed.encode().hex().upper()}"
    return text


def told(line: str) -> bytes:
    """The octets in the last ``+STKPCI`` or ``+CUSATP`` line."""
    found = re.findall(r'(?:\+STKPCI: [01],|\+CUSATP: )"?([0-9A-F]+)"?\r', line)
    assert found, line
    return bytes.fromhex(found[-1])
