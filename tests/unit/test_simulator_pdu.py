"""The network's own reading of PDUs, against the standard's examples and the agreed vectors."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from support.submits import submit_hex

from smsmqtt.simulator import alphabet, pdu, writing

VECTORS = os.environ.get("SMSMQTT_VECTORS")


def vectors() -> list[dict[str, Any]]:
    lines = (Path(VECTORS) / "pdu.jsonl").read_text(encoding="utf-8").splitlines() if VECTORS else []
    return [vector for vector in map(json.loads, lines) if vector["status"] == "agreed"]


def test_every_code_of_the_alphabet_comes_back() -> None:
    text = "".join(character for character in alphabet.BASIC if character != "\x1b")
    text += "".join(alphabet.EXTENSION.values())
    assert alphabet.fits(text)
    assert alphabet.text_of(alphabet.septets_of(text)) == text
    assert len(alphabet.BASIC) == 128


def test_hellohello_packs_as_in_every_textbook() -> None:
    assert alphabet.pack(alphabet.septets_of("hellohello")).hex() == "e8329bfd4697d9ec37"
    assert alphabet.septets_of("a☀€") == b"a?\x1be"
    assert alphabet.text_of(b"\x1ba\x1b\x1bb") == "a b"


@pytest.mark.parametrize("fill_bits", range(7))
def test_packing_survives_every_offset(fill_bits: int) -> None:
    for length in range(20):
        septets = bytes(range(100, 100 + length))
        assert alphabet.unpack(alphabet.pack(septets, fill_bits), length, fill_bits) == septets


@pytest.mark.parametrize(
    ("octet", "seconds"), [(0, 300), (143, 43200), (144, 45000), (167, 86400), (168, 172800), (197, 5 * 604800)]
)
def test_relative_validity(octet: int, seconds: int) -> None:
    octets = bytearray.fromhex(submit_hex())
    octets[octets.index(0xA7)] = octet
    assert pdu.read_submit(pdu.split_smsc(bytes(octets))).validity_s == seconds


def test_absolute_and_enhanced_validity_are_seven_octets_and_none_is_none() -> None:
    for flags, octets in ((0x18, bytes(7)), (0x08, bytes(7)), (0x00, b"")):
        tpdu = writing.write_submit(
            first_octet=0x01 | flags, recipient="123", pid=0, dcs=4, validity=octets, data=b"\x01", length=1
        )
        submit = pdu.read_submit(tpdu)
        assert (submit.validity, submit.validity_s, submit.content.octets) == (octets, None, b"\x01")


def test_the_stamp_has_the_zone_of_the_service_centre() -> None:
    at = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
    for zone, stamp in ((-12, "26/11/21,22:30:00-12"), (0, "26/11/22,01:30:00+00"), (23, "26/11/22,07:15:00+23")):
        tpdu = writing.write_deliver(sender="Antel Info", text="x", at=at, zone_quarters=zone)
        assert pdu.read_deliver(tpdu).stamp == stamp
        assert pdu.read_deliver(tpdu).sender == "Antel Info"


def test_parts_keep_escapes_and_surrogates_whole() -> None:
    for text, room in (("a" * 152 + "€" * 100, 153), ("a" + "😀" * 80, 67)):
        parts = writing.in_parts(text, 300, wide=True)
        assert "".join(part for part, _ in parts) == text
        assert all(header[:4] == b"\x08\x04\x01\x2c" for _, header in parts)
        for part, _ in parts:
            part.encode("utf-16-be")
            assert len(part) <= room


@pytest.mark.parametrize(
    "broken", ["", "00", "0011", "001100", "00110002812100", "0011000281210000A705C8", "0041000281210000040001"]
)
def test_what_is_no_submit_is_refused(broken: str) -> None:
    with pytest.raises(pdu.BadPdu):
        pdu.read_submit(pdu.split_smsc(bytes.fromhex(broken)))


@pytest.mark.skipif(not VECTORS, reason="SMSMQTT_VECTORS names no folder")
@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: vector["id"])
def test_the_second_opinion_is_the_same(vector: dict[str, Any]) -> None:
    readers: dict[str, Any] = {"deliver": pdu.read_deliver, "submit": pdu.read_submit, "status_report": pdu.read_report}
    expect = vector["expect"]
    read = readers[vector["kind"]](pdu.split_smsc(bytes.fromhex(vector["pdu"])))
    number = read.sender if vector["kind"] == "deliver" else read.recipient
    assert number == expect.get("number", number)
    content = getattr(read, "content", None)
    if content is not None and content.text is not None:
        assert content.text == expect.get("text", content.text)
