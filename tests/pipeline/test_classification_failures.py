"""Filing when the API, or the API and the pages, are no use: the next best evidence, in time."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.model import EvidenceRank
from bot.pipeline.worker import PollSettings
from tests.contracts.store_samples import follow
from tests.databases import Database
from tests.fakes.blog import Fault, Hang, body, drop, html_page, status
from tests.pipeline.newsroom import API, BOB, PAGES, Newsroom, api_used, open_newsroom

BROKEN: dict[str, Fault] = {
    "down": status(500),
    "busy": status(429),
    "gone": status(404),
    "private": status(403),
    "dropped": drop(),
    "a web page": html_page(),
    "no list": body(b'{"posts": {"a": 1}}', "application/json"),
    "an error": body(b'{"error": "unknown_blog"}', "application/json"),
    "no posts": body(b'{"found": 0, "posts": []}', "application/json"),
    "deep": body(b'{"posts":' + b"[" * 100_000, "application/json"),
    "huge": body(b'{"posts": [' + b" " * 2_000_001 + b"]}", "application/json"),
    "nonsense": body(
        b'{"posts": [{"ID": 4, "categories": 7, "tags": "x", "URL": {}}, 5]}', "application/json"
    ),
}


@pytest.fixture
async def room(database: Database) -> AsyncIterator[Newsroom]:
    """A newsroom whose blog has an API, which the first poll has found."""
    async with open_newsroom(database) as opened:
        await opened.begin("Media")
        opened.forget_requests()
        yield opened


async def rank(room: Newsroom, number: int) -> EvidenceRank:
    return (await room.post(number)).filing.rank


@pytest.mark.parametrize("name", BROKEN)
async def test_when_the_api_is_no_use_the_pages_are_asked(room: Newsroom, name: str) -> None:
    room.publish(4, "Trade", tags=["Media"])
    room.publish(5, "Media")
    room.blog.fail_always(BROKEN[name], path=API)
    await room.poll()

    assert await room.alerts() == ["Post 5"]
    assert (await rank(room, 4), await rank(room, 5)) == (EvidenceRank.PAGE, EvidenceRank.PAGE)
    assert room.asked(PAGES) == 2
    assert room.asked(API) <= 2
    assert (await api_used(room)).startswith("wpcom ")  # it is asked again next time


async def test_an_api_that_does_not_answer_in_time_leaves_time_for_the_pages(room: Newsroom) -> None:
    room.restart(settings=PollSettings(evidence=5.0))
    room.publish(4, "Media", tags=["Trade"])
    room.blog.fail_always(Hang(), path=API)
    await room.poll()

    assert await rank(room, 4) is EvidenceRank.PAGE
    assert await room.alerts() == ["Post 4"]


async def test_when_nothing_answers_in_time_the_alert_goes_out_by_the_order_of_the_feed(
    room: Newsroom,
) -> None:
    room.restart(settings=PollSettings(evidence=0.4))
    room.publish(4, "Trade", tags=["Media"])
    room.publish(5, "Media", tags=["Apps"])
    room.blog.fail_always(Hang(), path=API)
    room.blog.fail_always(Hang(), path=PAGES)
    await room.poll()

    assert await room.alerts() == ["Post 5"]
    assert (await rank(room, 4), await rank(room, 5)) == (EvidenceRank.ORDER, EvidenceRank.ORDER)


async def test_what_cannot_be_told_reaches_those_who_follow_everything(room: Newsroom) -> None:
    await follow(room.store, BOB, "*")
    room.publish(4, "Media", tags=["Trade"])  # one sorted run of two known categories
    for path in (API, PAGES):
        room.blog.fail_always(status(500), path=path)
    await room.poll()

    assert await room.deliver() == [(BOB, "Post 4")]
    assert (await room.post(4)).filing.ambiguous


async def test_what_old_feeds_print_below_a_post_is_evidence(database: Database) -> None:
    async with open_newsroom(database, api=False, pages=False) as room:
        await room.begin("Media")
        site = room.blog.blog.site
        tail = (
            f'<p>Filed under: <a href="{site}/category/media/" rel="category tag">Media</a> '
            f'Tagged: <a href="{site}/tag/trade/" rel="tag">Trade</a></p>'
        )
        room.publish(4, "Media", tags=["Trade"], html="<p>Some text.</p>" + tail)
        await room.poll()

        assert await room.alerts() == ["Post 4"]
        assert (await room.post(4)).filing.rank is EvidenceRank.PAGE
