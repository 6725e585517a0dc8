"""Credit as users see it: which lines can be asked, what a request does, what is shown of the answers."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smsmqtt.config import BalanceSettings, Settings
from smsmqtt.errors import ConfigError, PayloadError
from smsmqtt.intake.directory import Directory
from smsmqtt.model import BalanceReply, BalanceRequest
from smsmqtt.payloads.balances import BalanceAsk, balance
from smsmqtt.store import Board, Transaction, announcements, balances, outbox

if TYPE_CHECKING:  # a house without a carrier doesn't pay for the profiles in memory
    from smsmqtt.carriers.profile import Profile

EXPIRING = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Credit:
    """``profiles``: by line, of those that have a carrier."""

    settings: BalanceSettings
    profiles: Mapping[str, Profile]
    directory: Directory
    board: Board

    def post(self, tx: Transaction, line: str) -> None:
        """Show what is known of a line's credit; nothing when it was never asked for."""
        payload = self._known(tx, line)
        if payload is not None:
            tx.after_commit(lambda: self.board.post("balance", line, payload))

    def conclude(self, tx: Transaction, line: str) -> None:
        """A question has just ended, well or not: that is news for everybody, and it goes on display.

        The broker is owed nothing: it has what is on display as a retained message.
        """
        announcements.add(tx, "balance", json.dumps(self._known(tx, line), ensure_ascii=False), owed=False)
        self.post(tx, line)

    def _known(self, tx: Transaction, line: str) -> dict[str, Any] | None:
        """None when nothing was ever asked, or no question has ended yet."""
        request, reply = balances.last_finished(tx, line), balances.last_reply(tx, line)
        if request is None:
            return None
        return self.told(tx, request, reply)

    def told(self, tx: Transaction, request: BalanceRequest, reply: BalanceReply | None) -> dict[str, Any]:
        """One question and the answer that it got."""
        line = self.directory.line(request.line)
        return balance(
            line=request.line,
            number=line.number if line else None,
            request=request,
            reply=reply,
            low=reply is not None and self._is_low(request.line, reply),
            expiring=reply is not None and reply.expires is not None and reply.expires - tx.now.date() <= EXPIRING,
        )

    def _is_low(self, line: str, reply: BalanceReply) -> bool:
        low = self.settings.low
        if low is None and line in self.profiles:  # else it lost its carrier since
            low = self.profiles[line].low
        return low is not None and reply.credit < low

    def upkeep(self, tx: Transaction) -> None:
        """What time does: questions time out, an answer comes of age, the next question is due."""
        for line in balances.time_out(tx):
            if line in self.profiles:
                self.conclude(tx, line)
        for line in self.profiles:
            if self.settings.every_s is not None and self._is_due(tx, line, self.settings.every_s):
                balances.put(tx, secrets.token_hex(8), line, self.settings.timeout_s)
            self.post(tx, line)

    def _is_due(self, tx: Transaction, line: str, every_s: float) -> bool:
        """Only at a quiet time: while nothing waits to be sent, so that no text waits for a question."""
        last = balances.latest(tx, line)
        if last and tx.now - last.created_at < timedelta(seconds=every_s):
            return False
        return not outbox.due_ids(tx, [line], tx.now, limit=1)


def accept_balance_request(tx: Transaction, asked: BalanceAsk, credit: Credit) -> list[BalanceRequest]:
    """Put the questions, one for each line, and tell which; PayloadError for a line that can't be asked.

    A question that is open is joined. Too soon after the last one that was answered, its answer serves again.
    """
    requests = []
    for line in _lines(asked, credit):
        request_id = asked.id or secrets.token_hex(8)
        last, reply = balances.latest(tx, line), balances.last_reply(tx, line)
        fresh = reply and tx.now - reply.at < timedelta(seconds=credit.settings.min_interval_s)
        if fresh and not balances.open_request(tx, line) and last and last.reason is None:
            requests.append(balances.answered_before(tx, request_id, line))
            credit.conclude(tx, line)
        else:
            requests.append(balances.put(tx, request_id, line, credit.settings.timeout_s))
            credit.post(tx, line)
    return requests


def _lines(asked: BalanceAsk, credit: Credit) -> list[str]:
    if asked.line is None:
        if not credit.profiles:
            raise PayloadError("line", "no line has a carrier in the configuration", "no_carrier")
        return list(credit.profiles)
    line = credit.directory.line_called(asked.line)
    if line is None:
        raise PayloadError("line", "no line has this name or number", "unknown_line")
    if line.name not in credit.profiles:
        raise PayloadError("line", f"the line {line.name} has no carrier in the configuration", "no_carrier")
    return [line.name]


def own_profiles(config: Path) -> list[Path]:
    """The folders where users put profiles of their own: beside the configuration, and where systemd says it is.

    As a service the daemon reads a copy of the configuration that stands somewhere else.
    """
    named = os.environ.get("CONFIGURATION_DIRECTORY", "").split(":")[0]
    return [folder / "carriers" for folder in (config.parent, Path(named) if named else None) if folder]


def carrier_profiles(settings: Settings) -> dict[str, Profile]:
    """By line. ConfigError with every carrier that nobody knows, or every fault of the user's own profiles."""
    named = {
        line.name: (f"gateways.{gateway.name}.lines.{line.name}.carrier", line.carrier)
        for gateway in settings.gateways.values()
        for line in gateway.lines.values()
        if line.carrier
    }
    if not named:
        return {}
    from smsmqtt.carriers import shelf

    own = own_profiles(settings.path)
    known = shelf.load(*own)
    names, places = ", ".join(sorted(known)), " or ".join(map(str, own))
    faults = [
        settings.fault(key, f"no carrier profile is called {carrier}; known are {names}; {places} has no other")
        for key, carrier in named.values()
        if carrier not in known
    ]
    if faults:
        raise ConfigError(faults)
    return {line: known[carrier] for line, (_, carrier) in named.items()}
