"""Telephone calls that come in: what they do to a module, and to whoever holds it."""

from __future__ import annotations

from smsmqtt.simulator.modem import Modem


def ring(modem: Modem, caller: str) -> bool:
    """A call for the module's number; False when it can't be put through, or the module turns it away."""
    if not modem.on_network or modem.caller is not None:
        return False
    manner = modem.knobs.call_while_held
    if modem.holder is not None and manner == "refuse":
        return False
    modem.caller = caller
    modem.ringing = modem.holder is not None
    if modem.holder is None:
        return True  # the unit takes it
    if manner == "snatch":
        _take(modem)
    else:
        _ring_once(modem, caller, modem.knobs.rings)
    return True


def hang_up(modem: Modem) -> None:
    if modem.caller is not None and modem.holder is not None:
        modem.say("NO CARRIER", result=True)
    modem.caller = None
    modem.ringing = False


def _ring_once(modem: Modem, caller: str, left: int) -> None:
    if modem.caller != caller or not modem.ringing:
        return
    if modem.holder is None:
        _take(modem)
    elif left:
        modem.say("RING", result=True)
        if modem.settings.clip:
            modem.say(f'+CLIP: "{caller}",{145 if caller.startswith("+") else 129},"",,"",0')
        modem.later(modem.knobs.ring_every_s, lambda: _ring_once(modem, caller, left - 1))
    elif modem.knobs.call_while_held == "ring":
        hang_up(modem)
    else:
        _take(modem)


def _take(modem: Modem) -> None:
    modem.ringing = False
    modem.snatch()
