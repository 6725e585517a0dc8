"""The strategies, where a transcript can't tell: what came before, what is sent for the card, texts with a keyword."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.fake_clock import FakeClock
from support.playbook import Item, ScriptedLink, Transcript

from smsmqtt.at.channel import Command
from smsmqtt.at.dialogues import Attach, Dialogue, ask
from smsmqtt.at.module import ModuleFacts
from smsmqtt.carriers.base import Asked, NotAsked, Outcome, Strategy
from smsmqtt.carriers.sms_query import SmsKeyword
from smsmqtt.carriers.stk_menu import ToolkitMenu
from smsmqtt.carriers.toolkits import MEDIATEK, STANDARD, Kind
from smsmqtt.carriers.ussd import UssdCode, understand
from smsmqtt.codec import pdu
from smsmqtt.errors import LinkLost, NoAnswer, WrongState
from smsmqtt.link.runner import Runner
from smsmqtt.model import Alphabet

PDU = ModuleFacts(line_limit=300, numbers_errors=True)
TEXT = ModuleFacts(line_limit=300, numbers_errors=True, character_set="GSM")
OK = r"<- \r\nOK\r\n"
ENVELOPE = r'-> AT+STKENV="D306820181900102"\r'
INPUT = "D009810307230082028182"
SEND = "D01A8103011300820281828B0F0100038121F3000006D3309B7D0700"
STOP = r'-> AT+STKTR="810301240082028281830110"\r'
GUESSES = [rf'-> AT+STKTR="810301{details}82028281830110"\r' for details in ("2400", "1300", "2181", "2180", "2300")]
DIRECT = ToolkitMenu(toolkit=MEDIATEK, envelope_hex="D306820181900102")


def command(line: str) -> Item:
    kind, _, text = line.partition(" ")
    return Item(kind, text)


class Conversation:
    """A strategy with a module that follows a script; ``earlier`` is what a look before it would have met."""

    def __init__(self, *script: str) -> None:
        self.checkpoints = 0
        self.refused: Exception | None = None
        items = tuple(command(line) for line in script)
        self._transcript = Transcript("script", "", True, items, ())

    def run(self, strategy: Strategy, facts: ModuleFacts = PDU, *, earlier: bool = False) -> Outcome:
        clock = FakeClock()
        link = ScriptedLink(self._transcript, clock, "whole", None)

        def checkpoint() -> None:
            self.checkpoints += 1
            link.checkpoint()
            if self.refused:
                raise self.refused

        def dialogue() -> Dialogue[Outcome]:
            yield Attach()
            if earlier:
                yield from ask(Command(text="AT"))
            return (yield from strategy.ask(facts))

        self.runner = Runner(link, clock)
        outcome = self.runner.run(dialogue(), checkpoint)
        self.runner.close()
        return outcome


def test_a_session_left_open_is_ended_at_what_it_waits_for() -> None:
    conversation = Conversation(
        *(r"-> AT\r", rf'<- \r\n+STKPCI: 0,"{INPUT}"\r\n', OK, ENVELOPE, r"<- \r\nERROR\r\n"),
        *(r'-> AT+STKTR="810307230082028281830110"\r', OK, r"<- \r\n+STKPCI: 2\r\n"),
        *(ENVELOPE, OK, r"<- \r\n+STKPCI: 2\r\n"),
        *(STOP, OK, r"<- \r\n+STKPCI: 2\r\n"),
    )

    outcome = conversation.run(DIRECT, earlier=True)

    assert isinstance(outcome, NotAsked)
    assert outcome.reason.code == "toolkit_closed"


def test_an_old_answer_is_not_taken_for_the_new_one() -> None:
    conversation = Conversation(
        *(r"-> AT\r", r'<- \r\n+CUSD: 0,"Saldo 99",15\r\n', OK, r'-> AT+CSCS="GSM"\r', OK, "!!"),
        *(r'-> AT+CUSD=1,"*100#",15\r', OK, r'<- \r\n+CUSD: 0,"Saldo 12",15\r\n'),
    )

    assert conversation.run(UssdCode(code="*100#"), earlier=True) == Asked(text="Saldo 12")


def test_asking_by_code_costs_at_most_six_turns() -> None:
    menus = [
        line
        for typed in ("*100#", "1", "2", "3")
        for line in (rf'-> AT+CUSD=1,"{typed}",15\r', OK, r'<- \r\n+CUSD: 1,"Mas",15\r\n')
    ]
    conversation = Conversation(r'-> AT+CSCS="GSM"\r', OK, "!!", *menus, r"-> AT+CUSD=2\r", OK)

    assert conversation.run(UssdCode(code="*100#", inputs=("1", "2", "3"))) == Asked(text="Mas")
    assert conversation.runner.turns == 6


def test_a_request_that_may_not_be_recorded_is_not_sent() -> None:
    conversation = Conversation(r'-> AT+CSCS="GSM"\r', OK, "!!")
    conversation.refused = WrongState()

    with pytest.raises(WrongState):
        conversation.run(UssdCode(code="*100#"))


def test_a_card_whose_text_may_not_go_is_ended() -> None:
    conversation = Conversation(
        *(ENVELOPE, OK, rf'<- \r\n+STKPCI: 1,"{SEND}"\r\n', "!!"),
        *(r'-> AT+STKTR="810301130082028281830110"\r', OK, r"<- \r\n+STKPCI: 2\r\n"),
    )
    conversation.refused = WrongState()

    with pytest.raises(WrongState):
        conversation.run(DIRECT)


@pytest.mark.parametrize(
    "then",
    [
        (r"<- \r\n+STKPCI: 2\r\n",),
        (".. 8", *(line for guess in GUESSES for line in (guess, r"<- \r\nERROR\r\n"))),
    ],
    ids=["ended", "silent"],
)
def test_a_text_that_goes_with_the_first_choice_is_not_asked_for_twice(then: tuple[str, ...]) -> None:
    conversation = Conversation("!!", ENVELOPE, OK, *then)

    assert conversation.run(replace(DIRECT, expects_sms=True)) == Asked(expects_sms=True)


def standard(*lines: str) -> Conversation:
    """As far as the card's text, with nothing behind it in the time that a module may take that sends it by itself."""
    sends = rf'<- \r\n+CUSATP: "{SEND}"\r\n'
    return Conversation("!!", r'-> AT+CUSATE="D306820181900102"\r', OK, sends, ".. 3", *lines)


STANDARD_MENU = ToolkitMenu(toolkit=STANDARD, envelope_hex="D306820181900102", expects_sms=True)
PERFORMED = r'-> AT+CUSATT="810301130082028281830100"\r'
CMGS = (PERFORMED, OK, r"-> AT+CMGS=15\r", r"<- \r\n>\s", "!!", r"-> 000100038121F3000006D3309B7D0700\x1a")


def test_the_cards_text_is_sent_for_it_where_the_module_leaves_that_to_us() -> None:
    conversation = standard(
        *(*CMGS, r"<- \r\n+CMGS: 3\r\n", OK),
        *(".. 1", r"<- \r\n+CUSATEND\r\n"),
    )

    assert conversation.run(STANDARD_MENU) == Asked(expects_sms=True)
    assert conversation.checkpoints == 2


def test_a_card_whose_text_is_refused_is_ended() -> None:
    conversation = standard(
        *(*CMGS, r"<- \r\n+CMS ERROR: 38\r\n"),
        *(r'-> AT+CUSATT="810301130082028281830110"\r', OK, r"<- \r\n+CUSATEND\r\n"),
    )

    outcome = conversation.run(STANDARD_MENU)

    assert isinstance(outcome, NotAsked)
    assert outcome.reason.code == "cms_38"


def test_a_text_whose_response_nobody_waits_for_is_out_already() -> None:
    conversation = standard(PERFORMED, r"<- \r\n+CME ERROR: 3\r\n", ".. 19", r"<- \r\n+CUSATEND\r\n")

    assert conversation.run(STANDARD_MENU) == Asked(expects_sms=True)


def test_a_cut_behind_the_cards_text_is_an_error() -> None:
    with pytest.raises(LinkLost):
        standard(*CMGS, "xx").run(STANDARD_MENU)


@pytest.mark.parametrize(
    "tpdu",
    [
        "0100038121F3000405D3309B7D07",  # data
        "4100038121F3000009050003010101D3309B",  # with a header
        "0100038121F3400005D3309B7D07",  # for the service centre
        "0100038121F3000802",  # cut off
        "0100038121F30008020053",  # beyond the character set
    ],
)
def test_what_text_mode_cannot_say_is_declined(tpdu: str) -> None:
    content = f"8103011300820281838B{len(tpdu) // 2:02X}{tpdu}"
    sends = rf'<- \r\n+CUSATP: "D0{len(content) // 2:02X}{content}"\r\n'
    conversation = Conversation(
        *("!!", r'-> AT+CUSATE="D306820181900102"\r', OK, sends, ".. 3"),
        *(r'-> AT+CUSATT="810301130082028281830130"\r', OK, r"<- \r\n+CUSATEND\r\n"),
    )

    outcome = conversation.run(STANDARD_MENU, TEXT)

    assert isinstance(outcome, NotAsked)
    assert outcome.reason.code == "toolkit_ended"


@pytest.mark.parametrize(
    ("line", "kind", "octets"),
    [
        ('+STKPCI: 0,"D009"', Kind.COMMAND, "D009"),
        ("+STKPCI:0,D009", Kind.COMMAND, "D009"),
        ('+STKPCI: 1,"D009"', Kind.NOTICE, "D009"),
        ("+STKPCI: 1", Kind.NOTICE, ""),
        ("+STKPCI: 2", Kind.END, ""),
        ("+STKPCI: 7", Kind.OTHER, ""),
    ],
)
def test_the_modules_lines_are_told_apart(line: str, kind: Kind, octets: str) -> None:
    heard = MEDIATEK.heard(line)
    assert (heard.kind, heard.command_hex) == (kind, octets)


def test_a_keyword_is_sent_as_a_pdu() -> None:
    conversation = Conversation(*_keyword(r"<- \r\n+CMGS: 9\r\n", OK))

    assert conversation.run(SmsKeyword(to="226", text="SALDO")) == Asked(expects_sms=True)
    assert conversation.checkpoints == 1


def _keyword(*answer: str) -> tuple[str, ...]:
    encoded = pdu.encode_submit(recipient="226", text="SALDO", alphabet=Alphabet.GSM7, report=False, validity_s=3600.0)
    return (rf"-> AT+CMGS={encoded.tpdu_length}\r", r"<- \r\n>\s", "!!", rf"-> {encoded.hex}\x1a", *answer)


def test_a_keyword_is_sent_in_text_mode() -> None:
    conversation = Conversation(
        *(r'-> AT+CSMP=17,11,0,0;+CMGS="226"\r', r"<- \r\n>\s", "!!", r"-> SALDO\x1a"),
        *(r"<- \r\n+CMGS: 9\r\n", OK),
    )

    assert conversation.run(SmsKeyword(to="226", text="SALDO"), TEXT) == Asked(expects_sms=True)


def test_a_keyword_that_is_refused_is_not_waited_for() -> None:
    outcome = Conversation(*_keyword(r"<- \r\n+CMS ERROR: 8\r\n")).run(SmsKeyword(to="226", text="SALDO"))

    assert isinstance(outcome, NotAsked)
    assert outcome.reason.code == "cms_8"


@pytest.mark.parametrize(("ending", "error"), [("xx", LinkLost), (".. 60", NoAnswer)])
def test_a_keyword_of_which_nobody_knows_is_an_error(ending: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        Conversation(*_keyword(ending)).run(SmsKeyword(to="226", text="SALDO"))


def test_what_is_no_ussd_line_is_none() -> None:
    assert understand("+CUSD: ?", "GSM") is None
