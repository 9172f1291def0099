"""`bystander init` on a terminal: from nothing to a bot that runs."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.acceptance.discord_place import Place
from tests.acceptance.newcomer import NOWHERE, Newcomer
from tests.fakes.slack.server import FakeSlack

pytestmark = pytest.mark.cold


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


async def test_a_newcomer_with_a_terminal_gets_from_nothing_to_a_bot_that_runs(newcomer: Newcomer) -> None:
    async with newcomer.start() as shown:
        await shown.answer(
            ("One or several names (console): ", ""),
            ("Time zone in which answers show times", "CST"),
            ("“CST” is no name of a time zone; did you mean America/Chicago or Asia/Shanghai?", "berlin"),
            ("The blog's address", newcomer.feed_url),
        )
        await shown.until("Found The Sample Bystander: 8 posts")
        await shown.until("Categories: ")
        await shown.until("Filed under")
        await shown.answer(
            ("Watch this feed? [y/n] (y): ", ""),
            ("What to call it in chat (The Sample Bystander): ", "Sample"),
            ("so that the blog's owner sees who asks", "me@blog.example"),
        )
        await shown.until("Written, for your eyes alone: config.toml\n")
        await shown.until("feed Sample: 8 posts")
        await shown.until("All well.\n")
        await shown.until("Next: bystander run\n")
        assert await shown.ended() == 0

    assert newcomer.files() == ["config.toml"]
    assert mode(newcomer.home.config) == 0o600
    assert newcomer.config == {
        "timezone": "Europe/Berlin",
        "fetch": {"contact": "me@blog.example", "allow_networks": ["127.0.0.0/8"]},
        "feeds": [{"name": "Sample", "url": newcomer.feed_url}],
        "console": {"enabled": True},
        "admins": {"console": ["me"]},
    }
    assert (await newcomer.call("check")).out.endswith("All well.\n")
    assert (await newcomer.call("once")).code == 0


async def test_options_on_a_terminal_leave_only_the_other_questions(newcomer: Newcomer) -> None:
    given = ("--console", "--timezone", "UTC", "--contact", "")
    async with newcomer.start(*given, "--feed", newcomer.feed_url) as shown:
        await shown.answer(
            ("Watch this feed?", "n"),
            ("The blog's address", ""),
        )
        assert await shown.ended() == 0

        assert "Where shall the bot talk" not in shown.screen
        assert "Time zone" not in shown.screen
    assert "feeds" not in newcomer.config
    assert "fetch" not in newcomer.config or "contact" not in newcomer.config["fetch"]


async def test_discord_is_led_to_with_token_invitation_and_admin(newcomer: Newcomer, place: Place) -> None:
    discord = place.discord
    further = (
        *("--set", f'discord.api_base="{discord.api_base}"', "--set", f'discord.gateway="{discord.gateway}"'),
        *("--timezone", "UTC", "--contact", "", "--feed", ""),
    )
    async with newcomer.start("-v", *further) as shown:
        await shown.answer(("One or several names", "discrod"))
        await shown.answer(("did you mean “discord”?", "discord"))
        await shown.until("press Reset Token")
        await shown.hidden("DISCORD_TOKEN, the bot's token", f"Bot {discord.token}")
        await shown.until("begins with the word Bot; leave it out")
        await shown.hidden("DISCORD_TOKEN, the bot's token", "")
        await shown.until("DISCORD_TOKEN: is empty")
        await shown.hidden("DISCORD_TOKEN, the bot's token", discord.token)
        await shown.until("Open this link, choose your server, press Authorize:\nhttps://discord.com/oauth2/")
        await shown.answer(
            ("Your id on Discord", "me"),
            ("is no user id of Discord", "123456789012345678"),
        )
        await shown.until("Written, for your eyes alone: bystander.env, config.toml")
        await shown.until("discord token: it is that of")
        await shown.until("Next: bystander run --env-file bystander.env\n")
        assert await shown.ended() == 0

        assert discord.token not in shown.screen
    assert newcomer.files() == ["bystander.env", "config.toml"]
    assert (mode(newcomer.env_file), mode(newcomer.home.config)) == (0o600, 0o600)
    assert newcomer.env_file.read_text("utf-8") == f"DISCORD_TOKEN={discord.token}\n"
    assert discord.token not in newcomer.home.config.read_text("utf-8")
    assert newcomer.config["admins"] == {"discord": ["123456789012345678"]}
    checked = await newcomer.call("check", "--env-file", "bystander.env")
    assert (checked.code, checked.out.splitlines()[-1]) == (0, "All well.")
    assert (await newcomer.call("check")).code == 1  # without the file there is no token


async def test_slack_is_led_to_with_its_manifest_and_both_tokens(newcomer: Newcomer) -> None:
    async with FakeSlack() as slack:
        team = slack.add_team("readers")
        given = ("--slack", "--timezone", "UTC", "--contact", "", "--feed", "")
        async with newcomer.start(*given, "--set", f'slack.api_base="{slack.api_base}"') as shown:
            await shown.until("choose From a manifest")
            await shown.until('"display_information"')
            await shown.until("Install App, on the left")
            await shown.hidden("SLACK_BOT_TOKEN", slack.app_token)
            await shown.until("holds the token for SLACK_APP_TOKEN")
            await shown.hidden("SLACK_BOT_TOKEN", team.bot_token)
            await shown.hidden("SLACK_APP_TOKEN", slack.app_token)
            await shown.answer(("Your id on Slack", ""))
            await shown.until("All well.")
            assert await shown.ended() == 0

            assert team.bot_token not in shown.screen
            assert slack.app_token not in shown.screen
    assert newcomer.env_file.read_text("utf-8").splitlines() == [
        f"SLACK_BOT_TOKEN={team.bot_token}",
        f"SLACK_APP_TOKEN={slack.app_token}",
    ]
    assert "admins" not in newcomer.config


@pytest.mark.parametrize("key", ["C", "D"])
@pytest.mark.parametrize("question", ["One or several names", "DISCORD_TOKEN", "Your id on Discord"])
async def test_a_question_that_is_broken_off_leaves_nothing_behind(
    newcomer: Newcomer, key: str, question: str
) -> None:
    token = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcdE.abcdefghijklmnopqrstuvwxyz_012345"
    async with newcomer.start("--offline") as shown:
        if question != "One or several names":
            await shown.answer(("One or several names", "discord"))
        if question == "Your id on Discord":
            await shown.hidden("DISCORD_TOKEN", token)
        await shown.until(question)
        if question == "DISCORD_TOKEN":
            await shown.hushed()
        shown.press(key)
        assert await shown.ended() == 130

        assert "Nothing was written." in shown.screen
        assert "Traceback" not in shown.screen
    assert newcomer.files() == []


async def test_a_feed_that_cannot_be_reached_can_be_written_all_the_same(newcomer: Newcomer) -> None:
    async with newcomer.start("--console", "--timezone", "UTC", "--contact", "") as shown:
        await shown.answer(
            ("The blog's address", NOWHERE),
            ("all the same? [y/n] (n): ", ""),
            ("The blog's address", "ftp://blog.example"),
            ("“ftp://blog.example” is no URL", NOWHERE),
            ("all the same? [y/n] (n): ", "y"),
            ("What to call it in chat (127.0.0.1): ", "Blog"),
        )
        await shown.until("BAD feed Blog: ")
        await shown.until("1 to mend.")
        assert await shown.ended() == 1
    assert newcomer.config["feeds"] == [{"name": "Blog", "url": NOWHERE}]
