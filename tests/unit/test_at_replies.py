"""Information lines by the devices that said them, also the odd ones."""

from __future__ import annotations

import pytest

from smsmqtt.at import replies
from smsmqtt.at.replies import Record, Registration, SimState, Storage


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("+CMGL: 1,1,,23", ["1", "1", "", "23"]),
        (
            '+CMGL: 0,"REC READ","+3752",,"08/12/01,10:16:24+08"',
            ["0", "REC READ", "+3752", "", "08/12/01,10:16:24+08"],
        ),
        ('+CPMS: "SM",24,30, "SM",24,30', ["SM", "24", "30", "SM", "24", "30"]),  # blanks, as on a Nokia
        ('+CREG: 0,1,"1A2B,00C3', ["0", "1", "1A2B", "00C3"]),  # one quote missing
        ("+CREG:", []),
        ("+CREG: ,", ["", ""]),
        ("no colon", []),
    ],
)
def test_values_are_split_at_commas_outside_of_quotes(line: str, values: list[str]) -> None:
    assert replies.fields(line) == values


@pytest.mark.parametrize(
    ("line", "dbm"),
    [
        ("+CSQ: 0,0", -113),
        ("+CSQ: 20,99", -73),
        ("+CSQ: 31,0", -51),
        ("+CSQ: 99,99", None),
        ("+CSQ:", None),
        ("+CSQ: x", None),
    ],
)
def test_signal_strength(line: str, dbm: int | None) -> None:
    assert replies.signal_dbm([line]) == dbm


@pytest.mark.parametrize(
    ("line", "state"),
    [
        ("+CPIN: READY", SimState.READY),
        ("+CPIN: SIM PIN", SimState.PIN),
        ("+CPIN: SIM PUK", SimState.BLOCKED),
        ("+CPIN: PH-SIM PIN", SimState.BLOCKED),
        ("+CPIN: NOT INSERTED", SimState.NO_SIM),
        ("+CPIN:", None),
        ("+CSQ: 1", None),
    ],
)
def test_sim_state(line: str, state: SimState | None) -> None:
    assert replies.sim_state([line]) is state


@pytest.mark.parametrize(
    ("lines", "registration"),
    [
        (["+CREG: 0,1"], Registration.HOME),
        (["+CREG: 0,5"], Registration.ROAMING),
        (["+CREG: 1"], Registration.HOME),  # without <n>
        (['+CREG: 2,1,"1A2B","00C3"'], Registration.HOME),
        (["+CREG: 2,1,1A2B,00C3"], Registration.HOME),
        (['+CREG: 5,"1A2B","00C3"'], Registration.ROAMING),  # unsolicited, with its place
        (['+CREG: 0,1,"1A2B'], Registration.HOME),
        (["+CREG: 2,6"], Registration.HOME),  # SMS only, home
        (["+CREG: 2,7"], Registration.ROAMING),
        (["+CREG: 0,2"], Registration.NONE),
        (["+CREG: 0,3"], Registration.NONE),
        (["+CREG: 0,2", "+CREG: 1"], Registration.HOME),  # it found its network in between
        (["+CREG:"], Registration.NONE),
        (["+CGREG: 0,1"], None),
    ],
)
def test_registration(lines: list[str], registration: Registration | None) -> None:
    assert replies.registration(lines) is registration


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('+COPS: 0,0,"Antel"', "Antel"),
        ('+COPS: 0,0,"Antel",2', "Antel"),
        ("+COPS: 0,2,74801", "74801"),
        ("+COPS: 0", None),
        ('+COPS: 0,0,""', None),
    ],
)
def test_operator(line: str, name: str | None) -> None:
    assert replies.operator([line]) == name


SM = Storage(name="SM", used=24, capacity=30)


@pytest.mark.parametrize(
    ("line", "stores"),
    [
        ('+CPMS: "SM",24,30,"SM",24,30,"SM",24,30', [SM, SM, SM]),
        ("+CPMS: 24,30,24,30,24,30", [Storage(name="", used=24, capacity=30)] * 3),  # the answer to a set
        ('+CPMS: "SM",24,30,"ME",,', [SM]),
        ('+CPMS: "SM",24', []),
        ("+CPMS:", []),
    ],
)
def test_stores(line: str, stores: list[Storage]) -> None:
    assert replies.storages([line]) == stores


@pytest.mark.parametrize(
    ("line", "number"), [('+CSCA: "+59899000000",145', "+59899000000"), ('+CSCA: "",129', None), ("+CSCA:", None)]
)
def test_service_centre(line: str, number: str | None) -> None:
    assert replies.service_centre([line]) == number


@pytest.mark.parametrize(
    ("lines", "reference"),
    [
        (["+CMGS: 0"], 0),
        (["x", "+CMGS: 255"], 255),
        (["+CMGS: 256"], 0),
        (['+CMGS: 7,"26/11/22"'], 7),
        (["+CMGS:"], None),
        (["+CMGS: x"], None),
        ([], None),
    ],
)
def test_only_a_numbered_cmgs_proves_a_submission(lines: list[str], reference: int | None) -> None:
    assert replies.submitted(lines) == reference


def test_a_pdu_listing_is_read_by_record() -> None:
    lines = [
        "+CMGL: 1,1,,23",
        "0791aabb",
        "+CREG: 1",
        '+CMGL: 2,0,"Ana",23',
        "+CMTI: x",
        "07910011",
        "+CMGL: 3,2,,0",
        "+CMGL: 4,3,,9",
        "00",
        "11",
    ]

    assert replies.pdu_records(lines) == [
        Record(index=1, received=True, content="0791AABB"),
        Record(index=2, received=True, content="07910011"),
        Record(index=4, received=False, content="00"),
    ]


def test_a_text_listing_without_a_header_has_no_record() -> None:
    assert replies.text_records(["stray", "+CMGL: 1,2,3"]) == []
