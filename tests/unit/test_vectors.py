"""PDUs seen in the wild with the fields that several decoders agree on; they lie outside of this repository.

The variable SMSMQTT_VECTORS names their folder. ``pdu.jsonl`` holds PDUs with what is expected of them,
``pdu_malformed.jsonl`` broken ones.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from smsmqtt.codec import pdu
from smsmqtt.errors import PduError

_FOLDER = os.environ.get("SMSMQTT_VECTORS")

pytestmark = pytest.mark.skipif(not _FOLDER, reason="SMSMQTT_VECTORS names no folder with vectors")

# Left out of what is expected, without being wrong
_MORE = {"kind", "waiting"}


def _read(name: str) -> list[dict[str, Any]]:
    if not _FOLDER:
        return []
    return [json.loads(line) for line in (Path(_FOLDER) / name).read_text(encoding="utf-8").splitlines() if line]


def _fields(vector: dict[str, Any]) -> dict[str, Any]:
    return pdu.fields(pdu.decode(vector["pdu"], kind=vector["kind"]))


_VECTORS = _read("pdu.jsonl")
_MALFORMED = _read("pdu_malformed.jsonl")


def test_there_are_vectors() -> None:
    assert _VECTORS
    assert _MALFORMED


# The disputed ones name a reading that is the standard's: a text in a report without a coding is the default
# alphabet; the address length counts the digits, whatever stands in the place of a filler.
@pytest.mark.parametrize("vector", _VECTORS, ids=lambda vector: str(vector["id"]))
def test_a_vector_has_exactly_the_fields_expected(vector: dict[str, Any]) -> None:
    found = _fields(vector)
    assert {name: value for name, value in found.items() if name not in _MORE} == vector["expect"]
    assert found["kind"] == vector["kind"]


@pytest.mark.parametrize("vector", _VECTORS, ids=lambda vector: str(vector["id"]))
def test_the_kind_of_a_vector_is_told_by_its_first_octet(vector: dict[str, Any]) -> None:
    assert pdu.fields(pdu.decode(vector["pdu"])) == _fields(vector)


# Whole PDUs with something behind them; every other one has to be refused.
_READABLE = {"M035": None, "M037": None, "M038": "30 octets behind the end"}


@pytest.mark.parametrize("vector", _MALFORMED, ids=lambda vector: str(vector["id"]))
def test_a_malformed_pdu_is_refused_or_whole(vector: dict[str, Any]) -> None:
    if vector["id"] not in _READABLE:
        with pytest.raises(PduError):
            pdu.decode(vector["pdu"])
        return
    warning = _READABLE[vector["id"]]
    assert pdu.decode(vector["pdu"]).warnings == ((warning,) if warning else ())
