"""Edits, late filings, deletions and flipping guids: never a second alert."""

from __future__ import annotations

from tests.acceptance.process import Home
from tests.acceptance.publishing import draft, publish
from tests.acceptance.running import Bot
from tests.fakes.blog import FaultyBlog


async def test_an_edit_changes_the_message_and_is_no_new_alert(home: Home, blog: FaultyBlog) -> None:
    async with home.running() as bot:
        await bot.polls(blog, 2)
        await bot.follow("alice Trade")
        post = publish(blog, draft(1, "Soy Is Back", "Trade"))
        [alert] = await bot.alerted(1)
        blog.blog.edit(post.number, title="Soy Is Really Back")
        await bot.until(lambda: bot.of("edit"))
    async with home.running() as bot:  # the message is remembered
        blog.blog.edit(post.number, html=f"{post.html}<p>Update: The minister has resigned.</p>")
        await bot.until(lambda: bot.of("edit"))
        await bot.polls(blog)
        [edit] = bot.of("edit")

        assert edit["key"] == alert["key"]
        assert edit["post"]["id"] == alert["post"]["id"]
        assert edit["post"]["title"] == "Soy Is Really Back"
        assert edit["update"] == "Update: The minister has resigned."
        assert bot.of("alert") == []


async def test_a_category_added_later_alerts_those_who_follow_it_once(bot: Bot, blog: FaultyBlog) -> None:
    await bot.follow("alice Trade", "bob Media", "carol all")
    post = publish(blog, draft(1, "Soy Is Back", "Trade"))
    await bot.alerted(2)
    blog.blog.edit(post.number, categories=("Media", "Trade"))
    await bot.alerted(1, "bob")
    blog.blog.edit(post.number, html=f"{post.html}<p>And that is that, for the time being.</p>")
    await bot.polls(blog)

    assert [len(bot.titles(name)) for name in ("alice", "bob", "carol")] == [1, 1, 1]
    assert bot.of("alert", "bob")[0]["categories"] == ["Media", "Trade"]
    assert bot.of("edit", "alice")[0]["categories"] == ["Media", "Trade"]


async def test_a_post_that_a_deletion_lifts_into_view_is_no_news(home: Home, blog: FaultyBlog) -> None:
    for number in range(4):  # eight posts and these: two are beyond the feed's ten
        publish(blog, draft(number, f"Old {number}", "Trade"))
    async with home.running() as bot:
        await bot.polls(blog, 2)
        await bot.follow("alice all")
        blog.blog.delete(2003)
        blog.blog.delete(2002)
        blog.blog.edit(2001, title="Still Old")  # a deletion alone leaves the validators behind
        await bot.until(lambda: "Still Old" in home.titles())
        publish(blog, draft(9, "Soy Is Back", "Trade"))
        await bot.alerted(1)

        assert bot.titles() == ["Soy Is Back"]
        assert bot.of("edit") == []
        assert len(home.titles()) == 13  # those lifted into view are in the archive all the same


async def test_guids_that_flip_between_http_and_https_are_the_same_posts(
    home: Home, blog: FaultyBlog
) -> None:
    async with home.running() as bot:
        await bot.polls(blog, 2)
        await bot.follow("alice all")
        post = publish(blog, draft(1, "Soy Is Back", "Trade"))
        await bot.alerted(1)
        for scheme in ("https", "http"):
            blog.blog.guid_site = blog.url.replace("http", scheme, 1)
            blog.blog.edit(post.number, title=f"Soy By {scheme}")
            await bot.until(lambda: shown(bot)[-1:] == [f"Soy By {scheme}"])  # noqa: B023 -- awaited here
        await bot.polls(blog)

        assert bot.titles() == ["Soy Is Back"]
        assert shown(bot) == ["Soy By https", "Soy By http"]


def shown(bot: Bot) -> list[str]:
    """Return the titles that edits have shown, in order."""
    return [edit["post"]["title"] for edit in bot.of("edit")]
