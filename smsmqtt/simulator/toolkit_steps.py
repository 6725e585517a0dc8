"""What a menu item does, as the SIM's commands."""

from __future__ import annotations

from smsmqtt.simulator import alphabet, proactive, toolkit_text, writing
from smsmqtt.simulator.proactive import Proactive
from smsmqtt.simulator.toolkit_knobs import Step, ToolkitKnobs


def command(knobs: ToolkitKnobs, step: Step, number: int, words: dict[str, str]) -> Proactive:
    """``words``: what stands in the step's texts and numbers for something said earlier."""
    text, to = _filled(step.text, words), _filled(step.to, words)
    if step.do in ("sms", "ussd"):
        return _to_network(knobs, step, number, to, text)
    if step.do in ("display", "input", "inkey"):
        return _to_user(knobs, step, number, toolkit_text.text_string(text, knobs.text_coding))
    return Proactive(kind="handled" if step.do == "handled" else "other", type=step.type, number=number)


def _filled(text: str, words: dict[str, str]) -> str:
    for name, value in words.items():
        text = text.replace(name, value)
    return text


def _to_user(knobs: ToolkitKnobs, step: Step, number: int, text: bytes) -> Proactive:
    """DISPLAY TEXT waits until it was read; the qualifier of an input says what may be typed (ETSI TS 102 223
    §8.6)."""
    if step.do == "display":
        kind, to = proactive.TYPES["text"], proactive.DISPLAY
        return Proactive(kind="text", type=kind, number=number, qualifier=0x81, to=to, text=text)
    key = step.do == "inkey"
    return Proactive(
        kind="input",
        type=proactive.GET_INKEY if key else proactive.GET_INPUT,
        number=number,
        qualifier=0 if step.digits else 3 if knobs.text_coding == "ucs2" else 1,
        text=text,
        lengths=None if key else (step.least, step.most),
    )


def _to_network(knobs: ToolkitKnobs, step: Step, number: int, to: str, text: str) -> Proactive:
    sms = step.do == "sms"
    return Proactive(
        kind="sms" if sms else "ussd",
        type=proactive.TYPES["sms" if sms else "ussd"],
        number=number,
        to=proactive.NETWORK,
        alpha=None if step.alpha is None else toolkit_text.alpha(step.alpha, knobs.item_coding),
        tpdu=_submit(to, text) if sms else None,
        ussd=None if sms else b"\x0f" + toolkit_text.text_string(to, "packed")[1:],
    )


def _submit(to: str, text: str) -> bytes:
    """As cards write it: no validity, and UCS-2 only where it must be (ETSI TS 102 223 §8.13)."""
    plain = alphabet.fits(text)
    data, length = writing.write_content(text, "gsm7" if plain else "ucs2")
    dcs = 0x00 if plain else 0x08
    return writing.write_submit(first_octet=0x01, recipient=to, pid=0, dcs=dcs, validity=b"", data=data, length=length)
