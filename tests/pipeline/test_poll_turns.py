"""Which polls run at a time, and which feeds wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.errors import StoreError
from bot.model import Feed, FeedSettings, FeedState
from bot.pipeline.poll_turns import PollTurns, TurnSettings
from tests.databases import Database
from tests.pipeline.deliver.office import FaultyStore
from tests.pipeline.newsroom import Newsroom, open_newsroom


@dataclass
class Seconds:
    """A clock that stands still until it is moved."""

    value: float = 1000.0

    def __call__(self) -> float:
        return self.value


def feed(number: int, host: str = "") -> Feed:
    url = f"https://{host or f'blog{number}.example'}/feed/{number}"
    return Feed(
        number, FeedSettings(f"Blog {number}", url), url, FeedState(), datetime(2026, 11, 2, tzinfo=UTC)
    )


def test_what_is_polled_takes_room_and_gives_it_back() -> None:
    turns = PollTurns(TurnSettings(at_once=3), Seconds())
    assert turns.take(feed(1))
    assert turns.take(feed(2))
    assert turns.room() == 1
    assert turns.give_back(feed(1)) is None
    assert turns.room() == 2


def test_a_hundred_hosts_that_hang_take_no_room_from_the_others() -> None:
    seconds = Seconds()
    turns = PollTurns(TurnSettings(at_once=100), seconds)
    for number in range(100):
        assert turns.take(feed(number))
    assert turns.room() == 0
    seconds.value += TurnSettings().hanging_after
    assert turns.room() == 100


def test_polls_that_hang_are_bounded_too() -> None:
    seconds = Seconds()
    turns = PollTurns(TurnSettings(at_once=2, hanging=3), seconds)
    for number in range(5):
        assert turns.take(feed(number))
    seconds.value += 1000
    assert turns.room() == 0


def test_a_host_with_many_feeds_leaves_turns_to_others_and_its_feeds_follow_each_other() -> None:
    turns = PollTurns(TurnSettings(at_once=100, per_host=2), Seconds())
    taken = [turns.take(feed(number, "Big.example")) for number in range(4)]
    assert taken == [True, True, False, False]
    assert turns.take(feed(9))
    assert turns.room() == 97
    following = [turns.give_back(feed(number, "big.example")) for number in range(4)]
    assert [each.id if each else None for each in following] == [2, 3, None, None]
    assert turns.give_back(feed(9)) is None
    assert turns.room() == 100


def test_a_feed_that_waited_for_half_its_lease_is_left_to_be_claimed_anew() -> None:
    seconds = Seconds()
    turns = PollTurns(TurnSettings(per_host=1), seconds)
    first, second, third = (feed(number, "big.example") for number in range(3))
    assert [turns.take(each) for each in (first, second)] == [True, False]
    seconds.value += TurnSettings().patience
    assert not turns.take(third)
    assert turns.give_back(first) == third


def test_a_feed_that_is_still_polled_when_it_is_claimed_again_gets_no_second_poll() -> None:
    turns = PollTurns(TurnSettings(), Seconds())
    assert turns.take(feed(1))
    assert not turns.take(feed(1))
    assert turns.give_back(feed(1)) is None
    assert turns.take(feed(1))


def test_feeds_that_wait_are_bounded() -> None:
    turns = PollTurns(TurnSettings(per_host=1, waiting=2), Seconds())
    taken = [turns.take(feed(number, "big.example")) for number in range(5)]
    assert taken == [True, False, False, False, False]
    following = [turns.give_back(feed(number, "big.example")) for number in range(3)]
    assert [each.id if each else None for each in following] == [1, 2, None]


@pytest.fixture
async def room(database: Database) -> AsyncIterator[Newsroom]:
    async with open_newsroom(database) as opened:
        yield opened


async def test_a_push_during_a_claim_is_not_missed(room: Newsroom) -> None:
    claimed, go_on = asyncio.Event(), asyncio.Event()

    class Slow:
        def __getattr__(self, name: str) -> Any:
            return getattr(room.store, name)

        async def claim_feeds(self, *arguments: Any) -> list[Feed]:
            found = await room.store.claim_feeds(*arguments)
            claimed.set()
            await go_on.wait()
            return found

    room.restart(store=Slow())
    await room.watch(f"{room.blog.url}/first/", "First")
    first = asyncio.create_task(room.poller.tick())
    await claimed.wait()
    await room.watch()
    pushed = asyncio.create_task(room.tick())
    go_on.set()
    await asyncio.gather(first, pushed)

    assert (await room.feed()).state.last_success_at is not None


async def test_a_store_that_only_reads_is_told_of_once(
    room: Newsroom, caplog: pytest.LogCaptureFixture
) -> None:
    faulty = FaultyStore(room.store)
    faulty.fail("claim_feeds", *[StoreError("The disk is full.")] * 3)
    room.restart(store=faulty)
    await room.watch()
    for _ in range(4):
        await room.tick()

    assert caplog.text.count("Polls wait") == 1
    assert (await room.feed()).state.last_success_at is not None
