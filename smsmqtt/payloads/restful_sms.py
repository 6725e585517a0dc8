"""What restful-sms posts to its clients, in its words: a text received, and an answer about credit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def incoming(text: Mapping[str, Any], token: str | None) -> dict[str, Any]:
    """``text``: as ``sms/inbox`` has it."""
    return {"token": token or "", "from": text["from"], "to": text["to"], "message": text["body"]}


def credit(request_id: int, balance: Mapping[str, Any]) -> dict[str, Any]:
    """``balance``: as ``sms/balance/<line>`` has it, of a good answer. The credit lasts to the end of its day."""
    expires = balance["expires"]
    return {
        "credit_request_id": request_id,
        "credit": balance["credit"],
        "credit_expiration": f"{expires} 23:59:59" if expires else None,
    }
