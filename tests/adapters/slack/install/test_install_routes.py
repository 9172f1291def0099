"""When the pages for installing the app are served, and where they send browsers."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.slack.install.oauth import InstallRoutes
from bot.ports import WebRequest
from tests.adapters.slack.ways import PUBLIC, ways


@pytest.mark.parametrize(
    "missing",
    [{"client_id": ""}, {"client_secret": ""}, {"public_url": ""}],
    ids=lambda each: next(iter(each)),
)
def test_without_all_that_is_needed_there_is_no_door(missing: dict[str, str]) -> None:
    settings: dict[str, Any] = {
        "client_id": "1",
        "client_secret": "2",
        "public_url": PUBLIC,
        "api_base": "https://slack.com/api/",
    }

    assert InstallRoutes(**(settings | missing)).routes == ()


@pytest.mark.parametrize("path", ["/slack/install", "/slack/oauth_redirect"])
async def test_the_door_is_known_before_the_start_and_shut_until_then(path: str) -> None:
    async with ways() as made:
        handle = {each.path: each.handle for each in made.door.routes}[path]
        before = await handle(WebRequest(path))
        made.door.open(made.services, made.workspaces, made.installations)
        made.door.close()
        after = await handle(WebRequest(path))

        assert (before.status, after.status) == (503, 503)


def test_slack_itself_is_where_browsers_are_sent() -> None:
    door = InstallRoutes(
        client_id="1", client_secret="2", public_url=PUBLIC, api_base="https://slack.com/api/"
    )
    unused: Any = None

    assert door._settings(unused, unused, unused).authorization_url == "https://slack.com/oauth/v2/authorize"
