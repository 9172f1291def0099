"""What a restart keeps: subscriptions, validators, times, and what waits."""

from __future__ import annotations

import pytest

from tests.acceptance.process import Home
from tests.acceptance.publishing import draft, publish, publish_all
from tests.fakes.blog import FaultyBlog, status

BEATING = "/feed/atom/"  # a second feed of the same blog, whose polls show that time passes


def conditional(blog: FaultyBlog, path: str = "/feed/") -> list[bool]:
    """Return for each poll whether it was conditional."""
    return [bool(request.header("If-None-Match")) for request in blog.seen(path)]


async def test_a_restart_keeps_subscriptions_and_validators(home: Home, blog: FaultyBlog) -> None:
    async with home.running() as bot:
        await bot.polls(blog, 2)
        await bot.follow("alice Trade, #tariffs, -Taiwan")
        before = await bot.say("@alice /following")
    async with home.running() as bot:
        assert await bot.say("@alice /following") == before
        await bot.polls(blog)
        publish(blog, draft(1, "Soy Is Back", "Trade"))
        await bot.alerted(1)

    assert conditional(blog).count(False) == 1
    assert not conditional(blog)[0]


async def test_what_was_published_during_a_downtime_comes_after_it(home: Home, blog: FaultyBlog) -> None:
    async with home.running() as bot:
        await bot.polls(blog, 2)
        await bot.follow("alice Trade")
    published = publish_all(blog, ["First", "Second"], "Trade")
    async with home.running() as bot:
        await bot.alerted(2)
        await bot.polls(blog)

        assert bot.titles("alice") == published


@pytest.mark.parametrize("missed", [7, 14])
async def test_a_long_outage_ends_in_one_message_for_each_follower(
    home: Home, blog: FaultyBlog, missed: int
) -> None:
    async with home.running() as bot:
        await bot.polls(blog, 2)
        await bot.follow("alice Trade", "bob all", "carol Media")
    published = publish_all(blog, [f"Day {number}" for number in range(missed)], "Trade")
    publish(blog, draft(100, "On Television", "Media"))
    async with home.running() as bot:
        await bot.until(lambda: len(bot.of("digest")) == 2 and bot.of("alert", "carol"))
        await bot.polls(blog)
        [alices], [bobs] = bot.of("digest", "alice"), bot.of("digest", "bob")

        assert [post["title"] for post in alices["posts"]] == published[::-1]
        assert [post["title"] for post in bobs["posts"]] == ["On Television", *published[::-1]]
        assert alices["key"] != bobs["key"]
        assert set(alices["posts"][0]) >= {"id", "title", "link", "published"}
        assert bot.titles("carol") == ["On Television"]
        assert len(bot.of("alert")) == 1


async def test_the_next_poll_and_the_wish_of_the_server_survive_a_restart(
    home: Home, blog: FaultyBlog
) -> None:
    home.feed["every"] = "1h"
    home.settings["feeds"] += [
        {"name": "Busy", "url": f"{blog.url}/category/trade/feed/", "every": "0.2s"},
        {"name": "Beat", "url": f"{blog.url}{BEATING}", "every": "0.2s"},
    ]
    blog.fail_always(status(429, retry_after="3600"), path="/category/trade/feed/")
    async with home.running() as bot:
        await bot.polls(blog, 2, BEATING)
    blog.heal()
    async with home.running() as bot:
        await bot.polls(blog, 5, BEATING)
        health = await bot.say("/health")

    assert len(blog.seen("/feed/")) - len(blog.seen(BEATING)) == 1
    assert len(blog.seen("/category/trade/feed/")) == 1
    assert "The server answered 429" in health
    assert "1 of 3 feeds is failing" in health
