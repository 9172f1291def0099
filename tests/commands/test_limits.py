"""What people are told when they reach a limit of the config, and that nothing is changed then."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.commands.dispatch import Dispatcher
from bot.model import Caller, Limits
from bot.pipeline.inspector import FeedInspector
from bot.sample.server import SampleServer
from tests.commands.admins import admin, refused
from tests.commands.room import Room

LIMITS = Limits(subscriptions_per_person=3, subscriptions_per_channel=2, feeds_per_server=1)


def limit(room: Room, limits: Limits = LIMITS) -> Room:
    """Give the bot other limits, as a restart with another config does."""
    room.dispatcher = Dispatcher(
        room.store, FeedInspector(room.fetcher, room.sandbox), room.clock, limits=limits
    )
    return room


@pytest.fixture
async def blog() -> AsyncIterator[SampleServer]:
    async with SampleServer() as server:
        yield server


async def test_a_person_is_told_the_number_and_the_mend(room: Room) -> None:
    limit(room)
    await room.say("/follow Trade, -Taiwan, #TikTok")

    assert await room.refused("/follow Media") == (
        "You follow 3 names, which is the limit here; take some off first: /unfollow NAMES\n"
        "Nothing was changed."
    )


async def test_a_list_that_goes_beyond_the_limit_is_refused_as_a_whole(room: Room) -> None:
    limit(room)
    await room.say("/follow Trade")

    assert await room.refused("/follow Media, Markets, Economy") == (
        "You follow 1 name, and these would make 4; the limit here is 3. "
        "Take some off first: /unfollow NAMES\nNothing was changed."
    )
    assert await room.follows() == [({"c:trade"}, set(), None)]


async def test_a_channel_is_told_its_own_limit_and_command(room: Room) -> None:
    limit(room)
    await admin(room, "/alerts add Trade, Media")

    assert "This channel follows 2 names, which is the limit here; take some off first: /alerts remove" in (
        await refused(room, "/alerts add Economy")
    )


async def test_leaving_out_more_than_the_limit_changes_no_subscription(two_blogs: Room) -> None:
    limit(two_blogs)
    await two_blogs.say('/follow Trade feed:"China Bystander"')
    await two_blogs.say('/follow Trade feed:"Second Blog"')

    assert "these would make 4" in await two_blogs.refused("/follow -Media, -Markets, -Economy")
    assert (await two_blogs.say("/follow -Media, -Markets")).ok
    assert [each[1] for each in await two_blogs.follows()] == [{"c:media", "c:markets"}] * 2


async def test_what_is_there_above_a_lowered_limit_stays_and_can_be_taken_off(room: Room) -> None:
    await room.say("/follow Trade, Media, Markets, Economy")
    limit(room)

    assert "You follow 4 names, and 3 is the limit here" in await room.refused("/follow Taiwan")
    assert (await room.say("/unfollow Trade, Media")).ok
    assert (await room.say("/follow Taiwan")).ok


async def test_admins_of_one_server_add_feeds_up_to_its_limit(empty_room: Room, blog: SampleServer) -> None:
    room = limit(empty_room)

    async def add(server: str, name: str, path: str) -> str:
        caller = Caller("console:root", "console:ops", admin=True, server=server)
        return (await room.dispatcher.run(caller, f"/feeds add {blog.url}{path} name:{name}")).text

    assert "Watching \u201cOne\u201d" in await add("console:server:1", "One", "/feed/")
    assert await add("console:server:1", "Two", "/category/trade/feed/") == (
        "The admins here have added 1 feed, and 1 is the limit for one server or workspace; "
        "take one off first: /feeds remove FEED\nNothing was changed."
    )
    assert len(await room.store.feeds()) == 1
    assert "Watching \u201cTwo\u201d" in await add("", "Two", "/category/trade/feed/")
