"""Socket Mode: connections that receive commands, clicks and events."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence

from slack_bolt.app.async_app import AsyncApp

from adapters.shared.backoff import Backoff
from adapters.shared.outage import Outage
from adapters.slack.transport.socket import Socket, ticket
from bot.errors import DeliveryError, TemporaryError
from bot.ports import WebRoute

LINES = 2  # connections at a time, so that one works while another is replaced
PING_EVERY = 10.0  # seconds between pings; a dead connection is noticed within one and a half intervals
SILENCE = 600.0  # seconds without a frame from Slack, after which a connection is replaced
PATIENCE = 15.0  # seconds allowed for connecting
GRACE = 4.0  # seconds without a frame until a replaced connection is closed; Slack waits 3 for an answer
LONGEST_GRACE = 60.0  # seconds until a replaced connection is closed in any case
SHORT = 30.0  # seconds; after a connection that lasted less, the wait doubles
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0  # seconds between attempts to connect
DOUBT = 900.0  # seconds of refusals until a token that once worked counts as refused for good

_log = logging.getLogger(__name__)


class SocketLink:
    """Socket Mode: connections that the bot opens. Each is closed only after its replacement is up."""

    routes: Sequence[WebRoute] = ()

    def __init__(
        self,
        app_token: str,
        *,
        lines: int = LINES,
        ping_every: float = PING_EVERY,
        silence: float = SILENCE,
        patience: float = PATIENCE,
        first_wait: float = FIRST_WAIT,
        grace: float = GRACE,
        doubt: float = DOUBT,
    ) -> None:
        self._app_token = app_token
        self._lines = lines
        self._ping_every = ping_every
        self._silence = silence
        self._patience = patience
        self._first_wait = first_wait
        self._grace = grace
        self._doubt = doubt
        self._sockets: set[Socket] = set()
        self._services: list[asyncio.Task[None]] = []
        self._farewells: set[asyncio.Task[None]] = set()
        self._up = asyncio.Event()
        self._outage = Outage(_log, "The connection to Slack")
        self._works = False  # whether Slack has ever accepted the token

    @property
    def connected(self) -> bool:
        """Whether at least one connection is up."""
        return any(each.is_up for each in self._sockets)

    @property
    def trouble(self) -> str:
        """Why the last attempt to connect failed, "" after a success."""
        return self._outage.trouble

    async def start(self, app: AsyncApp) -> None:
        """Connect. PermanentError(ADAPTER): the token is refused. Other failures are retried later."""
        self._services = [asyncio.create_task(self._keep(app)) for _ in range(self._lines)]
        up = asyncio.create_task(self._up.wait())
        try:
            await asyncio.wait(
                [up, *self._services], timeout=self._patience, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            up.cancel()
        for each in self._services:
            if each.done():
                await self.aclose()
                await each

    async def run(self) -> None:
        """Serve until cancelled; PermanentError(ADAPTER) once the token counts as refused for good."""
        if self._services:
            done, _ = await asyncio.wait(self._services, return_when=asyncio.FIRST_COMPLETED)
            await done.pop()

    async def aclose(self) -> None:
        """Wait for running acknowledgements, then disconnect. Safe to call twice."""
        tasks = [*self._services, *self._farewells]
        for each in tasks:
            each.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(self._hang_up(each) for each in list(self._sockets)))
        self._up.clear()

    async def _keep(self, app: AsyncApp) -> None:
        """Maintain one connection: when it has to be replaced, open the next, then close the old one."""
        backoff = Backoff(self._first_wait, LONGEST_WAIT)
        refused: float | None = None  # since when Slack refuses a token that it accepted before
        current: Socket | None = None
        while True:
            try:
                fresh = await self._open(app)
            except DeliveryError as error:
                refused = self._doubted(error, refused)
                self._outage.note(str(error))
                asked = error.retry_after if isinstance(error, TemporaryError) else None
                await asyncio.sleep(max(backoff.step(), asked or 0.0))
                continue
            refused = None
            if current is not None:
                self._replace(current)
            current, since = fresh, time.monotonic()
            await current.until_over(self._silence)
            if time.monotonic() - since > SHORT:
                backoff.reset()
            else:
                await asyncio.sleep(backoff.wait)
                backoff.step()

    def _doubted(self, error: DeliveryError, since: float | None) -> float | None:
        """Return when Slack began to refuse the token; raise the error once the refusal counts as final.

        For a token that never worked that is at once. Slack may refuse a working one by mistake for a while,
        and ending the adapter requires a person to restart it. Other errors leave `since` unchanged.
        """
        if isinstance(error, TemporaryError):
            return since
        now = time.monotonic()
        if not self._works or (since is not None and now - since >= self._doubt):
            raise error
        return now if since is None else since

    async def _open(self, app: AsyncApp) -> Socket:
        url = await ticket(app.client, self._app_token)
        socket = Socket(app, self._app_token, url, self._ping_every)
        self._sockets.add(socket)
        try:
            await socket.connect(self._patience)
        except BaseException:
            await self._hang_up(socket)
            raise
        self._outage.end()
        self._works = True
        self._up.set()
        return socket

    def _replace(self, socket: Socket) -> None:
        """Close a connection in the background once it is quiet; Slack may close it first."""

        async def leave() -> None:
            await socket.until_quiet(self._grace, LONGEST_GRACE)
            await self._hang_up(socket)

        task = asyncio.create_task(leave())
        self._farewells.add(task)
        task.add_done_callback(self._farewells.discard)

    async def _hang_up(self, socket: Socket) -> None:
        await socket.hang_up()
        self._sockets.discard(socket)
