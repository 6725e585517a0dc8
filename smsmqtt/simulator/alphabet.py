"""The GSM default alphabet with its extension table, as septets and as packed octets (3GPP TS 23.038 §6)."""

from __future__ import annotations

from collections.abc import Iterable

ESCAPE = 0x1B

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}

_CODES: dict[str, tuple[int, ...]] = {character: (code,) for code, character in enumerate(BASIC) if code != ESCAPE}
_CODES |= {character: (ESCAPE, code) for code, character in EXTENSION.items()}


def fits(text: str) -> bool:
    """True when every character has a code in the default alphabet or its extension."""
    return all(character in _CODES for character in text)


def septets_of(text: str) -> bytes:
    """One octet for each septet; a character without a code becomes ``?``."""
    return bytes(code for character in text for code in _CODES.get(character, (0x3F,)))


def text_of(septets: Iterable[int]) -> str:
    """An escape before a code that the extension table lacks gives the basic table's character (§6.2.1.1, note)."""
    text: list[str] = []
    escaped = False
    for septet in septets:
        if escaped:
            text.append(EXTENSION.get(septet, BASIC[septet] if septet != ESCAPE else " "))
            escaped = False
        elif septet == ESCAPE:
            escaped = True
        else:
            text.append(BASIC[septet])
    return "".join(text)


def pack(septets: bytes, fill_bits: int = 0) -> bytes:
    """Least significant bits first; ``fill_bits`` zeros stand in front, as behind a header (3GPP TS 23.040
    §9.2.3.24)."""
    value = sum(septet << (7 * place) for place, septet in enumerate(septets)) << fill_bits
    return value.to_bytes((7 * len(septets) + fill_bits + 7) // 8, "little")


def unpack(octets: bytes, count: int, fill_bits: int = 0) -> bytes:
    """The first ``count`` septets behind ``fill_bits`` bits."""
    value = int.from_bytes(octets, "little") >> fill_bits
    return bytes((value >> (7 * place)) & 0x7F for place in range(count))
