"""The server's wishes over restarts, and what admins are told: once each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from email.utils import format_datetime

import pytest

from bot.errors import StoreError
from bot.pipeline.fetch.politeness import NEVER
from tests.contracts.store_samples import T0
from tests.databases import Database
from tests.fakes.blog import FaultyBlog, redirect, status
from tests.pipeline.deliver.office import FaultyStore
from tests.pipeline.newsroom import ADMIN, EVERY, Newsroom, open_newsroom

HOUR = 3600.0
DAY = 86_400.0


@pytest.fixture
async def room(database: Database) -> AsyncIterator[Newsroom]:
    async with open_newsroom(database) as opened:
        yield opened


async def seconds_to_next(room: Newsroom) -> float:
    return ((await room.feed()).next_poll_at - room.clock.now()).total_seconds()


@pytest.mark.parametrize("code", [429, 503])
@pytest.mark.parametrize("as_date", [False, True])
async def test_retry_after_is_obeyed_over_a_restart(room: Newsroom, code: int, as_date: bool) -> None:  # noqa: FBT001 -- a case
    await room.begin()
    room.forget_requests()
    room.clock.forward(2 * EVERY)
    wish = format_datetime(room.clock.now() + timedelta(hours=5), usegmt=True) if as_date else "18000"
    fault = status(code, retry_after=wish)

    async def dated(request: object, handler: object) -> object:
        answer = await fault(request, handler)  # type: ignore[arg-type]  # handed on
        answer.headers["Date"] = format_datetime(room.clock.now(), usegmt=True)
        return answer

    room.blog.fail_next(dated)  # type: ignore[arg-type]  # as typed as it must be
    await room.tick()
    assert room.asked("/feed/") == 1
    room.restart()
    room.clock.forward(5 * HOUR - 2)
    await room.tick()
    assert room.asked("/feed/") == 1
    room.clock.forward(5 * HOUR * 0.1 + 2)
    await room.tick()

    assert room.asked("/feed/") == 2


async def test_the_wait_doubles_while_a_feed_fails_and_is_back_at_once_when_it_works(room: Newsroom) -> None:
    await room.begin()
    room.blog.fail_always(status(500))
    waits = []
    for _ in range(5):
        await room.poll()
        waits.append(await seconds_to_next(room))
    room.blog.heal()
    await room.poll()

    for turn, wait in enumerate(waits):
        assert EVERY * 2**turn <= wait <= EVERY * 2**turn * 2 * 1.1
    assert EVERY <= await seconds_to_next(room) <= EVERY * 1.1


async def test_a_feed_that_fails_is_reported_once_and_once_more_when_it_works(room: Newsroom) -> None:
    await room.begin()
    room.blog.fail_always(status(500))
    for _ in range(9):
        await room.poll()
        room.restart()
    assert len(await room.notices()) == 1
    room.blog.heal()
    for _ in range(4):
        await room.poll()
    failing, working = await room.notices()

    assert failing.startswith("Blog cannot be read: the server answered 500;")
    assert working.startswith("Blog can be read again")


async def test_a_single_failure_is_no_news(room: Newsroom) -> None:
    await room.begin()
    room.blog.fail_next(status(500))
    for _ in range(3):
        await room.poll()

    assert await room.notices() == []


async def test_a_refusal_is_reported_at_once(room: Newsroom) -> None:
    await room.begin()
    room.blog.fail_next(status(403), status(401))
    await room.poll()
    await room.poll()

    assert [text.split(" refuses")[0] for text in await room.notices()] == ["Blog"]


async def test_a_notice_is_stored_with_the_poll_it_tells_of_or_not_at_all(room: Newsroom) -> None:
    await room.begin()
    faulty = FaultyStore(room.store)
    room.restart(store=faulty)
    room.blog.fail_always(status(403))
    faulty.fail("record_polls", StoreError("The disk is full."))
    await room.poll()

    assert len(await room.notices()) == 1
    assert (await room.feed()).state.reported


async def test_a_feed_gone_for_a_day_is_never_asked_again(room: Newsroom) -> None:
    await room.begin()
    room.blog.fail_always(status(410))
    start = room.clock.now()
    while not (await room.feed()).state.stopped:
        await room.poll()
    stopped_after = room.clock.now() - start
    asked = room.asked("/feed/")
    room.restart()
    for _ in range(3):
        room.clock.forward(400 * DAY)
        await room.tick()
    await room.poller.poll_all()

    assert stopped_after >= timedelta(days=1)
    assert room.asked("/feed/") == asked
    assert (await room.feed()).next_poll_at == NEVER
    assert [text for text in await room.notices() if "is gone for good" in text] != []
    assert len(await room.notices()) <= 2


async def test_a_stopped_feed_is_asked_again_once_it_is_added_anew(room: Newsroom) -> None:
    await room.begin()
    room.blog.fail_always(status(410))
    while not (await room.feed()).state.stopped:
        await room.poll()
    room.blog.heal()
    await room.store.retire_feed((await room.feed()).id, room.clock.now(), by="console:root")
    await room.watch()
    room.publish(4)
    await room.tick()

    assert (await room.feed()).state.stopped is False
    assert await room.alerts() == ["Post 4"]


async def test_a_stopped_feed_with_a_new_address_is_asked_there(room: Newsroom) -> None:
    settings = (await room.watch(origin="config")).settings
    await room.tick()
    room.blog.fail_always(status(410), path="/feed/")
    while not (await room.feed()).state.stopped:
        await room.poll()
    room.blog.heal()
    moved = type(settings)(settings.name, f"{room.blog.url}/feed/atom/", origin="config")
    await room.store.sync_feeds([moved], room.clock.now())
    await room.tick()

    assert (await room.feed()).state.failures == 0
    assert room.asked("/feed/atom/") == 1


async def test_a_permanent_redirect_is_believed_after_a_day_and_told_once(room: Newsroom) -> None:
    await room.begin()
    async with FaultyBlog(room.blog.blog) as new:
        room.blog.fail_always(redirect(new.feed_url, code=301))
        start = room.clock.now()
        while (await room.feed()).url != new.feed_url:
            assert room.clock.now() - start < timedelta(days=3)
            await room.poll()
        assert room.clock.now() - start >= timedelta(days=1)
        old = room.asked("/feed/")
        room.restart()
        room.publish(4)
        await room.poll()

        assert room.asked("/feed/") == old
        assert [text for to, text in await room.deliver() if to != ADMIN] == ["Post 4"]
        told = [text for text in await room.notices() if "has moved to" in text]
        assert len(told) == 1


async def test_a_temporary_redirect_is_followed_and_never_kept(room: Newsroom) -> None:
    await room.begin()
    async with FaultyBlog(room.blog.blog) as other:
        room.blog.fail_always(redirect(other.feed_url, code=302))
        for _ in range(100):
            await room.poll()
        assert room.clock.now() - T0 > timedelta(days=1)

        assert (await room.feed()).url == room.blog.feed_url
        assert (await room.feed()).state.moved_to == ""
