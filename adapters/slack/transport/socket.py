"""One Socket Mode connection: opens it, detects its end, answers its envelopes."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Mapping
from typing import Any

from aiohttp import WSMessage
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from adapters.shared.unexpected import log_unexpected
from adapters.slack.errors import OF_THE_TOKEN, name_of, translate
from adapters.slack.interactions import request_context
from bot.errors import PermanentError, Scope, TemporaryError

LAST_WORDS = 3.0  # seconds for running acknowledgements when a connection is closed

REFUSED = (
    "Slack refuses the app-level token; put one that begins with xapp- and has the scope connections:write "
    "into SLACK_APP_TOKEN (api.slack.com/apps, Basic Information, App-Level Tokens) and start again."
)
# Errors of apps.connections.open that are caused by the token itself (method reference), besides those of any
# method: it is missing, belongs to a legacy bot, or lacks connections:write.
_OF_THE_TOKEN = OF_THE_TOKEN | {"is_bot", "missing_args", "missing_scope"}

_log = logging.getLogger(__name__)
_chatter = logging.getLogger(f"{__name__}.sdk")
_chatter.setLevel(logging.CRITICAL)  # it logs secret URLs; this file logs what matters


class NoRoomError(TemporaryError):
    """Slack has as many connections of this app as it allows."""


async def ticket(client: AsyncWebClient, app_token: str) -> str:
    """Return the URL of a new socket, valid for one connection.

    PermanentError(ADAPTER): the token is refused. TemporaryError: anything else.
    """
    if not app_token.startswith("xapp-"):
        raise PermanentError(REFUSED, scope=Scope.ADAPTER)
    try:
        told = await client.apps_connections_open(app_token=app_token)
    except Exception as error:  # noqa: BLE001 -- `translate` maps every error
        if name_of(error) in _OF_THE_TOKEN:
            raise PermanentError(REFUSED, scope=Scope.ADAPTER) from None
        wrong = translate(error)
        if isinstance(wrong, TemporaryError):
            raise wrong from None
        raise TemporaryError(  # a person has to mend it, so it is tried again a minute later
            f"Slack lets the app open no socket ({name_of(error)}); switch on Socket Mode "
            '(api.slack.com/apps, Socket Mode), or set slack.mode = "http" in the config.',
            retry_after=60.0,
        ) from None
    url = told.get("url")
    if not isinstance(url, str) or not url.startswith(("wss://", "ws://")):
        raise TemporaryError("Slack gave no address for a socket.")
    return url


class Socket(AsyncSocketModeHandler):
    """One connection. Unlike the SDK's, it never reconnects: `over` signals that it has to be replaced.

    (The SDK's reconnect closes the old socket before it opens the next, retries refused tokens for ever, and
    has ended in sockets on which nothing arrives: bolt-python#1529, python-slack-sdk#1701.)
    """

    def __init__(self, app: AsyncApp, app_token: str, url: str, ping_every: float) -> None:
        super().__init__(app, app_token, logger=_chatter, ping_interval=ping_every)
        self.up = asyncio.Event()
        self.over = asyncio.Event()
        self.reason = ""  # why it ended, if Slack said so
        self.heard = time.monotonic()
        self._busy: set[asyncio.Task[Any]] = set()
        self.client.wss_uri = url
        self.client.connect_to_new_endpoint = self._end  # type: ignore[method-assign]  # there is no setting for it
        self.client.on_message_listeners.append(self._hear)

    @property
    def is_up(self) -> bool:
        """Whether envelopes can come in. They can until the end, even after a replacement was opened."""
        session = self.client.current_session
        return self.up.is_set() and session is not None and not session.closed and not self.client.stale

    async def connect(self, patience: float) -> None:
        """Connect and wait for Slack's hello.

        NoRoomError: Slack has ten connections of this app. TemporaryError: no hello in `patience` seconds, or
        Slack hung up.
        """
        ends = [asyncio.create_task(each.wait()) for each in (self.up, self.over)]
        try:
            async with asyncio.timeout(patience):
                await self.client.connect()  # type: ignore[no-untyped-call]  # it has no types
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError:
            raise TemporaryError("Slack's socket does not answer.") from None
        finally:
            for each in ends:
                each.cancel()
        if self.reason == "too_many_websockets" and not self.up.is_set():
            raise NoRoomError("Slack has ten connections of this app already, and allows no more.")
        if not self.up.is_set():
            raise TemporaryError("Slack hung up at once.")

    async def until_over(self, silence: float) -> None:
        """Wait until the connection has to be replaced: it ended, or nothing came for `silence` seconds."""
        while not self.over.is_set():
            left = self.heard + silence - time.monotonic()
            if left <= 0:
                return
            try:
                async with asyncio.timeout(left):
                    await self.over.wait()
            except TimeoutError:
                continue

    async def until_quiet(self, quiet: float, longest: float) -> None:
        """Wait for `quiet` seconds without a frame, at most `longest` or until the connection is down."""
        end = time.monotonic() + longest
        while self.is_up:
            left = min(self.heard + quiet, end) - time.monotonic()
            if left <= 0:
                return
            await asyncio.sleep(left)

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]  # as the SDK's own
        """Answer one envelope."""
        task = asyncio.current_task()
        assert task is not None  # the SDK starts a task for each envelope
        self._busy.add(task)
        try:
            start = time.time()
            answer = await self._answer(req)
            if req.type == "events_api":
                answer.body = ""  # Slack allows no body here
            await send_async_response(client, req, answer, start)
        except Exception as error:  # noqa: BLE001 -- an error of one envelope must not end the connection
            _log.error("An answer to Slack got lost: %s", type(error).__name__)
        finally:
            self._busy.discard(task)

    async def _answer(self, req: SocketModeRequest) -> BoltResponse:
        """Return the acknowledgement of an envelope. Malformed ones get one too, or Slack resends them."""
        if not request_context.is_sound(req.payload):
            _log.error("Slack sent something of the kind %.40s that makes no sense.", req.type)
            return BoltResponse(status=200)
        try:
            answer: BoltResponse = await run_async_bolt_app(self.app, req)
        except Exception as error:  # noqa: BLE001 -- an error of one envelope must not end the connection
            log_unexpected("Something that Slack sent could not be read", error)
            return BoltResponse(status=200)
        return answer

    async def hang_up(self) -> None:
        """Wait for running acknowledgements, then disconnect. Safe to call twice."""
        self.over.set()
        if self._busy:
            await asyncio.wait(self._busy, timeout=LAST_WORDS)
        client = self.client
        try:
            async with asyncio.timeout(LAST_WORDS):
                await client.close()  # type: ignore[no-untyped-call]  # it has no types
        except Exception as error:  # noqa: BLE001 -- the connection is given up in any case
            _log.debug("Hanging up on Slack: %s", type(error).__name__)
        finally:
            tasks = (client.message_processor, client.current_session_monitor, client.message_receiver)
            running = [each for each in tasks if each is not None]
            for each in running:
                each.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            await client.aiohttp_client_session.close()

    async def _end(self, force: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 -- the SDK's signature
        self.over.set()

    async def _hear(self, message: WSMessage) -> None:
        self.heard = time.monotonic()
        frame = _frame(message.data)
        if frame.get("type") == "hello":
            self.up.set()
        elif frame.get("type") == "disconnect":
            self.reason = str(frame.get("reason", ""))
            self.over.set()


def _frame(data: Any) -> Mapping[str, Any]:
    """Return a frame as a JSON object, {} if it is not one."""
    try:
        frame = json.loads(data)
    except (ValueError, TypeError, RecursionError):
        return {}
    return frame if isinstance(frame, Mapping) else {}
