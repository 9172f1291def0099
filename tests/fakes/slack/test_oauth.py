"""Installing the app to workspaces, with the client that Bolt uses for it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack.clients import error_of, web_client
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.world import BOT_SCOPES

# The SDK still uses what aiohttp has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")

BACK = "https://bot.example/slack/oauth_redirect"


async def _allow(slack: FakeSlack, **changed: str) -> dict[str, str]:
    """Open the page and return the query of where it leads, or the status and text of a refusal."""
    asked = {"client_id": slack.client_id, "scope": ",".join(BOT_SCOPES), "state": "s", "redirect_uri": BACK}
    query = {key: value for key, value in (asked | changed).items() if value}
    async with aiohttp.ClientSession() as session:
        address = f"{slack.origin}/oauth/v2/authorize"
        async with session.get(address, params=query, allow_redirects=False) as answer:
            if answer.status != 302:
                return {"status": str(answer.status), "text": await answer.text()}
            assert answer.headers["Location"].startswith(BACK)
            found = parse_qs(urlsplit(answer.headers["Location"]).query)
            return {key: values[0] for key, values in found.items()}


async def _exchange(slack: FakeSlack, code: str, **changed: str) -> Any:
    asked = {"client_id": slack.client_id, "client_secret": slack.client_secret, "redirect_uri": BACK}
    client = AsyncWebClient(base_url=slack.api_base, retry_handlers=[])
    try:
        return (await client.oauth_v2_access(code=code, **(asked | changed))).data
    except SlackApiError as refused:
        return error_of(refused)


async def test_a_code_is_exchanged_once_for_a_token_that_works() -> None:
    async with FakeSlack() as slack:
        slack.add_team("elsewhere")
        team = slack.add_team("readers", installed=False)
        slack.next_install = team

        back = await _allow(slack)
        told = await _exchange(slack, back["code"])

        assert back["state"] == "s"
        assert (told["team"], told["is_enterprise_install"]) == ({"id": team.id, "name": "readers"}, False)
        assert set(told["scope"].split(",")) == BOT_SCOPES
        assert (await web_client(slack, team).auth_test())["user_id"] == told["bot_user_id"]
        assert await _exchange(slack, back["code"]) == "invalid_code"


async def test_the_workspace_is_chosen_by_the_query_and_only_gets_the_scopes_asked_for() -> None:
    async with FakeSlack() as slack:
        slack.add_team("one")
        two = slack.add_team("two")

        back = await _allow(slack, team=two.id, scope="commands,chat:write")
        await _exchange(slack, back["code"])

        assert two.scopes == {"commands", "chat:write"}


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"client_id": "1.2"}, "invalid_client_id"),
        ({"client_secret": "wrong"}, "bad_client_secret"),
        ({"redirect_uri": "https://other.example/"}, "bad_redirect_uri"),
    ],
)
async def test_an_exchange_that_slack_refuses(changed: dict[str, str], error: str) -> None:
    async with FakeSlack() as slack:
        slack.add_team()
        back = await _allow(slack)

        assert await _exchange(slack, back["code"], **changed) == error


async def test_a_code_is_good_for_ten_minutes() -> None:
    async with FakeSlack() as slack:
        slack.add_team()
        back = await _allow(slack)
        slack.clock.advance(601)

        assert await _exchange(slack, back["code"]) == "invalid_code"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"client_id": "1.2"}, "invalid client_id"),
        ({"scope": ""}, "no scopes"),
        ({"scope": "chat:shout"}, "unknown scopes"),
        ({"state": ""}, "no state"),
    ],
)
async def test_a_page_that_slack_does_not_show(changed: dict[str, str], told: str) -> None:
    async with FakeSlack() as slack:
        slack.add_team()
        refused = await _allow(slack, **changed)

        assert (refused["status"], told in refused["text"]) == ("400", True)
        assert told in slack.take_violations()[0]


async def test_a_redirect_has_to_be_registered() -> None:
    async with FakeSlack() as slack:
        slack.add_team()
        slack.core.redirect_urls = ["https://registered.example/"]

        assert (await _allow(slack))["status"] == "400"
        assert "did not match" in slack.take_violations()[0]


async def test_somebody_may_say_no() -> None:
    async with FakeSlack() as slack:
        slack.add_team()
        slack.oauth.deny_next = True

        assert await _allow(slack) == {"state": "s", "error": "access_denied"}


async def test_a_second_installation_keeps_the_token_and_one_after_removal_does_not() -> None:
    async with FakeSlack() as slack:
        team = slack.add_team()
        before = team.bot_token

        await _exchange(slack, (await _allow(slack))["code"])
        assert team.bot_token == before
        team.uninstall()
        await _exchange(slack, (await _allow(slack))["code"])
        assert team.bot_token != before
        assert (await web_client(slack, team).auth_test())["ok"]
