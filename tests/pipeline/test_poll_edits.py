"""An edit is never a new alert, whatever changed: text, labels, ids, the blog's address."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.pipeline.assemble import NEWS
from bot.sample.blog import SampleBlog
from tests.contracts.store_samples import T0, follow
from tests.databases import Database
from tests.pipeline.newsroom import ALICE, BOB, Newsroom, open_newsroom, post


@pytest.fixture
async def room(database: Database) -> AsyncIterator[Newsroom]:
    """A newsroom in which post 4 has been alerted to alice."""
    async with open_newsroom(database) as opened:
        await opened.begin()
        opened.publish(4, "Trade")
        await opened.poll()
        assert await opened.alerts() == ["Post 4"]
        yield opened


def edit(room: Newsroom, number: int, **changes: Any) -> None:
    room.blog.blog.edit(number, **changes)


async def test_an_edit_changes_the_sent_message_and_alerts_nobody(room: Newsroom) -> None:
    edit(room, 4, title="Post 4 corrected")
    await room.poll()
    await room.poll()

    assert await room.deliver() == [(ALICE, "edit: Post 4 corrected")]


async def test_an_edit_that_shows_in_no_message_edits_none(room: Newsroom) -> None:
    long = "<p>" + "Something long that is said at the very end of it all. " * 40 + "</p>"
    edit(room, 4, html=post(4).html + long)
    await room.poll()
    await room.deliver()
    edit(room, 4, html=post(4).html + long + "<p>P.S. Now it is really over.</p>")
    await room.poll()

    assert await room.deliver() == []
    assert (await room.store.find("really over", 5)).posts == (await room.post(4),)


async def test_an_update_paragraph_is_carried_by_the_edit(room: Newsroom) -> None:
    edit(room, 4, html=post(4).html + "<p>Update: The talks were called off.</p>")
    await room.poll()

    assert await room.deliver() == [(ALICE, "edit: Post 4")]
    assert (await room.post(4)).update == "Update: The talks were called off."


async def test_an_edited_old_post_is_no_news(room: Newsroom) -> None:
    edit(room, 1, title="Post 1 corrected", published=room.clock.now())
    await room.poll()

    assert await room.deliver() == []
    assert (await room.post(1)).title == "Post 1 corrected"


async def test_a_text_that_changes_on_every_poll_is_passed_on_so_often_and_no_more(room: Newsroom) -> None:
    edits = 0
    for turn in range(NEWS.edits + 3):
        edit(room, 4, title=f"Post 4 seen {turn} times")
        await room.poll()
        edits += len(await room.deliver())

    assert edits == NEWS.edits == 24
    assert (await room.post(4)).title == "Post 4 seen 26 times"


async def test_a_category_added_later_alerts_those_it_newly_matches_once(room: Newsroom) -> None:
    await follow(room.store, BOB, "Media")
    edit(room, 4, categories=("Trade", "Media"))
    await room.poll()
    await room.poll()

    assert sorted(await room.deliver()) == [(ALICE, "edit: Post 4"), (BOB, "Post 4")]
    edit(room, 4, categories=("Trade",))
    await room.poll()
    await room.deliver()
    edit(room, 4, categories=("Trade", "Media"))
    await room.poll()
    assert (BOB, "Post 4") not in await room.deliver()


async def test_a_tag_of_the_same_name_added_later_fires_nothing(room: Newsroom) -> None:
    await follow(room.store, BOB, "Media")
    edit(room, 4, tags=("Media",))
    await room.poll()

    assert [to for to, _ in await room.deliver()] in ([], [ALICE])
    assert (await room.post(4)).filing.tags == ("Media",)


async def test_a_post_of_the_baseline_filed_anew_by_its_author_is_news_while_it_is_fresh(
    room: Newsroom,
) -> None:
    await follow(room.store, BOB, "Media")
    edit(room, 3, categories=("Trade", "Media"))
    await room.poll()
    assert await room.deliver() == [(BOB, "Post 3")]
    room.clock.forward(8 * 86400)
    edit(room, 2, categories=("Trade", "Media"))
    await room.poll()

    assert await room.deliver() == []


async def test_a_guid_that_flips_between_http_and_https_is_the_same_post(room: Newsroom) -> None:
    for site in ("https://" + room.blog.blog.host, "http://" + room.blog.blog.host):
        room.blog.blog.guid_site = site
        edit(room, 1)
        await room.poll()

    assert await room.deliver() == []
    assert sorted(await room.posts()) == [1, 2, 3, 4]


async def test_a_blog_that_moves_to_another_address_alerts_nobody_and_is_mentioned_once(
    room: Newsroom,
) -> None:
    moved = f"http://localhost:{room.blog.blog.host.partition(':')[2]}"
    room.blog.blog.guid_site = room.blog.blog.site = moved
    for title in ("One", "Two", "Three"):
        edit(room, 1, title=f"Post 1 {title}")
        await room.poll()
        await room.deliver()
    told = await room.notices()

    assert [text for to, text in room.sent if to == ALICE and not text.startswith("edit")] == ["Post 4"]
    assert len(told) == 1
    assert told[0].startswith("Blog: ")
    assert "new ids" in told[0]
    assert (await room.post(4)).link.startswith(moved)
    assert (await room.post(1)).title == "Post 1 Three"


async def test_a_post_that_moves_and_is_edited_at_once_keeps_the_edit(room: Newsroom) -> None:
    moved = f"http://localhost:{room.blog.blog.host.partition(':')[2]}"
    room.blog.blog.guid_site = room.blog.blog.site = moved
    edit(room, 4, html="<p>Wholly new text, and quite different.</p>")
    await room.poll()

    assert (await room.post(4)).summary == "Wholly new text, and quite different."
    assert len(await room.posts()) == 4


async def test_posts_under_wholly_new_ids_are_known_by_title_and_date_as_printed(room: Newsroom) -> None:
    room.blog.blog.publish(post(5, at=T0 + timedelta(days=400)))  # printed with a date to come
    await room.poll()
    assert await room.alerts() == ["Post 5"]
    room.blog.blog.guid_site = "http://elsewhere.example/blog"
    for number in range(1, 6):
        edit(room, number, slug=f"moved-{number}")
    await room.poll()

    assert [text for text in await room.alerts() if not text.startswith("edit")] == []
    assert len(await room.posts()) == 5


class Permalinks(SampleBlog):
    """A blog whose guids are its permalinks, and those its slugs."""

    def link(self, post: Any) -> str:
        return f"{self.site}/{post.slug}/"

    def guid(self, post: Any) -> str:
        return self.link(post)


@pytest.fixture
async def elsewhere(database: Database) -> AsyncIterator[Newsroom]:
    """A newsroom whose blog has permalinks for guids, and has alerted post 4 to alice."""
    async with open_newsroom(database, generator="Hugo") as opened:
        opened.blog.blog.__class__ = Permalinks
        await opened.begin()
        opened.publish(4, html="<p>The talks in Geneva end without a word to the press.</p>")
        await opened.poll()
        assert await opened.alerts() == ["Post 4"]
        yield opened


async def test_a_renamed_slug_edits_the_message_and_alerts_nobody(elsewhere: Newsroom) -> None:
    edit(elsewhere, 4, slug="four")
    await elsewhere.poll()

    assert await elsewhere.deliver() == [(ALICE, "edit: Post 4")]
    assert (await elsewhere.post(4)).link.endswith("/four/")
    assert await elsewhere.notices() == []


async def test_a_mended_title_that_changes_the_guid_too_edits_the_message(elsewhere: Newsroom) -> None:
    edit(elsewhere, 4, slug="mended", title="Post 4 mended")
    await elsewhere.poll()
    await elsewhere.poll()

    assert await elsewhere.deliver() == [(ALICE, "edit: Post 4 mended")]


async def test_a_blog_that_makes_its_keys_anew_at_each_build_is_told_of_once(elsewhere: Newsroom) -> None:
    for build in range(4):
        for number in range(1, 5):
            edit(elsewhere, number, slug=f"build-{build}-{number}")
        elsewhere.publish(10 + build, html=f"<p>The news of build {build} has words of its own.</p>")
        await elsewhere.poll()
        await elsewhere.deliver()
    alerted = [text for to, text in elsewhere.sent if to == ALICE and not text.startswith("edit")]

    assert alerted == ["Post 4", *(f"Post {number}" for number in range(10, 14))]
    assert len(await elsewhere.notices()) == 1


async def test_a_post_that_was_dated_anew_is_still_known_when_its_slug_changes_later(
    elsewhere: Newsroom,
) -> None:
    shown = (await elsewhere.post(4)).published
    elsewhere.clock.forward(3 * 86400)
    edit(elsewhere, 4, published=elsewhere.clock.now())
    await elsewhere.poll()
    assert await elsewhere.deliver() == []
    edit(elsewhere, 4, slug="four")
    await elsewhere.poll()

    assert await elsewhere.deliver() == [(ALICE, "edit: Post 4")]
    assert (await elsewhere.post(4)).published == shown


async def test_after_a_move_new_posts_are_alerted_as_before(room: Newsroom) -> None:
    moved = f"http://localhost:{room.blog.blog.host.partition(':')[2]}"
    room.blog.blog.guid_site = room.blog.blog.site = moved
    room.publish(5)
    await room.poll()

    assert [text for text in await room.alerts() if not text.startswith("edit")] == ["Post 5"]


async def test_an_old_post_that_a_deletion_lifts_into_view_is_silent(database: Database) -> None:
    posts = [post(number, at=T0 - timedelta(days=30 - number)) for number in range(1, 13)]
    async with open_newsroom(database, posts) as room:
        await room.begin()
        room.blog.blog.delete(12)
        edit(room, 11)
        await room.poll()

        assert sorted(await room.posts()) == list(range(2, 13))
        assert await room.alerts() == []


async def test_scheduled_and_back_dated_posts_are_new(room: Newsroom) -> None:
    blog: SampleBlog = room.blog.blog
    blog.publish(replace(post(0, at=room.clock.now()), title="Post 0 scheduled"))
    blog.publish(replace(post(9, at=T0 - timedelta(days=300)), title="Post 9 back-dated"))
    edit(room, 1)
    await room.poll()

    assert sorted(await room.alerts()) == ["Post 0 scheduled", "Post 9 back-dated"]


async def test_a_post_dated_in_the_future_is_shown_as_of_now(room: Newsroom) -> None:
    room.blog.blog.publish(post(5, at=T0 + timedelta(days=400)))
    await room.poll()

    assert await room.alerts() == ["Post 5"]
    assert (await room.post(5)).published == room.clock.now()
    edit(room, 1)
    await room.poll()
    assert await room.alerts() == []
