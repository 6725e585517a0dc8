"""The data coding scheme (3GPP TS 23.038 §4)."""

from __future__ import annotations

import pytest

from smsmqtt.codec import coding
from smsmqtt.codec.coding import Waiting
from smsmqtt.errors import PduError
from smsmqtt.model import Alphabet

GSM7, DATA, UCS2 = Alphabet.GSM7, Alphabet.DATA, Alphabet.UCS2


@pytest.mark.parametrize("group", [0x00, 0x40])
@pytest.mark.parametrize("compressed", [0x00, 0x20])
@pytest.mark.parametrize(("bits", "alphabet"), [(0x00, GSM7), (0x04, DATA), (0x08, UCS2)])
@pytest.mark.parametrize("message_class", [None, 0, 1, 2, 3])
def test_the_general_groups_tell_alphabet_class_and_compression(
    group: int, compressed: int, bits: int, alphabet: Alphabet, message_class: int | None
) -> None:
    class_bits = 0 if message_class is None else 0x10 | message_class
    found = coding.read(group | compressed | bits | class_bits)
    assert (found.alphabet, found.message_class) == (alphabet, message_class)
    assert (found.compressed, found.delete_after_reading) == (bool(compressed), bool(group))
    assert found.warnings == ()


def test_the_class_bits_mean_nothing_without_their_flag() -> None:
    assert coding.read(0x03).message_class is None


@pytest.mark.parametrize("dcs", [0x0C, 0x1D, 0x4C, 0x80, 0x9F, 0xA8, 0xB4])
def test_reserved_codings_are_the_default_alphabet_with_a_warning(dcs: int) -> None:
    found = coding.read(dcs)
    assert found.alphabet is GSM7
    assert f"0x{dcs:02X}" in found.warnings[0]


@pytest.mark.parametrize(
    ("dcs", "alphabet", "waiting"),
    [
        (0xC0, GSM7, Waiting(kind="voicemail", active=False, store=False)),
        (0xC8, GSM7, Waiting(kind="voicemail", active=True, store=False)),
        (0xD9, GSM7, Waiting(kind="fax", active=True, store=True)),
        (0xEA, UCS2, Waiting(kind="email", active=True, store=True)),
        (0xE3, UCS2, Waiting(kind="other", active=False, store=True)),
    ],
)
def test_the_message_waiting_groups_tell_which_sign_and_whether_to_keep_the_text(
    dcs: int, alphabet: Alphabet, waiting: Waiting
) -> None:
    found = coding.read(dcs)
    assert (found.alphabet, found.waiting, found.message_class) == (alphabet, waiting, None)


@pytest.mark.parametrize(("dcs", "alphabet", "message_class"), [(0xF0, GSM7, 0), (0xF5, DATA, 1), (0xFB, GSM7, 3)])
def test_the_last_group_always_has_a_class(dcs: int, alphabet: Alphabet, message_class: int) -> None:
    found = coding.read(dcs)
    assert (found.alphabet, found.message_class) == (alphabet, message_class)


@pytest.mark.parametrize(
    ("alphabet", "message_class", "dcs"),
    [(GSM7, None, 0x00), (UCS2, None, 0x08), (DATA, None, 0x04), (GSM7, 0, 0x10), (UCS2, 3, 0x1B)],
)
def test_a_coding_is_written_in_the_general_group(alphabet: Alphabet, message_class: int | None, dcs: int) -> None:
    assert coding.octet(alphabet, message_class) == dcs


@pytest.mark.parametrize("message_class", [-1, 4])
def test_a_class_that_does_not_exist_is_refused(message_class: int) -> None:
    with pytest.raises(PduError, match=str(message_class)):
        coding.octet(GSM7, message_class)
