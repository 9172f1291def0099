"""WordPress shows a post in the archives of the categories above its own; so does the bot, for new feeds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.ports import PollRecord
from tests.contracts.store_samples import T0, follow
from tests.databases import Database
from tests.fakes.blog import status
from tests.pipeline.newsroom import ALICE, BOB, SELF_HOSTED, Newsroom, old_posts, open_newsroom, post
from tests.pipeline.renaming import pass_a_day

OLD = [
    post(number, name, at=T0 - timedelta(days=1, minutes=number))
    for number, name in ((9, "Taiwan"), (8, "Asia"))
]


@pytest.fixture
async def room(database: Database) -> AsyncIterator[Newsroom]:
    """A newsroom whose blog has Taiwan below Asia, which is below World."""
    async with open_newsroom(database, [*old_posts(), OLD[0], OLD[1]]) as opened:
        opened.blog.blog.parents = {"Taiwan": "Asia", "Asia": "World"}
        opened.blog.blog.add("World")
        yield opened


async def test_who_follows_a_category_gets_what_is_filed_below_it_alone(room: Newsroom) -> None:
    await room.begin("World")
    await follow(room.store, BOB, "Asia", "-Taiwan")
    room.publish(10, "Taiwan")
    room.publish(11, "Trade")
    await room.poll()

    assert await room.alerts() == ["Post 10"]
    assert not [to for to, _ in room.sent if to == BOB]
    filing = (await room.post(10)).filing
    assert filing.categories == ("Taiwan", "Asia", "World")
    assert filing.evidence == "The blog's API lists it under Taiwan; Asia, World are categories above."
    counts = {each.name: each.posts for each in await room.store.terms() if each.posts}
    assert counts == {"Taiwan": 2, "Asia": 3, "World": 1, "Trade": 4}  # World was not known at first


async def test_who_follows_a_feed_that_was_there_before_gets_nothing_that_was_not_asked_for(
    room: Newsroom,
) -> None:
    parents, room.blog.blog.parents = room.blog.blog.parents, {}
    await room.begin("World", children="off")
    room.blog.blog.parents = parents
    room.publish(10, "Taiwan")
    await room.poll()

    assert await room.alerts() == []
    assert (await room.post(10)).filing.categories == ("Taiwan",)


async def test_a_feed_is_as_it_was_until_it_is_switched_on(room: Newsroom) -> None:
    await room.begin("World")
    feed = await room.feed()
    before = feed.state._replace(children=False)  # as stored by an earlier version
    await room.store.record_polls(
        [PollRecord(feed.id, feed.url, before, feed.next_poll_at)], room.clock.now()
    )
    for number in (10, 12):
        room.publish(number, "Taiwan")
        await room.poll()
    assert await room.alerts() == []
    await room.store.retire_feed(feed.id, room.clock.now(), by="console:root")
    await room.watch(children="on")
    room.publish(11, "Taiwan")
    await room.poll()

    assert await room.alerts() == ["Post 11"]


async def test_a_new_order_of_the_categories_is_no_news_of_old_posts(room: Newsroom) -> None:
    await room.begin("Economy")
    room.publish(10, "Media")
    await room.poll()
    room.blog.blog.parents["Media"] = "Economy"
    room.blog.blog.edit(10, html="<p>Another text. It has two sentences.</p>")
    await room.poll()
    assert await room.alerts() == []
    room.publish(12, "Media")
    await room.poll()

    assert await room.alerts() == ["Post 12"]


async def test_a_post_that_is_filed_below_a_category_later_reaches_its_followers_once(room: Newsroom) -> None:
    await room.begin("Asia")
    room.publish(10, "Media")
    await room.poll()
    for _ in range(3):
        room.blog.blog.edit(10, categories=("Media", "Taiwan"))
        await room.poll()

    assert await room.alerts() == ["Post 10"]
    assert (await room.post(10)).filing.categories == ("Media", "Taiwan", "Asia", "World")


async def test_what_is_filed_late_counts_for_those_above_too(room: Newsroom) -> None:
    room.blog.blog.add("Hinterland")
    room.blog.blog.parents["Hinterland"] = "Asia"
    await room.begin("World")
    room.publish(11, "Media")
    await room.poll()
    for path in ("/rest/", "/2026/"):
        room.blog.fail_always(status(503), path=path)
    room.publish(10, "Hinterland", tags=["Trade"])  # cannot be told from the feed alone
    await room.poll()
    assert await room.alerts() == []
    room.blog.heal()
    await room.poll()
    await room.poll()
    await room.deliver()

    assert [text for to, text in room.sent if to == ALICE] == ["Post 10"]


async def test_a_circle_of_categories_ends(room: Newsroom) -> None:
    room.blog.blog.parents = {"Taiwan": "Asia", "Asia": "World", "World": "Taiwan"}
    await room.begin("World")
    room.publish(10, "Taiwan")
    await room.poll()

    assert (await room.post(10)).filing.categories == ("Taiwan", "Asia", "World")


async def test_a_parent_that_is_renamed_keeps_what_is_below_it(room: Newsroom) -> None:
    await room.begin("Asia")
    room.blog.blog.rename("Asia", "Far East")
    room.blog.blog.parents = {"Taiwan": "Far East"}
    room.publish(10, "Taiwan")
    pass_a_day(room)
    await room.poll()

    assert (await room.alerts())[-1] == "Post 10"
    assert (await room.post(9)).filing.categories == ("Taiwan", "Far East")


async def test_wordpress_itself_tells_the_order_with_its_list(database: Database) -> None:
    async with open_newsroom(database, generator=SELF_HOSTED, api=False, wp_json=True) as room:
        room.blog.blog.parents = {"Taiwan": "Asia"}
        room.blog.blog.publish(OLD[1])
        await room.begin("Asia")
        pass_a_day(room)
        room.publish(10, "Taiwan")
        await room.poll()

        assert await room.alerts() == ["Post 10"]
