"""From a profile to the strategy that asks as it says."""

from __future__ import annotations

from smsmqtt.carriers.base import Strategy
from smsmqtt.carriers.profile import Profile, ToolkitAsking
from smsmqtt.carriers.sms_query import SmsKeyword
from smsmqtt.carriers.stk_menu import ToolkitMenu
from smsmqtt.carriers.toolkits import Toolkit
from smsmqtt.carriers.ussd import ANSWER_S, UssdCode
from smsmqtt.codec import stk


def strategy(profile: Profile, toolkit: Toolkit, answer_s: float = ANSWER_S) -> Strategy:
    """``toolkit``: how the line's module carries the SIM toolkit, for the profiles that need one. ``answer_s``: how
    long the network may take at most for the answer to a code.
    """
    expects_sms = bool(profile.answer_from)
    way = profile.ask
    if way.ussd:
        code, inputs, answer_s = way.ussd.code, way.ussd.inputs, min(answer_s, ANSWER_S)
        return UssdCode(code=code, inputs=inputs, expects_sms=expects_sms, answer_s=answer_s)
    if way.sms:
        return SmsKeyword(to=way.sms.to, text=way.sms.text)
    assert way.toolkit
    return ToolkitMenu(
        toolkit=toolkit,
        envelope_hex=_envelope(way.toolkit),
        choices=way.toolkit.menu[1:],
        inputs=way.toolkit.inputs,
        expects_sms=expects_sms,
    )


def _envelope(way: ToolkitAsking) -> str:
    first = way.menu[0]
    if way.envelope not in ("conforming", "short") or not isinstance(first, int):
        return way.envelope.upper()
    return stk.menu_selection(first, short=way.envelope == "short")
