"""What callers ask of the bridge itself, one value for each verb."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from smsmqtt.errors import PayloadError
from smsmqtt.payloads import fields

USUAL_TEXTS = 100
MOST_TEXTS = 1000


@dataclass(frozen=True, kw_only=True)
class Poll:
    """A session now; None is every gateway."""

    gateway: str | None


@dataclass(frozen=True, kw_only=True)
class Pause:
    """Hang up and stay away; ``for_s`` None is until told otherwise."""

    gateway: str | None
    for_s: float | None


@dataclass(frozen=True, kw_only=True)
class Resume:
    """The end of a pause."""

    gateway: str | None


@dataclass(frozen=True, kw_only=True)
class Sending:
    """Whether a line (None: every line) may send; texts wait while it may not."""

    line: str | None
    enabled: bool


@dataclass(frozen=True, kw_only=True)
class Cancel:
    """A message or order that is not to be sent; ``id`` None is everything that waits."""

    id: str | None


@dataclass(frozen=True, kw_only=True)
class Resend:
    """A message or order that failed or is uncertain, to be sent again."""

    id: str


@dataclass(frozen=True, kw_only=True)
class GuardReset:
    """What the guard counts of a line (None: of every line) begins anew."""

    line: str | None


@dataclass(frozen=True, kw_only=True)
class MessageAsked:
    """State and timeline of a message or of an order's messages."""

    id: str


@dataclass(frozen=True, kw_only=True)
class InboxAsked:
    """Texts received since then, at most ``limit``; ``republish`` also announces them again."""

    since: datetime | None
    limit: int
    republish: bool


Request = Poll | Pause | Resume | Sending | Cancel | Resend | GuardReset | MessageAsked | InboxAsked
Fields = Mapping[str, Any]


def read_request(verb: str, asked: Fields) -> Request:
    """The fields of a request but for ``transaction``; PayloadError names the field, or the verb when it is unknown."""
    if verb not in _VERBS:
        raise PayloadError(None, f"unknown verb; known are {', '.join(sorted(_VERBS))}", "unknown_verb")
    known, read = _VERBS[verb]
    fields.refuse_unknown(asked, (*known, "transaction"))
    return read(asked)


def _poll(asked: Fields) -> Poll:
    return Poll(gateway=fields.text(asked, "gateway"))


def _pause(asked: Fields) -> Pause:
    return Pause(gateway=fields.text(asked, "gateway"), for_s=fields.duration_s(asked, "for"))


def _resume(asked: Fields) -> Resume:
    return Resume(gateway=fields.text(asked, "gateway"))


def _sending(asked: Fields) -> Sending:
    enabled = fields.boolean(asked, "enabled")
    if enabled is None:
        raise PayloadError("enabled", "is missing", "missing_field")
    return Sending(line=fields.text(asked, "line"), enabled=enabled)


def _cancel(asked: Fields) -> Cancel:
    everything, message_id = fields.boolean(asked, "all"), fields.text(asked, "id")
    if bool(everything) == (message_id is not None):
        raise PayloadError("id", 'expected either an id or "all": true')
    return Cancel(id=message_id)


def _resend(asked: Fields) -> Resend:
    return Resend(id=_id(asked))


def _guard(asked: Fields) -> GuardReset:
    if fields.boolean(asked, "reset") is not True:
        raise PayloadError("reset", "expected true", "bad_payload" if "reset" in asked else "missing_field")
    return GuardReset(line=fields.text(asked, "line"))


def _message(asked: Fields) -> MessageAsked:
    return MessageAsked(id=_id(asked))


def _id(asked: Fields) -> str:
    message_id = fields.text(asked, "id")
    if message_id is None:
        raise PayloadError("id", "is missing", "missing_field")
    return message_id


def _inbox(asked: Fields) -> InboxAsked:
    limit = fields.whole_number(asked, "limit", at_least=1, at_most=MOST_TEXTS)
    return InboxAsked(
        since=fields.moment(asked, "since"),
        limit=USUAL_TEXTS if limit is None else limit,
        republish=fields.boolean(asked, "republish") or False,
    )


_VERBS: dict[str, tuple[tuple[str, ...], Callable[[Fields], Request]]] = {
    "poll": (("gateway",), _poll),
    "pause": (("gateway", "for"), _pause),
    "resume": (("gateway",), _resume),
    "sending": (("line", "enabled"), _sending),
    "cancel": (("id", "all"), _cancel),
    "resend": (("id",), _resend),
    "guard": (("reset", "line"), _guard),
    "message": (("id",), _message),
    "inbox": (("since", "limit", "republish"), _inbox),
}
