"""Polls of many feeds side by side: hostile ones, hanging ones, stopping, and a part that dies."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from bot.errors import StoreError
from bot.pipeline.poll_turns import TurnSettings
from bot.pipeline.worker import PollSettings
from bot.sandbox.lanes import Lanes
from bot.sandbox.sandbox import Sandbox
from tests.databases import Database
from tests.fakes.blog import Hang, body, status
from tests.pipeline.deliver.office import FaultyStore, until
from tests.pipeline.newsroom import EVERY, Newsroom, open_newsroom
from tests.sandbox.children import FOLD, PARSE

# feedparser takes minutes over such an address
SLOW = b"".join(
    (
        b"<rss version='2.0'><channel><title>Slow</title><item><title>Slow</title><author>a@",
        b"a." * 60_000,
        b"</author></item></channel></rss>",
    )
)


@pytest.fixture
async def room(database: Database) -> AsyncIterator[Newsroom]:
    async with open_newsroom(database) as opened:
        yield opened


async def begin_polls(room: Newsroom) -> None:
    """Begin the polls that are due after two intervals, and do not wait for them."""
    room.clock.forward(2 * EVERY)
    await room.poller.tick()


# --- a feed that misbehaves ---------------------------------------------------------------------------------


async def test_a_feed_that_hangs_holds_up_no_other(room: Newsroom) -> None:
    await room.begin()
    hang = Hang()
    room.blog.fail_always(hang, path="/hangs/")
    await room.watch(f"{room.blog.url}/hangs/", "Hangs")
    room.publish(4)
    await begin_polls(room)
    await hang.arrived.wait()
    await until(lambda: len(room.poller._tasks) == 1)

    assert await room.alerts() == ["Post 4"]
    hang.release()
    await until(lambda: not room.poller._tasks)
    assert (await room.feed("Hangs")).state.failures == 1


async def test_feeds_made_to_be_slow_hold_up_each_other_and_nobody_else(room: Newsroom) -> None:
    await room.begin()
    room.publish(4)
    room.blog.fail_always(body(SLOW), path="/slow")
    async with Sandbox(seconds=60) as patient, Lanes(patient, seconds=0.5) as lanes:
        room.restart(sandbox=lanes, settings=PollSettings(grace=0.0, lease=10 * EVERY))
        await room.watch(f"{room.blog.url}/slow-1/", "Slow 1")
        await room.watch(f"{room.blog.url}/slow-2/", "Slow 2")
        await room.poller.tick()
        await until(lambda: patient.calls == 2)  # the quick children gave both up
        for child in lanes.quick:
            child._seconds = 60.0  # a good feed has all the time that a loaded machine needs
        await begin_polls(room)
        await until(lambda: len(room.poller._tasks) == 2)

        assert await room.alerts() == ["Post 4"]
        await room.poller.aclose()


async def test_a_second_child_serves_the_others_while_the_first_is_busy() -> None:
    async with Sandbox(seconds=60) as patient, Lanes(patient, seconds=60) as quick:
        slow = asyncio.create_task(quick.run(PARSE, SLOW))
        await until(lambda: quick.quick[0].calls == 1)

        assert await quick.run(FOLD, "China-U.S.") == "chinaus"
        assert not slow.done()
        assert patient.pid is None
        slow.cancel()
        await asyncio.wait([slow])


async def test_a_feed_too_slow_to_be_read_fails_its_own_poll(room: Newsroom) -> None:
    await room.begin()
    room.publish(4)
    room.blog.fail_always(body(SLOW), path="/slow/")
    async with Sandbox(seconds=0.5) as patient, Lanes(patient, seconds=0.5) as quick:
        room.restart(sandbox=quick)
        await room.watch(f"{room.blog.url}/slow/", "Slow")
        room.clock.forward(2 * EVERY)
        await room.tick()

    assert "took longer" in (await room.feed("Slow")).state.last_error
    assert await room.alerts() == ["Post 4"]


async def test_what_is_quick_passes_the_quick_wall_and_the_rest_the_patient_one() -> None:
    async with Sandbox(seconds=60) as patient, Lanes(patient, seconds=30) as quick:
        assert await quick.run(FOLD, "China-U.S.") == "chinaus"
        assert (quick.quick[0].pid is not None, patient.pid) == (True, None)
    async with Sandbox(seconds=60) as patient, Lanes(patient, seconds=30) as quick:
        quick.quick[0]._largest = 1  # no answer is short enough, as if the call had taken too long
        assert await quick.run(FOLD, "China-U.S.") == "chinaus"
        assert patient.pid is not None


HOSTILE = {
    "no names": {"id": "", "title": "", "url": ""},
    "half signs": {"id": "\ud800", "title": "Post 9 \udfff\0\x1b[2J", "tags": ["\ud800", "a\0b"]},
    "odd links": {"id": "http://[", "url": "http://[::1", "title": "Post 9"},
    "a foreign scheme": {"id": "9", "url": "javascript:alert(1)", "title": "Post 9"},
    "a huge number": {"id": "http://blog.example/?p=" + "9" * 18, "title": "Post 9"},
    "long words": {"id": "x" * 9999, "title": "Post 9 " + "y" * 99_999, "tags": ["z" * 9999] * 500},
    "no date": {"id": "9", "title": "Post 9", "date_published": "yesterday"},
    "the end of time": {"id": "9", "title": "Post 9", "date_published": "9999-12-31T23:59:59Z"},
    "the wrong kinds": {"id": {}, "title": ["Post 9"], "url": 9, "tags": {"a": 1}},
    "markup": {"id": "9", "title": "Post 9 <script>", "content_html": "<div>" * 50_000 + "&#xD800;&#0;"},
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_no_entry_does_more_than_be_shown_as_text_or_fail_its_poll(room: Newsroom, name: str) -> None:
    await room.begin()
    room.publish(4)
    known = [{"id": str(number), "title": f"Post {number}"} for number in range(5, 8)]
    for items in (known, [HOSTILE[name], *known]):
        feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Hostile", "items": items}
        room.blog.serve("/hostile/", json.dumps(feed).encode(), "application/feed+json")
        if items is known:
            await room.watch(f"{room.blog.url}/hostile/", "Hostile")
            await room.tick()
    room.clock.forward(2 * EVERY)
    await room.tick()
    alerts = await room.alerts()

    assert "Post 4" in alerts
    assert all(text.replace("\n", "").isprintable() for text in alerts)
    assert "Bystander has a fault" not in (await room.feed("Hostile")).state.last_error


async def test_a_fault_that_a_feed_brings_out_fails_its_poll_alone(room: Newsroom) -> None:
    await room.begin()
    room.publish(4)
    faulty = FaultyStore(room.store)
    faulty.fail("known_posts", RecursionError("a bug"))
    room.restart(store=faulty)
    await room.poll()
    assert "a fault (RecursionError)" in (await room.feed()).state.last_error
    await room.poll()

    assert await room.alerts() == ["Post 4"]


# --- stopping and dying -------------------------------------------------------------------------------------


async def test_stopping_lets_a_poll_end_and_stores_what_it_brought(room: Newsroom) -> None:
    await room.begin()
    room.publish(4)
    hang = Hang()
    room.blog.fail_next(hang)
    await begin_polls(room)
    await hang.arrived.wait()
    closing = asyncio.create_task(room.poller.aclose())
    await asyncio.sleep(0)
    hang.release()
    await closing

    assert await room.alerts() == ["Post 4"]


async def test_a_poll_that_outlasts_the_grace_is_cut_off_and_made_again(room: Newsroom) -> None:
    await room.begin()
    room.publish(4)
    room.blog.fail_next(Hang())
    room.restart(settings=PollSettings(grace=0.0))
    await begin_polls(room)
    await room.poller.aclose()
    assert (await room.feed()).state.failures == 0
    room.restart()
    room.clock.forward(PollSettings().lease)
    await room.tick()

    assert await room.alerts() == ["Post 4"]


async def test_once_stopped_no_poll_begins(room: Newsroom) -> None:
    await room.begin()
    room.forget_requests()
    await room.poller.aclose()
    await room.poller.aclose()
    await begin_polls(room)

    assert not room.poller._tasks
    assert room.asked("/feed/") == 0


async def test_a_store_that_refuses_for_ever_does_not_keep_polling_from_stopping(room: Newsroom) -> None:
    await room.watch()
    faulty = FaultyStore(room.store)
    faulty.fail("record_polls", *[StoreError("The disk is full.")] * 999)
    room.blog.fail_always(status(500))
    room.restart(store=faulty, settings=PollSettings(grace=0.0))
    await begin_polls(room)
    await until(lambda: "record_polls" in faulty.calls)
    await room.poller.aclose()

    assert (await room.feed()).state.failures == 0


async def test_while_feeds_cannot_be_claimed_the_clock_ticks_on(room: Newsroom) -> None:
    faulty = FaultyStore(room.store)
    faulty.fail("next_poll_at", StoreError("The database is locked."))
    faulty.fail("claim_feeds", StoreError("The database is locked."))
    room.restart(store=faulty)
    await room.watch()
    for _ in range(3):
        await room.tick()

    assert sorted(await room.posts()) == [1, 2, 3]


async def test_a_part_that_dies_is_raised_by_the_next_tick(room: Newsroom) -> None:
    class End(BaseException):
        pass

    faulty = FaultyStore(room.store)
    faulty.fail("known_posts", End("a part died"))
    room.restart(store=faulty)
    await room.watch()
    await room.tick()

    with pytest.raises(End, match="a part died"):
        await room.poller.tick()


async def test_an_outcome_that_cannot_be_recorded_is_found_again_when_its_lease_has_run_out(
    room: Newsroom,
) -> None:
    faulty = FaultyStore(room.store)
    faulty.fail("record_polls", RuntimeError("a bug"))
    room.restart(store=faulty)
    room.blog.fail_always(status(500))
    await room.watch()
    await room.tick()
    await room.poller.tick()
    assert (await room.feed()).state.failures == 0
    room.clock.forward(PollSettings().lease)
    await room.tick()

    assert (await room.feed()).state.failures == 1


async def test_no_more_polls_are_under_way_than_is_good(room: Newsroom) -> None:
    hang = Hang()
    room.blog.fail_always(hang, path="/hangs")
    for number in range(105):
        await room.watch(f"{room.blog.url}/hangs-{number}/", f"Hangs {number}")
    room.restart(settings=PollSettings(grace=0.0))
    await room.poller.tick()
    await room.poller.tick()

    assert len(room.poller._tasks) == 100
    await room.poller.aclose()


async def test_polls_that_end_let_others_begin_without_another_tick(room: Newsroom) -> None:
    for number in range(9):
        await room.watch(f"{room.blog.url}/feed-{number}/", f"Blog {number}")
    room.blog.fail_always(status(500))
    room.restart(settings=PollSettings(turns=TurnSettings(at_once=2)))
    await room.tick()

    assert [feed.state.failures for feed in await room.store.feeds()] == [1] * 9
