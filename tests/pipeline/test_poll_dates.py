"""A post is never silent because of a date alone without `/why` being able to say so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.model import Silence
from bot.ports import SilentPost
from tests.databases import Database
from tests.pipeline.bodies import item, rss
from tests.pipeline.newsroom import EVERY, Newsroom, open_newsroom


@pytest.fixture
async def room(database: Database) -> AsyncIterator[Newsroom]:
    async with open_newsroom(database, posts=()) as opened:
        yield opened


def entry(number: int, date: str) -> str:
    inside = (
        f"<title>Post {number}</title><link>https://blog.example/{number}/</link><pubDate>{date}</pubDate>"
    )
    return item(f"{inside}<description>Text of post {number}.</description>", f"g{number}")


async def begin(room: Newsroom) -> None:
    room.blog.serve("/feed/", rss(entry(1, "Fri, 25 Nov 2022 10:00:00 GMT")).encode())
    await room.begin()


async def then(room: Newsroom, date: str) -> None:
    """Let the feed show a new post with this date."""
    known = entry(1, "Fri, 25 Nov 2022 10:00:00 GMT")
    room.blog.serve("/feed/", rss(entry(2, date) + known).encode())
    room.clock.time += timedelta(seconds=EVERY)
    await room.poll()


@pytest.mark.parametrize(
    "layout",
    [
        "%Y/%m/%d %H:%M:%S",
        "%d.%m.%Y %H:%M",
        "%Y年%m月%d日 %H:%M",
        "%Y. %m. %d. %H:%M",
        "%A, %B %d, %Y - %H:%M",
        "on %Y/%m/%d or so",  # not understood: first seen stands in
        "week 48 of %Y",
        "%Y",
        "",
    ],
)
async def test_a_new_post_is_news_however_its_date_is_printed(room: Newsroom, layout: str) -> None:
    await begin(room)

    await then(room, room.clock.now().strftime(layout))

    assert await room.alerts() == ["Post 2"]


async def test_a_post_that_is_silent_for_its_date_is_stored_with_the_date_as_printed(room: Newsroom) -> None:
    await begin(room)

    await then(room, "2022/10/01 06:00")

    assert await room.alerts() == []
    assert await room.store.silence_of("guid:g2") == SilentPost(Silence.OLD, "2022/10/01 06:00")


async def test_a_post_of_the_first_poll_is_stored_as_that(room: Newsroom) -> None:
    await begin(room)

    assert await room.store.silence_of("guid:g1") == SilentPost(
        Silence.FIRST, "Fri, 25 Nov 2022 10:00:00 GMT"
    )
