"""Somebody who reads server-sent events, by the rules of the HTML standard and of no library."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Event as Flag
from threading import Thread
from types import TracebackType
from typing import Any, Self

import httpx
from support.waiting import eventually


@dataclass(frozen=True)
class Heard:
    """One event as it was dispatched; ``id`` is the last one that was said, on it or before."""

    kind: str
    data: str
    id: str

    @property
    def fields(self) -> dict[str, Any]:
        value = json.loads(self.data)
        assert isinstance(value, dict)
        return value


@dataclass(kw_only=True)
class EventStream:
    """``with EventStream(client=client) as stream: stream.wait_for("inbox")``; open inside, left after."""

    client: httpx.Client
    path: str = "/events"
    headers: Mapping[str, str] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)
    comments: int = 0
    id: str = ""
    ended: Flag = field(default_factory=Flag)

    def __enter__(self) -> Self:
        request = self.client.build_request("GET", self.path, headers=dict(self.headers), timeout=None)
        self.response = self.client.send(request, stream=True)
        if self.response.status_code != 200:
            raise AssertionError(f"{self.response.status_code}: {self.response.read()!r}")
        Thread(target=self._read, daemon=True).start()
        eventually(lambda: self.id, what="an id to begin with")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        network = self.response.extensions["network_stream"].get_extra_info("socket")
        if not self.ended.is_set():
            network.shutdown(2)
        assert self.ended.wait(10)

    def of(self, kind: str) -> list[Heard]:
        return [it for it in self.heard if it.kind == kind]

    def wait_for(self, kind: str, number: int = 1, *, within_s: float = 10.0) -> list[Heard]:
        """So many events of a kind, as soon as they came."""
        return eventually(
            lambda: found if len(found := self.of(kind)) >= number else [],
            within_s=within_s,
            what=lambda: f"{number} {kind} in {self.heard[-5:]}",
        )

    def _read(self) -> None:
        kind, data = "", []
        try:
            for line in self.response.iter_lines():
                name, _, value = line.partition(": ")
                if not line:
                    if data:
                        self.heard.append(Heard(kind or "message", "\n".join(data), self.id))
                    kind, data = "", []
                elif line.startswith(":"):
                    self.comments += 1
                elif name == "event":
                    kind = value
                elif name == "data":
                    data.append(value)
                elif name == "id":
                    self.id = value
        except httpx.HTTPError:
            pass
        finally:
            self.response.close()
            self.ended.set()
