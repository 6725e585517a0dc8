"""A text that is being written: what the form holds, and the order that it makes."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from smsmqtt.errors import PayloadError
from smsmqtt.intake.refusals import Refusal
from smsmqtt.model import OrderRequest
from smsmqtt.payloads.orders import read_order

LABELS = {"to": "To", "body": "Text", "from": "Line"}


def _new_id() -> str:
    return secrets.token_hex(8)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """``id`` is the order's: who sends the form twice sends one text. ``error``: why it was not taken."""

    to: str = ""
    body: str = ""
    line: str = ""
    urgent: bool = False
    id: str = field(default_factory=_new_id)
    error: str | None = None

    @classmethod
    def from_form(cls, fields: Mapping[str, str]) -> Self:
        made = cls(
            to=fields.get("to", ""),
            body=fields.get("body", ""),
            line=fields.get("from", ""),
            urgent="urgent" in fields,
        )
        return replace(made, id=fields["id"]) if fields.get("id") else made

    def order(self) -> OrderRequest:
        """PayloadError names the field."""
        if not self.to.strip():
            raise PayloadError("to", "whom is it for?")
        if not self.body.strip():
            raise PayloadError("body", "there is nothing to send yet.")
        order: dict[str, Any] = {"to": self.to, "body": self.body, "id": self.id, "urgent": self.urgent}
        return read_order({**order, "from": self.line} if self.line else order)

    def refused(self, error: PayloadError) -> Draft:
        return self.anew(sentence(error.field, error.text))

    def anew(self, error: str) -> Draft:
        """The same with the reason why it was not taken; another try is another order."""
        return replace(self, id=_new_id(), error=error)


def sentence(field_name: str | None, text: str) -> str:
    return f"{LABELS.get(field_name or '', 'Not taken')}: {text}"


def refusals_told(refusals: tuple[Refusal, ...]) -> str:
    """One sentence for each recipient, or one for the whole text."""
    return "; ".join(f"{it.to}: {it.text}" if it.field == "to" else sentence(it.field, it.text) for it in refusals)
