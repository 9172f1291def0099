"""The Bolt app, which passes payloads to listeners with the token of the right workspace."""

from __future__ import annotations

import logging

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from adapters.shared.unexpected import log_unexpected
from adapters.slack.transport.client import TIMEOUT
from adapters.slack.transport.workspaces import Workspaces
from bot.errors import DeliveryError

UNKNOWN_WORKSPACE = (
    "Bystander cannot serve this workspace at present. If that stays so, the app has to be installed here "
    "again."
)

_log = logging.getLogger(__name__)
_chatter = logging.getLogger(f"{__name__}.sdk")
_chatter.setLevel(logging.CRITICAL)  # Bolt logs what users typed; this file logs what matters


def web_client(api_base: str) -> AsyncWebClient:
    """Return a client without a token, and without the retries of the SDK."""
    return AsyncWebClient(base_url=api_base, timeout=TIMEOUT, retry_handlers=[], logger=_chatter)


def make_app(api_base: str, workspaces: Workspaces) -> AsyncApp:
    """Return an app without listeners.

    It checks no signatures, because `HttpLink` does so before it parses a request.
    """

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult | None:
        if not isinstance(team_id, str):  # a payload may contain anything; "" would be the home workspace
            return None
        try:
            client = await workspaces.client(team_id)
        except DeliveryError as error:
            _log.warning("Something from the Slack workspace %s is not answered: %s", team_id, error)
            return None
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=client.token)

    app = AsyncApp(
        name="bystander-slack",
        logger=_chatter,
        signing_secret="",
        request_verification_enabled=False,
        client=web_client(api_base),
        authorize=authorize,  # type: ignore[arg-type]  # Bolt accepts None for "not here"
        user_facing_authorize_error_message=UNKNOWN_WORKSPACE,
    )
    app.error(_failed)
    return app


async def _failed(error: Exception) -> None:
    log_unexpected("Something from Slack could not be dealt with", error)
