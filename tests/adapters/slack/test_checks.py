"""What `bystander check` finds out about Slack."""

from __future__ import annotations

import pytest

from adapters.slack.checks import (
    Finding,
    inspect,
    inspect_http,
    inspect_oauth,
    inspect_scopes,
    inspect_socket,
    inspect_token,
)
from adapters.slack.install.installations import Installations, Installed
from adapters.slack.install.manifest import BOT_SCOPES
from adapters.slack.transport.rate_limit import RateLimiter
from adapters.slack.transport.workspaces import Identity, Workspaces
from tests.adapters.slack.ways import Ways, ways

INSTALL = "https://bot.example/slack/install"


def me(*, bot: str = "B1", scopes: frozenset[str] = frozenset(BOT_SCOPES)) -> Identity:
    return Identity("T1", "Readers", "U1", bot, "bystander", scopes)


async def findings(made: Ways, *addresses: str, lacking: str = "") -> list[Finding]:
    made.home.scopes = set(BOT_SCOPES) - set(lacking.split())
    way = await inspect_socket(made.server.api_base, made.server.app_token)
    return await inspect(made.workspaces, [way], made.installations, addresses)


async def test_all_is_well() -> None:
    async with ways() as made:
        found = await findings(made, f"slack:{made.news.id}", f"slack:{made.alice.id}")

        assert [well for well, _ in found] == [True] * 5
        assert f"@bystander in home ({made.home.id})" in found[0][1]
        assert made.server.sockets.opened == 0


async def test_a_refused_bot_token_is_told_and_the_way_in_all_the_same() -> None:
    async with ways() as made:
        made.home.revoke()
        found = await findings(made, f"slack:{made.news.id}")

        assert [well for well, _ in found] == [False, True]
        assert "SLACK_BOT_TOKEN" in found[0][1]


@pytest.mark.parametrize(("url", "expected"), [(INSTALL, [True, True, True]), ("", [False, True])])
async def test_a_bot_without_a_home_needs_workspaces_that_install_it(url: str, expected: list[bool]) -> None:
    async with ways() as made:
        made.home.scopes = set(BOT_SCOPES)
        await made.installations.keep(Installed(made.home.id, made.home.name, made.home.bot_token))
        kept = made.installations if url else None
        homeless = Workspaces(api_base=made.server.api_base, pace=RateLimiter(), installations=kept)
        found = await inspect(homeless, [(True, "the way in")], kept, [], install_url=url)
        await homeless.aclose()

        assert [well for well, _ in found] == expected


@pytest.mark.parametrize("database", [True, False])
async def test_before_anybody_installed_the_app_nothing_is_wrong(database: bool) -> None:  # noqa: FBT001 -- a parameter
    async with ways() as made:
        kept = made.installations if database else None
        homeless = Workspaces(api_base=made.server.api_base, pace=RateLimiter(), installations=kept)
        found = await inspect(homeless, [(True, "the way in")], kept, [], install_url=INSTALL)
        await homeless.aclose()

        assert [well for well, _ in found] == [True, True, True]
        assert INSTALL in found[-1][1]


@pytest.mark.parametrize("token", ["", "xoxb-1", "xapp-1-WRONG"])
async def test_a_wrong_app_token_is_told(token: str) -> None:
    async with ways() as made:
        well, line = await inspect_socket(made.server.api_base, token)

        assert not well
        assert "SLACK_APP_TOKEN" in line


async def test_socket_mode_that_is_switched_off_is_told() -> None:
    async with ways() as made:
        made.server.sockets.enabled = False
        well, line = await inspect_socket(made.server.api_base, made.server.app_token)

        assert not well
        assert "Socket Mode" in line


async def test_each_missing_scope_is_named_with_what_it_costs() -> None:
    async with ways() as made:
        found = await findings(made, lacking="channels:history chat:write.public")
        missing = [line for well, line in found if not well]

        assert len(missing) == 2
        assert "channels:history" in missing[1]
        assert "after a lost answer" in missing[1]
        assert "OAuth & Permissions" in missing[1]


def test_slack_may_keep_the_scopes_to_itself() -> None:
    assert [well for well, _ in inspect_scopes(me(scopes=frozenset()))] == [True]


def test_the_token_of_a_person_is_told() -> None:
    well, line = inspect_token(me(bot=""))

    assert not well
    assert "xoxb-" in line


async def test_a_channel_that_the_bot_cannot_write_to_is_told() -> None:
    async with ways() as made:
        secret = made.home.add_channel("secret", private=True)
        well, line = (await findings(made, f"slack:{secret.id}"))[-1]

        assert not well
        assert "/invite @bystander" in line


async def test_workspaces_that_installed_the_app_are_looked_at() -> None:
    async with ways() as made:
        lacking, gone, well = (made.server.add_team(name) for name in ("lacking", "gone", "well"))
        for team in (lacking, gone, well):
            await made.installations.keep(Installed(team.id, team.name, team.bot_token))
        well.scopes, lacking.scopes = set(BOT_SCOPES), set(BOT_SCOPES) - {"im:history"}
        gone.revoke()
        found = {line.partition(": ")[0]: (well, line) for well, line in await findings(made)}

        assert found[f"slack workspace well ({well.id})"][0]
        assert "im:history" in found[f"slack workspace lacking ({lacking.id})"][1]
        assert "install it there again" in found[f"slack workspace {gone.id}"][1]


async def test_installations_that_cannot_be_read_are_told() -> None:
    async with ways() as made:
        team = made.server.add_team("guests")
        await Installations(made.services, "an older secret").keep(
            Installed(team.id, team.name, team.bot_token)
        )
        well, line = (await findings(made))[-1]

        assert not well
        assert "SLACK_CLIENT_SECRET was changed" in line


@pytest.mark.parametrize(
    ("secret", "url", "expected"),
    [
        ("s", "https://bot.example/", [True, True]),
        ("", "https://bot.example", [False, True]),
        ("s", "", [True, False]),
        ("s", "http://bot.example", [True, False]),
    ],
)
def test_http_mode_needs_a_secret_and_an_address(secret: str, url: str, expected: list[bool]) -> None:
    found = inspect_http(secret, url)

    assert [well for well, _ in found] == expected
    if expected == [True, True]:
        assert "https://bot.example/slack/events" in found[1][1]


@pytest.mark.parametrize(
    ("client_id", "secret", "url", "expected"),
    [
        ("", "", "", []),
        ("1", "", "https://bot.example", [False]),
        ("", "2", "https://bot.example", [False]),
        ("1", "2", "", [False]),
        ("1", "2", "https://bot.example", [True]),
    ],
)
def test_installing_needs_all_or_nothing(client_id: str, secret: str, url: str, expected: list[bool]) -> None:
    assert [well for well, _ in inspect_oauth(client_id, secret, url)] == expected
