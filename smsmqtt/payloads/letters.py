"""Messages and texts as REST tells them: what they are, whenever one asks, so that an unchanged one looks the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from smsmqtt.model import InboundText, Message, TimelineEntry
from smsmqtt.payloads import answers, news
from smsmqtt.payloads.times import iso


def sent(message: Message, *, at: datetime) -> dict[str, Any]:
    """``at``: when it last changed."""
    told = with_timeline(message, (), at=at)
    del told["timeline"]
    return told


def with_timeline(message: Message, timeline: Sequence[TimelineEntry], *, at: datetime) -> dict[str, Any]:
    """The same and the story of its states. ``seq`` is left out: it counts what was told, repeats too."""
    standing = answers.message(answers.Told(message=message, timeline=tuple(timeline)), at=at)
    story = standing.pop("timeline")
    del standing["seq"]
    return {
        "direction": "out",
        **standing,
        "created_at": iso(message.created_at),
        "send_at": iso(message.send_at),
        "valid_until": iso(message.valid_until),
        "timeline": story,
    }


def received(text: InboundText, *, directory: news.AddressBook) -> dict[str, Any]:
    """As on ``sms/inbox``, without what depends on when it is told."""
    told = news.inbox(text, directory=directory, now=text.received_at)
    del told["event_type"], told["age_s"]
    return {"direction": "in", "id": told.pop("id"), "state": "received", **told}
