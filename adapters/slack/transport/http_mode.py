"""HTTP mode: Slack's signed requests to the bot's web server."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable, Sequence
from http import HTTPStatus

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier

from adapters.shared.unexpected import log_unexpected
from adapters.slack.install.manifest import EVENTS_PATH
from adapters.slack.interactions import request_context
from bot.errors import PermanentError, Scope
from bot.ports import WebAnswer, WebRequest, WebRoute

UNSIGNED = (
    "Slack's requests cannot be checked; put the signing secret into SLACK_SIGNING_SECRET "
    "(api.slack.com/apps, Basic Information, App Credentials) and start again."
)

_SECONDS = re.compile(r"[0-9]{1,12}")  # Unix time, as in Slack's header

_log = logging.getLogger(__name__)


class HttpLink:
    """The URL that Slack sends requests to. The route exists at once, but answers 503 until `start`."""

    def __init__(self, signing_secret: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._quiet_until = 0.0
        self._unsigned = 0  # requests since the last log line
        self._verifier = SignatureVerifier(signing_secret) if signing_secret.strip() else None
        self._app: AsyncApp | None = None
        self.trouble = ""  # never set: missing requests cannot be detected
        self.stands_by = False  # never set: a balancer gives every process its requests
        self._end = asyncio.Event()

    @property
    def routes(self) -> Sequence[WebRoute]:
        """The routes that are served."""
        return (WebRoute("POST", EVENTS_PATH, self._receive),)

    @property
    def connected(self) -> bool:
        """Whether requests are answered."""
        return self._app is not None

    async def start(self, app: AsyncApp) -> None:
        """Start to answer requests. PermanentError(ADAPTER): there is no signing secret."""
        if self._verifier is None:
            raise PermanentError(UNSIGNED, scope=Scope.ADAPTER)
        self._app = app

    async def run(self) -> None:
        """Serve until cancelled."""
        await self._end.wait()

    async def aclose(self) -> None:
        """Stop answering requests. Safe to call twice."""
        self._app = None

    async def _receive(self, request: WebRequest) -> WebAnswer:
        app = self._app
        if app is None:
            return WebAnswer(HTTPStatus.SERVICE_UNAVAILABLE)  # Slack sends events again
        if not self._is_signed(request):
            self._note_unsigned()
            return WebAnswer(HTTPStatus.UNAUTHORIZED)
        try:
            asked = AsyncBoltRequest(
                body=request.body.decode(), query=request.query, headers=dict(request.headers)
            )
        except (ValueError, TypeError, AttributeError, RecursionError):
            return WebAnswer(HTTPStatus.BAD_REQUEST)
        if not request_context.is_sound(asked.body):
            return WebAnswer(HTTPStatus.BAD_REQUEST)
        try:
            return web_answer(await app.async_dispatch(asked))
        except Exception as error:  # noqa: BLE001 -- an error of one request must not reach the web server
            log_unexpected("A request of Slack's could not be read", error)
            return WebAnswer(HTTPStatus.BAD_REQUEST)

    def _note_unsigned(self) -> None:
        """Log the number of refused requests, at most once a minute, because anybody can send them."""
        self._unsigned += 1
        now = self._clock()
        if now >= self._quiet_until:
            _log.warning("Refused at %s what Slack has not signed: %d requests", EVENTS_PATH, self._unsigned)
            self._unsigned, self._quiet_until = 0, now + 60.0

    def _is_signed(self, request: WebRequest) -> bool:
        """Whether Slack signed exactly these bytes within the last five minutes."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        time_, signature = (headers.get(f"x-slack-{name}", "") for name in ("request-timestamp", "signature"))
        if self._verifier is None or not _SECONDS.fullmatch(time_) or not signature.isascii():
            return False
        return self._verifier.is_valid(request.body, time_, signature)


def web_answer(response: BoltResponse) -> WebAnswer:
    """Convert Bolt's response to one of the web server."""
    headers = tuple((name, value) for name, values in response.headers.items() for value in values)
    return WebAnswer(response.status, headers, response.body.encode())
