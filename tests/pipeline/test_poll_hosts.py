"""Blogs outside WordPress, from their feed to the alert."""

from __future__ import annotations

from bot.pipeline.inspector import FeedInspector
from tests.contracts.store_samples import follow
from tests.databases import Database
from tests.pipeline.classify.host_feeds import PODCAST, labels, rss_feed
from tests.pipeline.newsroom import ALICE, open_newsroom

TRADE = labels("Trade", domain="category")
TRADE_AS_TAG = labels("Sport", domain="category") + labels("Trade", domain="post_tag")
BELOW_TRADE = labels("Trade/Asia", domain="category")


async def test_marks_and_paths_decide_who_is_alerted_and_cost_the_blog_nothing(database: Database) -> None:
    async with open_newsroom(database, None) as room:
        room.blog.serve("/other/", rss_feed(TRADE))
        await room.watch(f"{room.blog.url}/other/")
        await room.poll()
        await follow(room.store, ALICE, "Trade")
        room.blog.serve("/other/", rss_feed(TRADE, TRADE_AS_TAG, BELOW_TRADE))
        await room.poll()

        assert await room.alerts() == ["Post 3"]
        below = (await room.post(3)).filing
        assert (below.categories, below.tags) == (("Trade/Asia", "Trade"), ())
        assert below.evidence == (
            "The feed marks which of its labels are categories: Trade/Asia; Trade is a category above."
        )
        tagged = (await room.post(2)).filing
        assert (tagged.categories, tagged.tags) == (("Sport",), ("Trade",))
        assert len(room.blog.requests) == 2


async def test_an_episode_without_labels_is_filed_under_the_podcasts_categories(database: Database) -> None:
    async with open_newsroom(database, None) as room:
        room.blog.serve("/show/", rss_feed("", channel=PODCAST))
        await room.watch(f"{room.blog.url}/show/")
        await room.poll()
        await follow(room.store, ALICE, "Documentary")
        room.blog.serve("/show/", rss_feed("", "", channel=PODCAST))
        await room.poll()

        assert await room.alerts() == ["Post 2"]


async def test_what_can_be_followed_is_shown_before_a_feed_is_added(database: Database) -> None:
    async with open_newsroom(database, None) as room:
        room.blog.serve("/other/", rss_feed(TRADE_AS_TAG, BELOW_TRADE))
        room.blog.serve("/show/", rss_feed("", channel=PODCAST))
        inspector = FeedInspector(room.fetcher, room.sandbox)

        other = await inspector.inspect(f"{room.blog.url}/other/")
        show = await inspector.inspect(f"{room.blog.url}/show/")

    assert other.categories == ("Sport", "Trade/Asia")
    assert show.categories == ("Society & Culture", "Documentary", "History")
