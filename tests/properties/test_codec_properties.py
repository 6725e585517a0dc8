"""What holds for every text, every packing and every heap of octets."""

from __future__ import annotations

from contextlib import suppress
from itertools import pairwise
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from smsmqtt.codec import gsm7, pdu, segments, ucs2
from smsmqtt.codec.header import Shifts
from smsmqtt.codec.segments import Segmentation, TextSegment
from smsmqtt.codec.tables import LOCKING, SINGLE, VOID
from smsmqtt.codec.tpdu import Submit
from smsmqtt.errors import PduError
from smsmqtt.model import Alphabet

_quick = settings(max_examples=60, deadline=None)

_septets = st.lists(st.integers(0, 127), max_size=170).map(bytes)
_national = "".join(sorted(set("".join([*LOCKING.values(), *SINGLE.values()])) - {VOID}))
_default = "".join(filter(gsm7.is_default, _national))
_texts = st.one_of(
    st.text(max_size=200),
    st.text(_default, max_size=400),
    st.text("aá€ğ", max_size=400),
    st.text(_national, max_size=200),
    st.text("aя😀", max_size=200),
)
_bodies = st.tuples(_texts, st.integers(1, 40)).map(lambda pair: (pair[0] * pair[1])[:1500])


@_quick
@given(septets=_septets, fill_bits=st.integers(0, 6))
def test_septets_come_back_at_every_offset(septets: bytes, fill_bits: int) -> None:
    packed = gsm7.pack(septets, fill_bits=fill_bits)
    assert gsm7.unpack(packed, len(septets), fill_bits=fill_bits) == septets
    assert len(packed) == (len(septets) * 7 + fill_bits + 7) // 8
    # the same bits, written down from the last to the first
    bits = "".join(f"{septet:07b}" for septet in reversed(septets)) + "0" * fill_bits
    assert int.from_bytes(packed, "little") == int(bits or "0", 2)


@_quick
@given(septets=_septets)
def test_septets_without_a_length_come_back_but_for_a_carriage_return_that_fills_the_octets(septets: bytes) -> None:
    found = gsm7.unpack_unmarked(gsm7.pack_unmarked(septets))
    # One CR may be gained where a CR ended on the last bit: it reads as a line that was ended twice.
    assert found in (septets, septets + b"\r")
    assert found == septets or (len(septets) % 8 == 0 and septets.endswith(b"\r"))


@_quick
@given(data=st.data(), locking=st.sampled_from(sorted(LOCKING)), single=st.sampled_from(sorted(SINGLE)))
def test_every_text_of_a_pair_of_tables_comes_back(data: st.DataObject, locking: int, single: int) -> None:
    known = sorted(gsm7.locking_codes(locking).keys() | gsm7.single_codes(single).keys())
    text = data.draw(st.text(known, max_size=100))
    septets = gsm7.encode(text, locking=locking, single=single)
    assert gsm7.decode(septets, locking=locking, single=single) == text


@_quick
@given(septets=_septets, locking=st.integers(0, 255), single=st.integers(0, 255))
def test_any_septets_are_a_text(septets: bytes, locking: int, single: int) -> None:
    text = gsm7.decode(septets, locking=locking, single=single)
    assert len(text) <= len(septets)
    assert VOID not in text


def _sent(found: Segmentation, **options: Any) -> list[Submit]:
    pdus = []
    for part in found.parts:
        encoded = pdu.encode_submit(
            recipient="+59899000001",
            text=part.text,
            alphabet=found.alphabet,
            locking_shift=found.locking_shift,
            single_shift=found.single_shift,
            header=part.header,
            **options,
        )
        assert encoded.tpdu_length == len(encoded.hex) // 2 - 1
        read = pdu.decode(encoded.hex)
        assert isinstance(read, Submit)
        pdus.append(read)
    return pdus


@_quick
@given(body=_bodies, national=st.booleans(), wide=st.booleans(), reference=st.integers(0, 70000))
def test_a_text_comes_back_from_its_parts(body: str, national: bool, wide: bool, reference: int) -> None:
    found = segments.split(body, reference=reference, national=national, wide_reference=wide)
    read = _sent(found, report=True)
    total = len(read)
    parts = [TextSegment(seq=seq, text=part.text) for seq, part in enumerate(read, 1)]
    assert segments.join(parts, total) == body
    for seq, part in enumerate(read, 1):
        assert part.user_data is not None
        assert (part.alphabet, part.warnings) == (found.alphabet, ())
        shifts = part.lang or Shifts()
        assert (shifts.locking, shifts.single) == (found.locking_shift, found.single_shift)
        if total == 1:
            assert part.concat is None
        else:
            assert part.concat is not None
            assert (part.concat.total, part.concat.seq) == (total, seq)
            assert part.concat.reference == reference % (65536 if wide else 256)


@_quick
@given(body=_bodies, national=st.booleans(), wide=st.booleans())
def test_each_part_fits_and_none_but_the_last_has_room_for_the_next_character(
    body: str, national: bool, wide: bool
) -> None:
    found = segments.split(body, reference=1, national=national, wide_reference=wide)

    def free(text: str, header: bytes) -> int:
        if found.alphabet is Alphabet.UCS2:
            return (140 - len(header)) // 2 - len(ucs2.encode(text)) // 2
        septets = gsm7.encode(text, locking=found.locking_shift, single=found.single_shift)
        return (140 - len(header)) * 8 // 7 - len(septets)

    for part, following in zip(found.parts, [*found.parts[1:], None], strict=True):
        assert free(part.text, part.header) >= 0
        if following is not None:
            assert free(part.text + following.text[0], part.header) < 0
    assert free(found.parts[-1].text, found.parts[-1].header) == found.left


@_quick
@given(body=_bodies)
def test_no_plain_way_of_writing_needs_fewer_parts_than_the_one_taken(body: str) -> None:
    taken = segments.split(body, reference=1)
    plain = segments.split(body, reference=1, national=False)
    assert len(taken.parts) <= len(plain.parts)
    assert (len(taken.parts) < len(plain.parts)) == bool(taken.locking_shift or taken.single_shift)
    assert bool(taken.forced) == (taken.alphabet is Alphabet.UCS2)
    assert (plain.alphabet is Alphabet.GSM7) == all(map(gsm7.is_default, body))


@_quick
@given(body=st.text(max_size=60))
def test_transliteration_leaves_gsm7_or_the_text_alone(body: str) -> None:
    found = segments.split(body, reference=1, transliterate=True)
    text = "".join(part.text for part in found.parts)
    assert text == body or all(map(gsm7.is_default, text))
    if all(map(gsm7.is_default, body)):
        assert text == body


@_quick
@given(body=st.text("aя😀", min_size=1, max_size=300), cuts=st.lists(st.integers(0, 300), max_size=5))
def test_ucs2_that_was_cut_anywhere_between_its_units_is_joined(body: str, cuts: list[int]) -> None:
    octets = ucs2.encode(body)
    edges = sorted({0, len(octets), *(2 * cut for cut in cuts if 2 * cut < len(octets))})
    pieces = [octets[start:end] for start, end in pairwise(edges)]
    parts = [TextSegment(seq=seq, text=ucs2.decode(piece)[0], ucs2=piece) for seq, piece in enumerate(pieces, 1)]
    assert segments.join(parts, len(parts)) == body


@_quick
@given(
    validity_s=st.none() | st.floats(0, 1e9),
    report=st.booleans(),
    message_class=st.none() | st.integers(0, 3),
    recipient=st.from_regex(r"\A\+?[0-9*#abc]{1,20}\Z"),
    smsc=st.from_regex(r"\A(\+?[0-9]{1,20})?\Z"),
    text=st.text(_default, max_size=70),
)
def test_a_submit_says_what_it_was_made_of(
    validity_s: float | None, report: bool, message_class: int | None, recipient: str, smsc: str, text: str
) -> None:
    encoded = pdu.encode_submit(
        recipient=recipient,
        text=text,
        alphabet=Alphabet.GSM7,
        report=report,
        message_class=message_class,
        validity_s=validity_s,
        smsc=smsc,
    )
    found = pdu.decode(encoded.hex, kind="submit")
    assert isinstance(found, Submit)
    assert (found.recipient.text, found.text, found.message_class) == (recipient, text, message_class)
    assert (found.srr, found.smsc.text if found.smsc else "") == (report, smsc)
    span_s = found.validity.relative_s if found.validity else None
    if validity_s is None or span_s is None:
        assert validity_s is span_s is None
    else:
        assert span_s <= max(validity_s, 300)


def _value_or_error(hex: str, **options: Any) -> None:
    with suppress(PduError):
        found = pdu.fields(pdu.decode(hex, **options))
        str(found).encode()  # no half surrogates, or it couldn't be stored


_kinds = st.sampled_from([None, "deliver", "submit", "status_report"])


@settings(_quick, max_examples=200)
@given(octets=st.binary(max_size=200), kind=_kinds, smsc=st.booleans())
def test_any_octets_are_a_value_or_the_one_error(octets: bytes, kind: Any, smsc: bool) -> None:
    _value_or_error(octets.hex(), kind=kind, smsc=smsc)


_SEEDS = [
    "07919598000011F9440B919598090000F1000062112291039000080500030702" + "0182",
    "07919598000011F9440DD0E474D81C0EBB0100" + "0862112291039000" + "0A060804000702010061D83DDE00",
    "0031000B919598090000F10000A70AE8329BFD4697D9EC37",
    "0049000B919598090000F10000423C000000000007032401" + "01D89C01",
    "07919598000011F9462A0B919598090000F162112291039000621122910390000007000408050003070201AB",
]


@settings(_quick, max_examples=200)
@given(
    seed=st.sampled_from(_SEEDS),
    changes=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 255)), max_size=4),
    length=st.integers(0, 70),
)
def test_a_pdu_that_was_damaged_is_a_value_or_the_one_error(
    seed: str, changes: list[tuple[int, int]], length: int
) -> None:
    octets = bytearray.fromhex(seed)
    for place, octet in changes:
        octets[place % len(octets)] = octet
    _value_or_error(bytes(octets[:length]).hex())


@_quick
@given(text=st.text(max_size=40))
def test_any_text_for_hex_is_the_one_error(text: str) -> None:
    assume(not set(text) <= set("0123456789abcdefABCDEF"))
    _value_or_error(text)
