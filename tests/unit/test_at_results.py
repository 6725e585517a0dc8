"""Final result codes: what is one, what only looks like one, and what each number means."""

from __future__ import annotations

import pytest

from smsmqtt.at.results import CME, CMS, ERROR, OK, OTHER_WORDS, TABLES, Result, Severity, parse_result

N, P, D, U = Severity.NOT_NOW, Severity.NEVER, Severity.DEVICE, Severity.UNKNOWN


@pytest.mark.parametrize(
    ("line", "result"),
    [
        ("OK", OK),
        ("0", OK),
        ("ERROR", ERROR),
        ("4", ERROR),
        ("+CMS ERROR: 500", Result(kind="cms", code=500)),
        ("+CMS ERROR:500", Result(kind="cms", code=500)),
        ("+CME ERROR: 10", Result(kind="cme", code=10)),
        ("+CME ERROR: SIM not inserted", Result(kind="cme", code=10, spoken="SIM not inserted")),
        ("+CME ERROR: sim PIN required", Result(kind="cme", code=11, spoken="sim PIN required")),
        ("+CMS ERROR: Network out of order", Result(kind="cms", code=38, spoken="Network out of order")),
        ("+CMS ERROR: SIM SMS storage full", Result(kind="cms", code=208, spoken="SIM SMS storage full")),
        ("+CMS ERROR: network timeout", Result(kind="cms", code=332, spoken="network timeout")),
        ("+CME ERROR: Incorrect parameters", Result(kind="cme", code=50, spoken="Incorrect parameters")),
        ("+CMS ERROR: the dog ate it", Result(kind="cms", code=None, spoken="the dog ate it")),
        ("+EXT ERROR: 0", Result(kind="error", spoken="0")),
    ],
)
def test_a_final_result_is_known_verbose_numeric_and_spoken(line: str, result: Result) -> None:
    assert parse_result(line) == result


@pytest.mark.parametrize(
    "line",
    [
        "OK see you at 8",
        "ERROR in your bill",
        "OK ",
        " OK",
        "ok",
        "00",
        "40",
        "",
        "+CME ERROR:",
        "+CME ERROR: ",
        "+CMS ERROR",
        "2",
        "3",
        "RING",
        "NO CARRIER",
        "+CMGS: 0",
        "a +CMS ERROR: 38",
        "CMS ERROR: 38",
        '+CMTI: "SM",0',
    ],
)
def test_what_only_looks_like_a_result_is_none(line: str) -> None:
    assert parse_result(line) is None


REFERENCE: dict[str, tuple[Severity, list[int]]] = {
    "temporary": (N, [27, 38, 41, 42, 47, 81, 127, 192, 194, 210, 212, 255, 300, 301, 314, 500]),
    "for good": (
        P,
        [
            *(1, 8, 10, 21, 28, 29, 30, 50, 69, 95, 96, 97, 98, 99, 111, 128, 129, 130, 143, 144, 145, 159, 160, 161),
            *(175, 176, 195, 196, 198, 199, 302, 303, 304, 305, 321, 340),
        ],
    ),
    "the SIM's or the line's": (
        D,
        [193, 208, 209, 211, 310, 311, 312, 313, 315, 316, 317, 318, 320, 322, 330, 331],
    ),
    "nobody can tell": (U, [332]),
    "done already": (Severity.DONE, [197]),
}


@pytest.mark.parametrize(
    ("code", "severity"), [(code, severity) for severity, codes in REFERENCE.values() for code in codes]
)
def test_a_cms_error_says_whether_to_try_again(code: int, severity: Severity) -> None:
    result = Result(kind="cms", code=code)

    assert result.severity is severity
    assert result.reason.code == f"cms_{code}"
    assert result.reason.text == CMS[code][1]


@pytest.mark.parametrize("code", [0, 3, 4, 10, 11, 12, 13, 14, 15, 16, 20, 23, 30, 31, 32, 50, 100])
def test_a_cme_error_has_a_severity_and_a_meaning(code: int) -> None:
    assert Result(kind="cme", code=code).severity is CME[code][0]
    assert Result(kind="cme", code=code).reason.text


def test_every_number_of_the_tables_can_be_spoken_back() -> None:
    for kind, table in (("CMS", CMS), ("CME", CME)):
        for code, (_, text) in table.items():
            result = parse_result(f"+{kind} ERROR: {text.upper()}")
            assert result is not None
            assert table[result.code or 0][0] is table[code][0], text


def test_a_makers_own_number_is_never_for_good() -> None:
    """515 is an invalid address on Siemens modules, and "please wait" on SIMCom's."""
    own = {code: severity for code, (severity, _) in CMS.items() if code > 511}

    assert own == {514: N, 515: N, 516: N, 517: N, 521: U, 522: N, 532: N}


def test_an_unknown_number_is_taken_as_not_now() -> None:
    result = Result(kind="cms", code=777)

    assert result.severity is N
    assert (result.reason.code, result.reason.text) == ("cms_777", "the module refuses, without saying why")


@pytest.mark.parametrize(
    ("result", "code", "text"),
    [
        (ERROR, "error", "the module refuses, without saying why"),
        (Result(kind="error", spoken="42"), "error", "42"),
    ],
)
def test_an_error_without_a_number_has_a_reason_all_the_same(result: Result, code: str, text: str) -> None:
    assert result.severity is N
    assert (result.reason.code, result.reason.text) == (code, text)


def test_words_without_a_number_are_not_the_error_numbered_0() -> None:
    result = parse_result("+CME ERROR: no idea")

    assert result is not None
    assert result.reason.text == "no idea"
    assert result.severity is U  # it may mean a time-out: after a body nobody can tell


def test_other_words_name_numbers_of_the_tables() -> None:
    assert all(set(words.values()) <= set(TABLES[kind]) for kind, words in OTHER_WORDS.items())
