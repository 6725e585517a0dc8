"""Every knob of the simulated unit is turned once: texts go out and come in at each setting, exactly once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.house import House

from smsmqtt.simulator import Simulator, SimulatorConfig

LONG = "ñandú € [x] 😀 " * 20
BODIES = ["hello", "0", LONG]
STRANGER = "+59895555555"
INBOUND = ["ends in 0", "0", "OK", '+CMGL: 1,"REC READ"', "] ", "first\n\nthird", "ñandú €", "grüße 😀"]

SETTINGS: list[tuple[str, Any]] = [
    ("shell.username_echo", True),
    ("shell.password_echo", "none"),
    ("shell.password_echo", "star"),
    ("shell.after_bad_login", "close"),
    ("shell.commands", "nothing worth"),
    ("shell.echo", False),
    ("shell.bad_command", "bad command !!!"),
    ("shell.has_state", False),
    ("shell.bare_module", False),
    ("shell.getting", "getting module"),
    ("shell.info", "MV-374"),
    ("shell.refusal", "busy"),
    ("shell.idle_timeout_s", 0.3),
    ("shell.hold_timeout_s", 5.0),
    ("shell.hold_lingers_s", 0.2),
    ("shell.ctrl_x_at_prompt", "passed"),
    ("wire.segment_bytes", 1),
    ("wire.segment_random", True),
    ("wire.noise", ("nul", "xon", "xoff")),
    ("wire.iac_offers", True),
    ("wire.iac_doubled", True),
    ("wire.swallowed", ("nul", "xon", "xoff")),
    ("modem.echo_at_acquire", True),
    ("modem.verbose_at_acquire", True),
    ("modem.cmee_at_acquire", 2),
    ("modem.cmgf_at_acquire", 1),
    ("modem.cscs_at_acquire", "UCS2"),
    ("modem.settings", "kept"),
    ("modem.cnmi", "lost"),
    ("modem.numeric_end", "cr"),
    ("modem.echo_end", "crlf"),
    ("modem.records_apart", False),
    ("modem.joining", False),
    ("modem.line_limit", 200),
    ("modem.cmee_supported", False),
    ("modem.cms_follows_cmee", True),
    ("modem.text_mode", False),
    ("modem.csdh", False),
    ("modem.long_text", "cut"),
    ("modem.header_in_lists", "stripped"),
    ("modem.body_limit", 400),
    ("modem.alpha_field", "quoted"),
    ("modem.alpha_field", "absent"),
    ("modem.listing_marks_read", False),
    ("modem.prompt_after_release", "kept"),
    ("modem.lf_after_prompt", "body"),
    ("modem.esc", "error"),
    ("modem.esc", "nothing"),
    ("modem.esc", "stuck"),
    ("modem.cmgs_answer", "ok_first"),
    ("modem.radio_s", 0.05),
    ("modem.reference_start", 250),
    ("modem.cmms", "test"),
    ("modem.cmms", "alone"),
    ("modem.cmms", "yes"),
    ("modem.cnmi_modes", (0, 1)),
    ("modem.cnmi_bfr", (0,)),
    ("modem.cnmi_bfr", (1,)),
    ("modem.stores", ("SM", "MT")),
    ("modem.delete_flags", False),
    ("modem.delete_empty", "error"),
    ("modem.reports", "stored"),
    ("modem.cds_form", "comma"),
    ("modem.cmti_when_full", True),
    ("modem.creg_form", "short"),
    ("modem.creg_form", "quoted"),
    ("modem.creg_form", "one_quote"),
    ("modem.output_after_release", "lost"),
    ("modem.stale_at_acquire", "\r\nOK\r\n+CMGS: 7\r\nOK\r\n"),
    ("modem.stale_at_acquire", "0\r\n"),
    ("modem.stale_at_acquire", "+CMGS: 7"),
    ("sim.capacity", 3),
    ("sim.first_index", 0),
    ("sim.registration", 5),
    ("network.report_recipient", "national"),
    ("network.report_recipient", "empty"),
]


def _unit(knob: str, value: Any) -> SimulatorConfig:
    return SimulatorConfig().turn("modem.radio_s", 0.0).turn(knob, value)


@pytest.mark.parametrize(("knob", "value"), SETTINGS, ids=[f"{knob}={value!r}"[:50] for knob, value in SETTINGS])
def test_texts_pass_unharmed_whatever_the_unit_is_like(knob: str, value: Any, tmp_path: Path) -> None:
    with Simulator(_unit(knob, value)) as unit, House(unit=unit, folder=tmp_path) as house:
        for body in INBOUND:
            unit.deliver(1, STRANGER, body)
        sent = [house.send(body) for body in BODIES]

        delivered = [house.reaches(message_id, "delivered") for message_id in sent]
        received = house.receives(len(INBOUND))

        assert [text.body for text in received] == INBOUND
        assert sorted(str(text.text) for text in unit.network.texts()) == sorted(BODIES)
        assert [message.body for message in delivered] == BODIES
