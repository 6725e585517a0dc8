"""The telephone network behind the modules: what is on the air, reports, people who answer, texts and calls that come
in.

``sent`` is the log that tests judge by: one entry for each body that reached the air, whatever the client got to know
of it; ``asked`` has what was asked of carriers. What is meant for a SIM waits in ``waiting`` until the SIM is there,
registered, and has a free slot.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from smsmqtt.simulator import alphabet, pdu, services, writing
from smsmqtt.simulator.card import Kind
from smsmqtt.simulator.network_knobs import NetworkKnobs, NumberKnobs
from smsmqtt.simulator.services import Asked, Way
from smsmqtt.simulator.world import World

Order = Literal["forward", "reversed", "shuffled"]
Author = Literal["holder", "card"]


@dataclass(frozen=True, kw_only=True)
class OnAir:
    """One SUBMIT that was on the air."""

    at: datetime
    at_s: float  # since the unit started
    module: int
    reference: int
    submit: pdu.Submit
    tpdu_hex: str
    by: Author = "holder"  # of the module, or the SIM's own toolkit

    @property
    def recipient(self) -> str:
        return self.submit.recipient

    @property
    def text(self) -> str | None:
        return self.submit.content.text


@dataclass(frozen=True, kw_only=True)
class Joined:
    """One text as the recipient's telephone shows it. ``text`` None: some part could not be read."""

    module: int
    recipient: str
    text: str | None
    parts: int
    complete: bool


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """Something for a SIM: ``pdu`` starts with the service centre's address."""

    kind: Kind
    pdu: bytes


Group = dict[int, OnAir]
"""The parts of one text that were on the air, by their place in it."""

Key = tuple[int, str, int, int, int]
"""What the parts of one text have in common: module, recipient, bits of the reference, reference, total."""


class Network:
    """See the module's text. ``receivers``: by module, each takes what is meant for its SIM or says False when it
    can't."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.receivers: dict[int, Callable[[Incoming], bool]] = {}
        self.sent: list[OnAir] = []
        self._groups: list[Group] = []
        self._unfinished: dict[Key, list[Group]] = {}
        self.waiting: dict[int, deque[Incoming]] = {}
        self.asked: list[Asked] = []
        self._reference = 0

    @property
    def knobs(self) -> NetworkKnobs:
        return self._world.config.network

    def rules_for(self, number: str) -> NumberKnobs:
        numbers = self.knobs.numbers
        return numbers.get(number) or numbers.get("*") or NumberKnobs()

    # From a module

    def take(self, module: int, tpdu: bytes, submit: pdu.Submit, reference: int, *, by: Author = "holder") -> OnAir:
        """The text is on the air."""
        world = self._world
        entry = OnAir(
            at=world.now(),
            at_s=world.monotonic(),
            module=module,
            reference=reference,
            submit=submit,
            tpdu_hex=tpdu.hex().upper(),
            by=by,
        )
        self.sent.append(entry)
        self._gather(entry)
        self._count(entry)
        return entry

    def _count(self, entry: OnAir) -> None:
        """What the SIM sends is a question, and so is a text with one of the number's words."""
        whole = self._whole(entry)
        text = whole.text or ""
        if entry.by == "card":
            self.ask(entry.module, "toolkit", entry.recipient, text)
        elif whole.complete and services.answer_to(self.rules_for(entry.recipient), text) is not None:
            self.ask(entry.module, "text", entry.recipient, text)

    def ask(self, module: int, way: Way, to: str, text: str = "") -> Asked:
        """A question that would be paid for has reached the network."""
        asked = Asked(at=self._world.now(), at_s=self._world.monotonic(), module=module, way=way, to=to, text=text)
        self.asked.append(asked)
        return asked

    def follow_up(self, entry: OnAir) -> None:
        """Report and answer, by the number's knobs."""
        rules = self.rules_for(entry.recipient)
        if entry.submit.report_wanted:
            self._report_later(entry, rules, list(rules.reports))
        whole = self._whole(entry)
        words = services.answer_to(rules, whole.text or "")
        answer = rules.reply if words is None else words
        if answer is not None and whole.complete:
            told = answer.replace("{text}", whole.text or "")
            sender = rules.reply_from or entry.recipient
            self.deliver_later(rules.reply_delay_s, entry.module, sender, told)

    def deliver_later(self, delay_s: float, module: int, sender: str, text: str) -> None:
        """Somebody answers."""

        def answer() -> None:
            self.deliver(module, sender, text)

        self._world.after(delay_s, answer)

    def _whole(self, entry: OnAir) -> Joined:
        """The text that this is a part of."""
        return _join(next(group for group in reversed(self._groups) if any(part is entry for part in group.values())))

    def _report_later(self, entry: OnAir, rules: NumberKnobs, statuses: list[int]) -> None:
        if not statuses:
            return

        def report() -> None:
            self.report(entry, statuses[0])
            self._report_later(entry, rules, statuses[1:])

        self._world.after(rules.report_delay_s, report)

    def texts(self) -> list[Joined]:
        """What recipients read, parts joined, in the order the texts began."""
        return [_join(group) for group in self._groups]

    def _gather(self, entry: OnAir) -> None:
        """Adds a part to the youngest text that lacks it, or begins one."""
        concat = entry.submit.content.concat
        if concat is None:
            self._groups.append({1: entry})
            return
        key = (entry.module, entry.recipient, concat.bits, concat.reference, concat.total)
        unfinished = self._unfinished.setdefault(key, [])
        group = next((group for group in reversed(unfinished) if concat.seq not in group), None)
        if group is None:
            group = {}
            self._groups.append(group)
            unfinished.append(group)
        group[concat.seq] = entry
        if len(group) == concat.total:
            unfinished.remove(group)

    # Towards a module

    def deliver(
        self,
        module: int,
        sender: str,
        text: str | bytes,
        *,
        at: datetime | None = None,
        order: Order | Sequence[int] = "forward",
        wide: bool = False,
        message_class: int | None = None,
        reference: int | None = None,
    ) -> int:
        """Brings a text; a long one in parts, in an order named or given as part numbers (missing and doubled ones
        too).

        Octets are 8-bit data. ``wide``: 16-bit references. Returns the number of PDUs.
        """
        at = at or self._world.now()
        if reference is None:
            self._reference = (self._reference + 1) % 256
            reference = self._reference
        whole = writing.in_parts(text, reference, wide=wide) if isinstance(text, str) else [(text, b"")]
        coding: pdu.Coding | None = "ucs2" if isinstance(text, str) and not alphabet.fits(text) else None
        tpdus = [
            writing.write_deliver(
                sender=sender,
                text=part,
                at=at,
                zone_quarters=self.knobs.zone_quarters,
                header=header,
                message_class=message_class,
                coding=coding,
            )
            for part, header in whole
        ]
        wanted = self._arrange(len(tpdus), order)
        for number in wanted:
            self.bring(module, "deliver", tpdus[number - 1])
        return len(wanted)

    def _arrange(self, count: int, order: Order | Sequence[int]) -> list[int]:
        numbers = list(range(1, count + 1))
        if order == "reversed":
            return numbers[::-1]
        if order == "shuffled":
            self._world.chance.shuffle(numbers)
            return numbers
        return numbers if isinstance(order, str) else list(order)

    def report(self, entry: OnAir, status: int) -> None:
        """A delivery report for something on the air."""
        tpdu = writing.write_report(
            reference=entry.reference,
            recipient=self._as_reported(entry.recipient),
            sent_at=entry.at,
            discharged_at=self._world.now(),
            zone_quarters=self.knobs.zone_quarters,
            status=status,
        )
        self.bring(entry.module, "report", tpdu)

    def _as_reported(self, number: str) -> str:
        if self.knobs.report_recipient == "empty":
            return ""
        prefix = "+" + self.knobs.country_code
        if self.knobs.report_recipient == "national" and number.startswith(prefix):
            return "0" + number.removeprefix(prefix)
        return number

    def bring(self, module: int, kind: Kind, tpdu: bytes) -> None:
        """A TPDU without a service centre's address gets the network's."""
        self.bring_pdu(module, kind, writing.smsc_octets(self.knobs.service_centre) + tpdu)

    def bring_pdu(self, module: int, kind: Kind, octets: bytes) -> None:
        """Any octets at all, kept as they are."""
        self.waiting.setdefault(module, deque()).append(Incoming(kind=kind, pdu=octets))
        self.push(module)

    def push(self, module: int) -> None:
        """Hands over what waits, oldest first, as far as the module takes it."""
        queue = self.waiting.get(module)
        while queue and self.receivers[module](queue[0]):
            queue.popleft()

    def slot_freed(self, module: int) -> None:
        self._world.after(self.knobs.redelivery_s, lambda: self.push(module))


def _join(group: Group) -> Joined:
    parts = [group[seq] for seq in sorted(group)]
    concat = parts[0].submit.content.concat
    total = concat.total if concat else 1
    readable = all(part.text is not None for part in parts)
    return Joined(
        module=parts[0].module,
        recipient=parts[0].recipient,
        text="".join(part.text or "" for part in parts) if readable else None,
        parts=len(parts),
        complete=len(parts) == total,
    )
