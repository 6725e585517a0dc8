"""A telephone's user made of a profile: what is chosen, typed and read when the SIM asks."""

from __future__ import annotations

from collections.abc import Iterable

from smsmqtt.codec import stk
from smsmqtt.codec.stk import ProactiveCommand
from smsmqtt.codec.stk_names import CommandType, GeneralResult
from smsmqtt.errors import PduError
from smsmqtt.model import Reason

NO_SUCH_ITEM, CHOICE_WANTED, SENDS_EARLY = "no_such_item", "choice_wanted", "sends_early"


class ToolkitUser:
    """Chooses and types in the order given, once each."""

    def __init__(self, choices: Iterable[int | str], inputs: Iterable[str]) -> None:
        self._choices = list(choices)
        self._inputs = list(inputs)
        self._texts: list[str] = []

    @property
    def text(self) -> str | None:
        """What was shown so far."""
        return " ".join(self._texts) or None

    @property
    def finished(self) -> bool:
        """Nothing is left to choose or to type."""
        return not self._choices and not self._inputs

    def respond(self, command: ProactiveCommand) -> str | Reason:
        """The terminal response; a Reason when this user has none that the SIM wants."""
        match command.kind:
            case CommandType.SELECT_ITEM:
                return self._choose(command)
            case CommandType.GET_INPUT | CommandType.GET_INKEY:
                return self._type(command)
            case CommandType.DISPLAY_TEXT:
                self._texts += [command.text] if command.text else []
                return stk.response(command)
            case CommandType.SEND_SHORT_MESSAGE if not self.finished:
                return Reason(code=SENDS_EARLY, text="the SIM sends a text before all was chosen")
            case CommandType.SET_UP_MENU:
                return stk.response(command)
        return stk.response(command, GeneralResult.BEYOND_TERMINAL_CAPABILITIES)

    def _choose(self, command: ProactiveCommand) -> str | Reason:
        offered = ", ".join(f"{item.id} {item.text}" for item in command.items)
        if not self._choices:
            return Reason(code=CHOICE_WANTED, text=f"the SIM's menu goes on: {offered}")
        wanted = self._choices.pop(0)
        item = command.item(wanted)
        if item is None or not item.id:
            return Reason(code=NO_SUCH_ITEM, text=f"{wanted!r} is not in the SIM's menu: {offered}")
        return stk.response(command, item=item.id)

    def _type(self, command: ProactiveCommand) -> str | Reason:
        if not self._inputs:
            return Reason(code="input_wanted", text=f"the SIM asks {command.text!r}")
        typed = self._inputs.pop(0)
        try:
            return stk.response(command, text=stk.answer(command, typed))
        except PduError as error:
            return Reason(code="input_not_wanted", text=f"{typed!r} to {command.text!r}: {error}")
