"""Digests, quiet hours and snoozes of the real bot, on the console, Discord and Slack."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from tests.acceptance.discord_place import Place
from tests.acceptance.process import Home
from tests.acceptance.publishing import publish_all
from tests.acceptance.running import Bot
from tests.acceptance.slack_place import SlackPlace, answer_of, words_of
from tests.adapters.discord.interactions.test_clicks import buttons
from tests.fakes.blog import FaultyBlog

WEEK = 24 * 8  # hours; longer than any digest is held
MANY = 48  # posts; more than a message of any platform has room for


def quiet_now() -> str:
    """Return quiet hours in UTC that began an hour ago and end in an hour."""
    now = datetime.now(UTC)
    return f"{now - timedelta(hours=1):%H:%M}-{now + timedelta(hours=1):%H:%M}"


def held(home: Home, number: int) -> bool:
    """Whether so many deliveries are held, and nothing else waits."""
    return home.states() == ["held"] * number


async def test_a_digest_that_fell_into_a_downtime_comes_after_it_once(home: Home, blog: FaultyBlog) -> None:
    async with home.running() as bot:
        await bot.polls(blog, 2)
        answer = await bot.say("@alice /follow Trade when:daily")
        await bot.follow("bob Trade")
        published = publish_all(blog, ["First", "Second"], "Trade")
        await bot.alerted(2, "bob")
        following = await bot.say("@alice /following")
        assert bot.titles("alice") == []
    home.age(WEEK)
    async with home.running() as bot:
        await bot.until(lambda: bot.of("digest", "alice"))
        await bot.polls(blog)
        [digest] = bot.of("digest")
        shown = await bot.say("@alice /digest")
    async with home.running() as bot:
        await bot.polls(blog, 2)
        assert bot.of("digest") == []

    assert "once a day" in answer
    assert "The next digest comes on" in answer
    assert "2 posts are held until" in following
    assert [post["title"] for post in digest["posts"]] == published[::-1]
    assert digest["heading"] == "Daily digest: 2 posts"
    assert "Second" in shown


async def test_a_killed_bot_sends_its_digest_after_the_next_start(home: Home, blog: FaultyBlog) -> None:
    async with home.running() as bot:
        await bot.polls(blog, 2)
        await bot.say("@alice /follow Trade when:weekly")
        publish_all(blog, ["First", "Second"], "Trade")
        await bot.until(lambda: held(home, 2))
        bot.process.kill()
        await bot.process.wait()
    home.age(WEEK)
    async with home.running() as bot:
        await bot.until(lambda: bot.of("digest", "alice"))
        await bot.polls(blog)

        assert [each["heading"] for each in bot.of("digest")] == ["Weekly digest: 2 posts"]


async def test_a_snooze_that_is_ended_brings_what_it_held_as_one_message(bot: Bot, blog: FaultyBlog) -> None:
    await bot.follow("alice Trade")
    snoozed = await bot.say("@alice /snooze 3d")
    publish_all(blog, ["First", "Second"], "Trade")
    await bot.polls(blog)
    why = await bot.say("@alice /why")
    assert bot.titles() == []
    ended = await bot.say("@alice /snooze off")
    await bot.until(lambda: bot.of("digest", "alice"))

    assert snoozed.startswith("Snoozed until ")
    assert "held" in why
    assert "2 posts" in ended
    assert bot.titles("alice") == ["Second", "First"]


async def test_a_digest_on_discord_is_one_message_for_a_person_and_for_a_channel(place: Place) -> None:
    dm = place.discord.dm_of(place.alice)
    async with place.running() as bot:
        await place.connected(bot)
        person = await place.say(place.alice, place.news, "follow", categories="Trade", when="daily")
        channel = await place.say(place.boss, place.news, "alerts add", categories="Trade", when="weekly")
        publish_all(place.blog, ["First", "Second"], "Trade")
        await bot.until(lambda: held(place.home, 4))
        assert place.cards(place.news) == []
    place.home.age(WEEK)
    async with place.running() as bot:
        await place.connected(bot)
        [private] = await place.alerts(bot, dm, 1)
        [public] = await place.alerts(bot, place.news, 1)
        await bot.until(lambda: place.all_sent(4))
        shown = await place.say(place.alice, dm, "digest")

    assert "once a day, by DM" in person
    assert "once a week" in channel
    assert private.embeds[0]["title"] == "Daily digest: 2 posts"
    assert public.embeds[0]["title"] == "Weekly digest: 2 posts"
    assert private.embeds[0]["description"].index("Second") < private.embeds[0]["description"].index("First")
    assert "2" in shown


async def test_quiet_hours_on_discord_hold_alerts_and_their_mentions(place: Place) -> None:
    desk = place.guild.add_role("desk", mentionable=True)
    async with place.running() as bot:
        await place.connected(bot)
        await place.say(place.boss, place.news, "alerts add", categories="Trade", mention=desk)
        quiet = await place.say(place.boss, place.news, "alerts settings", quiet=quiet_now())
        publish_all(place.blog, ["First", "Second"], "Trade")
        await bot.until(lambda: held(place.home, 2))
        await bot.polls(place.blog)
        assert place.cards(place.news) == []
        await place.say(place.boss, place.news, "alerts settings", quiet="off")
        [card] = await place.alerts(bot, place.news, 1)
        await bot.until(lambda: place.all_sent(2))

    assert "Quiet hours: " in quiet
    assert "It is quiet now, until" in quiet
    assert card.embeds[0]["title"] == "2 posts from your quiet hours"
    assert card.content == ""  # nobody is called afterwards


@pytest.mark.parametrize("slack_place", ["socket", "http"], indirect=True)
async def test_a_digest_and_quiet_hours_on_slack(slack_place: SlackPlace) -> None:
    place, dm = slack_place, slack_place.dm(slack_place.alice)
    async with place.running() as bot:
        await place.connected(bot)
        await place.say(place.alice, place.news, "/follow Trade when:daily")
        await place.add_alerts(place.news)
        quiet = await place.say(place.boss, place.news, f"/alerts settings quiet:{quiet_now()}")
        publish_all(place.blog, ["First", "Second"], "Trade")
        await bot.until(lambda: held(place.home, 4))
        await bot.polls(place.blog)
        assert place.alerts(place.news) == place.alerts(dm) == []
    place.home.age(WEEK)
    async with place.running() as bot:
        await place.connected(bot)
        await bot.until(lambda: place.titles(dm))
        await place.say(place.boss, place.news, "/alerts settings quiet:off")
        await bot.until(lambda: place.all_sent(4))
        await bot.polls(place.blog)

    assert "Quiet hours: " in quiet
    assert place.titles(dm) == ["Daily digest: 2 posts"]
    assert place.titles(place.news) == ["2 posts from your quiet hours"]
    words = words_of(place.alerts(dm)[0].blocks)
    assert words.index("Second") < words.index("First")


async def many(bot: Bot, home: Home, blog: FaultyBlog) -> None:
    """Publish MANY posts, as many at a time as a page of the feed holds, and wait until they are held."""
    for first in range(0, MANY, 8):
        publish_all(blog, [f"{'Long ' * 25}{first + each}" for each in range(8)], "Trade", first=first)
        await bot.until(partial(held, home, first + 8))


async def test_a_digest_with_many_posts_is_paged_by_its_button_on_discord(place: Place) -> None:
    dm = place.discord.dm_of(place.alice)
    async with place.running() as bot:
        await place.connected(bot)
        await place.say(place.alice, place.news, "follow", categories="Trade", when="daily")
        await many(bot, place.home, place.blog)
    place.home.age(WEEK)
    async with place.running() as bot:
        await place.connected(bot)
        [digest] = await place.alerts(bot, dm, 1)
        await bot.until(lambda: place.all_sent(MANY))
        shown = await place.discord.click(place.alice, digest, buttons(digest)[f"Show all {MANY}"])
        first = await shown.answer()
        turned = await place.discord.click(place.alice, first, buttons(first)["Next page"])
        second = await turned.answer()

    assert digest.embeds[0]["title"] == f"Daily digest: {MANY} posts"
    assert " more" in digest.embeds[-1]["description"]
    assert first.ephemeral
    assert first.embeds[0]["description"] != second.embeds[0]["description"]


async def test_a_digest_with_many_posts_is_paged_by_its_button_on_slack(slack_place: SlackPlace) -> None:
    place, dm = slack_place, slack_place.dm(slack_place.alice)
    async with place.running() as bot:
        await place.connected(bot)
        await place.say(place.alice, place.news, "/follow Trade when:daily")
        await many(bot, place.home, place.blog)
    place.home.age(WEEK)
    async with place.running() as bot:
        await place.connected(bot)
        await bot.until(lambda: place.titles(dm))
        [digest] = place.alerts(dm)
        await bot.until(lambda: place.all_sent(MANY))
        [button] = [
            each
            for block in digest.blocks
            for each in block.get("elements", ())
            if each.get("text", {}).get("text") == f"Show all {MANY}"
        ]
        deed = await place.slack.click(place.alice, digest, button["action_id"], value=button.get("value"))
        await deed.answered(timeout=20)
        shown = answer_of(deed)

    assert place.titles(dm) == [f"Daily digest: {MANY} posts"]
    assert "more" in words_of(digest.blocks)
    assert "Next page" in shown
