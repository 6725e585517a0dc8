"""A store of texts and reports, on the SIM card or in the module: a few numbered slots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["deliver", "submit", "report"]

UNREAD, READ, UNSENT, SENT = range(4)
"""<stat> in PDU mode (3GPP TS 27.005 §3.1)."""


@dataclass(kw_only=True)
class Record:
    """One occupied slot. ``pdu`` starts with the service centre's address."""

    kind: Kind
    pdu: bytes
    status: int


class Card:
    """Slots ``first_index`` and up; the lowest free one is filled first."""

    def __init__(self) -> None:
        self.slots: dict[int, Record] = {}

    def put(self, record: Record, *, first_index: int, capacity: int) -> int | None:
        """The index it went to, None when the card is full."""
        for index in range(first_index, first_index + capacity):
            if index not in self.slots:
                self.slots[index] = record
                return index
        return None

    def listed(self) -> list[tuple[int, Record]]:
        return sorted(self.slots.items())

    def delete(self, index: int, flag: int) -> None:
        """By <delflag>: 0 this one, 1 all read, 2 sent too, 3 unsent too, 4 all (3GPP TS 27.005 §3.5.4)."""
        if flag == 0:
            self.slots.pop(index, None)
            return
        going = {1: (READ,), 2: (READ, SENT), 3: (READ, SENT, UNSENT), 4: (UNREAD, READ, UNSENT, SENT)}[flag]
        self.slots = {index: record for index, record in self.slots.items() if record.status not in going}
