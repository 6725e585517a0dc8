"""SUBMIT PDUs for tests, made without the client's codec."""

from __future__ import annotations

from smsmqtt.simulator import writing


def submit_hex(
    text: str = "hola", *, to: str = "+59899000011", report: bool = False, dcs: int = 0, header: bytes = b""
) -> str:
    """With an empty service centre's address and a day of validity; ``header`` without its length octet."""
    data, length = writing.write_content(text, "ucs2" if dcs == 8 else "gsm7", header)
    tpdu = writing.write_submit(
        first_octet=0x11 | (0x20 if report else 0) | (0x40 if header else 0),
        recipient=to,
        pid=0,
        dcs=dcs,
        validity=b"\xa7",
        data=data,
        length=length,
    )
    return "00" + tpdu.hex().upper()


def submits_hex(text: str, *, to: str = "+59899000011", reference: int = 1, report: bool = False) -> list[str]:
    """One for each part of a text in the default alphabet."""
    parts = writing.in_parts(text, reference)
    return [submit_hex(part, to=to, header=header, report=report) for part, header in parts]
