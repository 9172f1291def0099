"""Setting Slack up with the real bot: the manifest, further workspaces by OAuth, what `check` finds."""

from __future__ import annotations

import json
from http.cookies import SimpleCookie

import aiohttp
import pytest

from bot.commands.spec import COMMANDS
from tests.acceptance.publishing import draft, publish, publish_all
from tests.acceptance.slack_place import CATEGORY, MODES, SlackPlace
from tests.fakes.slack.world import Channel, Team, User


async def install(place: SlackPlace, team: Team) -> tuple[int, str]:
    """Install the app in a workspace as a browser does; return status and text of the last page.

    Behind a proxy with TLS the Secure cookie would travel by itself.
    """
    place.slack.next_install = team
    async with aiohttp.ClientSession(trust_env=False) as browser:
        async with browser.get(f"{place.web}/slack/install", allow_redirects=False) as begun:
            assert begun.status == 302, await begun.text()
            to_slack = begun.headers["Location"]
            jar = SimpleCookie(begun.headers["Set-Cookie"])
        cookie = "; ".join(f"{name}={each.value}" for name, each in jar.items())
        async with browser.get(to_slack, allow_redirects=False) as allowed:
            assert allowed.status == 302, await allowed.text()
            back = allowed.headers["Location"]
        assert back.startswith(f"{place.web}/slack/oauth_redirect?")
        async with browser.get(back, headers={"Cookie": cookie}) as page:
            return page.status, await page.text()


@pytest.fixture
def open_house(slack_place: SlackPlace) -> SlackPlace:
    """A bot that other workspaces may install."""
    if slack_place.mode == "socket":
        slack_place.serve()
    slack_place.env["SLACK_CLIENT_ID"] = slack_place.slack.client_id
    slack_place.env["SLACK_CLIENT_SECRET"] = slack_place.slack.client_secret
    return slack_place


def new_team(place: SlackPlace) -> tuple[Team, Channel, User, User]:
    """Return a workspace without the app: its channel, a member, an admin."""
    team = place.slack.add_team("guests", installed=False)
    return team, team.add_channel("club"), team.add_user("carol"), team.add_user("chief", admin=True)


@pytest.mark.parametrize("slack_place", MODES, indirect=True)
async def test_from_an_installation_to_the_first_alert_and_over_a_restart(open_house: SlackPlace) -> None:
    place = open_house
    team, club, carol, chief = new_team(place)
    async with place.running() as bot:
        await place.connected(bot)
        status, page = await install(place, team)
        club.invite_bot()
        await place.say(chief, club, f"/alerts add {CATEGORY}")
        await place.say(carol, club, f"/follow {CATEGORY}")
        await place.add_alerts(place.news)
        seen = await place.say(chief, club, "/alerts list")
    publish(place.blog, draft(1, "Soy Is Back", CATEGORY))
    async with place.running() as bot:
        await bot.until(lambda: place.all_sent(3))

    assert (status, "installed in guests" in page) == (200, True)
    assert [place.titles(each) for each in (club, place.news, team.dm_channel(carol))] == [
        ["Soy Is Back"]
    ] * 3
    assert place.news.id not in seen
    secrets = (team.bot_token.encode(), place.slack.client_secret.encode())
    for path in place.home.folder.iterdir():
        assert not any(secret in path.read_bytes() for secret in secrets), path


async def test_an_uninstalled_workspace_is_on_hold_until_it_comes_back(open_house: SlackPlace) -> None:
    place = open_house
    place.home.settings["admins"] = {"slack": [place.boss.id]}
    team, club, _, chief = new_team(place)
    async with place.running() as bot:
        await place.connected(bot)
        await install(place, team)
        club.invite_bot()
        await place.say(chief, club, f"/alerts add {CATEGORY}")
        await place.add_alerts(place.news)
        for deed in await team.uninstall():
            await deed.acked()
        await bot.until(lambda: place.slack.messages(place.boss))
        titles = publish_all(place.blog, ["One", "Two"], CATEGORY)
        await bot.until(lambda: sorted(place.home.states()) == ["parked", "parked", "sent", "sent"])
        await install(place, team)
        await bot.until(lambda: place.all_sent(4))
    told = [each for each in place.slack.messages(place.boss) if club.id in each.text]

    assert place.titles(club) == place.titles(place.news) == titles
    assert len(told) == 1


async def test_a_strangers_return_from_slack_is_refused_without_a_word_of_it(open_house: SlackPlace) -> None:
    place = open_house
    async with place.running() as bot:
        await place.connected(bot)
        async with aiohttp.ClientSession(trust_env=False) as browser:
            query = "code=stolen&state=%3Cscript%3E"
            async with browser.get(f"{place.web}/slack/oauth_redirect?{query}") as page:
                status, text = page.status, await page.text()

    assert status == 400
    assert "stolen" not in text
    assert "script" not in text


async def test_check_looks_at_tokens_scopes_and_places(slack_place: SlackPlace) -> None:
    place = slack_place
    async with place.running() as bot:
        await place.connected(bot)
        await place.add_alerts(place.news, place.vault)
    well = await place.home.call("check", env=place.env)
    place.vault.kick_bot()
    place.team.scopes -= {"channels:history"}
    wrong = await place.home.call("check", env=place.env)
    no_token = await place.home.call("check", env={})

    assert well.code == 0, well.out
    assert "slack bot token: it is that of @bystander in readers" in well.out
    assert f"slack:{place.news.id}" in well.out
    assert wrong.code == 1
    assert "channels:history" in wrong.out
    assert "/invite @bystander" in wrong.out
    assert no_token.code == 1
    assert "SLACK_BOT_TOKEN: is not set" in no_token.out
    place.slack.take_violations()


@pytest.mark.parametrize("mode", MODES)
async def test_the_manifest_has_every_command_and_is_nothing_but_json(
    slack_place: SlackPlace, mode: str
) -> None:
    place = slack_place
    place.serve()
    place.home.settings["slack"] |= {"prefix": "news-bot"}
    ended = await place.home.call("slack-manifest", "--mode", mode)
    made = json.loads(ended.out)
    names = {each["command"] for each in made["features"]["slash_commands"]}

    assert (ended.code, ended.err) == (0, "")
    assert names == {"/news-bot", *(f"/{command.name}" for command in COMMANDS)}
    assert made["settings"]["socket_mode_enabled"] == (mode == "socket")
    assert (f"{place.web}/slack/events" in ended.out) == (mode == "http")


async def test_a_manifest_can_be_had_before_there_is_a_config(slack_place: SlackPlace) -> None:
    place = slack_place
    place.home.write_config = lambda: None  # type: ignore[method-assign]  # the folder is still empty
    ended = await place.home.call("slack-manifest")

    assert ended.code == 0
    assert json.loads(ended.out)["settings"]["socket_mode_enabled"] is True
