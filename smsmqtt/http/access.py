"""Who comes in: tokens for programs, and for the page a cookie that a token was changed for.

The cookie is signed with its token, so that it outlives a restart and dies with the token. It bears a session's id: a
log-out ends that session, for every copy of the cookie, and is remembered until the cookie would have been too old.
It opens the page and ``/events``, never the REST paths: another site could make a browser send it there.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from smsmqtt.store import Transaction, controls

COOKIE = "smsmqtt_session"
COOKIE_KEPT = timedelta(days=30)
LOG_OUTS = "http/log-outs"
"""What the store remembers of them: until when a session's cookie would have been good, by the session's id."""


class Keys:
    """The tokens of the configuration by their names; ``salt`` ties cookies to one store.

    ``ended``: the sessions that somebody logged out of.
    """

    def __init__(self, tokens: Mapping[str, str], *, salt: str, ended: Iterable[str] = ()) -> None:
        self._digests = {name: _digest(token) for name, token in tokens.items()}
        self._salt = salt.encode()
        self._ended = set(ended)

    def name_of(self, token: str) -> str | None:
        """Whose token this is; every one is compared, in constant time."""
        asked = _digest(token)
        found = [name for name, digest in self._digests.items() if hmac.compare_digest(digest, asked)]
        return found[0] if found else None

    def cookie(self, name: str, now: datetime) -> str:
        """For who just showed the token of this name."""
        claim = f"{name}.{int((now + COOKIE_KEPT).timestamp())}.{secrets.token_hex(16)}"
        return f"{claim}.{self._sign(name, claim)}"

    def name_in(self, cookie: str, now: datetime) -> str | None:
        """Whose cookie this is; None when it is forged, too old or logged out, or its token is no more."""
        claim, _, signature = cookie.rpartition(".")
        name = claim.partition(".")[0]
        if name not in self._digests or not hmac.compare_digest(self._sign(name, claim).encode(), signature.encode()):
            return None
        session, until_s = _session(cookie)
        return name if until_s > now.timestamp() and session not in self._ended else None

    def end(self, tx: Transaction, cookie: str) -> None:
        """Somebody logs out with this good cookie; nothing is opened with it from the commit on."""
        session, until_s = _session(cookie)
        for ended, told in controls.recall(tx, LOG_OUTS).items():
            if int(told) <= tx.now.timestamp():
                controls.remember(tx, LOG_OUTS, ended, None)
        controls.remember(tx, LOG_OUTS, session, str(until_s))
        tx.after_commit(lambda: self._ended.add(session))

    def form_token(self, cookie: str) -> str:
        """For the forms of a page that was shown to the bearer of this good cookie: nobody else can know it."""
        return self._sign(cookie.partition(".")[0], f"form {cookie}")

    def _sign(self, name: str, claim: str) -> str:
        return hmac.new(self._digests[name], self._salt + claim.encode(), hashlib.sha256).hexdigest()


def ended_sessions(tx: Transaction) -> frozenset[str]:
    """Those that the store remembers."""
    return frozenset(controls.recall(tx, LOG_OUTS))


def _session(cookie: str) -> tuple[str, int]:
    """A good cookie's session, and until when it is good, in seconds since the epoch."""
    _, until, session, _ = cookie.split(".")
    return session, int(until)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()
