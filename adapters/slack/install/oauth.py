"""The web pages where further workspaces install the app by OAuth, on Bolt's flow."""

from __future__ import annotations

import html
import logging
from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import urlsplit

import aiohttp
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth.installation_store import Installation

from adapters.slack.errors import name_of, translate
from adapters.slack.install.installations import STATE_LIFE, Installations, States
from adapters.slack.install.manifest import BOT_SCOPES, INSTALL_PATH, REDIRECT_PATH
from adapters.slack.messages import destinations
from adapters.slack.transport.app import web_client
from adapters.slack.transport.http_mode import web_answer
from adapters.slack.transport.workspaces import Workspaces
from bot.clock import Clock, SystemClock
from bot.errors import DeliveryError
from bot.ports import BotServices, WebAnswer, WebRequest, WebRoute

_SAFE = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",  # the URL contains the OAuth code
    "X-Content-Type-Options": "nosniff",
}
_AGAIN = "Start again on the page that you came from, in the same browser and within ten minutes."
# Bolt's names of failures: status, sentence.
_FAILURES = {
    "access_denied": (HTTPStatus.OK, "The installation was cancelled; nothing was installed."),
    "invalid_browser": (HTTPStatus.BAD_REQUEST, f"This browser did not begin the installation. {_AGAIN}"),
    "invalid_state": (
        HTTPStatus.BAD_REQUEST,
        f"The installation took too long, or is done already. {_AGAIN}",
    ),
    "missing_code": (HTTPStatus.BAD_REQUEST, f"Slack's part of the installation is missing. {_AGAIN}"),
    "invalid_code": (HTTPStatus.BAD_REQUEST, f"Slack does not confirm the installation. {_AGAIN}"),
    "storage_error": (
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "The installation could not be kept; the bot's log says why. Ask whoever runs the bot.",
    ),
}
_NOT_YET = "The bot is starting. Try again in a moment."

_log = logging.getLogger(__name__)


class InstallRoutes:
    """The web routes to install the app. None exist without client id, client secret and public URL.

    `public_url`: the https URL of the bot's web server; browsers send the cookie of an installation only by
    https. `api_base`: the URL of Slack's Web API, whose host also authorizes installations.
    """

    def __init__(
        self,
        *,
        client_id: str,
        client_secret: str,
        public_url: str,
        api_base: str,
        clock: Clock | None = None,
    ) -> None:
        self._client_id = client_id
        self._client_secret = client_secret
        self._public_url = public_url.rstrip("/")
        self._api_base = api_base
        self._clock = clock or SystemClock()
        self._flow: AsyncOAuthFlow | None = None
        self._closed = _NOT_YET  # what the pages say while they are closed

    @property
    def routes(self) -> Sequence[WebRoute]:
        """The routes that are served; known before `open`."""
        if not (self._client_id and self._client_secret and self._public_url):
            return ()
        return (WebRoute("GET", INSTALL_PATH, self._begin), WebRoute("GET", REDIRECT_PATH, self._end))

    def open(self, services: BotServices, workspaces: Workspaces, installations: Installations) -> None:
        """Accept installations from now on."""
        self._closed = _NOT_YET
        if self.routes:
            states = States(services, self._client_secret, self._clock)
            self._flow = _Flow(
                self._settings(installations, states, _Pages(workspaces)),
                services,
                workspaces,
                self._api_base,
            )

    def close(self) -> None:
        """Accept no more installations."""
        self._flow = None

    def refuse(self) -> None:
        """Accept no more installations, because Slack refuses the bot."""
        self._flow = None
        self._closed = "The bot cannot connect to Slack; its log says why. Ask whoever runs the bot."

    def _settings(
        self, installations: Installations, states: States, pages: AsyncCallbackOptions
    ) -> AsyncOAuthSettings:
        origin = urlsplit(self._api_base)
        return AsyncOAuthSettings(
            client_id=self._client_id,
            client_secret=self._client_secret,
            scopes=list(BOT_SCOPES),
            user_scopes=[],
            redirect_uri=self._public_url + REDIRECT_PATH,
            authorization_url=f"{origin.scheme}://{origin.netloc}/oauth/v2/authorize",
            install_page_rendering_enabled=False,
            callback_options=pages,
            installation_store=installations,
            state_store=states,
            state_expiration_seconds=STATE_LIFE,
        )

    async def _begin(self, _: WebRequest) -> WebAnswer:
        """Redirect a browser to Slack; no part of its request gets into the URL."""
        if self._flow is None:
            return _page(HTTPStatus.SERVICE_UNAVAILABLE, self._closed)
        return web_answer(await self._flow.handle_installation(AsyncBoltRequest(body="")))

    async def _end(self, request: WebRequest) -> WebAnswer:
        """Finish an installation when the browser returns from Slack."""
        if self._flow is None:
            return _page(HTTPStatus.SERVICE_UNAVAILABLE, self._closed)
        asked = AsyncBoltRequest(body="", query=request.query, headers=dict(request.headers))
        try:
            return web_answer(await self._flow.handle_callback(asked))
        except DeliveryError as error:
            _log.warning("A workspace could not be installed: %s", error)
            wait = "Slack does not answer at present. Start again in a few minutes."
            return _page(HTTPStatus.BAD_GATEWAY, wait)


class _Flow(AsyncOAuthFlow):
    """Bolt's flow, but it logs no codes or tokens, and releases what waited for the workspace."""

    def __init__(
        self, settings: AsyncOAuthSettings, services: BotServices, workspaces: Workspaces, api_base: str
    ) -> None:
        client = web_client(api_base)
        super().__init__(client=client, logger=client.logger, settings=settings)
        self._authorization = aiohttp.encode_basic_auth(settings.client_id, settings.client_secret)
        self._services = services
        self._workspaces = workspaces

    async def run_installation(self, code: str) -> Installation | None:
        """Exchange a code for a token; None if Slack refuses it. DeliveryError: no usable answer."""
        try:
            told = await self.client.api_call(  # the SDK's own method uses a deprecated part of aiohttp
                "oauth.v2.access",
                data={"code": code, "redirect_uri": self.settings.redirect_uri},
                headers={"Authorization": self._authorization},
            )
        except SlackApiError as error:
            _log.warning("Slack does not confirm an installation: %s", name_of(error))
            return None
        except Exception as error:  # noqa: BLE001 -- `translate` maps every error
            raise translate(error) from None
        team, user = told.get("team") or {}, told.get("authed_user") or {}
        return Installation(
            team_id=team.get("id"),
            team_name=team.get("name"),
            bot_token=told.get("access_token"),
            bot_refresh_token=told.get("refresh_token"),
            user_id=user.get("id", ""),
        )

    async def store_installation(self, request: AsyncBoltRequest, installation: Installation) -> None:
        """Store a workspace, unless it is home, and release what waited for it. BoltError: that failed."""
        team = installation.team_id or ""
        if team and self._workspaces.is_home(team):
            return
        await super().store_installation(request, installation)
        self._workspaces.forget(team)
        _log.info("The app was installed in the Slack workspace %s.", team)
        for address in await self._services.addresses(destinations.prefix(team)):
            await self._services.reachable(address)


class _Pages(AsyncCallbackOptions):
    """The pages at the end of an installation. They show no part of the request."""

    def __init__(self, workspaces: Workspaces) -> None:
        super().__init__(self._welcome, self._refuse)
        self._workspaces = workspaces

    async def _welcome(self, args: AsyncSuccessArgs) -> BoltResponse:
        team = args.installation.team_id or ""
        name = args.installation.team_name or team
        told = f"Bystander is installed in {name}. Type /follow there, or /alerts add in a channel."
        if self._workspaces.is_home(team):
            told = (
                "This is the home workspace of this bot, so nothing was changed. If its token was revoked, "
                "whoever runs the bot has to put the new one into SLACK_BOT_TOKEN."
            )
        return _response(args, HTTPStatus.OK, told)

    async def _refuse(self, args: AsyncFailureArgs) -> BoltResponse:
        if args.error is not None:
            _log.error("An installation was not kept: %s", args.error)
        other = (HTTPStatus.BAD_REQUEST, f"Slack did not install the app. {_AGAIN}")
        return _response(args, *_FAILURES.get(args.reason, other))


def _response(args: AsyncSuccessArgs | AsyncFailureArgs, status: HTTPStatus, sentence: str) -> BoltResponse:
    """Return a page that also deletes the cookie of the installation."""
    forget = args.settings.state_utils.build_set_cookie_for_deletion()
    return BoltResponse(status=status, headers={**_SAFE, "Set-Cookie": forget}, body=_html(sentence))


def _page(status: HTTPStatus, sentence: str) -> WebAnswer:
    return WebAnswer(status, tuple(_SAFE.items()), _html(sentence).encode())


def _html(sentence: str) -> str:
    return f'<!doctype html><meta charset="utf-8"><title>Bystander</title><p>{html.escape(sentence)}</p>\n'
