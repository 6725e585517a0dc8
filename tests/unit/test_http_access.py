from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from smsmqtt.http.access import COOKIE_KEPT, Keys

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
KEYS = Keys({"node-red": "first", "phone": "second"}, salt="store")


def test_a_token_tells_whose_it_is() -> None:
    assert KEYS.name_of("second") == "phone"
    for unknown in ("", "third", "firs", "first ", "\udcff"):
        assert KEYS.name_of(unknown) is None


def test_a_cookie_is_worth_what_its_token_was() -> None:
    cookie = KEYS.cookie("phone", NOW)
    assert KEYS.name_in(cookie, NOW) == "phone"
    assert Keys({"phone": "second"}, salt="store").name_in(cookie, NOW) == "phone", "after a restart"
    assert KEYS.name_in(cookie, NOW + COOKIE_KEPT + timedelta(seconds=1)) is None


@pytest.mark.parametrize(
    "keys",
    [Keys({"phone": "another"}, salt="store"), Keys({"phone": "second"}, salt="other"), Keys({}, salt="store")],
    ids=["another token", "another store", "no token any more"],
)
def test_a_cookie_dies_with_its_token(keys: Keys) -> None:
    assert keys.name_in(KEYS.cookie("phone", NOW), NOW) is None


def test_two_cookies_of_one_token_are_two_sessions() -> None:
    assert KEYS.cookie("phone", NOW) != KEYS.cookie("phone", NOW)


@pytest.mark.parametrize("change", [("phone", "node-red"), (".", ""), (".", ".9"), ("phone", "é")])
def test_a_forged_cookie_is_nobodys(change: tuple[str, str]) -> None:
    assert KEYS.name_in(KEYS.cookie("phone", NOW).replace(*change, 1), NOW) is None


@pytest.mark.parametrize("cookie", ["", ".", "..", "phone", "phone.x.y", "phone.1.x.y", "ÿ.1.ÿ"])
def test_nonsense_is_nobodys_cookie(cookie: str) -> None:
    assert KEYS.name_in(cookie, NOW) is None
