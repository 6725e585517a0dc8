"""Cursors: a place in the correspondence, as text that says nothing to whom it does not concern."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import cast

from smsmqtt.errors import PayloadError
from smsmqtt.store.correspondence import Direction, Place

_PLACE = re.compile(rb"(\d{1,15})-(in|out)-(\d{1,18})")


def cursor(place: Place) -> str:
    """For what stands behind this place."""
    return urlsafe_b64encode(f"{place.at_ms}-{place.direction}-{place.nr}".encode()).decode().rstrip("=")


def place(text: str) -> Place:
    """PayloadError for what was not a cursor of ours."""
    try:
        found = _PLACE.fullmatch(urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)))
    except ValueError:
        found = None
    if found is None:
        raise PayloadError("cursor", "expected the cursor of an earlier answer", "bad_cursor")
    at_ms, direction, nr = found.groups()
    return Place(at_ms=int(at_ms), direction=cast(Direction, direction.decode()), nr=int(nr))
