"""The HTTP desk as the rest sees it: start, stop, alive. A thread turns the server's own loop."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from threading import Thread

import uvicorn

from smsmqtt.clock import Clock
from smsmqtt.config import HttpSettings, Settings
from smsmqtt.errors import HttpError
from smsmqtt.http import server_log
from smsmqtt.http.access import Keys, ended_sessions
from smsmqtt.http.app import build
from smsmqtt.http.dispatch import Dispatch
from smsmqtt.http.ground import Broker, Ground
from smsmqtt.http.journal import Counts, Journal
from smsmqtt.http.protocol import Connection
from smsmqtt.http.proxies import BehindProxy
from smsmqtt.http.server import Server
from smsmqtt.http.threshold import HEAD_OCTETS
from smsmqtt.http.ticker import Ticker
from smsmqtt.intake.credit import Credit
from smsmqtt.intake.door import Door
from smsmqtt.intake.verbs import Verbs
from smsmqtt.logs import get_logger
from smsmqtt.store import Store

log = get_logger("http")
BACKLOG = 128
FAREWELL_S = 5
UNREAD_S = 30
"""A client that takes nothing of its answer for so long is given up.

The other option is speed: asyncio sets it for sockets that it made itself, and an answer comes in two pieces.
"""


SHORT_TOKEN = 8


def bound(listen: str) -> socket.socket:
    """A socket at this address (``127.0.0.1:8080``, ``[::1]:8080``), or HttpError when it can't be had."""
    host, _, port = listen.rpartition(":")
    bare = host.strip("[]")
    try:
        family = socket.AF_INET6 if ":" in bare else socket.AF_INET
        return socket.create_server((bare, int(port)), family=family, backlog=BACKLOG)
    except OSError as error:
        reason, _, _ = str(error.strerror).partition(" (while attempting")  # which says the address once more
        raise HttpError(f"{listen}: {reason}") from error


class HttpDesk:
    """Takes orders over HTTP until it is stopped. ``http`` is the section ``settings.http``.

    ``dead`` names the parts of the daemon that died, for ``/healthz``.
    """

    def __init__(
        self,
        settings: Settings,
        http: HttpSettings,
        store: Store,
        clock: Clock,
        door: Door,
        *,
        credit: Credit,
        broker: Broker,
        dead: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        self._http = http
        self._dispatch = Dispatch(http, store, clock, door.directory)
        self._ticker = Ticker(store, door.directory, clock)
        counts = Counts()
        ground = Ground(
            settings=settings,
            http=http,
            store=store,
            clock=clock,
            door=door,
            credit=credit,
            verbs=Verbs(door=door, board=store.board),
            broker=broker,
            dead=dead,
            keys=Keys(http.tokens, salt=store.id, ended=store.read(ended_sessions)),
            ticker=self._ticker,
            requests=counts,
        )
        app = Journal(BehindProxy(build(ground), http.trusted_proxies, http.public_url), counts, clock)
        config = uvicorn.Config(
            app,
            loop="asyncio",
            http=Connection,
            h11_max_incomplete_event_size=HEAD_OCTETS,
            ws="none",
            lifespan="off",
            log_config=server_log.CONFIG,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=FAREWELL_S,
        )
        self._server = Server(config)
        self._socket: socket.socket | None = None
        self._thread = Thread(target=self._run, name="http", daemon=True)

    def start(self) -> None:
        """HttpError when the address can't be had; otherwise it listens from here on."""
        self._socket = bound(self._http.listen)
        for option, value in ((socket.TCP_NODELAY, 1), (socket.TCP_USER_TIMEOUT, UNREAD_S * 1000)):
            self._socket.setsockopt(socket.IPPROTO_TCP, option, value)  # connections inherit it
        self._thread.start()
        self._dispatch.start()
        log.info("listening", at=self._http.listen)
        if not (self._http.tokens or self._http.restful_sms or self._http.twilio or self._http.webhooks):
            log.warning("without http.tokens nobody can place orders: only /healthz answers")
        for name in (it for it, token in self._http.tokens.items() if len(token) < SHORT_TOKEN):
            log.warning("this token is so short that it can be guessed; make a long random one", token=name)

    def stop(self) -> None:
        """No new requests; those under way get their answers, and event streams end."""
        self._ticker.close()
        self._server.end()
        if self._thread.ident:
            self._thread.join(FAREWELL_S + 1.0)
        self._dispatch.stop()

    def alive(self) -> bool:
        return self._thread.is_alive() and self._dispatch.alive()

    def _run(self) -> None:
        assert self._socket is not None
        self._server.run(sockets=[self._socket])
