"""The page without a browser: somebody who logs in, looks, and sends the forms that stand there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from typing import Any

import httpx
from support.http_house import TOKEN, HttpHouse


@dataclass(kw_only=True)
class Visit:
    """``root``: the path that a proxy put us under."""

    client: httpx.Client
    root: str = ""

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.client.get(path, params=query or None)

    def see(self, path: str = "/", **query: Any) -> str:
        """What a page holds, as it is written."""
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.text

    @property
    def form_token(self) -> str:
        return self.field("form_token")

    def field(self, name: str, path: str = "/") -> str:
        """A hidden field of the first form that has it."""
        found = re.search(f'name="{name}" value="([^"]*)"', self.see(path))
        assert found, name
        return unescape(found[1])

    def send(self, form: str, headers: dict[str, str] | None = None, **fields: str) -> httpx.Response:
        """As the page's own form would, unless the fields say otherwise."""
        own = {"form_token": self.form_token, **fields}
        return self.client.post(f"/page/{form}", data=own, headers={"Sec-Fetch-Site": "same-origin", **(headers or {})})


@contextmanager
def visit(house: HttpHouse, **how: Any) -> Iterator[Visit]:
    """Logged in; ``how`` goes to the client."""
    with house.client(**how) as client:
        answer = client.post("/log-in", data={"token": TOKEN})
        assert answer.status_code == 303, answer.text
        yield Visit(client=client)
