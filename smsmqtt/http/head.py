"""HEAD is answered wherever GET is, with the same headers and without the body (RFC 9110 §9.3.2); routes know of GET
only. The server drops the body, since it has the scope as it came.
"""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

ENDLESS = "/events"
"""Its headers say nothing without the stream behind them."""


class HeadAsGet:
    """Around the application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        if scope["method"] != "HEAD" or path == ENDLESS:
            await self._app(scope, receive, send)
            return
        asked = {**scope, "method": "GET"}
        try:
            await self._app(asked, receive, send)
        finally:
            scope["route"] = asked.get("route")  # for the journal
