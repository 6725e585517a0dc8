"""UCS-2 as telephones really use it: UTF-16, big end first, surrogate pairs included (3GPP TS 23.038 §6.2.3)."""

from __future__ import annotations


def encode(text: str) -> bytes:
    return text.encode("utf-16-be", "surrogatepass")


def decode(octets: bytes) -> tuple[str, tuple[str, ...]]:
    """Text and what was odd; half a character or half a surrogate pair reads as U+FFFD."""
    text = octets.decode("utf-16-be", "replace")
    if len(octets) % 2:
        return text, ("an odd number of octets in UCS-2",)
    if encode(text) != octets:
        return text, ("half a surrogate pair in UCS-2",)
    return text, ()


def units(character: str) -> int:
    """How many 16-bit units a character needs: 2 beyond the Basic Multilingual Plane."""
    return 2 if ord(character) > 0xFFFF else 1
