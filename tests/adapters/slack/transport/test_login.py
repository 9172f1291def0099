"""What Slack may answer at login, and which answers shut the bot out: a closed list."""

from __future__ import annotations

import pytest

from adapters.slack.transport.app import web_client
from adapters.slack.transport.socket import ticket
from bot.errors import PermanentError, Scope, TemporaryError
from tests.adapters.slack.rig import Rig, made
from tests.fakes.slack.server import FakeSlack

MAY_PASS = (
    "access_denied",
    "accesslimited",
    "ekm_access_denied",
    "fatal_error",
    "method_deprecated",
    "no_permission",
    "org_login_required",
    "team_added_to_org",
    "two_factor_setup_required",
    "unknown_method",
)
PAGES = (200, 302, 403, 404, 429, 500, 503)  # HTML in place of Slack's answer


def plan(server: FakeSlack, method: str, trouble: str | int) -> None:
    """Let Slack answer with an error, or with a page."""
    if isinstance(trouble, int):
        server.faults.status(method, trouble)
    else:
        server.faults.error(method, trouble)


@pytest.mark.parametrize("trouble", [*MAY_PASS, *PAGES, "is_bot", "missing_scope"])
async def test_what_may_pass_ends_nothing_at_the_start(trouble: str | int) -> None:
    async with made() as rig:
        plan(rig.server, "auth.test", trouble)
        await rig.start()

        assert not rig.adapter.connected
        assert rig.adapter.trouble


@pytest.mark.parametrize("trouble", [*MAY_PASS, *PAGES, "forbidden_team"])
async def test_what_may_pass_is_not_said_of_the_app_token(trouble: str | int) -> None:
    async with made() as rig:
        plan(rig.server, "apps.connections.open", trouble)
        with pytest.raises(TemporaryError):
            await ticket(web_client(rig.server.api_base), rig.server.app_token)


@pytest.mark.parametrize(
    "name", ["account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"]
)
async def test_a_token_that_is_no_good_is_refused_at_the_start(name: str) -> None:
    async with made() as rig:
        rig.server.faults.error("auth.test", name)

        assert (await refusal(rig)).scope is Scope.ADAPTER
        assert "SLACK_BOT_TOKEN" in rig.adapter.trouble


async def refusal(rig: Rig) -> PermanentError:
    with pytest.raises(PermanentError) as error:
        await rig.start()
    return error.value
