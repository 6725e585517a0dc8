"""The Portech MV-37x: a shell with the prompt ``]`` on telnet, two modules at most on each port.

A hold begins with ``moduleN`` and ends with Ctrl-X; in between the socket is a pipe to the module.
The box can end it by itself, as it does for a call: ``at.channel`` watches for RELEASE_NOTICE.
"""

from __future__ import annotations

import re

from smsmqtt.at.dialogues import Attach, Detach, Dialogue, Expect, Send
from smsmqtt.errors import BadDialogue, BadLogin, LinkLost, ModuleBusy, NoAnswer, Occupied
from smsmqtt.gateways.base import Availability

CTRL_X = "\x18"
PROMPT = r"(?:^|[\r\n])\]"
RELEASE_NOTICE = "release module"
GREETING_TIMEOUT_S = 10.0
SHELL_TIMEOUT_S = 8.0
PROMPT_TIMEOUT_S = 5.0
BAD_COMMAND = re.compile(r"bad command ?!!!")
BAD_LOGIN = "bad username or password"


class PortechDriver:
    """Firmware differs in small ways; each accepted form is a fact seen by a working program."""

    def __init__(self, *, username: str, password: str) -> None:
        self._username = username
        self._password = password

    def login(self) -> Dialogue[None]:
        try:
            yield Expect(until=r"(?i)username: ?", timeout_s=GREETING_TIMEOUT_S)
        except (LinkLost, NoAnswer) as error:
            raise Occupied("the gateway took the connection and does not ask for a user name") from error
        yield Expect(send=self._username + "\r", until=r"(?i)password: ?", timeout_s=SHELL_TIMEOUT_S)
        # An echoed "*" may follow the prompt; it is read with what comes next.
        until = rf"(?i){BAD_LOGIN}|[\r\n]username: ?$|{PROMPT}"
        text = yield Expect(send=self._password + "\r", called="the password", until=until, timeout_s=SHELL_TIMEOUT_S)
        if not re.search(PROMPT, text):
            raise BadLogin

    def availability(self, module: int | None) -> Dialogue[Availability]:
        try:
            text = yield from self._command(f"state{module}", PROMPT)
        except NoAnswer as silence:  # as may be met during a call, if the shell lives
            yield from self._prompt(silence)
            return Availability.BUSY
        if BAD_COMMAND.search(text):
            return Availability.UNTOLD
        state = re.search(rf"module {module}: *(\w+)", text)
        word = state[1].lower() if state else ""
        return {"free": Availability.FREE, "none": Availability.ABSENT}.get(word, Availability.BUSY)

    def _prompt(self, silence: NoAnswer) -> Dialogue[None]:
        try:
            yield Expect(send="\r", until=PROMPT, timeout_s=PROMPT_TIMEOUT_S)
        except NoAnswer:
            raise silence from None

    def acquire(self, module: int | None) -> Dialogue[None]:
        text = yield from self._take(f"module{module}")
        if BAD_COMMAND.search(text) and module == 1:  # one-SIM firmware may know only the plain word
            text = yield from self._take("module")
        if BAD_COMMAND.search(text):
            raise BadDialogue(f"the gateway does not know the command module{module}")
        if "got!!" not in text:
            raise ModuleBusy
        yield Attach(release_notice=RELEASE_NOTICE)

    def _take(self, command: str) -> Dialogue[str]:
        try:
            return (yield from self._command(command, rf"got!! ?press[^\r\n]*\r?\n|{PROMPT}"))
        except NoAnswer as error:
            yield from self._give_up()
            raise ModuleBusy from error

    def _command(self, command: str, until: str) -> Dialogue[str]:
        """Once more where it is a bad one: a Ctrl-X stands before it that crossed the unit's own release."""
        text: str = yield Expect(send=command + "\r", until=until, timeout_s=SHELL_TIMEOUT_S)
        if BAD_COMMAND.search(text):
            text = yield Expect(send=command + "\r", until=until, timeout_s=SHELL_TIMEOUT_S)
        return text

    def _give_up(self) -> Dialogue[None]:
        """In case it was taken after all. Where it was not, the CR ends the line that Ctrl-X then stands in."""
        try:
            yield Expect(send=CTRL_X + "\r", until=PROMPT, timeout_s=PROMPT_TIMEOUT_S)
        except NoAnswer:  # the next command will tell
            return

    def release(self, module: int | None) -> Dialogue[None]:
        yield Detach()
        yield Expect(send=CTRL_X, until=rf"{RELEASE_NOTICE}[^\]]*\]|{PROMPT}", timeout_s=PROMPT_TIMEOUT_S)

    def logout(self) -> Dialogue[None]:
        yield Send(octets=b"logout\r")
