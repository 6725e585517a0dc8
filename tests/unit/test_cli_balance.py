"""How a profile reads a text, as ``balance --explain`` shows it; and what makes no sense to ask."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.command import call
from support.replies_of_carriers import ANSWERS, OTHERS, TELLING, Answer

OWN = """\
name: Own
country: UY
ask: {ussd: {code: "*100#"}}
currency: UYU
patterns: ['remains: (?P<credit>[0-9.]+)']
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "carriers").mkdir()
    (tmp_path / "carriers" / "own.yaml").write_text(OWN)
    return tmp_path / "smsmqtt.yaml"


@pytest.mark.parametrize(
    "answer", [it for it in ANSWERS if it.carrier not in OTHERS], ids=lambda answer: answer.carrier
)
def test_a_profile_shows_amount_currency_and_date(answer: Answer) -> None:
    ended = call("balance", "--explain", answer.text, "--carrier", answer.carrier, "--json")
    (told,) = ended.objects
    assert ended.code == 0
    assert (told["carrier"], f"{told['credit']:.2f}") == (answer.carrier, f"{answer.amount:.2f}")
    assert (told["currency"], told["expires"]) == (answer.currency, answer.expires and answer.expires.isoformat())
    assert "(?P<credit>" in told["pattern"]


def test_every_profile_that_knows_a_text_tells_in_words_what_it_reads() -> None:
    ended = call("balance", "--explain", "Balans: 7.25")
    assert ended.code == 0
    assert [line for line in ended.out.splitlines() if not line.startswith(" ")] == ["beeline-ru", "life-ua"]
    assert "\n  credit    7.25\n  currency  UAH\n  expires   not told\n  by        " in ended.out


@pytest.mark.parametrize("carrier", TELLING)
def test_a_text_that_says_try_later_is_known_for_it(carrier: str) -> None:
    ended = call("balance", "--explain", TELLING[carrier], "--carrier", carrier)
    assert ended.code == 0
    assert ended.out.startswith(f"{carrier}\n  no answer now\n  by        ")
    assert "no_answer" in call("balance", "--json", "--explain", TELLING[carrier], "--carrier", carrier).objects[0]


def test_a_text_that_nobody_knows_ends_with_1() -> None:
    ended = call("balance", "--explain", "Hello!")
    assert (ended.code, ended.out, ended.err) == (1, "", "smsmqtt: no profile knows this text\n")
    ended = call("balance", "--explain", "Balans: 7.25", "--carrier", "antel-uy")
    assert (ended.code, ended.out, ended.err) == (1, "", "smsmqtt: antel-uy doesn't know this text\n")


def test_a_text_of_several_lines_comes_from_standard_input() -> None:
    text = b"Aktuelles Guthaben: 5,12 EUR\n1 Aufladen\n2 Tarife ab 9,99 EUR\n"
    ended = call("balance", "--explain", "-", "--carrier", "vodafone-de", "--json", stdin=text)
    assert [it["credit"] for it in ended.objects] == [5.12]


def test_own_profiles_stand_beside_the_configuration_which_need_not_be_there(config: Path) -> None:
    asked = ("balance", "-c", config, "--explain", "remains: 1234", "--json")
    assert [(it["carrier"], it["credit"]) for it in call(*asked).objects] == [("own", 1234)]
    assert call("balance", "--explain", "remains: 1234").code == 1


def test_a_service_finds_own_profiles_where_its_configuration_came_from(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """systemd hands a copy of the configuration over, in a folder of its own."""
    handed_over = tmp_path / "credentials" / "config.yaml"
    handed_over.parent.mkdir()
    handed_over.write_text("gateways: {hall: {host: a, lines: {mine: {module: 1, carrier: own}}}}")

    ended = call("check-config", "-c", handed_over)
    assert ended.code == 78
    assert f"{handed_over.parent / 'carriers'} has no other" in ended.err

    monkeypatch.setenv("CONFIGURATION_DIRECTORY", str(config.parent))
    assert call("check-config", "-c", handed_over).code == 0
    assert call("balance", "-c", handed_over, "--explain", "remains: 1", "--carrier", "own").code == 0


def test_faults_of_own_profiles_are_told_with_their_line(config: Path) -> None:
    profile = config.parent / "carriers" / "own.yaml"
    profile.write_text(OWN.replace("credit>", "money>"))
    ended = call("balance", "-c", config, "--explain", "x")
    assert ended.code == 78
    assert f"{profile}:5: patterns.0.match: expected a group (?P<credit>…)" in ended.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("mine", "--explain", "x"), "--explain asks no LINE"),
        (("--carrier", "antel-uy"), "--carrier goes with --explain"),
        (("--carrier", "nix", "--explain", "x"), "no profile is called nix; known are antel-uy, "),
        (("--timeout", "soon"), "--timeout: expected a duration"),
    ],
)
def test_what_goes_together_ill_is_usage(arguments: tuple[str, ...], said: str, config: Path) -> None:
    ended = call("balance", *arguments)
    assert ended.code == 64
    assert said in ended.err
