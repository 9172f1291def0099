"""A story that two blogs tell reaches each place once, and the message says where else it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.sample.blog import SampleBlog, SamplePost, load_posts
from tests.acceptance.conftest import KNOWN
from tests.acceptance.process import FEED, Home
from tests.acceptance.publishing import draft, publish
from tests.acceptance.running import Bot
from tests.fakes.blog import FaultyBlog

MIRROR = "The Mirror"
TITLE = "Soy is back on the table of ministers"


@pytest.fixture
async def mirror(home: Home) -> AsyncIterator[FaultyBlog]:
    """A second blog, which the bot of `home` watches as well."""
    posts = [replace(post, title=f"Mirrored: {post.title}") for post in load_posts()[-KNOWN:]]
    async with FaultyBlog(SampleBlog(posts, title=MIRROR)) as running:
        add_feed(home, running)
        yield running


def add_feed(home: Home, blog: FaultyBlog) -> None:
    feed = {"name": MIRROR, "url": blog.feed_url, "every": "0.2s", "api_base": blog.api_base}
    home.settings["feeds"].append(feed)


def story(*categories: str, text: str = "") -> SamplePost:
    post = draft(1, TITLE, *categories)
    return replace(post, html=post.html.replace("</p>", f" {text}</p>"))


async def both_read(bot: Bot, *blogs: FaultyBlog) -> None:
    for each in blogs:
        await bot.polls(each, 2)


async def test_a_story_of_two_blogs_comes_once_and_its_message_says_where_else_it_is(
    home: Home, blog: FaultyBlog, mirror: FaultyBlog
) -> None:
    async with home.running() as bot:
        await both_read(bot, blog, mirror)
        await bot.follow("alice all", "bob Media", f'carol all feed:"{MIRROR}"', f'dave all feed:"{FEED}"')
        publish(blog, story("Trade"))
        [first] = await bot.alerted(1, "alice")
        copied = publish(mirror, story("Media"))
        await bot.alerted(1, "bob")
        await bot.alerted(1, "carol")
        await bot.until(lambda: bot.of("edit", "alice"))
        await both_read(bot, blog, mirror)

        for name in ("alice", "bob", "carol", "dave"):
            assert bot.titles(name) == [TITLE], name
        [edit] = bot.of("edit")
        assert (edit["key"], edit["post"]["link"]) == (first["key"], first["post"]["link"])
        assert (edit["categories"], edit["post"]["also_in"]) == (["Trade", "Media"], [MIRROR])
        [by_copy] = bot.of("alert", "bob")
        assert by_copy["post"]["link"] == mirror.blog.link(copied)
        assert (by_copy["categories"], by_copy["post"]["also_in"]) == (["Media", "Trade"], [FEED])
        [alone] = bot.of("alert", "carol")
        assert (alone["categories"], "also_in" in alone["post"]) == (["Media"], False)

        answer = await bot.say(f"@alice /why {mirror.blog.link(copied)}")
        assert f"{FEED} told the same story" in answer
        assert f"That is the post of {FEED}: {first['post']['link']}" in answer
        assert f"also in {MIRROR}" in await bot.say("@alice /latest")


async def test_two_comments_under_one_title_come_both(
    home: Home, blog: FaultyBlog, mirror: FaultyBlog
) -> None:
    async with home.running() as bot:
        await both_read(bot, blog, mirror)
        await bot.follow("alice all")
        publish(blog, story("Trade", text="That was to be expected."))
        publish(mirror, story("Media", text="Who would have thought it?"))
        await bot.alerted(2, "alice")
        await both_read(bot, blog, mirror)

        assert bot.titles("alice") == [TITLE, TITLE]
        assert bot.of("edit") == []


async def test_a_feed_that_is_off_tells_the_story_again(
    home: Home, blog: FaultyBlog, mirror: FaultyBlog
) -> None:
    home.settings["feeds"][1]["cluster"] = "off"
    async with home.running() as bot:
        await both_read(bot, blog, mirror)
        await bot.follow("alice all")
        publish(blog, story("Trade"))
        publish(mirror, story("Trade"))

        await bot.alerted(2, "alice")


@pytest.mark.parametrize("cluster", ["near", "same"])
async def test_nearly_the_same_text_is_one_story_where_that_is_wanted(
    home: Home, blog: FaultyBlog, mirror: FaultyBlog, cluster: str
) -> None:
    words = " ".join(f"The minister of district {number} had no answer." for number in range(30))
    for each in home.settings["feeds"]:
        each["cluster"] = cluster
    async with home.running() as bot:
        await both_read(bot, blog, mirror)
        await bot.follow("alice all")
        publish(blog, story("Trade", text=words))
        await bot.alerted(1, "alice")
        publish(mirror, story("Trade", text=f"{words} Printed here with thanks to the author."))
        await bot.until(lambda: bot.of("edit", "alice") or len(bot.of("alert", "alice")) > 1)
        await both_read(bot, blog, mirror)

        assert len(bot.titles("alice")) == (1 if cluster == "near" else 2)


async def test_a_bot_that_is_killed_between_the_copies_tells_the_story_once(
    home: Home, blog: FaultyBlog, mirror: FaultyBlog
) -> None:
    async with home.running() as bot:
        await both_read(bot, blog, mirror)
        await bot.follow("alice all")
        publish(blog, story("Trade"))
        [first] = await bot.alerted(1, "alice")
        await bot.until(lambda: home.states() == ["sent"])
        await bot.kill()
    publish(mirror, story("Trade"))
    async with home.running() as bot:
        await bot.until(lambda: bot.of("edit", "alice"))
        await both_read(bot, blog, mirror)

        assert bot.of("alert") == []
        assert bot.of("edit", "alice")[0]["key"] == first["key"]
