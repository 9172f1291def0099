"""Start, follow, publish, alert: what a program that reads the console gets."""

from __future__ import annotations

import pytest

from tests.acceptance.publishing import draft, publish
from tests.acceptance.running import Bot
from tests.fakes.blog import FaultyBlog

pytestmark = pytest.mark.cold


async def test_a_follower_gets_the_new_post_of_the_category_and_nothing_else(
    bot: Bot, blog: FaultyBlog
) -> None:
    await bot.follow("alice Trade", "bob Media", "carol all", "dave #shipping")
    publish(blog, draft(1, "Soy Is Back", "Trade", tags=["Media"]))
    publish(blog, draft(2, "Nothing New Under The Sun", "Economy", tags=["shipping"]))
    await bot.alerted(2, "carol")
    await bot.polls(blog)

    assert bot.titles("alice") == ["Soy Is Back"]
    assert bot.titles("bob") == []
    assert bot.titles("carol") == ["Soy Is Back", "Nothing New Under The Sun"]
    assert bot.titles("dave") == ["Nothing New Under The Sun"]


async def test_events_have_the_keys_that_others_rely_on(bot: Bot, blog: FaultyBlog) -> None:
    await bot.follow("alice Trade")
    post = publish(blog, draft(1, "Soy & Steel: “Again”", "Trade", "Economy", tags=["Media"]))
    await bot.alerted(1)
    blog.blog.edit(post.number, title="Soy & Steel, Again")
    await bot.until(lambda: bot.of("edit"))
    [alert], [edit], [reply] = bot.of("alert"), bot.of("edit"), bot.of("reply")

    assert set(reply) == {"event", "destination", "text"}
    assert set(alert) == set(edit) == {
        "event", "key", "destination", "post", "categories", "summary"
    }  # fmt: skip
    assert alert["destination"] == reply["destination"] == "console:alice"
    assert alert["post"] == {
        "id": f"wp:{blog.blog.host}:2001",
        "title": "Soy & Steel: “Again”",
        "link": blog.blog.link(post),
        "published": alert["post"]["published"],
    }
    assert alert["post"]["published"].endswith("Z")
    assert alert["categories"] == ["Economy", "Trade"]
    assert alert["summary"].startswith("Soy & Steel: “Again” was the talk of the town")
    assert edit["key"] == alert["key"]
    assert edit["post"]["title"] == "Soy & Steel, Again"


async def test_what_is_unknown_is_answered_with_the_nearest_and_changes_nothing(bot: Bot) -> None:
    await bot.follow("alice Trade")
    before = await bot.say("@alice /following")
    answers = {
        "/follow Trede": "Trade",
        "/follow #tarifs": "#tariffs",
        '/follow Media feed:"The Simple Bystander"': "The Sample Bystander",
        "/follow Media when:hourly": "now",
        "/latest 99": "10",
        "/folow Media": "/follow",
        "/alerts add Media": "Only admins",
    }
    for line, nearest in answers.items():
        assert nearest in await bot.say(f"@alice {line}"), line

    assert await bot.say("@alice /following") == before
