"""Posting over HTTP: the only import of urllib3, and where what it raises becomes a sentence.

What went wrong either is about the receiver (nobody answers, it is busy) or about this one event. Redirects are not
followed, and of an answer only the status and ``Retry-After`` are read. No sentence holds an address: its path and
query may be secret.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from urllib.parse import unquote, urlsplit, urlunsplit

import urllib3
from urllib3 import exceptions

from smsmqtt import __version__

CONNECT_S, ANSWER_S = 10.0, 20.0
BUSY = (429, 502, 503, 504)
GONE = 410


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a try ended. ``error`` None: the receiver has it.

    ``unreachable``: the next event would fare no better. ``gone``: it wants no more. ``retry_after``: as the receiver
    wrote it.
    """

    error: str | None = None
    unreachable: bool = False
    gone: bool = False
    retry_after: str | None = None

    def retry_after_s(self, now: datetime) -> float:
        """The pause that the receiver asks for; 0 when it asks for none (RFC 9110 §10.2.3)."""
        written = (self.retry_after or "").strip()
        if written.isdecimal():
            return float(written[:9])
        try:
            return max(0.0, (parsedate_to_datetime(written) - now).total_seconds())
        except (ValueError, TypeError):  # nonsense, or a date without a zone
            return 0.0


class Posting:
    """For one thread. The time-outs are those of connecting, and of every wait for more of the answer."""

    def __init__(self, *, connect_s: float = CONNECT_S, answer_s: float = ANSWER_S) -> None:
        timeout = urllib3.Timeout(connect=connect_s, read=answer_s)
        self._pool = urllib3.PoolManager(num_pools=2, retries=False, timeout=timeout)

    def post(self, url: str, body: str, headers: Mapping[str, str]) -> Outcome:
        """Never raises for what the other side does."""
        bare, credentials = _without_user(url)
        sent = {
            "Content-Type": "application/json",
            "User-Agent": f"smsmqtt/{__version__}",
            "Connection": "close",
            **credentials,
            **headers,
        }
        try:
            answer = self._pool.request(
                "POST", bare, body=body.encode(), headers=sent, redirect=False, preload_content=False
            )
            answer.close()
        except (exceptions.HTTPError, OSError, UnicodeError) as error:
            return Outcome(error=_sentence(error), unreachable=not isinstance(error, ABOUT_THE_EVENT))
        return _outcome(answer.status, answer.headers.get("Retry-After"))


ABOUT_THE_EVENT = (exceptions.ReadTimeoutError, exceptions.ProtocolError)
"""It was reached, and something went wrong while it dealt with this one."""


def _outcome(status: int, retry_after: str | None) -> Outcome:
    if 200 <= status < 300:
        return Outcome()
    phrase = next((f" {it.phrase}" for it in HTTPStatus if it == status), "")
    advice = ": redirects are not followed" if 300 <= status < 400 else ""
    return Outcome(
        error=f"answered {status}{phrase}{advice}",
        unreachable=status in BUSY,
        gone=status == GONE,
        retry_after=retry_after,
    )


def _sentence(error: Exception) -> str:
    match error:
        case exceptions.NameResolutionError():
            return "its name is not known"
        case exceptions.NewConnectionError():
            return "no connection"
        case exceptions.ConnectTimeoutError():
            return "no connection in time"
        case exceptions.SSLError():
            return f"no secure connection: {error}"
        case exceptions.ReadTimeoutError():
            return "no answer in time"
        case exceptions.ProtocolError():
            return "hung up without an answer"
    return f"not possible: {type(error).__name__}"


def _without_user(url: str) -> tuple[str, dict[str, str]]:
    """The address as it is requested, and what a user name in it becomes."""
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    if not at:
        return url, {}
    login = base64.b64encode(unquote(user).encode()).decode("ascii")
    return urlunsplit(parts._replace(netloc=host)), {"Authorization": f"Basic {login}"}
