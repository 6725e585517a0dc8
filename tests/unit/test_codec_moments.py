"""Time stamps and validity periods (3GPP TS 23.040 §9.2.3.11 and .12)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from smsmqtt.codec import moments
from smsmqtt.codec.moments import ABSOLUTE, ENHANCED, NO_VALIDITY, RELATIVE, Validity
from smsmqtt.codec.octets import Octets
from smsmqtt.errors import PduError


def _stamp(hex: str) -> tuple[datetime | None, tuple[str, ...]]:
    return moments.read_timestamp(Octets(bytes.fromhex(hex)), "time stamp")


def _validity(hex: str, form: int) -> tuple[Validity | None, tuple[str, ...]]:
    return moments.read_validity(Octets(bytes.fromhex(hex)), form)


@pytest.mark.parametrize(
    ("hex", "expected"),
    [
        ("62112291039021", "2026-11-22T19:30:09+03:00"),
        ("6211229103904A", "2026-11-22T19:30:09-06:00"),  # bit 3 is the sign: 24 quarters
        ("62112291039000", "2026-11-22T19:30:09+00:00"),
        ("62112291039008", "2026-11-22T19:30:09+00:00"),  # zone -00
        ("62112291039022", "2026-11-22T19:30:09+05:30"),
        ("62112291039097", "2026-11-22T19:30:09+19:45"),  # 79 quarters, the largest
        ("99211332959500", "1999-12-31T23:59:59+00:00"),
        ("09101000000000", "1990-01-01T00:00:00+00:00"),
        ("98211332959500", "2089-12-31T23:59:59+00:00"),
        ("00101000000000", "2000-01-01T00:00:00+00:00"),
    ],
)
def test_a_time_stamp_has_its_own_zone_and_years_from_90_on_are_of_the_last_century(hex: str, expected: str) -> None:
    moment, warnings = _stamp(hex)
    assert moment is not None
    assert moment.isoformat() == expected
    assert warnings == ()


@pytest.mark.parametrize("hex", ["00" * 7, "FF" * 7])
def test_a_time_stamp_of_all_zeros_or_ones_is_not_set(hex: str) -> None:
    assert _stamp(hex) == (None, ("the time stamp is not set",))


@pytest.mark.parametrize("hex", ["62200391039000", "62311091039000", "62112242039000"])
def test_a_moment_that_does_not_exist_is_left_out_with_a_warning(hex: str) -> None:
    assert _stamp(hex) == (None, ("the time stamp is no moment that exists",))


@pytest.mark.parametrize("hex", ["621122910390A0", "F2112291039000", "6211"])
def test_what_are_no_decimal_digits_is_refused(hex: str) -> None:
    with pytest.raises(PduError, match="time stamp"):
        _stamp(hex)


@pytest.mark.parametrize(
    ("octet", "span"),
    [
        (0, timedelta(minutes=5)), (143, timedelta(hours=12)), (144, timedelta(hours=12, minutes=30)),
        (167, timedelta(hours=24)), (168, timedelta(days=2)), (196, timedelta(days=30)), (197, timedelta(weeks=5)),
        (255, timedelta(weeks=63)),
    ],
)  # fmt: skip
def test_a_relative_validity_grows_in_four_steps(octet: int, span: timedelta) -> None:
    assert _validity(f"{octet:02X}", RELATIVE) == (Validity(relative_s=int(span.total_seconds())), ())
    assert moments.relative_octet(span.total_seconds()) == octet


@pytest.mark.parametrize(("span_s", "octet"), [(0, 0), (-5, 0), (599, 0), (600, 1), (86399, 166), (1e12, 255)])
def test_a_validity_is_written_as_the_longest_span_that_is_not_longer(span_s: float, octet: int) -> None:
    assert moments.relative_octet(span_s) == octet


def test_an_absolute_validity_is_a_moment() -> None:
    validity, warnings = _validity("62112291039000", ABSOLUTE)
    assert validity == Validity(absolute=datetime(2026, 11, 22, 19, 30, 9, tzinfo=UTC))
    assert warnings == ()
    assert _validity("00" * 7, ABSOLUTE) == (Validity(), ("the validity is not set",))


def test_no_validity_takes_no_octet() -> None:
    assert _validity("", NO_VALIDITY) == (None, ())


@pytest.mark.parametrize(
    ("hex", "expected"),
    [
        ("00000000000000", Validity()),
        ("40000000000000", Validity(single_shot=True)),
        ("01A70000000000", Validity(relative_s=86400)),
        ("021E0000000000", Validity(relative_s=30)),
        ("43215430000000", Validity(relative_s=12 * 3600 + 45 * 60 + 3, single_shot=True)),
        ("8200FF00000000", Validity(relative_s=255)),  # an extension octet that says nothing
    ],
)
def test_an_enhanced_validity_says_which_form_it_has(hex: str, expected: Validity) -> None:
    assert _validity(hex, ENHANCED) == (expected, ())


def test_an_enhanced_validity_of_a_reserved_form_is_left_out_with_a_warning() -> None:
    assert _validity("47000000000000", ENHANCED) == (
        Validity(single_shot=True),
        ("a validity format that is reserved",),
    )


@pytest.mark.parametrize("hex", ["03FF0000000000", "81FFFFFFFFFFFF", "01"])
def test_an_enhanced_validity_that_makes_no_sense_is_refused(hex: str) -> None:
    with pytest.raises(PduError, match="validity"):
        _validity(hex, ENHANCED)
