"""What holds for every card, every network and every text."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st
from support.fake_clock import FakeClock
from support.replies_of_carriers import profiles

from smsmqtt.at.dialogues import Attach, Dialogue
from smsmqtt.at.module import ModuleFacts
from smsmqtt.carriers import amounts, dates
from smsmqtt.carriers.base import Asked, NotAsked, Outcome, Strategy
from smsmqtt.carriers.profile import NoAnswerNow, Reading
from smsmqtt.carriers.stk_menu import ToolkitMenu
from smsmqtt.carriers.toolkits import MEDIATEK
from smsmqtt.carriers.ussd import UssdCode, understand
from smsmqtt.codec import tlv
from smsmqtt.link.runner import Runner

_quick = settings(max_examples=150, deadline=None)

PROFILES = sorted(profiles().items())
FACTS = ModuleFacts(line_limit=300, numbers_errors=True)
MOST_COMMANDS = 30
TERMINATED = b"82028281830110"

_octets = st.binary(max_size=60)
_shaped = st.tuples(st.integers(0, 255), st.integers(0, 255), st.lists(st.tuples(st.integers(1, 0x7E), _octets)))


def _command(shape: tuple[int, int, list[tuple[int, bytes]]]) -> bytes:
    kind, qualifier, elements = shape
    body = tlv.write(0x81, bytes((1, kind, qualifier))) + tlv.write(0x82, b"\x81\x82")
    body += b"".join(tlv.write(tag | 0x80, value) for tag, value in elements)
    return b"\xd0" + tlv.length(len(body)) + body


class Module:
    """Says OK to everything and then what it has to say, one line for each command; silence takes time."""

    def __init__(self, clock: FakeClock, lines: list[str]) -> None:
        self._clock = clock
        self._lines = lines
        self._said = b""
        self.written: list[bytes] = []
        self.last_line = ""

    def write(self, octets: bytes) -> None:
        self.written.append(octets)
        assert len(self.written) <= MOST_COMMANDS
        self._said += b"\r\nOK\r\n"
        if self._lines and b"CSCS" not in octets:
            self.last_line = self._lines.pop(0)
            self._said += b"\r\n" + self.last_line.encode("latin-1", "replace") + b"\r\n"

    def read(self, timeout_s: float) -> bytes:
        said, self._said = self._said, b""
        if not said:
            self._clock.advance(timeout_s)
        return said

    def close(self) -> None:
        pass


def _outcome(strategy: Strategy, lines: list[str]) -> tuple[Outcome, Module]:
    def dialogue() -> Dialogue[Outcome]:
        yield Attach()
        return (yield from strategy.ask(FACTS))

    clock = FakeClock()
    module = Module(clock, lines)
    return Runner(module, clock).run(dialogue()), module


@_quick
@given(
    said=st.lists(st.tuples(st.integers(0, 3), st.one_of(_octets, _shaped.map(_command))), max_size=8),
    inputs=st.lists(st.text(min_size=1, max_size=5), max_size=2),
)
def test_whatever_a_card_says_comes_to_an_outcome_and_to_an_end(
    said: list[tuple[int, bytes]], inputs: list[str]
) -> None:
    menu = ToolkitMenu(toolkit=MEDIATEK, envelope_hex="D306820181900102", choices=(8, "Saldo"), inputs=tuple(inputs))
    lines = [f'+STKPCI: {kind},"{octets.hex()}"' for kind, octets in said]

    outcome, module = _outcome(menu, lines)

    assert isinstance(outcome, Asked | NotAsked)
    assert module.last_line.startswith("+STKPCI: 2") or TERMINATED in module.written[-1]


@_quick
@given(said=st.lists(st.tuples(st.integers(0, 9), st.text(max_size=40), st.integers(0, 300)), max_size=6))
def test_whatever_a_network_says_comes_to_an_outcome(said: list[tuple[int, str, int]]) -> None:
    lines = [f'+CUSD: {status},"{text}",{dcs}' for status, text, dcs in said]

    outcome, module = _outcome(UssdCode(code="*100#", inputs=("1", "2", "3")), lines)

    assert isinstance(outcome, Asked | NotAsked)
    assert len(module.written) <= 7  # the character set, the code, three inputs; ESC and the end


@_quick
@given(text=st.text(max_size=80), dcs=st.integers(0, 999), character_set=st.sampled_from(["", "GSM", "UCS2"]))
def test_any_ussd_line_is_understood_or_none(text: str, dcs: int, character_set: str) -> None:
    for line in (f'+CUSD: 0,"{text}",{dcs}', f"+CUSD: {text}", text, f'+CUSD: 1,"{text.encode().hex()}"'):
        said = understand(line, character_set)
        assert said is None or said.text is None or said.text.encode("utf-8", "surrogatepass") is not None


@_quick
@given(text=st.text(max_size=300), which=st.sampled_from(PROFILES))
def test_any_text_is_read_or_nothing(text: str, which: tuple[str, object]) -> None:
    name, profile = which
    read: Callable[[str], object] = getattr(profile, "read")  # noqa: B009
    assert isinstance(read(text), Reading | NoAnswerNow | None), name


@_quick
@given(text=st.text("0123456789.,' -+", max_size=20))
def test_any_figures_are_an_amount_or_none(text: str) -> None:
    amount = amounts.parse(text, decimal=".", thousands=",' ", negative=("minus",))
    assert amount is None or amount.is_finite()


@_quick
@given(cents=st.integers(-(10**9), 10**9), mark=st.sampled_from([".", ","]))
def test_every_amount_comes_back(cents: int, mark: str) -> None:
    thousands = {".": ",", ",": "."}[mark]
    plain = f"{abs(cents) // 100:,}".replace(",", thousands) + f"{mark}{abs(cents) % 100:02}"
    text = ("-" if cents < 0 else "") + plain
    amount = amounts.parse(text, decimal=mark, thousands=thousands)
    assert amount is not None
    assert amount * 100 == cents


@_quick
@given(day=st.dates(min_value=dates.date(2000, 1, 1), max_value=dates.date(2099, 12, 31)))
def test_every_date_comes_back(day: dates.date) -> None:
    for text, order in (("%d/%m/%Y", "dmy"), ("%m/%d/%y", "mdy"), ("%Y-%m-%d %H:%M", "dmy"), ("%d %B %Y", "dmy")):
        assert dates.parse(f"bis {day.strftime(text)}.", order) == day  # type: ignore[arg-type]


@_quick
@given(text=st.text("0123456789./-: abcdemnry", max_size=40))
def test_any_text_is_a_date_or_none(text: str) -> None:
    dates.parse(text)
