"""Who comes in: tokens for programs, and for the page a cookie that a token was changed for.

The cookie is signed with its token, so that it outlives a restart and dies with the token. It opens the page and
``/events``, never the REST paths: another site could make a browser send it there.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

COOKIE = "smsmqtt_session"
COOKIE_KEPT = timedelta(days=30)


class Keys:
    """The tokens of the configuration by their names; ``salt`` ties cookies to one store."""

    def __init__(self, tokens: Mapping[str, str], *, salt: str) -> None:
        self._digests = {name: _digest(token) for name, token in tokens.items()}
        self._salt = salt.encode()

    def name_of(self, token: str) -> str | None:
        """Whose token this is; every one is compared, in constant time."""
        asked = _digest(token)
        found = [name for name, digest in self._digests.items() if hmac.compare_digest(digest, asked)]
        return found[0] if found else None

    def cookie(self, name: str, now: datetime) -> str:
        """For who just showed the token of this name."""
        claim = f"{name}.{int((now + COOKIE_KEPT).timestamp())}"
        return f"{claim}.{self._sign(name, claim)}"

    def name_in(self, cookie: str, now: datetime) -> str | None:
        """Whose cookie this is; None when it is forged, too old, or its token is no more."""
        claim, _, signature = cookie.rpartition(".")
        name, _, until = claim.partition(".")
        if name not in self._digests or not hmac.compare_digest(self._sign(name, claim).encode(), signature.encode()):
            return None
        return name if int(until) > now.timestamp() else None

    def form_token(self, cookie: str) -> str:
        """For the forms of a page that was shown to the bearer of this good cookie: nobody else can know it."""
        return self._sign(cookie.partition(".")[0], f"form {cookie}")

    def _sign(self, name: str, claim: str) -> str:
        return hmac.new(self._digests[name], self._salt + claim.encode(), hashlib.sha256).hexdigest()


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()
