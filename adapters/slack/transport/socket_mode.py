"""Socket Mode: connections that receive commands, clicks and events.

Slack gives each payload to one of the connections of an app, of which there may be ten (documentation, Socket
Mode). So every process of the bot has two. One that finds no room stands by: others hear what comes.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass

from slack_bolt.app.async_app import AsyncApp

from adapters.shared.backoff import Backoff
from adapters.shared.outage import Outage
from adapters.slack.transport.socket import NoRoomError, Socket, ticket
from bot.errors import DeliveryError, TemporaryError
from bot.ports import WebRoute

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SocketSettings:
    """The number of connections, and their waits. All times are in seconds."""

    lines: int = 2  # connections at a time, so that one works while another is replaced
    ping_every: float = 10.0  # a dead connection is noticed within one and a half intervals
    silence: float = 600.0  # without a frame from Slack, after which a connection is replaced
    patience: float = 15.0  # for connecting
    grace: float = 4.0  # without a frame until a replaced connection is closed; Slack waits 3 for an answer
    longest_grace: float = 60.0  # until a replaced connection is closed in any case
    short: float = 30.0  # after a connection that lasted less, the wait doubles
    first_wait: float = 1.0  # between attempts to connect
    longest_wait: float = 60.0  # between attempts to connect
    doubt: float = 900.0  # of refusals until a token that once worked counts as refused for good


class SocketLink:
    """Socket Mode: connections that the bot opens. Each is closed only after its replacement is up."""

    routes: Sequence[WebRoute] = ()

    def __init__(self, app_token: str, settings: SocketSettings | None = None) -> None:
        self._app_token = app_token
        self._settings = settings or SocketSettings()
        self._sockets: set[Socket] = set()
        self._services: list[asyncio.Task[None]] = []
        self._farewells: set[asyncio.Task[None]] = set()
        self._answered = asyncio.Event()  # set once Slack has accepted a connection, or has no room for it
        self._crowded = False  # whether Slack had no room at the last attempt
        self._outage = Outage(_log, "The connection to Slack")
        self._works = False  # whether Slack has ever accepted the token

    @property
    def connected(self) -> bool:
        """Whether at least one connection is up."""
        return any(each.is_up for each in self._sockets)

    @property
    def stands_by(self) -> bool:
        """Whether Slack has no room for a connection of this process, since others have all ten."""
        return self._crowded and not self.connected

    @property
    def trouble(self) -> str:
        """Why the last attempt to connect failed, "" after a success."""
        return self._outage.trouble

    async def start(self, app: AsyncApp) -> None:
        """Connect. PermanentError(ADAPTER): the token is refused. Other failures are retried later."""
        self._services = [asyncio.create_task(self._keep(app)) for _ in range(self._settings.lines)]
        answered = asyncio.create_task(self._answered.wait())
        try:
            await asyncio.wait(
                [answered, *self._services],
                timeout=self._settings.patience,
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            answered.cancel()
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
        self._answered.clear()
        self._crowded = False

    async def _keep(self, app: AsyncApp) -> None:
        """Maintain one connection: when it has to be replaced, open the next, then close the old one."""
        backoff = Backoff(self._settings.first_wait, self._settings.longest_wait)
        refused: float | None = None  # since when Slack refuses a token that it accepted before
        current: Socket | None = None
        while True:
            try:
                fresh = await self._open(app)
            except DeliveryError as error:
                refused = self._doubted(error, refused)
                self._note(error)
                asked = error.retry_after if isinstance(error, TemporaryError) else None
                await asyncio.sleep(max(backoff.step(), asked or 0.0))
                continue
            refused = None
            if current is not None:
                self._replace(current)
            current, since = fresh, time.monotonic()
            await current.until_over(self._settings.silence)
            if time.monotonic() - since > self._settings.short:
                backoff.reset()
            else:
                await asyncio.sleep(backoff.wait)
                backoff.step()

    def _note(self, error: DeliveryError) -> None:
        """Note why there is no further connection. That Slack has no room for one is no outage."""
        if not isinstance(error, NoRoomError):
            self._crowded = False
            self._outage.note(str(error))
            return
        if not self._crowded and not self.connected:
            _log.warning("%s This process stands by, and tries again.", error)
        self._outage.end()
        self._works = self._crowded = True
        self._answered.set()

    def _doubted(self, error: DeliveryError, since: float | None) -> float | None:
        """Return when Slack began to refuse the token; raise the error once the refusal counts as final.

        For a token that never worked that is at once. Slack may refuse a working one by mistake for a while,
        and ending the adapter requires a person to restart it. Other errors leave `since` unchanged.
        """
        if isinstance(error, TemporaryError):
            return since
        now = time.monotonic()
        if not self._works or (since is not None and now - since >= self._settings.doubt):
            raise error
        return now if since is None else since

    async def _open(self, app: AsyncApp) -> Socket:
        url = await ticket(app.client, self._app_token)
        socket = Socket(app, self._app_token, url, self._settings.ping_every)
        self._sockets.add(socket)
        try:
            await socket.connect(self._settings.patience)
        except BaseException:
            await self._hang_up(socket)
            raise
        self._outage.end()
        self._works, self._crowded = True, False
        self._answered.set()
        return socket

    def _replace(self, socket: Socket) -> None:
        """Close a connection in the background once it is quiet; Slack may close it first."""

        async def leave() -> None:
            await socket.until_quiet(self._settings.grace, self._settings.longest_grace)
            await self._hang_up(socket)

        task = asyncio.create_task(leave())
        self._farewells.add(task)
        task.add_done_callback(self._farewells.discard)

    async def _hang_up(self, socket: Socket) -> None:
        await socket.hang_up()
        self._sockets.discard(socket)
