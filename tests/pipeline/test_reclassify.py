"""Posts filed on weak evidence are filed again when better evidence can be had."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import pairwise

import pytest

from bot.model import EvidenceRank
from bot.pipeline.classification import EVIDENCE
from tests.contracts.store_samples import follow
from tests.databases import Database
from tests.fakes.blog import status
from tests.pipeline.newsroom import ALICE, API, BOB, EVERY, PAGES, Newsroom, old_posts, open_newsroom

CAROL = "console:carol"


@pytest.fixture
async def room(database: Database) -> AsyncIterator[Newsroom]:
    """A newsroom whose blog answers nothing but its feed since the first poll."""
    async with open_newsroom(database) as opened:
        await opened.begin("Media")
        go_down(opened)
        opened.forget_requests()
        yield opened


def go_down(room: Newsroom) -> None:
    for path in (API, PAGES, "/wp-json/", "/?"):
        room.blog.fail_always(status(503), path=path)


async def test_when_the_api_is_back_those_newly_matched_are_alerted_and_those_alerted_see_the_edit(
    room: Newsroom,
) -> None:
    await follow(room.store, BOB, "*")
    await follow(room.store, CAROL, "Trade")
    room.publish(4, "Media", tags=["Trade"])  # cannot be told from the feed alone
    await room.poll()
    assert await room.deliver() == [(BOB, "Post 4")]
    room.blog.heal()
    await room.poll()
    await room.poll()

    assert sorted(await room.deliver()) == [(ALICE, "Post 4"), (BOB, "edit: Post 4")]
    filing = (await room.post(4)).filing
    assert (filing.categories, filing.tags, filing.rank) == (("Media",), ("Trade",), EvidenceRank.API)
    for _ in range(5):
        await room.poll()
    assert await room.deliver() == []


async def test_the_outbox_hears_of_what_is_filed_again_at_once(room: Newsroom) -> None:
    room.publish(4, "Media", tags=["Trade"])
    await room.poll()
    room.blog.heal()
    told = []
    for _ in range(4):
        before = room.news
        await room.poll()
        told.append(bool(await room.alerts()) <= (room.news > before))

    assert all(told)
    assert room.sent == [(ALICE, "Post 4")]


async def test_a_wrong_guess_is_corrected(room: Newsroom) -> None:
    await follow(room.store, BOB, "Apps")
    room.publish(4, "Media", "Apps")
    room.blog.blog.edit(4, categories=("Media",), tags=("Apps",))
    await room.poll()
    guessed = await room.post(4)
    room.blog.heal()
    await room.poll()
    await room.poll()

    assert guessed.filing.rank is EvidenceRank.ORDER
    assert (await room.post(4)).filing.rank is EvidenceRank.API
    assert (await room.post(4)).filing.categories == ("Media",)


async def test_while_the_api_stays_down_the_pages_serve(room: Newsroom) -> None:
    room.publish(4, "Media", tags=["Trade"])
    await room.poll()
    room.blog.heal()
    room.blog.parts.api = False
    await room.poll()
    await room.poll()

    assert await room.alerts() == ["Post 4"]
    assert (await room.post(4)).filing.rank is EvidenceRank.PAGE


async def test_better_evidence_for_the_baseline_alerts_nobody(database: Database) -> None:
    posts = [replace(each, categories=("Media",), tags=("Trade",)) for each in old_posts()]
    async with open_newsroom(database, posts) as room:
        await follow(room.store, ALICE, "Media")
        go_down(room)
        await room.watch()
        await room.poll()
        assert all(each.filing.ambiguous for each in (await room.posts()).values())
        room.blog.heal()
        for _ in range(3):
            await room.poll()

        assert {each.filing.rank for each in (await room.posts()).values()} == {EvidenceRank.API}
        assert await room.deliver() == []


@pytest.mark.parametrize("author", [True, False])
async def test_what_only_another_source_says_of_the_baseline_is_no_news(
    database: Database,
    author: bool,  # noqa: FBT001 -- a case
) -> None:
    posts = [replace(each, categories=("Apps",), tags=("Media",)) for each in old_posts()]
    async with open_newsroom(database, posts, api=author) as room:
        await room.begin("Media")
        room.blog.parts.api = True
        room.clock.forward(EVIDENCE.retry_api.total_seconds())
        room.blog.blog.edit(3, html="<p>New words.</p>", categories=("Apps", "Media"), tags=())
        await room.poll()

        assert (await room.post(3)).filing.categories == ("Apps", "Media")
        assert (await room.post(3)).filing.rank is EvidenceRank.API
        assert await room.deliver() == ([(ALICE, "Post 3")] if author else [])


async def test_evidence_is_looked_for_every_hour_at_last_and_for_a_week(room: Newsroom) -> None:
    room.publish(4, "Media", tags=["Trade"])
    await room.poll()
    room.forget_requests()
    asked = []
    for turn in range(int(EVIDENCE.refile_for.total_seconds() / EVERY) + 10):
        before = room.asked(API)
        await room.poll()
        if room.asked(API) > before:
            asked.append(turn)
    waits = [later - earlier for earlier, later in pairwise(asked)]

    assert waits == sorted(waits)
    assert max(waits) * EVERY <= 3600 + EVERY
    assert asked[-1] * EVERY >= EVIDENCE.refile_for.total_seconds() - 86_400
    assert (await room.feed()).state.refile_at is None


async def test_a_page_that_has_answered_without_evidence_is_not_asked_again(room: Newsroom) -> None:
    room.blog.heal()
    room.blog.parts.api = False
    room.blog.parts.pages = False  # 404
    room.publish(4, "Media", tags=["Trade"])
    await room.poll()
    room.forget_requests()
    for _ in range(8):
        await room.poll()

    assert room.asked(PAGES) == 0


async def test_each_post_is_filed_again_at_its_own_time(room: Newsroom) -> None:
    room.publish(4, "Media", tags=["Trade"])
    await room.poll()
    for _ in range(9):  # the looks for post 4 have become rare
        await room.poll()
    room.publish(5, "Media", tags=["Trade"])
    await room.poll()
    room.blog.heal()
    await room.poll()
    await room.poll()
    first = await room.alerts()
    for _ in range(20):
        await room.poll()

    assert "Post 5" in first
    assert sorted([*first, *await room.alerts()]) == ["Post 4", "Post 5"]


async def test_many_posts_are_filed_again_a_few_at_a_time_and_all_in_the_end(room: Newsroom) -> None:
    for number in range(4, 4 + EVIDENCE.refiled_at_once - 1):
        room.publish(number, "Media", tags=["Trade"])
    await room.poll()
    for number in range(20, 20 + EVIDENCE.refiled_at_once - 1):
        room.publish(number, "Media", tags=["Trade"])
    await room.poll()
    room.blog.heal()
    room.forget_requests()
    for _ in range(9):
        await room.poll()

    ranks = [each.filing.rank for each in (await room.posts()).values()]
    assert ranks == [EvidenceRank.API] * (3 + 2 * (EVIDENCE.refiled_at_once - 1))
    assert room.asked(API) <= 4


async def test_a_poll_without_news_asks_for_no_evidence_that_is_not_due(room: Newsroom) -> None:
    room.blog.heal()
    room.publish(4)
    for _ in range(5):
        await room.poll()

    assert (room.listed(), room.asked(API), room.asked(PAGES), room.asked("/feed/")) == (1, 1, 0, 5)


async def test_weaker_evidence_never_replaces_better(room: Newsroom) -> None:
    room.blog.heal()
    room.publish(4, "Media", tags=["Trade"])
    await room.poll()
    go_down(room)
    room.blog.blog.edit(4, title="Post 4 corrected")
    await room.poll()

    assert (await room.post(4)).filing.rank is EvidenceRank.API
    assert await room.alerts() == ["Post 4 corrected"]
