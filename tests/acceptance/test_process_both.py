"""One bot on Discord, Slack and the console: the same post for all, and none holds up another."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from tests.acceptance.discord_place import Place
from tests.acceptance.publishing import draft, publish
from tests.acceptance.running import Bot
from tests.acceptance.slack_place import SlackPlace, words_of


def running(place: Place, slack_place: SlackPlace, **env: str) -> AbstractAsyncContextManager[Bot]:
    """Run the bot of both places."""
    return slack_place.running(DISCORD_TOKEN=place.discord.token, **env)


async def follow_everywhere(place: Place, slack_place: SlackPlace, bot: Bot) -> None:
    """Let somebody on each platform follow China-U.S."""
    await slack_place.connected(bot)
    await bot.until(lambda: place.discord.sockets.sessions)
    assert "You now get" in await place.say(place.alice, place.news, "follow", categories="China-U.S.")
    assert "You now get" in await slack_place.say(slack_place.alice, slack_place.news, "/follow China-U.S.")
    await bot.follow("ann China-U.S.")


async def test_one_post_reaches_all_with_the_same_words(place: Place, slack_place: SlackPlace) -> None:
    on_slack = slack_place.dm(slack_place.alice)
    async with running(place, slack_place) as bot:
        await follow_everywhere(place, slack_place, bot)
        publish(place.blog, draft(1, "Soy Is Back", "China-U.S.", "Trade", tags=["Brazil"]))
        (printed,) = await bot.alerted(1, "ann")
        await bot.until(lambda: slack_place.alerts(on_slack))
        (card,) = await place.alerts(bot, place.discord.dm_of(place.alice), 1)
    (message,) = slack_place.alerts(on_slack)
    (embed,) = card.embeds

    assert embed["title"] == message.blocks[0]["text"]["text"] == printed["post"]["title"]
    assert embed["description"] == message.blocks[2]["text"]["text"] == printed["summary"]
    assert embed["fields"][0]["value"] == ", ".join(printed["categories"]) == "China-U.S., Trade"
    assert "Filed under China-U.S., Trade" in words_of(message.blocks)
    assert embed["url"] == printed["post"]["link"]
    assert printed["post"]["link"] in str(message.blocks)


async def test_a_platform_that_is_shut_is_told_loudly_and_holds_up_no_other(
    place: Place, slack_place: SlackPlace
) -> None:
    async with running(place, slack_place) as bot:
        await follow_everywhere(place, slack_place, bot)
    async with running(place, slack_place, SLACK_BOT_TOKEN="xoxb-1-wrong") as bot:
        await bot.ready()
        publish(place.blog, draft(1, "Soy Is Back", "China-U.S."))
        await place.alerts(bot, place.discord.dm_of(place.alice), 1)
        await bot.alerted(1, "ann")
        told = bot.log
    async with running(place, slack_place) as bot:
        await bot.until(lambda: slack_place.alerts(slack_place.dm(slack_place.alice)))
        await bot.until(lambda: place.all_sent(3))

    assert "SLACK_BOT_TOKEN" in told
    assert "xoxb-1-wrong" not in told
    assert slack_place.titles(slack_place.dm(slack_place.alice)) == ["Soy Is Back"]
    slack_place.slack.take_violations()
