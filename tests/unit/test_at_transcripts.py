"""Every golden transcript three times: in every chunk size, over TCP, and cut after every line."""

from __future__ import annotations

import pytest
from support.fake_clock import FakeClock
from support.playbook import CHUNKINGS, Item, ScriptedServer, Transcript, check, play, run, transcripts

from smsmqtt.at.dialogues import Submission
from smsmqtt.errors import BadLogin
from smsmqtt.link.tcp import TcpLink
from smsmqtt.session.outcome import Verdict, decide

ALL = list(transcripts())
TIMELESS = [transcript for transcript in ALL if all(item.kind != ".." for item in transcript.items)]
CTRL_Z = b"\x1a"


@pytest.mark.parametrize("chunking", CHUNKINGS)
@pytest.mark.parametrize("transcript", ALL, ids=lambda transcript: transcript.name)
def test_a_transcript_comes_to_the_same_in_every_chunk_size(transcript: Transcript, chunking: int | str) -> None:
    played = play(transcript, chunking)

    transcript.check(played.outcome, played.runner)
    assert played.link.never_played() == [] or isinstance(played.outcome, BadLogin)  # the rest of the refusal


@pytest.mark.parametrize("transcript", TIMELESS, ids=lambda transcript: transcript.name)
def test_a_transcript_comes_to_the_same_over_tcp(transcript: Transcript, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smsmqtt.link.runner.DRAIN_S", 0.01)
    monkeypatch.setattr("smsmqtt.link.runner.PAUSE_S", 0.0)  # the clock stands still
    server = ScriptedServer(transcript)
    played = run(transcript, TcpLink("127.0.0.1", server.port), FakeClock(), lambda: None)
    played.runner.close()

    transcript.check(played.outcome, played.runner)
    assert server.finish() == []


def cuts() -> list[tuple[Transcript, int]]:
    return [
        (transcript, lines)
        for transcript in ALL
        for lines in range(sum(item.kind == "<-" for item in transcript.items))
    ]


def said_of_the_cut(transcript: Transcript, lines: int) -> str:
    """The error that the transcript wants when the connection dies after so many lines of the gateway's."""
    if lines == 0 and transcript.items[0].kind == "=x":
        return transcript.items[0].text
    said = 0
    for item, following in zip(transcript.items, transcript.items[1:], strict=False):
        said += item.kind == "<-"
        if said == lines and item.kind == "<-" and following.kind == "=x":
            return following.text
    return "LinkLost"


@pytest.mark.parametrize(("transcript", "lines"), cuts(), ids=lambda value: getattr(value, "name", value))
def test_a_cut_leaves_nothing_uncertain_before_the_body_and_nothing_certain_after_it(
    transcript: Transcript, lines: int
) -> None:
    played = play(transcript, cut_after=lines)

    if not played.link.cut_met:  # all that it needed had been said
        transcript.check(played.outcome, played.runner)
    elif CTRL_Z in played.link.written:
        assert isinstance(played.outcome, Submission)
        assert played.outcome.handed_over
        proven = played.outcome.reference is not None
        assert decide(played.outcome).verdict is (Verdict.SENT if proven else Verdict.UNCERTAIN)
        assert type(played.outcome.failure).__name__ == "LinkLost"
    else:
        check(f"raises {said_of_the_cut(transcript, lines)}", played.outcome)


def made_up(*lines: str) -> Transcript:
    items = [Item(line[:2], line[3:]) for line in lines]
    return Transcript("made_up", 'enter_pin("1")', True, tuple(items), (Item("=>", "OK"),))


def test_a_transcript_that_goes_on_is_not_fully_played() -> None:
    played = play(made_up('-> AT+CPIN="1"\\r', r"<- \r\nOK\r\n", r"-> AT\r"))

    assert played.link.never_played() == [b"AT\r"]


@pytest.mark.parametrize("lines", [("-> AT\\r",), ()])
def test_a_dialogue_that_writes_something_else_is_found_out(lines: tuple[str, ...]) -> None:
    with pytest.raises(AssertionError):
        play(made_up(*lines))


def test_a_result_that_is_another_is_found_out() -> None:
    played = play(made_up('-> AT+CPIN="1"\\r', r"<- \r\nERROR\r\n"))

    with pytest.raises(AssertionError):
        made_up().check(played.outcome, played.runner)
