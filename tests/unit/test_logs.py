"""Logging: what a line holds, and what it never holds."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from typing import Any

import pytest
import structlog

from smsmqtt.config import LogSettings
from smsmqtt.logs import configure, get_logger, mask_personal


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _structlog_as_before() -> Any:
    yield
    structlog.reset_defaults()


def logged(stream: io.StringIO | None = None, **settings: Any) -> tuple[Any, io.StringIO]:
    out = stream or io.StringIO()
    configure(LogSettings(**settings), stream=out)
    return get_logger("session"), out


def test_a_line_is_json_with_level_logger_and_utc_time_when_nobody_watches() -> None:
    log, out = logged()
    log.info("logged in", gateway="hall", turns=3)
    line = json.loads(out.getvalue())
    assert line["event"] == "logged in"
    assert line["level"] == "info"
    assert line["logger_name"] == "session"
    assert line["gateway"] == "hall"
    assert line["turns"] == 3
    assert line["timestamp"].endswith("Z")


def test_a_terminal_gets_text_with_colours() -> None:
    log, out = logged(Terminal())
    log.info("logged in", gateway="hall")
    assert "logged in" in out.getvalue()
    assert "\x1b[" in out.getvalue()
    assert not out.getvalue().startswith("{")


def test_console_format_without_a_terminal_has_no_colours() -> None:
    log, out = logged(format="console")
    log.info("logged in", gateway="hall")
    assert "gateway=hall" in out.getvalue()
    assert "\x1b[" not in out.getvalue()


def test_json_format_is_json_on_a_terminal_too() -> None:
    log, out = logged(Terminal(), format="json")
    log.info("logged in")
    assert json.loads(out.getvalue())["event"] == "logged in"


def test_events_below_the_level_are_left_out() -> None:
    log, out = logged(level="warning")
    log.info("quiet")
    log.warning("loud")
    assert [json.loads(line)["event"] for line in out.getvalue().splitlines()] == ["loud"]


def test_a_logger_made_before_follows_a_later_configuration() -> None:
    log = get_logger("session")
    _, out = logged()
    log.info("here")
    assert json.loads(out.getvalue())["event"] == "here"


@pytest.mark.parametrize("key", ["to", "from", "number", "recipient", "sender"])
def test_phone_numbers_are_masked_by_their_key(key: str) -> None:
    log, out = logged()
    log.info("sent", **{key: "+59899000001"})
    assert json.loads(out.getvalue())[key] == "+598…01"


def test_numbers_in_lists_and_nested_fields_are_masked() -> None:
    log, out = logged()
    log.info("sent", recipients=["+59899000001", "099000002"], message={"to": 59899000003, "body": "secret"})
    line = json.loads(out.getvalue())
    assert line["recipients"] == ["+598…01", "0990…02"]
    assert line["message"] == {"to": "5989…03"}


def test_a_number_inside_a_sentence_is_masked() -> None:
    log, out = logged()
    log.info("text to +59899000001 waits", error=ValueError("no route to 59899000002"))
    assert "990000" not in out.getvalue()


@pytest.mark.parametrize("key", ["body", "text", "data", "payload", "pdu", "pin"])
def test_texts_and_secrets_are_left_out(key: str) -> None:
    log, out = logged()
    log.info("sent", **{key: "the garage code is 4711", "id": "a1"})
    assert key not in json.loads(out.getvalue())
    assert "4711" not in out.getvalue()


def test_a_traceback_is_logged_with_its_numbers_masked() -> None:
    log, out = logged()
    try:
        raise ValueError("cannot text +59899000001")
    except ValueError:
        log.exception("bug")
    line = json.loads(out.getvalue())
    assert "ValueError" in line["exception"]
    assert "+59899000001" not in out.getvalue()


def test_a_traceback_on_the_console_has_its_numbers_masked_too() -> None:
    log, out = logged(format="console")
    try:
        raise ValueError("cannot text +59899000001")
    except ValueError:
        log.exception("bug")
    assert "ValueError: cannot text +598…01" in out.getvalue()


def test_full_logs_numbers_and_texts_as_they_are() -> None:
    log, out = logged(personal="full")
    log.info("sent", to="+59899000001", body="hello")
    line = json.loads(out.getvalue())
    assert (line["to"], line["body"]) == ("+59899000001", "hello")


def test_counts_times_and_flags_stay_as_they_are() -> None:
    event = {"event": "held", "held_s": 12.3456789, "octets": 123456789, "urgent": True, "error": None}
    assert mask_personal(None, "info", dict(event)) == event


@pytest.mark.parametrize("package", ["asyncio", "rich", "greenlet"])
def test_what_nobody_uses_here_is_not_loaded_with_it(package: str) -> None:
    program = f"import sys, smsmqtt.logs; sys.exit({package!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
