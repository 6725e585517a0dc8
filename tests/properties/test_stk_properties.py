"""What holds for every proactive command, and for every heap of octets that claims to be one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smsmqtt.codec import gsm7, stk, stk_text, tlv
from smsmqtt.codec.stk import ProactiveCommand
from smsmqtt.codec.stk_names import GeneralResult
from smsmqtt.codec.tlv import Element
from smsmqtt.errors import PduError

_quick = settings(max_examples=150, deadline=None)

_octet = st.integers(0, 255)
_tags = st.integers(1, 0x7E)
_plain = "".join(sorted(set(filter(gsm7.is_default, map(chr, range(0x20, 0x7F))))))


def _wrapped(body: bytes) -> str:
    return (b"\xd0" + tlv.length(len(body)) + body).hex()


def _of(details: tuple[int, int, int], elements: list[tuple[int, bytes]]) -> str:
    body = tlv.write(0x81, bytes(details)) + tlv.write(0x82, b"\x81\x82")
    return _wrapped(body + b"".join(tlv.write(tag | 0x80, value) for tag, value in elements))


@_quick
@given(octets=st.binary(max_size=300))
def test_any_octets_are_a_command_or_malformed(octets: bytes) -> None:
    for hexadecimal in (octets.hex(), "d0" + octets.hex(), _wrapped(octets), octets.decode("latin-1")):
        try:
            found = stk.decode(hexadecimal)
        except PduError:
            continue
        assert stk.response(found, GeneralResult.BEYOND_TERMINAL_CAPABILITIES)


@_quick
@given(
    details=st.tuples(_octet, _octet, _octet),
    elements=st.lists(st.tuples(st.sampled_from([5, 6, 0x0A, 0x0B, 0x0D, 0x0F, 0x10, 0x11, 0x17, 0x1E]), st.binary())),
)
def test_elements_with_any_contents_are_read_or_malformed(
    details: tuple[int, int, int], elements: list[tuple[int, bytes]]
) -> None:
    try:
        found = stk.decode(_of(details, elements))
    except PduError:
        return
    assert [(element.tag, element.value) for element in found.elements] == elements
    for text in (found.text, found.alpha, found.ussd, *(item.text for item in found.items)):
        assert text is None or text.encode() is not None  # no half surrogate


@_quick
@given(elements=st.lists(st.tuples(_tags, st.binary(max_size=300)), max_size=6))
def test_data_objects_come_back(elements: list[tuple[int, bytes]]) -> None:
    octets = b"".join(tlv.write(tag | 0x80, value) for tag, value in elements)
    assert tlv.read_elements(octets) == tuple(Element(tag=tag, value=value, required=True) for tag, value in elements)


@_quick
@given(octets=st.binary(max_size=60), cut=st.integers(1, 59))
def test_a_command_that_is_cut_is_malformed(octets: bytes, cut: int) -> None:
    whole = _of((1, 0x21, 0), [(0x1E, octets)])
    with pytest.raises(PduError):
        stk.decode(whole[: -2 * min(cut, len(whole) // 2 - 1)])


@_quick
@given(text=st.text(_plain, max_size=60), dcs=st.sampled_from([stk_text.PACKED, stk_text.UNPACKED]))
def test_a_plain_text_string_comes_back(text: str, dcs: int) -> None:
    read = stk_text.text_string(stk_text.encode_text_string(text, dcs))
    assert read == text or (dcs == stk_text.PACKED and len(text) % 8 == 0 and read == text.removesuffix("@"))


@_quick
@given(text=st.text(max_size=60))
def test_every_text_comes_back_in_ucs2(text: str) -> None:
    assert stk_text.text_string(stk_text.encode_text_string(text, stk_text.UCS2)) == text


@_quick
@given(octets=st.binary(max_size=100))
def test_any_alpha_identifier_is_a_text_or_malformed(octets: bytes) -> None:
    try:
        stk_text.alpha(octets).encode()
    except PduError:
        assert octets[0] in (0x81, 0x82)


@_quick
@given(octets=st.binary(max_size=100), dcs=_octet)
def test_any_ussd_string_is_a_text(octets: bytes, dcs: int) -> None:
    stk_text.ussd_text(octets, dcs).encode()


@_quick
@given(octets=st.binary(min_size=1, max_size=250), qualifier=st.integers(0, 15), type_=st.sampled_from([0x22, 0x23]))
def test_what_is_typed_is_taken_or_refused(octets: bytes, qualifier: int, type_: int) -> None:
    asked = ProactiveCommand(number=1, type=type_, qualifier=qualifier, source=0x81, destination=0x82)
    try:
        answer = stk.answer(asked, octets.decode("utf-8", "replace"))
    except PduError:
        return
    assert answer[0] in (0, 4, 8)
